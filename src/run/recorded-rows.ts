// Rows of what a model reads, chosen so that its joins meet: those of one input, then of each other one the rows that have their keys.
import type { Dialect } from '../adapter/contract.ts';
import type { ResultSet, Scalar } from '../adapter/statement.ts';
import type { NodeId } from '../kernel/node-id.ts';

/** One thing that a model reads. */
export interface RecordedInput {
  readonly id: NodeId;
  /** as a unit test names it: `ref('orders')` */
  readonly written: string;
  /** its own name, which the keys of others are called after */
  readonly name: string;
  readonly columns: ResultSet['columns'];
}

export type Rows = readonly (readonly Scalar[])[];

/** Reads rows of an input, at most so many; `where` is a condition on its columns. */
export type ReadRows = (
  input: RecordedInput,
  where: string | undefined,
  limit: number,
) => Promise<Rows>;

interface Link {
  /** the column of what is read */
  readonly column: number;
  /** where its values come from */
  readonly from: RecordedInput;
  readonly fromColumn: number;
}

/** Keys looked up in one question. */
const KEYS = 60;
const KEY = /(?:^|_)(?:id|key|code|cod|codigo|number|numero|uuid|sku|sk|nk)(?:_|$)|id$/i;

const stem = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/(?:^|_)(?:id|key|cod|codigo|code|sk|fk)(?=_|$)/g, '')
    .replaceAll(/^_|_$/g, '');

/** The columns of one input that hold the keys of another; those that look most like it first. */
function linksBetween(to: RecordedInput, from: RecordedInput): readonly Link[] {
  const links: (Link & { readonly rank: number })[] = [];
  to.columns.forEach((c, column) => {
    from.columns.forEach((d, fromColumn) => {
      const rank = likeness(c.name, d.name, to.name, from.name);
      if (rank !== undefined) links.push({ column, from, fromColumn, rank });
    });
  });
  return links.toSorted((a, b) => a.rank - b.rank);
}

function likeness(a: string, b: string, ofA: string, ofB: string): number | undefined {
  const isSame = a.toLowerCase() === b.toLowerCase();
  const isOwn = (name: string): boolean => stem(name) === '';
  const names = (column: string, input: string): boolean =>
    stem(column) !== '' && input.toLowerCase().includes(stem(column).replace(/s$/, ''));
  if (isOwn(a) && !isOwn(b)) return names(b, ofA) ? 0 : undefined;
  if (isOwn(b) && !isOwn(a)) return names(a, ofB) ? 0 : undefined;
  if (isSame && isOwn(a)) return 2;
  if (isSame) return KEY.test(a) ? 1 : 3;
  return undefined;
}

/** How many others an input holds keys of: what holds most is what the model is about. */
const keysOfOthers = (input: RecordedInput, inputs: readonly RecordedInput[]): number =>
  inputs.filter((other) =>
    other.columns.some(
      (own) =>
        stem(own.name) === '' &&
        input.columns.some((c) => likeness(own.name, c.name, other.name, input.name) === 0),
    ),
  ).length;

/** Rows of all inputs, at most `limit` of each. */
export async function sampled(
  inputs: readonly RecordedInput[],
  limit: number,
  read: ReadRows,
  dialect: Dialect,
): Promise<ReadonlyMap<NodeId, Rows>> {
  const found = new Map<NodeId, Rows>();
  const done: RecordedInput[] = [];
  const order = inputs.toSorted((a, b) => keysOfOthers(b, inputs) - keysOfOthers(a, inputs));
  for (const input of order) {
    const links = done.flatMap((from) => linksBetween(input, from)).slice(0, 6);
    let rows: Rows = [];
    for (const link of links) {
      if (rows.length === 0) {
        const where = condition(input, link, found.get(link.from.id) ?? [], dialect);
        if (where !== undefined) rows = await read(input, where, limit);
      }
    }
    found.set(input.id, rows.length > 0 ? rows : await read(input, undefined, limit));
    done.push(input);
  }
  return found;
}

function condition(
  input: RecordedInput,
  { column, from, fromColumn }: Link,
  rows: Rows,
  dialect: Dialect,
): string | undefined {
  const { name = '', type = '' } = input.columns[column] ?? {};
  const values = new Map(
    rows.flatMap((row) => row[fromColumn] ?? []).map((value) => [String(value), value]),
  );
  if (values.size === 0) return undefined;
  const keys = [...values].slice(0, KEYS);
  // a key may be a number here and a text there; where it is not, an index may be used
  const isSameType = type === from.columns[fromColumn]?.type;
  const own = isSameType
    ? dialect.ident(name)
    : dialect.cast(dialect.ident(name), dialect.columnType(dialect.seedType('text')));
  const list = keys.map(([text, value]) => dialect.literal(isSameType ? value : text));
  return `${own} in (${list.join(', ')})`;
}
