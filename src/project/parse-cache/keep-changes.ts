// Keeps what changed files were read as beside what is kept of the rest.
import { hashOf } from './cache.ts';
import type { CacheStore, Changes, Head } from './cache.ts';

/** More changes than this, and the next load that reads one more reads everything. */
const MOST_PATCHES = 200;

/** The head of a cache with what was read of changed files; undefined where that cannot be kept. */
export async function withChanges(
  store: CacheStore,
  head: Head,
  { witness, patches: more, hidesFrom }: Changes,
): Promise<{ readonly head: Head; readonly text: string } | undefined> {
  const patches = { ...head.patches, ...more };
  if (Object.keys(patches).length > MOST_PATCHES) return undefined;
  const { testimony } = witness;
  const facts = Object.entries(testimony.facts);
  const env = [...witness.env];
  // without a key nothing may be hashed that could be guessed
  const isSaid = facts.length > 0 || env.some(([, value]) => value !== undefined);
  if (isSaid && !head.isKeyed) return undefined;
  const hash = await hashOf(store, head.isKeyed, false);
  if (hash === undefined) return undefined;
  const before = head.testimony;
  // manifest.json says what was before
  const { written: _, ...stays } = head;
  const now: Head = {
    ...stays,
    env: {
      ...head.env,
      ...Object.fromEntries(
        env.map(([name, value]) => [name, value === undefined ? null : hash(value)]),
      ),
    },
    readSecrets: head.readSecrets || witness.secretNames.size > 0,
    testimony: {
      texts: { ...before.texts, ...testimony.texts },
      exactTexts: { ...before.exactTexts, ...testimony.exactTexts },
      lists: { ...before.lists, ...testimony.lists },
      folders: { ...before.folders, ...testimony.folders },
      stats: { ...before.stats, ...testimony.stats },
      utf8: { ...before.utf8, ...testimony.utf8 },
      signatures: { ...before.signatures, ...testimony.signatures },
      facts: {
        ...before.facts,
        ...Object.fromEntries(facts.map(([name, value]) => [name, hash(value)])),
      },
    },
    patches,
  };
  const text = JSON.stringify(now);
  return hidesFrom(text) ? undefined : { head: now, text };
}
