// What a SELECT reads and what it gives, as far as its text says so plainly.
import { plainName, type Arm, type Outline, type Query, type Range } from './outline.ts';

/** One thing that FROM or JOIN names. */
export interface FromItem {
  /** lower case, without quotes: `["schema", "name"]`; empty of a query in brackets */
  readonly path: readonly string[];
  /** what columns call it */
  readonly alias: string | undefined;
  /** in brackets, or the CTE that the path names */
  readonly query: Query | undefined;
  /** `numbers(10)` */
  readonly isFunction: boolean;
}

const NO_ALIAS: ReadonlySet<string> = new Set(
  'join inner left right full outer cross natural lateral on using any all asof semi anti global array final sample prewhere tablesample positional paste'.split(
    ' ',
  ),
);

/** The names of CTEs that a query sees. */
function cteOf(query: Query, name: string): Query | undefined {
  for (let at: Query | undefined = query; at !== undefined; at = at.outer) {
    const found = at.ctes.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What an arm of a query reads; undefined where its text is not followed. */
export function fromItems(
  outline: Outline,
  query: Query,
  arm: Arm,
): readonly FromItem[] | undefined {
  const range = arm.clauses.get('from');
  if (range === undefined) return [];
  const { tokens, partner } = outline;
  const items: FromItem[] = [];
  let isExpected = false;
  for (let at = range.start; at < range.end; at++) {
    const token = tokens[at];
    const close = partner.get(at);
    if (isExpected) {
      if (token?.kind === 'word' && (token.text === 'lateral' || token.text === 'only')) continue;
      const read = itemAt(outline, query, at);
      if (read === undefined) return undefined;
      items.push(read.item);
      at = read.end - 1;
      isExpected = false;
    } else if (close !== undefined && close > at) at = close;
    else if (
      (token?.kind === 'word' && (token.text === 'from' || token.text === 'join')) ||
      (token?.kind === 'sign' && token.text === ',')
    )
      // ARRAY JOIN names no relation
      isExpected = tokens[at - 1]?.text !== 'array';
  }
  return items;
}

function itemAt(
  { tokens, partner, queries }: Outline,
  query: Query,
  start: number,
): { readonly item: FromItem; readonly end: number } | undefined {
  let end = start;
  let path: string[] = [];
  let inner: Query | undefined;
  let isFunction = false;
  const close = partner.get(start);
  if (close !== undefined && close > start) {
    inner = queries.find((q) => q.range.start === start + 1);
    end = close + 1;
    if (inner === undefined) return undefined;
  } else {
    const name = plainName(tokens[start]);
    if (name === undefined) return undefined;
    path = [name];
    end = start + 1;
    while (tokens[end]?.text === '.' && tokens[end]?.kind === 'sign') {
      const part = plainName(tokens[end + 1]);
      if (part === undefined) return undefined;
      path.push(part);
      end += 2;
    }
    const call = partner.get(end);
    if (call !== undefined && call > end) {
      isFunction = true;
      end = call + 1;
    } else if (path.length === 1) inner = cteOf(query, name);
  }
  if (tokens[end]?.kind === 'word' && tokens[end]?.text === 'as') end++;
  const token = tokens[end];
  const isAlias = token?.kind === 'name' || (token?.kind === 'word' && !NO_ALIAS.has(token.text));
  const alias = isAlias && end < query.range.end ? plainName(token) : path.at(-1);
  return { item: { path, alias, query: inner, isFunction }, end };
}

/** The expressions of the SELECT list, with their aliases. */
export function selectList({ tokens, partner }: Outline, arm: Arm): readonly Range[] {
  const range = arm.clauses.get('select');
  if (range === undefined) return [];
  let start = range.start + 1;
  if (tokens[start]?.text === 'distinct' || tokens[start]?.text === 'all') start++;
  if (tokens[start]?.text === 'on' && tokens[start - 1]?.text === 'distinct')
    start = (partner.get(start + 1) ?? start) + 1;
  const items: Range[] = [];
  for (let at = start; at < range.end; at++) {
    const close = partner.get(at);
    if (close !== undefined && close > at) at = close;
    else if (tokens[at]?.kind === 'sign' && tokens[at]?.text === ',') {
      items.push({ start, end: at });
      start = at + 1;
    }
  }
  return start < range.end ? [...items, { start, end: range.end }] : items;
}

/** A plain column of a list, `a`, `t.a`, `t.a as b`; `column` is `*` for a star. Undefined of other expressions. */
export function plainItem(
  { tokens }: Outline,
  { start, end }: Range,
): { readonly of: string | undefined; readonly column: string; readonly name: string } | undefined {
  let at = start;
  let of: string | undefined;
  let column = starOrName(tokens[at]);
  if (column === undefined) return undefined;
  while (tokens[at + 1]?.text === '.' && at + 2 < end) {
    of = column;
    column = starOrName(tokens[at + 2]);
    if (column === undefined) return undefined;
    at += 2;
  }
  at++;
  // * except (a, b) gives less, and none of another name
  if (column === '*') return { of, column, name: '*' };
  if (at === end) return { of, column, name: column };
  if (tokens[at]?.text === 'as') at++;
  const name = plainName(tokens[at]);
  return name === undefined || at + 1 !== end ? undefined : { of, column, name };
}

const starOrName = (token: Outline['tokens'][number] | undefined): string | undefined =>
  token?.kind === 'sign' && token.text === '*' ? '*' : plainName(token);
