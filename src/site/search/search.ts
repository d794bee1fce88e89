// The search over everything that has a page: pure, so that it is tested and measured without a browser.
import type { NodeRow, TextShard } from '../data/format.ts';
import { padded, similarityTo } from './similarity.ts';

/** A node as the search looks at it: small letters, columns between line ends. */
interface Entry {
  readonly name: string;
  readonly padded: string;
  readonly columns: string;
  readonly tags: readonly string[];
  readonly about: string;
  readonly bonus: number;
  readonly weight: number;
}
export type Hit = 'name' | 'column' | 'tag' | 'about' | 'text';
export interface Result {
  readonly node: number;
  readonly score: number;
  /** where the best word was found */
  readonly hit: Hit;
  /** the column that was found, as it is written */
  readonly column?: string;
}

const SHOWN = 100;
/** Points of a word that was found. */
const POINTS = {
  whole: 100,
  start: 60,
  word: 40,
  inside: 25,
  tag: 22,
  columnWhole: 20,
  columnWord: 12,
  columnInside: 8,
  about: 5,
  text: 2,
} as const;
/** Tests are named after what they test, and are seldom what is sought. */
const weightOf = (type: string): number => (type === 'test' || type === 'unit_test' ? 0.5 : 1);
/** What is sought most stands above what is sought as often by mistake. */
const BONUS: Readonly<Record<string, number>> = {
  model: 3,
  source: 2,
  snapshot: 2,
  seed: 2,
  exposure: 2,
  macro: 0.5,
};

/** Found nodes, best first. Every word of the query must be found; without any match, names that are much like it. */
export class Search {
  readonly #rows: readonly NodeRow[];
  readonly #entries: readonly Entry[];
  readonly #texts: string[];

  constructor(rows: readonly NodeRow[]) {
    this.#rows = rows;
    this.#texts = rows.map(() => '');
    this.#entries = rows.map((row) => ({
      name: row.name.toLowerCase(),
      padded: padded(row.name.toLowerCase()),
      columns: row.columns === undefined ? '' : `\n${row.columns.join('\n').toLowerCase()}\n`,
      tags: (row.tags ?? []).map((tag) => tag.toLowerCase()),
      about: `${row.about ?? ''} ${row.path ?? ''}`.toLowerCase(),
      bonus: BONUS[row.type] ?? 0,
      weight: weightOf(row.type),
    }));
  }

  /** Descriptions and SQL, which come later than the names. */
  addTexts(shard: TextShard): void {
    for (const [node, text] of shard) this.#texts[node] = text;
  }

  find(query: string, limit: number = SHOWN): readonly Result[] {
    const words = query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) return [];
    const found: Scored[] = [];
    for (const node of this.#entries.keys()) {
      const result = this.#match(node, words);
      if (result !== undefined) found.push(result);
    }
    const all = found.length > 0 ? found : this.#alike(words.join('_'));
    return best(all, limit, this.#rows).map(({ at, ...result }) => {
      const column = at === undefined ? undefined : this.#columnAt(result.node, at);
      return column === undefined ? result : { ...result, column };
    });
  }

  #match(node: number, words: readonly string[]): Scored | undefined {
    const entry = this.#entries[node];
    if (entry === undefined) return undefined;
    let score = entry.bonus;
    let top: Found = { points: 0, hit: 'text' };
    for (const word of words) {
      const one = matchWord(word, entry, this.#texts[node] ?? '');
      if (one === undefined) return undefined;
      score += one.points * entry.weight;
      if (one.points > top.points) top = one;
    }
    return {
      node,
      // of two names with the word in them the shorter one is closer to it
      score: score - Math.min(entry.name.length, 80) / 100,
      hit: top.hit,
      at: top.at,
    };
  }

  #columnAt(node: number, at: number): string | undefined {
    const { columns = '' } = this.#entries[node] ?? {};
    let place = -1;
    for (let i = columns.indexOf('\n'); i !== -1 && i <= at; i = columns.indexOf('\n', i + 1))
      place++;
    return this.#rows[node]?.columns?.[place];
  }

  #alike(query: string): readonly Scored[] {
    const similarity = similarityTo(query);
    return this.#entries.flatMap((entry, node): readonly Scored[] => {
      const alike = similarity(entry.padded);
      return alike < 0.4
        ? []
        : [{ node, score: alike + entry.bonus / 100, hit: 'name', at: undefined }];
    });
  }
}

/** A result before the column is looked up: that is done for those that are shown. */
interface Scored {
  readonly node: number;
  readonly score: number;
  readonly hit: Hit;
  readonly at: number | undefined;
}

interface Found {
  readonly points: number;
  readonly hit: Hit;
  /** of a column: where in the text of columns */
  readonly at?: number;
}

function matchWord(word: string, entry: Entry, text: string): Found | undefined {
  const { name, columns, tags, about } = entry;
  const at = name.indexOf(word);
  if (at === 0)
    return { points: name.length === word.length ? POINTS.whole : POINTS.start, hit: 'name' };
  if (at > 0) {
    const begins = isWordStart(name, at) || startsWord(name, word);
    return { points: begins ? POINTS.word : POINTS.inside, hit: 'name' };
  }
  if (tags.includes(word)) return { points: POINTS.tag, hit: 'tag' };
  const column = columns.indexOf(word);
  if (column !== -1) return columnFound(columns, word, column);
  if (about.includes(word)) return { points: POINTS.about, hit: 'about' };
  return text.includes(word) ? { points: POINTS.text, hit: 'text' } : undefined;
}

function columnFound(columns: string, word: string, first: number): Found {
  const whole = columns.indexOf(`\n${word}\n`);
  if (whole !== -1) return { points: POINTS.columnWhole, hit: 'column', at: whole };
  const start = columns.indexOf(`\n${word}`);
  if (start !== -1) return { points: POINTS.columnWord, hit: 'column', at: start };
  const points = isWordStart(columns, first) ? POINTS.columnWord : POINTS.columnInside;
  return { points, hit: 'column', at: first };
}

const isWordStart = (text: string, at: number): boolean => /[\W_]/.test(text[at - 1] ?? ' ');
function startsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    if (isWordStart(text, at)) return true;
  return false;
}

/** The best ones in their order; equal ones by name, then by number, so that the list never jumps. */
function best(
  found: readonly Scored[],
  limit: number,
  rows: readonly NodeRow[],
): readonly Scored[] {
  // a letter finds thousands: only what can be among the best is sorted by name
  const scores = Float64Array.from(found, ({ score }) => score).sort();
  const least = scores[Math.max(0, scores.length - limit)] ?? 0;
  const nameOf = ({ node }: Scored): string => rows[node]?.name ?? '';
  return found
    .filter(({ score }) => score >= least)
    .sort(
      (a, b) =>
        b.score - a.score ||
        (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a.node - b.node),
    )
    .slice(0, limit);
}
