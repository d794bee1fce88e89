// Columns and their types, written into the text of a property file: what else is in it, comments, order and layout, stays as it is.
import { isMap, isScalar, isSeq, parseDocument, type Node, type YAMLMap, type YAMLSeq } from 'yaml';

export interface WrittenColumn {
  readonly name: string;
  readonly type: string;
}

/** What is to be written for one node. */
export interface ColumnsWish {
  /** the list that the node stands in */
  readonly kind: 'models' | 'seeds' | 'snapshots';
  readonly name: string;
  /** types of columns that stand there already */
  readonly set: readonly WrittenColumn[];
  /** columns that do not, each behind another one, or first */
  readonly add: readonly (WrittenColumn & { readonly after: string | undefined })[];
}

type Plain = Record<string, unknown>;
type Block = YAMLMap<unknown, Node | null>;
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const PLAIN = /^[A-Za-z_][\w .]*(?:\([\w ]*(?:, ?[\w ]+)*\))?[\w ]*(?:\[\])*$/;
const WORD = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** A text as a value: inside flow collections commas and brackets end it. */
const value = (text: string, isFlow: boolean): string =>
  PLAIN.test(text) && !WORD.test(text) && !(isFlow && /[,[\]{}]/.test(text))
    ? text
    : JSON.stringify(text);

const inFlow = ({ name, type }: WrittenColumn): string =>
  `{name: ${value(name, true)}, data_type: ${value(type, true)}}`;

const sameName = (a: unknown, b: string): boolean =>
  typeof a === 'string' && a.toLowerCase() === b.toLowerCase();

class Editor {
  readonly #text: string;
  readonly #newline: string;
  readonly #edits: Edit[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#newline = text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** The text with all that was asked for. */
  get result(): string {
    return this.#edits
      .map((edit, i) => ({ ...edit, i }))
      .toSorted((a, b) => b.start - a.start || b.i - a.i)
      .reduce(
        (text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end),
        this.#text,
      );
  }

  put(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Lines behind those of a node. */
  below(node: Node, lines: readonly string[]): void {
    const end = contentEnd(node);
    if (this.#text[end - 1] === '\n')
      return this.put(end, end, lines.map((line) => line + this.#newline).join(''));
    const feed = this.#text.indexOf('\n', end);
    const at = feed < 0 ? this.#text.length : this.#text[feed - 1] === '\r' ? feed - 1 : feed;
    this.put(at, at, lines.map((line) => this.#newline + line).join(''));
  }

  /** How many characters stand before an offset in its line. */
  indent(offset: number): number {
    return offset - (this.#text.lastIndexOf('\n', offset - 1) + 1);
  }

  column(entry: Block, name: string, type: string): void {
    const old = entry.get('data_type', true);
    if (isScalar(old) && old.range !== undefined && old.range !== null) {
      const [start, end] = old.range;
      return this.put(start, end, `${start === end ? ' ' : ''}${value(type, entry.flow === true)}`);
    }
    const named = entry.get('name', true);
    if (!isScalar(named)) throw new Unwritable(`the entry of ${name} has no plain name`);
    if (entry.flow === true) {
      const end = contentEnd(named);
      this.put(end, end, `, data_type: ${value(type, true)}`);
    } else
      this.below(named, [
        `${' '.repeat(this.indent(startOf(entry)))}data_type: ${value(type, false)}`,
      ]);
  }

  /** New entries of the list, in their order. */
  added(list: YAMLSeq<Node>, add: ColumnsWish['add']): void {
    const [first] = list.items;
    if (list.flow === true || first === undefined) {
      const [start = 0] = list.range ?? [];
      for (const column of add) {
        const before = list.items.find(
          (item) => isMap(item) && sameName(item.get('name'), column.after ?? ''),
        );
        const at = before === undefined ? start + 1 : contentEnd(before);
        const text = inFlow(column);
        const isFirst = before === undefined && first !== undefined;
        const isNext = before !== undefined || (first === undefined && column !== add[0]);
        this.put(at, at, isNext ? `, ${text}` : isFirst ? `${text}, ` : text);
      }
      return;
    }
    const dash = this.indent(startOf(list));
    const gap = this.indent(startOf(first)) - dash;
    for (const column of add) {
      const lines = entryLines(column, dash, gap);
      const known = [...list.items].find(
        (item) => isMap(item) && sameName(item.get('name'), column.after ?? ''),
      );
      const behind = known ?? lastAdded(add, column, list);
      if (behind !== undefined) this.below(behind, lines);
      else {
        const start = startOf(list) - dash;
        this.put(start, start, lines.map((line) => line + this.#newline).join(''));
      }
    }
  }
}

/** The entry behind which the columns before this new one were put. */
function lastAdded(
  add: ColumnsWish['add'],
  column: ColumnsWish['add'][number],
  list: YAMLSeq<Node>,
): Node | undefined {
  let after = column.after;
  for (let i = 0; i < add.length && after !== undefined; i++) {
    const known = list.items.find((item) => isMap(item) && sameName(item.get('name'), after ?? ''));
    if (known !== undefined) return known;
    after = add.find((other) => sameName(other.name, after ?? ''))?.after;
  }
  return undefined;
}

const entryLines = (
  { name, type }: WrittenColumn,
  dash: number,
  gap: number,
): readonly string[] => [
  `${' '.repeat(dash)}-${' '.repeat(gap - 1)}name: ${value(name, false)}`,
  `${' '.repeat(dash + gap)}data_type: ${value(type, false)}`,
];

const startOf = (node: Node): number => node.range?.[0] ?? 0;

/** The end of the last thing that is written in a node. */
function contentEnd(node: Node): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    const end = (last?.value ?? last?.key) as Node | undefined;
    if (end !== undefined) return contentEnd(end);
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1) as Node | undefined;
    if (last !== undefined) return contentEnd(last);
  }
  return node.range?.[1] ?? 0;
}

class Unwritable extends Error {}

/** The same in plain values: what the file has to say afterwards. */
function expected(before: unknown, { kind, name, set, add }: ColumnsWish): unknown {
  const file = structuredClone(before ?? {}) as Plain;
  const list = ((file[kind] as unknown) ?? []) as Plain[];
  file[kind] = list;
  let entry = list.find((item) => item['name'] === name);
  if (entry === undefined) {
    entry = { name };
    list.push(entry);
  }
  const columns = (entry['columns'] ?? []) as Plain[];
  entry['columns'] = columns;
  for (const column of set) {
    const found = columns.find((c) => sameName(c['name'], column.name));
    if (found !== undefined) found['data_type'] = column.type;
  }
  for (const { name: added, type, after } of add) {
    const at = after === undefined ? -1 : columns.findIndex((c) => sameName(c['name'], after));
    columns.splice(at + 1, 0, { name: added, data_type: type });
  }
  return file;
}

/** Values without regard to the order of keys. */
const comparable = (part: unknown): string =>
  JSON.stringify(part, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );

export interface WithColumns {
  readonly text: string;
  /** columns whose types a template fills in: they stay */
  readonly kept: readonly string[];
}

/**
 * The text of a property file with columns and types in it; the empty text becomes a file. `problem`: why it cannot be done without
 * touching what somebody has written in a way of their own (anchors, several documents).
 */
export function withColumns(
  text: string,
  given: ColumnsWish,
): WithColumns | { readonly problem: string } {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { problem: 'the file is not valid YAML' };
  const before: unknown = document.toJS();
  const kept = templated(before, given);
  const wish = { ...given, set: given.set.filter((c) => !kept.includes(c.name)) };
  try {
    const made = edited(text, document.contents, wish);
    const after = parseDocument(made);
    const isRight =
      after.errors.length === 0 && comparable(after.toJS()) === comparable(expected(before, wish));
    return isRight
      ? { text: made, kept }
      : { problem: 'it is written in a way that cannot be added to' };
  } catch (error) {
    if (!(error instanceof Unwritable)) throw error;
    return { problem: error.message };
  }
}

/** The columns of a wish whose types a template fills in. */
function templated(before: unknown, { kind, name, set }: ColumnsWish): readonly string[] {
  const list = (before as Readonly<Record<string, unknown>> | null)?.[kind];
  const entry = Array.isArray(list)
    ? (list as (Plain | null)[]).find((item) => item?.['name'] === name)
    : undefined;
  const columns = Array.isArray(entry?.['columns']) ? (entry['columns'] as (Plain | null)[]) : [];
  return set.flatMap((column) => {
    const type = columns.find((c) => sameName(c?.['name'], column.name))?.['data_type'];
    return typeof type === 'string' && /\{[{%]/.test(type) ? [column.name] : [];
  });
}

function edited(text: string, contents: unknown, wish: ColumnsWish): string {
  const { kind, name, set, add } = wish;
  const fresh = (dash: number, gap: number): readonly string[] => [
    `${' '.repeat(dash)}-${' '.repeat(gap - 1)}name: ${value(name, false)}`,
    `${' '.repeat(dash + gap)}columns:`,
    ...add.flatMap((column) => entryLines(column, dash + gap + 2, 2)),
  ];
  const editor = new Editor(text);
  if (!isMap(contents)) {
    if (contents !== null) throw new Unwritable('the file is no mapping');
    return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${[`${kind}:`, ...fresh(2, 2)].join('\n')}\n`;
  }
  const list = contents.get(kind, true) as Node | undefined;
  if (list === undefined) {
    if (contents.flow === true) throw new Unwritable('the file is one mapping in brackets');
    editor.below(contents, ['', `${kind}:`, ...fresh(2, 2)]);
    return editor.result;
  }
  if (!isSeq(list)) throw new Unwritable(`${kind} is no list`);
  const entry = list.items.find((item) => isMap(item) && item.get('name') === name) as
    | Block
    | undefined;
  if (entry === undefined) {
    const [first] = list.items as Node[];
    if (list.flow === true || first === undefined)
      throw new Unwritable(`${kind} is a list in brackets`);
    const dash = editor.indent(startOf(list));
    editor.below(list, fresh(dash, editor.indent(startOf(first)) - dash));
    return editor.result;
  }
  const columns = entry.get('columns', true) as Node | undefined;
  if (isSeq(columns)) {
    for (const column of set) {
      const item = columns.items.find((i) => isMap(i) && sameName(i.get('name'), column.name));
      if (isMap(item)) editor.column(item as Block, column.name, column.type);
    }
    editor.added(columns as YAMLSeq<Node>, add);
  } else if (columns !== undefined) throw new Unwritable(`the columns of ${name} are no list`);
  else if (entry.flow === true) {
    const end = contentEnd(entry.items.at(-1)?.value ?? entry);
    editor.put(end, end, `, columns: [${add.map(inFlow).join(', ')}]`);
  } else {
    const key = editor.indent(startOf(entry));
    editor.below(entry, [
      `${' '.repeat(key)}columns:`,
      ...add.flatMap((column) => entryLines(column, key + 2, 2)),
    ]);
  }
  return editor.result;
}
