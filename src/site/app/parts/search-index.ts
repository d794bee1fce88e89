// The search over the site, made ready while nobody waits for it.
import { Search } from '../../search/search.ts';
import { loadTexts } from '../loader.ts';
import type { Site } from '../site.ts';

let made: { readonly site: Site; readonly search: Search } | undefined;

/** The search over this site; its texts are fetched when somebody begins to search. */
export function searchOf(site: Site): Search {
  if (made?.site === site) return made.search;
  const search = new Search(site.nodes);
  made = { site, search };
  return search;
}

/** Descriptions and SQL for the search; what cannot be loaded is not found. */
export async function fetchTexts(site: Site): Promise<void> {
  const search = searchOf(site);
  const shards = Array.from({ length: site.index.textShards }, (_, i) =>
    loadTexts(i).then(
      (shard) => search.addTexts(shard),
      () => undefined,
    ),
  );
  await Promise.all(shards);
}

/** They go every way that a query takes: names, columns, words in the middle, several words, nothing found. */
const TRIED = ['e', 'a', 'id', '_1', 'e a', 'select', 'zqxj'];
const ROUNDS = 3;

/**
 * Makes the search and tries it in the pauses of the browser: a browser runs new code ten times slower, and the first letter that
 * somebody types should not pay for that. Returns what stops it; `done` is called at its end.
 */
export function warmUp(site: Site, done: () => void): () => void {
  let asked = 0;
  let step = -1;
  const next = (): void => {
    if (step < 0) searchOf(site);
    else searchOf(site).find(TRIED[step % TRIED.length] ?? '', 12);
    step++;
    if (step >= TRIED.length * ROUNDS) done();
    else asked = whenIdle(next);
  };
  asked = whenIdle(next);
  return () => ('cancelIdleCallback' in globalThis ? cancelIdleCallback : clearTimeout)(asked);
}

const whenIdle = (work: () => void): number =>
  'requestIdleCallback' in globalThis
    ? requestIdleCallback(work, { timeout: 2000 })
    : Number(setTimeout(work, 50));
