import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';
import type { Checked, Diagnostic, Span } from '../kernel/diagnostic.ts';
import { makeFloat } from '../jinja/py/values.ts';
import { Places, widened } from './yaml-indent.ts';
import { readScalar } from './yaml-scalar.ts';

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
  readonly document: ReturnType<typeof parseDocument>;
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

const rangeOf = (node: unknown): readonly [number, number] => {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : [0, 0];
};

function report(
  reading: Reading,
  node: unknown,
  severity: 'error' | 'warning',
  message: string,
  hint?: string,
): void {
  const [start, end] = rangeOf(node);
  reading.diagnostics.push({
    code: 'ETL1003',
    severity,
    message,
    at: toSpan(reading.lines, reading.file, start, end),
    ...(hint === undefined ? {} : { hint }),
  });
}

function scalarValue(node: Node, reading: Reading): unknown {
  if (!isScalar(node)) return null;
  const text = typeof node.value === 'string' ? node.value : '';
  const plain = node.type === 'PLAIN' || node.type === undefined;
  if (!plain || node.tag === 'tag:yaml.org,2002:str' || node.tag === '!') return text;
  const read = readScalar(text);
  if (read.kind === 'float') return reading.exact ? makeFloat(read.value) : read.value;
  return read.value;
}

function keyOf(pair: Pair, reading: Reading): string | undefined {
  const key = pair.key as Node | null;
  if (!isScalar(key)) {
    report(
      reading,
      key,
      'error',
      'a mapping cannot be a key',
      'Quote a value that begins with "{{": "{{ ... }}".',
    );
    return undefined;
  }
  const value = scalarValue(key, reading);
  return value === null ? 'null' : String(value as string);
}

function addMerged(target: Record<string, unknown>, node: unknown, reading: Reading): void {
  const source = isAlias(node) ? node.resolve(reading.document) : node;
  if (isSeq(source)) {
    for (const item of source.items) addMerged(target, item, reading);
    return;
  }
  if (!isMap(source)) return;
  for (const [key, value] of Object.entries(mapValue(source, { ...reading, diagnostics: [] })))
    if (!Object.hasOwn(target, key)) target[key] = value;
}

function mapValue(node: YAMLMap, reading: Reading): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const merges: unknown[] = [];
  for (const pair of node.items) {
    const key = keyOf(pair, reading);
    if (key === undefined) continue;
    if (key === '<<') {
      merges.push(pair.value);
      continue;
    }
    if (Object.hasOwn(value, key))
      report(
        reading,
        pair.key,
        'warning',
        `"${key}" is given twice; the last one counts`,
        'Remove one of the two.',
      );
    Object.defineProperty(value, key, {
      value: toValue(pair.value as Node | null, reading),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  for (const merged of merges) addMerged(value, merged, reading);
  return value;
}

function toValue(node: Node | null | undefined, reading: Reading): unknown {
  if (node === null || node === undefined) return null;
  if (isAlias(node)) {
    const source = node.resolve(reading.document);
    if (source === undefined) report(reading, node, 'error', `unknown anchor "${node.source}"`);
    return toValue(source, { ...reading, diagnostics: [] });
  }
  if (isMap(node)) return mapValue(node, reading);
  if (isSeq(node)) return node.items.map((item) => toValue(item as Node, reading));
  return scalarValue(node, reading);
}

interface Found {
  readonly key: unknown;
  readonly node: Node | null | undefined;
  readonly whole: boolean;
}

function stepInto(node: Node, step: string | number, reading: Reading): Found | undefined {
  if (isMap(node)) {
    // the last of two equal keys counts
    const pair = node.items.findLast(
      (item) =>
        isScalar(item.key) && String(scalarValue(item.key, reading) as string) === String(step),
    );
    return pair === undefined
      ? undefined
      : { key: pair.key, node: pair.value as Node | null, whole: true };
  }
  if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
    const item = node.items[step] as Node | null;
    return { key: item, node: item, whole: true };
  }
  return undefined;
}

function find(reading: Reading, path: YamlPath): Found {
  let found: Found = {
    key: reading.document.contents,
    node: reading.document.contents,
    whole: true,
  };
  for (const step of path) {
    const node = isAlias(found.node) ? found.node.resolve(reading.document) : found.node;
    const next = node ? stepInto(node, step, reading) : undefined;
    if (next === undefined) return { ...found, whole: false };
    found = next;
  }
  return found;
}

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
    this.value = toValue(reading.document.contents, reading);
  }

  exact(path: YamlPath): unknown {
    const found = find(this.#reading, path);
    return found.whole
      ? toValue(found.node, { ...this.#reading, exact: true, diagnostics: [] })
      : undefined;
  }

  spanOf(path: YamlPath): Span {
    const found = find(this.#reading, path);
    const [start, end] = rangeOf(found.node ?? found.key);
    return toSpan(this.#reading.lines, this.file, start, isScalar(found.node) ? end : undefined);
  }

  keySpanOf(path: YamlPath): Span {
    const [start, end] = rangeOf(find(this.#reading, path).key);
    return toSpan(this.#reading.lines, this.file, start, end);
  }

  textSpanOf(path: YamlPath): Span & { readonly offset: number } {
    const found = find(this.#reading, path);
    const [start] = rangeOf(found.node ?? found.key);
    const type = isScalar(found.node) ? found.node.type : undefined;
    let offset = start;
    if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') offset += 1;
    else if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') offset = this.#blockStart(start);
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
  const { lines, document, text: parsed } = parsedAsWritten(text);
  const diagnostics: Diagnostic[] = [];
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
  const value = new ReadDocument(
    { lines, file, diagnostics, document, exact: false },
    text,
    parsed,
  );
  return {
    value: diagnostics.some((d) => d.severity === 'error') ? undefined : value,
    diagnostics,
  };
}
