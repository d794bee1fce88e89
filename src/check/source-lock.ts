// `schema.lock.yml`: the columns of the sources as the warehouse has them, in a file that is committed, so that a check needs no
// warehouse. Each engine has its own part, because their types have other names.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Checked } from '../kernel/diagnostic.ts';
import { isYamlMap, parseYaml, type YamlDocument } from '../project/yaml.ts';
import type { TypedColumn } from './verdict.ts';

export const LOCK_FILE = 'schema.lock.yml';

/** What the file says for one engine. */
export interface LockedSources {
  /** of the server that was asked */
  readonly version: string;
  readonly columns: ReadonlyMap<NodeId, readonly TypedColumn[]>;
}
/** By name of the engine. */
export type SourceLock = ReadonlyMap<string, LockedSources>;

const keyOf = (id: NodeId): string => id.slice('source.'.length);
const idOf = (key: string): NodeId => `source.${key}` as NodeId;

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #document: YamlDocument;

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  read(): SourceLock {
    const engines = this.#map([]);
    return new Map(Object.keys(engines).map((engine) => [engine, this.#engine(engine)]));
  }

  #engine(engine: string): LockedSources {
    const { version, sources = {} } = this.#map([engine]);
    if (!isYamlMap(sources)) {
      this.#wrong([engine, 'sources'], 'sources is a mapping from sources to their columns');
      return { version: '', columns: new Map() };
    }
    const columns = Object.keys(sources).map(
      (key) => [idOf(key), this.#columns([engine, 'sources', key], sources[key])] as const,
    );
    return {
      version: typeof version === 'string' || typeof version === 'number' ? String(version) : '',
      columns: new Map(columns),
    };
  }

  #columns(path: readonly string[], list: unknown): readonly TypedColumn[] {
    if (!Array.isArray(list)) {
      this.#wrong(path, 'the columns of a source are a list');
      return [];
    }
    return list.flatMap((item: unknown, i): readonly TypedColumn[] => {
      const [entry, ...more] = isYamlMap(item) ? Object.entries(item) : [];
      if (entry !== undefined && more.length === 0 && typeof entry[1] === 'string')
        return [{ name: entry[0], type: entry[1] }];
      this.#wrong([...path, i], 'a column is written as "name: type"');
      return [];
    });
  }

  #map(path: readonly string[]): Readonly<Record<string, unknown>> {
    let value = this.#document.value;
    for (const key of path) value = isYamlMap(value) ? value[key] : undefined;
    if (value === null || value === undefined) return {};
    if (isYamlMap(value)) return value;
    this.#wrong(path, 'this is a mapping');
    return {};
  }

  #wrong(path: readonly (string | number)[], message: string): void {
    this.diagnostics.push(unusable(message, this.#document.spanOf(path)));
  }
}

const unusable = (message: string, at: Diagnostic['at']): Diagnostic => ({
  code: 'ETL6050',
  severity: 'error',
  message,
  ...(at === undefined ? {} : { at }),
  hint: 'The file is written by: etl sources pull. Delete it, or take it back from version control, and pull again.',
});

/** Reads the text of the file; what is not as it is written is an ETL6050. */
export function readSourceLock(text: string): Checked<SourceLock> {
  const { value: document, diagnostics } = parseYaml(text, LOCK_FILE);
  if (document === undefined)
    return {
      value: undefined,
      diagnostics: diagnostics.map((d) => unusable(d.message, d.at)),
    };
  const reader = new Reader(document);
  const value = reader.read();
  return reader.diagnostics.length === 0
    ? { value, diagnostics: [] }
    : { value: undefined, diagnostics: reader.diagnostics };
}

const PLAIN_NAME = /^[A-Za-z_]\w*$/;
const PLAIN_TYPE = /^[A-Za-z][\w (),]*(?:\[\])*$/;
const WORD = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
const written = (text: string, plain: RegExp): string =>
  plain.test(text) && !WORD.test(text) ? text : JSON.stringify(text);

const HEAD = `# The columns of the sources as the warehouse has them, written by: etl sources pull
# Commit this file: etl check reads it instead of asking the warehouse.
`;

/** The text of the file, sources in the order of their names. */
export function writeSourceLock(lock: SourceLock): string {
  const lines = [...lock]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([engine, { version, columns }]) => [
      `${engine}:`,
      `  version: ${JSON.stringify(version)}`,
      '  sources:',
      ...[...columns]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([id, list]) => [
          `    ${written(keyOf(id), /^[\w.]+$/)}:`,
          ...list.map(
            ({ name, type }) =>
              `      - ${written(name, PLAIN_NAME)}: ${written(type, PLAIN_TYPE)}`,
          ),
        ]),
    ]);
  return `${HEAD}${lines.join('\n')}\n`;
}
