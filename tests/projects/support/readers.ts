// Those who read what is being built, again and again, from connections of their own.
import type { Bench } from './bench.ts';

/** A query, and the answer that is always right. */
export type Source = readonly [sql: string, whole: string];

/** What the readers of each source have seen. */
export interface Seen {
  /** answers that are not right, and errors, with their query */
  readonly odd: readonly string[];
  /** how often each source was read */
  readonly reads: readonly number[];
}

/** Reads each source in a loop of its own until `work` has ended. */
export async function whileReading(
  bench: Bench,
  sources: readonly Source[],
  work: () => Promise<void>,
): Promise<Seen> {
  const odd: string[] = [];
  const reads = sources.map(() => 0);
  let isOver = false;
  const readers = sources.map(async ([sql, whole], i) => {
    while (!isOver) {
      try {
        const found = await bench.value(sql);
        if (found !== whole) odd.push(`${sql}: ${found}`);
      } catch (error) {
        odd.push(`${sql}: ${error instanceof Error ? error.message : String(error)}`);
      }
      reads[i] = (reads[i] ?? 0) + 1;
    }
  });
  try {
    await work();
  } finally {
    isOver = true;
    await Promise.all(readers);
  }
  return { odd, reads };
}

/** The longest that one answer to a query was waited for while `work` went on, in milliseconds. */
export async function longestWait(
  bench: Bench,
  sql: string,
  work: () => Promise<unknown>,
): Promise<number> {
  let isOver = false;
  let longest = 0;
  const reading = (async () => {
    while (!isOver) {
      const begun = performance.now();
      await bench.rows(sql);
      longest = Math.max(longest, performance.now() - begun);
      await new Promise((done) => setTimeout(done, 5));
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await reading;
  }
  return longest;
}
