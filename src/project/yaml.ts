import { parseDocument } from 'yaml';
import type { Checked, Diagnostic, Span } from '../kernel/diagnostic.ts';
import { makeFloat } from '../jinja/py/values.ts';
import { Places, widened } from './yaml-indent.ts';
import { quickTree } from './yaml-quick.ts';
import { readScalar } from './yaml-scalar.ts';
import { namesOf, treeOf } from './yaml-tree.ts';
import type { YamlMapping, YamlNode, YamlScalar } from './yaml-tree.ts';

export type YamlPath = readonly (string | number)[];
export type YamlMap = Readonly<Record<string, unknown>>;

/** A YAML file with its values as PyYAML reads them, and the place of each. */
export interface YamlDocument {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** The value at a path with 1.0 kept apart from 1, as templates see it. */
  exact(path: YamlPath): unknown;
  /** Where the value at a path stands; where the nearest enclosing one stands when there is none. */
  spanOf(path: YamlPath): Span;
  /** Where the key at the end of a path stands. */
  keySpanOf(path: YamlPath): Span;
  /** Where the text of the scalar at a path begins, behind its quote. */
  textSpanOf(path: YamlPath): Span & { readonly offset: number };
}

/** True for what a YAML mapping becomes. */
export const isYamlMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Reading {
  readonly lines: Places;
  readonly file: string;
  readonly diagnostics: Diagnostic[];
  readonly tree: YamlNode | null;
  /** box integral floats */
  readonly exact: boolean;
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'YAML is indented with spaces; replace the tab.',
  BAD_INDENT: 'Line this up with the keys above it.',
  BLOCK_AS_IMPLICIT_KEY: 'Quote a value that contains ": ", and check the indentation.',
  MISSING_CHAR: 'A quote or bracket that was opened is not closed.',
  MULTILINE_IMPLICIT_KEY: 'A ":" is missing, or the indentation is wrong.',
  BAD_SCALAR_START: 'Quote a value that begins with a special character.',
  MULTIPLE_DOCS: 'Keep one document per file; remove the "---" line.',
};

const toSpan = (lines: Places, file: string, start: number, end?: number): Span => {
  const { line, col } = lines.linePos(start);
  const last = end === undefined ? undefined : lines.linePos(end);
  const endColumn = last?.line === line && last.col > col ? last.col : undefined;
  return { file, line, column: col, ...(endColumn === undefined ? {} : { endColumn }) };
};

function report(
  reading: Reading,
  node: YamlNode | null,
  severity: 'error' | 'warning',
  message: string,
  hint?: string,
): void {
  reading.diagnostics.push({
    code: 'ETL1003',
    severity,
    message,
    at: toSpan(reading.lines, reading.file, node?.start ?? 0, node?.end ?? 0),
    ...(hint === undefined ? {} : { hint }),
  });
}

function scalarValue({ text, style }: YamlScalar, exact: boolean): unknown {
  if (style !== 'plain') return text;
  const read = readScalar(text);
  return read.kind === 'float' && exact ? makeFloat(read.value) : read.value;
}

const targetOf = (node: YamlNode | null): YamlNode | null | undefined =>
  node?.kind === 'alias' ? node.target : node;

function addMerged(target: Record<string, unknown>, node: YamlNode | null, reading: Reading): void {
  const source = targetOf(node);
  if (source?.kind === 'seq') for (const item of source.items) addMerged(target, item, reading);
  if (source?.kind !== 'map') return;
  for (const [key, value] of Object.entries(mapValue(source, { ...reading, diagnostics: [] })))
    if (!Object.hasOwn(target, key)) target[key] = value;
}

function mapValue(node: YamlMapping, reading: Reading): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const merges: (YamlNode | null)[] = [];
  for (const [i, name] of namesOf(node).entries()) {
    const { [i]: key = null } = node.keys;
    const { [i]: item = null } = node.values;
    if (name === undefined) {
      report(
        reading,
        key,
        'error',
        'a mapping cannot be a key',
        'Quote a value that begins with "{{": "{{ ... }}".',
      );
      continue;
    }
    if (name === '<<') {
      merges.push(item);
      continue;
    }
    if (Object.hasOwn(value, name))
      report(
        reading,
        key,
        'warning',
        `"${name}" is given twice; the last one counts`,
        'Remove one of the two.',
      );
    const read = toValue(item, reading);
    if (name !== '__proto__') value[name] = read;
    else
      Object.defineProperty(value, name, {
        value: read,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  for (const merged of merges) addMerged(value, merged, reading);
  return value;
}

function toValue(node: YamlNode | null | undefined, reading: Reading): unknown {
  switch (node?.kind) {
    case 'scalar':
      return scalarValue(node, reading.exact);
    case 'map':
      return mapValue(node, reading);
    case 'seq':
      return node.items.map((item) => toValue(item, reading));
    case 'alias':
      if (node.target === undefined)
        report(reading, node, 'error', `unknown anchor "${node.name}"`);
      return toValue(node.target, { ...reading, diagnostics: [] });
    default:
      return null;
  }
}

interface Found {
  readonly key: YamlNode | null;
  readonly node: YamlNode | null;
  readonly whole: boolean;
}

function stepInto(node: YamlNode, step: string | number): Found | undefined {
  if (node.kind === 'map') {
    // the last of two equal keys counts
    const i = namesOf(node).lastIndexOf(String(step));
    return i < 0
      ? undefined
      : { key: node.keys[i] ?? null, node: node.values[i] ?? null, whole: true };
  }
  if (node.kind === 'seq' && typeof step === 'number' && step < node.items.length) {
    const item = node.items[step] ?? null;
    return { key: item, node: item, whole: true };
  }
  return undefined;
}

function find({ tree }: Reading, path: YamlPath): Found {
  let found: Found = { key: tree, node: tree, whole: true };
  for (const step of path) {
    const node = targetOf(found.node);
    const next = node ? stepInto(node, step) : undefined;
    if (next === undefined) return { ...found, whole: false };
    found = next;
  }
  return found;
}

const NOWHERE = { start: 0, end: 0 };

class ReadDocument implements YamlDocument {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  readonly #reading: Reading;
  /** the text that offsets of the tree count in */
  readonly #parsed: string;

  constructor(reading: Reading, text: string, parsed: string) {
    this.file = reading.file;
    this.text = text;
    this.#parsed = parsed;
    this.#reading = reading;
    this.value = toValue(reading.tree, reading);
  }

  exact(path: YamlPath): unknown {
    const found = find(this.#reading, path);
    return found.whole
      ? toValue(found.node, { ...this.#reading, exact: true, diagnostics: [] })
      : undefined;
  }

  spanOf(path: YamlPath): Span {
    const { node, key } = find(this.#reading, path);
    const { start, end } = node ?? key ?? NOWHERE;
    const isScalar = node?.kind === 'scalar';
    return toSpan(this.#reading.lines, this.file, start, isScalar ? end : undefined);
  }

  keySpanOf(path: YamlPath): Span {
    const { key } = find(this.#reading, path);
    const { start, end } = key ?? NOWHERE;
    return toSpan(this.#reading.lines, this.file, start, key?.kind === 'scalar' ? end : undefined);
  }

  textSpanOf(path: YamlPath): Span & { readonly offset: number } {
    const { node, key } = find(this.#reading, path);
    const { start } = node ?? key ?? NOWHERE;
    const style = node?.kind === 'scalar' ? node.style : undefined;
    let offset = start;
    if (style === 'quoted') offset += 1;
    else if (style === 'block') offset = this.#blockStart(start);
    const { lines } = this.#reading;
    return { ...toSpan(lines, this.file, offset), offset: lines.inFile(offset) };
  }

  /** A block scalar begins on the line after its header, behind the indentation. */
  #blockStart(header: number): number {
    const newline = this.#parsed.indexOf('\n', header);
    if (newline < 0) return header;
    const text = /[^\s]/.exec(this.#parsed.slice(newline));
    return text === null ? header : newline + text.index;
  }
}

interface Parsed {
  readonly text: string;
  readonly lines: Places;
  readonly document: ReturnType<typeof parseDocument>;
}

function parsedText(text: string): Parsed {
  const lines = new Places();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines.counter,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return { text, lines, document };
}

/** As the YAML standard reads a text, or else as PyYAML does, which asks no indentation inside brackets and quotes. */
function parsedAsWritten(text: string): Parsed {
  const strict = parsedText(text);
  if (strict.document.errors.length === 0) return strict;
  const wide = widened(text);
  if (wide === undefined) return strict;
  const lenient = parsedText(wide.text);
  if (lenient.document.errors.length > 0) return strict;
  lenient.lines.added = wide.added;
  return lenient;
}

/** Parses a YAML file. A document comes back whenever the file is one, whatever else is wrong with it. */
export function parseYaml(text: string, file: string): Checked<YamlDocument> {
  const quick = quickTree(text);
  if (quick === undefined) return parseAnyYaml(text, file);
  const lines = new Places();
  lines.counter.lineStarts.push(...quick.lineStarts);
  return documentOf({ lines, file, tree: quick.tree }, text, text);
}

function documentOf(
  from: Pick<Reading, 'lines' | 'file' | 'tree'>,
  text: string,
  parsed: string,
): Checked<YamlDocument> {
  const diagnostics: Diagnostic[] = [];
  const value = new ReadDocument({ ...from, diagnostics, exact: false }, text, parsed);
  return {
    value: diagnostics.some((d) => d.severity === 'error') ? undefined : value,
    diagnostics,
  };
}

/** The same by the YAML library alone, which knows every way to write YAML and takes twenty times as long. */
export function parseAnyYaml(text: string, file: string): Checked<YamlDocument> {
  const { lines, document, text: parsed } = parsedAsWritten(text);
  const first = document.errors[0];
  if (first !== undefined) {
    const isFlow = first.code === 'BAD_INDENT' && first.message.startsWith('Flow');
    const hint = HINTS[isFlow ? 'MISSING_CHAR' : first.code] ?? 'Correct the file at this place.';
    return {
      value: undefined,
      diagnostics: [
        {
          code: 'ETL1003',
          severity: 'error',
          message: `not valid YAML: ${first.message.replace(/\.$/, '').replace(/^Missing closing (["'])quote$/, 'a $1 was opened and is not closed')}`,
          at: toSpan(lines, file, first.pos[0]),
          hint,
        },
      ],
    };
  }
  return documentOf({ lines, file, tree: treeOf(document) }, text, parsed);
}
