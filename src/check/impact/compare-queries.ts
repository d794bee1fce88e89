// What of two queries differs, as far as the engine's own words for them tell it for certain.
import type { QueryOutline } from '../../adapter/analysis.ts';
import {
  clauseText,
  conditionsOf,
  shapeOf,
  type Cte,
  type QueryShape,
  type SelectShape,
} from './query-shape.ts';
import { hasWholeRow, isWord, textOf, tokensOf, wordsOf, type Token } from './tokens.ts';

export interface QueryDifference {
  /** other rows may come out: the clauses that differ, with the query they stand in */
  readonly rows: readonly string[];
  /** what may decide about rows, or may not */
  readonly unsure: readonly string[];
  /** columns whose values may be others */
  readonly values: ReadonlySet<string>;
}

/** How the engine names a query, and how its relations are called on both sides. */
export interface Told extends QueryOutline {
  readonly nameOf: (schema: string, name: string) => string | undefined;
}

/** Compares them; undefined where they are the same query. */
export function compareQueries(
  before: Told,
  after: Told,
  backslashEscapes: boolean,
): QueryDifference | undefined {
  const old = renamed(
    tokensOf(before.text, backslashEscapes, before.nameOf),
    tokensOf(after.text, backslashEscapes, after.nameOf),
  );
  const now = tokensOf(after.text, backslashEscapes, after.nameOf);
  if (textOf(old) === textOf(now)) return undefined;
  const found = new Comparison(
    before.inner !== after.inner,
    [before, after].some((side) => side.multiplies || side.multipliesInside),
  );
  found.queries(shapeOf(old), shapeOf(now), '');
  const shape = shapeOf(now);
  const isGrouped = shape.selects.some((s) => s.clauses.has('group by'));
  if (before.aggregates !== after.aggregates && !isGrouped)
    found.rows.add(after.aggregates ? 'aggregates without group by' : 'no aggregates any more');
  if (before.multiplies !== after.multiplies) found.rows.add('functions that give several rows');
  const tainted = spread(found.changed, [shapeOf(old), shape]);
  if (tainted.size > 0) found.decided(shape, tainted, '');
  const isGiven = new Set(shape.selects[0]?.items.map((item) => item.name));
  return {
    rows: [...found.rows],
    unsure: [...found.unsure],
    values: new Set([...tainted].filter((name) => isGiven.has(name))),
  };
}

/** Whether an order decides which rows there are: LIMIT and OFFSET keep the first, WITH FILL makes some. */
const isPicky = ({ clauses }: SelectShape): boolean =>
  clauses.has('limit') ||
  clauses.has('offset') ||
  clauses.get('order by')?.some((t) => isWord(t, 'FILL')) === true;

const itemsText = ({ items }: SelectShape): string => items.map((item) => item.text).join(', ');

const SHAPELESS: SelectShape = { distinct: undefined, items: [], clauses: new Map(), inner: [] };

class Comparison {
  readonly rows: Set<string> = new Set();
  readonly unsure: Set<string> = new Set();
  /** names of columns, here or further inside, that are computed otherwise */
  readonly changed: Set<string> = new Set();
  readonly #othersAggregate: boolean;
  readonly #multiplies: boolean;

  constructor(othersAggregate: boolean, multiplies: boolean) {
    this.#othersAggregate = othersAggregate;
    this.#multiplies = multiplies;
  }

  queries(before: QueryShape, after: QueryShape, where: string): void {
    this.#ctes(before.ctes, after.ctes);
    if (where !== '') {
      this.#shadows(before, after, where);
      this.#shadows(after, before, where);
    }
    if (
      before.operators.join() !== after.operators.join() ||
      before.selects.length !== after.selects.length
    ) {
      this.rows.add(`${after.operators[0] ?? before.operators[0] ?? 'select'}${where}`);
      return;
    }
    after.selects.forEach((select, i) => {
      const old = before.selects[i] ?? SHAPELESS;
      this.#selects(old, select, where);
      if (after.operators.length > 0)
        this.#positions(after.selects, old, select, where, after.operators);
    });
  }

  /** A CTE inside another query hides one outside that the same FROM has read. */
  #shadows(one: QueryShape, other: QueryShape, where: string): void {
    const known = new Set(one.ctes.map((cte) => cte.name));
    const read = [...one.selects, ...one.ctes.flatMap((cte) => cte.query?.selects ?? [])];
    const words = new Set(read.flatMap((s) => [...wordsOf(s.clauses.get('from') ?? [])]));
    for (const { name } of other.ctes)
      if (!known.has(name) && words.has(name)) this.rows.add(`${name}${where}`);
  }

  #ctes(before: readonly Cte[], after: readonly Cte[]): void {
    const known = new Map(before.map((cte) => [cte.name, cte]));
    for (const cte of after) {
      const old = known.get(cte.name);
      known.delete(cte.name);
      // one that is new is read by a clause that differs, or by nobody
      if (old === undefined) continue;
      if (old.query === undefined || cte.query === undefined || old.head !== cte.head) {
        if (textOf(old.tokens) !== textOf(cte.tokens)) this.changed.add(cte.name);
        if (old.head !== cte.head) this.unsure.add(`columns of ${cte.name}`);
      }
      if (old.query === undefined || cte.query === undefined) continue;
      const sizeBefore = this.changed.size;
      this.queries(old.query, cte.query, ` of ${cte.name}`);
      if (this.changed.size > sizeBefore)
        for (const { nodes } of cte.listed.filter((t) => t.kind === 'group'))
          for (const word of wordsOf(nodes)) this.changed.add(word);
    }
  }

  #selects(before: SelectShape, after: SelectShape, where: string): void {
    const [old, now] = [before.distinct, after.distinct].map((d) => d && textOf(d));
    if (old !== now) this.rows.add(`distinct${where}`);
    for (const name of new Set([...before.clauses.keys(), ...after.clauses.keys()])) {
      const texts = [before, after].map((s) => clauseText(name, s.clauses.get(name) ?? []));
      if (texts[0] === texts[1]) continue;
      if (name === 'window') this.#windows(before, after);
      // an order alone is none of a relation's, but an aggregate around it may meet its rows in this order
      else if (name !== 'order by' || after.distinct !== undefined || [before, after].some(isPicky))
        this.rows.add(`${name === 'from' ? joinWord(after, before) : name}${where}`);
      else if (where !== '') this.unsure.add(`order by${where}`);
    }
    const known = new Map(before.items.map((item) => [item.name, item.text]));
    const added: string[] = [];
    for (const { name, text } of after.items) {
      const was = known.get(name);
      if (was === undefined) added.push(name);
      else if (was !== text) this.changed.add(name);
    }
    const isGone = before.items.some((item) => after.items.every((a) => a.name !== item.name));
    this.#hidden(before, after);
    this.#hidden(after, before);
    const isInner = where !== '' && !after.clauses.has('group by');
    if (isInner && this.#othersAggregate && itemsText(before) !== itemsText(after))
      this.unsure.add(`aggregates${where}`);
    // nobody tells which of them it is that gives several rows
    if (this.#multiplies && itemsText(before) !== itemsText(after))
      this.unsure.add(`functions that give several rows${where}`);
    if ((added.length > 0 || isGone) && after.distinct?.length === 0)
      this.rows.add(`columns of distinct${where}`);
    if (before.inner.length === after.inner.length)
      after.inner.forEach(({ query, listed }, i) => {
        const was = before.inner[i];
        if (was === undefined) return;
        const sizeBefore = this.changed.size;
        this.queries(was.query, query, where === '' ? ' of a subquery' : where);
        if (this.changed.size > sizeBefore)
          for (const word of wordsOf(listed)) this.changed.add(word);
      });
  }

  /** A name that only one of them gives hides a column of this name from the clauses and items beside it, where the engine looks there first. */
  #hidden(before: SelectShape, after: SelectShape): void {
    const known = new Set(before.items.map((item) => item.name));
    for (const item of after.items) {
      const isPlain = item.tokens.length === 1 || item.tokens.at(-2)?.text === '.';
      if (known.has(item.name) || isPlain) continue;
      const others = after.items.filter((one) => one !== item).map((one) => one.tokens);
      const words = [...others, ...after.clauses.values()].flatMap((tokens) => [
        ...wordsOf(tokens),
      ]);
      if (words.includes(item.name)) this.changed.add(item.name);
    }
  }

  #windows(before: SelectShape, after: SelectShape): void {
    for (const item of [...before.items, ...after.items])
      if (item.tokens.some((t) => isWord(t, 'OVER'))) this.changed.add(item.name);
  }

  /** Branches of a union meet by position. */
  #positions(
    all: readonly SelectShape[],
    before: SelectShape,
    after: SelectShape,
    where: string,
    operators: readonly string[],
  ): void {
    after.items.forEach((item, i) => {
      const was = before.items[i];
      if (was?.text === item.text) return;
      const name = all[0]?.items[i]?.name;
      if (name !== undefined) this.changed.add(name);
      if (operators.some((o) => o !== 'union all'))
        this.rows.add(`columns of ${operators[0] ?? ''}${where}`);
    });
  }

  /** Whether a column that is computed otherwise is named where rows are decided. */
  decided(query: QueryShape, tainted: ReadonlySet<string>, where: string): void {
    const mentions = (tokens: readonly Token[]): string | undefined => {
      for (const word of wordsOf(tokens)) if (tainted.has(word)) return word;
      return hasWholeRow(tokens) ? [...tainted][0] : undefined;
    };
    for (const { name, query: inner } of query.ctes)
      if (inner !== undefined) this.decided(inner, tainted, ` of ${name}`);
    for (const select of query.selects) {
      for (const { query: inner } of select.inner) this.decided(inner, tainted, where);
      for (const [name, tokens] of select.clauses) {
        if (name === 'window' || (name === 'order by' && !isPicky(select))) continue;
        const byPlace = name === 'group by' || name === 'order by' || name === 'limit';
        const isPlaced =
          byPlace &&
          tokens.some((t) => isWord(t, 'ALL') || (t.kind === 'mark' && /^\d/.test(t.text))) &&
          name !== 'limit';
        const word = name === 'from' ? mentions(conditionsOf(tokens)) : mentions(tokens);
        const what = word ?? (isPlaced ? [...tainted][0] : undefined);
        if (what !== undefined) this.unsure.add(`${what} in ${name}${where}`);
      }
      const isTold = select.items.some((item) => mentions(item.tokens) !== undefined);
      if (select.distinct !== undefined && isTold) this.unsure.add(`values of distinct${where}`);
    }
    if (query.operators.some((o) => o !== 'union all') && this.changed.size > 0)
      this.unsure.add(`values of ${query.operators[0] ?? ''}${where}`);
  }
}

const joinWord = (after: SelectShape, before: SelectShape): string =>
  [after, before].some((s) => s.clauses.get('from')?.some((t) => isWord(t, 'JOIN')) === true)
    ? 'from and join'
    : 'from';

/** Names of columns that are made of those that changed, through all selects. */
function spread(changed: ReadonlySet<string>, queries: readonly QueryShape[]): ReadonlySet<string> {
  const tainted = new Set(changed);
  if (tainted.size === 0) return tainted;
  const visit = (query: QueryShape): void => {
    for (const cte of query.ctes) if (cte.query !== undefined) visit(cte.query);
    for (const select of query.selects) {
      select.inner.forEach((derived) => visit(derived.query));
      for (const item of select.items)
        if ([...wordsOf(item.tokens)].some((word) => tainted.has(word)) || hasWholeRow(item.tokens))
          tainted.add(item.name);
    }
  };
  for (let size = 0; size !== tainted.size;) {
    size = tainted.size;
    queries.forEach(visit);
  }
  return tainted;
}

/** The tokens of before with the names of CTEs and tables of now, where nothing but such a name differs. */
function renamed(before: readonly Token[], after: readonly Token[]): readonly Token[] {
  const [old, now] = [shapeOf(before).ctes, shapeOf(after).ctes];
  if (old.length !== now.length) return before;
  const words = new Set(wordsOf(before));
  const names = new Map(
    old.flatMap((cte, i): readonly (readonly [string, string])[] => {
      const name = now[i]?.name ?? cte.name;
      return name === cte.name || words.has(name) ? [] : [[cte.name, name]];
    }),
  );
  if (names.size === 0) return before;
  const walk = (tokens: readonly Token[]): readonly Token[] =>
    tokens.map((token) =>
      token.kind === 'group'
        ? { ...token, nodes: walk(token.nodes) }
        : { ...token, text: names.get(token.text) ?? token.text },
    );
  return walk(before);
}
