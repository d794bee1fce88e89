// What an engine's own reading of a query says of where its columns come from.
import { relationKey, type Column, type RelationName } from '../kernel/relation.ts';
import type { EngineConfig } from './contract.ts';
import type { ResultSet, Statement } from './statement.ts';

/** How a column becomes the value of another: as it is, in an expression, or many rows of it in one. */
export type Feed = 'copied' | 'computed' | 'aggregated';
/** How a column decides which rows there are: `rows` is what a function in FROM or an array is unfolded from. */
export type Decision = 'filter' | 'join' | 'group' | 'order' | 'rows';

/** A column of a relation that a query reads. */
export interface ReadColumn<How> {
  readonly relation: RelationName;
  readonly column: string;
  readonly how: How;
}

/** One column that a query gives. */
export interface ColumnLineage {
  readonly name: string;
  /** whose values it is made of, conditions inside its expression included */
  readonly feeds: readonly ReadColumn<Feed>[];
  /** which only decide what rows there are; none of `feeds` */
  readonly decides: readonly ReadColumn<Decision>[];
  /** why there may be more; empty where all is known */
  readonly unknown: readonly string[];
}

/** A query that has been taken as an empty relation. */
export interface TakenQuery {
  readonly target: RelationName;
  readonly select: string;
  readonly config: EngineConfig;
}

/** A question, and what its answer says, by `relationKey` of the target. */
export interface LineageQuestion {
  readonly statement: Statement;
  /** of which nothing is known when it fails */
  readonly about: readonly RelationName[];
  resolve(answer: ResultSet): ReadonlyMap<string, readonly ColumnLineage[]>;
}

/** What is known of the relations that queries read: names of columns by `relationKey`. */
export type KnownColumns = ReadonlyMap<string, readonly Pick<Column, 'name'>[]>;

/** The questions about queries that the engine has taken; where one fails nothing is known of its query. */
export type LineageQuestions = (
  taken: readonly TakenQuery[],
  schemas: readonly string[],
  known: KnownColumns,
) => readonly LineageQuestion[];

const STRENGTH: Readonly<Record<Feed, number>> = { copied: 0, computed: 1, aggregated: 2 };
export const stronger = (a: Feed, b: Feed): Feed => (STRENGTH[a] >= STRENGTH[b] ? a : b);

const keyOf = (relation: RelationName, column: string): string =>
  `${relationKey(relation)}.${column}`;

/** A sum of columns that are read. */
export class Found {
  readonly #feeds: Map<string, ReadColumn<Feed>> = new Map();
  readonly #decides: Map<string, ReadColumn<Decision>> = new Map();
  readonly #unknown: Set<string> = new Set();

  /** A column is part of the value. */
  feed(relation: RelationName, column: string, how: Feed): void {
    const key = keyOf(relation, column);
    const before = this.#feeds.get(key);
    this.#feeds.set(key, {
      relation,
      column,
      how: before === undefined ? how : stronger(before.how, how),
    });
  }

  /** Something cannot be resolved. */
  doubt(why: string): void {
    this.#unknown.add(why);
  }

  /** Another value is part of this one. */
  take(other: Found, how: Feed): void {
    for (const { relation, column, how: before } of other.#feeds.values())
      this.feed(relation, column, stronger(before, how));
    this.#alsoDecidedBy(other);
  }

  /** Another value decides about the rows of this one. */
  decidedBy(other: Found, how: Decision): void {
    for (const [key, { relation, column }] of other.#feeds)
      if (!this.#decides.has(key)) this.#decides.set(key, { relation, column, how });
    this.#alsoDecidedBy(other);
  }

  #alsoDecidedBy(other: Found): void {
    for (const [key, one] of other.#decides)
      if (!this.#decides.has(key)) this.#decides.set(key, one);
    for (const why of other.#unknown) this.#unknown.add(why);
  }

  /** It as the lineage of a column. */
  lineage(name: string): ColumnLineage {
    return {
      name,
      feeds: [...this.#feeds.values()],
      decides: [...this.#decides].flatMap(([key, one]) => (this.#feeds.has(key) ? [] : [one])),
      unknown: [...this.#unknown],
    };
  }
}

/** Values that are asked for again and again and may be part of themselves, as columns of recursive queries are. */
export class Memo<Key extends object> {
  readonly #done: Map<Key, Map<string, Found>> = new Map();
  readonly #open: { readonly key: Key; readonly part: string }[] = [];
  /** the lowest open place that what is being worked out has come upon */
  #lowest: number = Infinity;

  /** The value of a part of a key, which `work` adds up. A value inside itself adds nothing to it. */
  get(key: Key, part: string, work: (into: Found) => void): Found {
    const known = this.#done.get(key)?.get(part);
    if (known !== undefined) return known;
    const found = new Found();
    const place = this.#open.findIndex((one) => one.key === key && one.part === part);
    if (place >= 0) {
      this.#lowest = Math.min(this.#lowest, place);
      return found;
    }
    const depth = this.#open.length;
    const outside = this.#lowest;
    this.#lowest = Infinity;
    this.#open.push({ key, part });
    work(found);
    this.#open.pop();
    // what misses the part that is still being worked out is not the whole value
    if (this.#lowest >= depth) {
      const parts = this.#done.get(key) ?? new Map<string, Found>();
      this.#done.set(key, parts.set(part, found));
      this.#lowest = Infinity;
    }
    this.#lowest = Math.min(outside, this.#lowest);
    return found;
  }
}
