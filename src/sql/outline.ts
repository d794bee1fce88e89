// Where in a SQL text queries stand and which clauses they have: brackets and words, no grammar. Whatever it cannot follow it leaves out,
// so that those who look for a fault find none there.
import { tokensOf, type Token } from './tokens.ts';

export type ClauseName =
  | 'select'
  | 'from'
  | 'prewhere'
  | 'where'
  | 'group by'
  | 'having'
  | 'qualify'
  | 'window'
  | 'order by'
  | 'limit'
  | 'offset'
  | 'fetch'
  | 'settings'
  | 'for';

/** Indexes of tokens, `end` exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One SELECT. What stands behind the last arm of a set operation is part of that arm. */
export interface Arm {
  readonly range: Range;
  /** from the first word of the clause on */
  readonly clauses: ReadonlyMap<ClauseName, Range>;
}

/** A query: the whole text, or one in brackets. */
export interface Query {
  readonly range: Range;
  readonly arms: readonly Arm[];
  /** by lower-case name, without quotes; only those of this query's own WITH */
  readonly ctes: ReadonlyMap<string, Query>;
  /** the query in whose brackets it stands */
  readonly outer?: Query;
}

export interface Outline {
  readonly sql: string;
  readonly tokens: readonly Token[];
  /** the bracket that closes, or opens, the one at an index */
  readonly partner: ReadonlyMap<number, number>;
  /** outermost first */
  readonly queries: readonly Query[];
}

const OPENS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const CLOSES = new Set(Object.values(OPENS));

/** Pairs of brackets; undefined where they do not match. */
function partners(tokens: readonly Token[]): ReadonlyMap<number, number> | undefined {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const [i, { kind, text }] of tokens.entries()) {
    if (kind !== 'sign') continue;
    if (text in OPENS) open.push(i);
    else if (CLOSES.has(text)) {
      const at = open.pop();
      if (at === undefined || OPENS[tokens[at]?.text ?? ''] !== text) return undefined;
      pairs.set(at, i);
      pairs.set(i, at);
    }
  }
  return open.length === 0 ? pairs : undefined;
}

const SINGLE: ReadonlySet<string> = new Set([
  'from',
  'prewhere',
  'where',
  'having',
  'qualify',
  'window',
  'limit',
  'offset',
  'fetch',
  'settings',
  'for',
]);
const PAIRED: ReadonlySet<string> = new Set(['group', 'order']);
const SET_WORDS: ReadonlySet<string> = new Set(['union', 'intersect', 'except']);
/** Behind these no clause begins: the word is a name there. */
const EXPECTS_MORE: ReadonlySet<string> = new Set(
  ', . = < > <= >= <> != + - / % || :: ( as select and or not in on by distinct between like'.split(
    ' ',
  ),
);

class Outliner {
  readonly queries: Query[] = [];
  readonly #tokens: readonly Token[];
  readonly #partner: ReadonlyMap<number, number>;

  constructor(tokens: readonly Token[], partner: ReadonlyMap<number, number>) {
    this.#tokens = tokens;
    this.#partner = partner;
  }

  /** The query of a range, with all that stand inside it; undefined when the range is none. */
  query(range: Range, outer?: Query): Query | undefined {
    const first = this.#word(range.start);
    if (first !== 'select' && first !== 'with') return undefined;
    const ctes = new Map<string, Query>();
    const arms: Arm[] = [];
    const query: Query = { range, arms, ctes, ...(outer === undefined ? {} : { outer }) };
    this.queries.push(query);
    let at = range.start;
    let armStart: number | undefined;
    while (at < range.end) {
      const word = this.#word(at);
      const close = this.#partner.get(at);
      if (close !== undefined && close > at) {
        const named = armStart === undefined ? this.#cteName(at) : undefined;
        const inner = this.#inside({ start: at + 1, end: close }, query);
        if (named !== undefined && inner !== undefined) ctes.set(named, inner);
        at = close + 1;
        continue;
      }
      if (word === 'select' && armStart === undefined) armStart = at;
      else if (armStart !== undefined && this.#isSetWord(at)) {
        arms.push(this.#arm({ start: armStart, end: at }));
        armStart = undefined;
      }
      at++;
    }
    if (armStart !== undefined) arms.push(this.#arm({ start: armStart, end: range.end }));
    return query;
  }

  /** What stands in brackets: a query, or an expression that may hold some. */
  #inside(range: Range, outer: Query): Query | undefined {
    const query = this.query(range, outer);
    if (query !== undefined) return query;
    for (let at = range.start; at < range.end; at++) {
      const close = this.#partner.get(at);
      if (close === undefined || close < at) continue;
      this.#inside({ start: at + 1, end: close }, outer);
      at = close;
    }
    return undefined;
  }

  /** `name as (`, `name (a, b) as (`, `name as not materialized (`: the name before the bracket. */
  #cteName(open: number): string | undefined {
    let at = open - 1;
    if (this.#word(at) === 'materialized') at--;
    if (this.#word(at) === 'not') at--;
    if (this.#word(at) !== 'as') return undefined;
    at--;
    const before = this.#partner.get(at);
    if (before !== undefined && before < at) at = before - 1;
    return plainName(this.#tokens[at]);
  }

  #isSetWord(at: number): boolean {
    if (!SET_WORDS.has(this.#word(at) ?? '')) return false;
    const next = this.#word(at + 1);
    const behind = next === 'all' || next === 'distinct' ? at + 2 : at + 1;
    const begins = this.#word(behind) ?? this.#tokens[behind]?.text;
    const inBrackets = this.#word(behind + 1);
    return (
      begins === 'select' ||
      begins === 'with' ||
      (begins === '(' && (inBrackets === 'select' || inBrackets === 'with' || behind > at + 1))
    );
  }

  #arm(range: Range): Arm {
    const starts: { name: ClauseName; at: number }[] = [{ name: 'select', at: range.start }];
    for (let at = range.start + 1; at < range.end; at++) {
      const close = this.#partner.get(at);
      if (close !== undefined && close > at) at = close;
      else {
        const name = this.#clauseAt(at);
        if (name !== undefined) starts.push({ name, at });
      }
    }
    const clauses = new Map<ClauseName, Range>();
    for (const [i, { name, at }] of starts.entries())
      if (!clauses.has(name)) clauses.set(name, { start: at, end: starts[i + 1]?.at ?? range.end });
    return { range, clauses };
  }

  #clauseAt(at: number): ClauseName | undefined {
    const word = this.#word(at);
    if (word === undefined || (!SINGLE.has(word) && !PAIRED.has(word))) return undefined;
    const before = this.#tokens[at - 1];
    if (before === undefined || (before.kind !== 'name' && EXPECTS_MORE.has(before.text)))
      return undefined;
    if (!PAIRED.has(word)) return word as ClauseName;
    return this.#word(at + 1) === 'by' ? (`${word} by` as ClauseName) : undefined;
  }

  #word(at: number): string | undefined {
    const token = this.#tokens[at];
    return token?.kind === 'word' ? token.text : undefined;
  }
}

/** A name without quotes, in lower case; undefined of what is none. */
export function plainName(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text;
  return token?.kind === 'name' ? token.text.slice(1, -1).toLowerCase() : undefined;
}

/** The outline of a text; undefined where its brackets do not match, or it is no query. `backslashEscapes` as in `scanSql`. */
export function outlineOf(sql: string, backslashEscapes = false): Outline | undefined {
  const tokens = tokensOf(sql, backslashEscapes);
  const partner = partners(tokens);
  if (partner === undefined) return undefined;
  const outliner = new Outliner(tokens, partner);
  const whole = outliner.query({ start: 0, end: tokens.length });
  return whole === undefined ? undefined : { sql, tokens, partner, queries: outliner.queries };
}
