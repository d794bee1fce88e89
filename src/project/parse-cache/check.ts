import { sha256 } from '../../kernel/hash.ts';
import type { InvocationFacts } from '../../jinja/scope/settings.ts';
import type { FileSystem } from '../file-system.ts';
import { factNow, hashOfNames, textOfStat, YOUNG_MS } from './witness.ts';
import type { ReadText, Testimony } from './witness.ts';

export type Hash = (text: string) => string;

/** The world as it is now. */
export interface Present {
  readonly fs: FileSystem;
  readonly facts: Pick<InvocationFacts, 'flags' | 'args' | 'metadataEnvs'>;
  /** the one that the facts were kept with */
  readonly hash: Hash;
  readonly now: Date;
}

/** Whether a testimony still holds; if so, with the signatures of today. */
export type Verdict =
  | { readonly holds: false }
  | {
      readonly holds: true;
      readonly testimony: Testimony;
      readonly isRenewed: boolean;
      /** files with another text: for all but these it holds */
      readonly changed: readonly string[];
    };

/** Where more than so many files were changed, everything is read anew. */
const MOST_CHANGED = 20;

const NO: Verdict = { holds: false };

/** Whether a file still has the text it had: by its signature where that proves it, else by reading it. */
async function sameText(
  { fs, now }: Present,
  path: string,
  [signature, hash]: ReadText,
  read: (path: string) => Promise<string>,
): Promise<ReadText | undefined> {
  const found = fs.signature(path);
  if (signature !== '' && found?.text === signature) return [signature, hash];
  let text: string;
  try {
    text = await read(path);
  } catch {
    return undefined;
  }
  if (sha256(text) !== hash) return undefined;
  const isYoung = found === undefined || found.changedAt > now.getTime() - YOUNG_MS;
  return [isYoung ? '' : found.text, hash];
}

/** Looks at the world whether everything is as it was. Reads no more files than it must. */
export async function check(before: Testimony, present: Present): Promise<Verdict> {
  const { fs, facts, hash: hashed } = present;
  for (const [name, text] of Object.entries(before.facts))
    if (hashed(factNow(facts, name)) !== text) return NO;
  for (const [path, text] of Object.entries(before.stats))
    if (textOfStat(await fs.stat(path)) !== text) return NO;
  for (const [dir, hash] of Object.entries(before.lists))
    if (hashOfNames(await fs.list(dir)) !== hash) return NO;
  for (const [dir, hash] of Object.entries(before.folders))
    if (hashOfNames(await fs.folders(dir)) !== hash) return NO;
  for (const [path, was] of Object.entries(before.utf8))
    if ((await fs.isUtf8(path).catch(() => !was)) !== was) return NO;
  for (const [path, text] of Object.entries(before.signatures))
    if ((fs.signature(path)?.text ?? null) !== text) return NO;
  let isRenewed = false;
  const changed: string[] = [];
  const renewed = async (
    texts: Readonly<Record<string, ReadText>>,
    read: (path: string) => Promise<string>,
    mayChange: boolean,
  ): Promise<Readonly<Record<string, ReadText>> | undefined> => {
    const now: Record<string, ReadText> = {};
    for (const [path, was] of Object.entries(texts)) {
      const same =
        was[0] !== '' && fs.signature(path)?.text === was[0]
          ? was
          : await sameText(present, path, was, read);
      if (same === undefined) {
        // of what may hold secrets there is nothing to compare with
        if (!mayChange || was[1] === null || changed.push(path) > MOST_CHANGED) return undefined;
        now[path] = was;
        continue;
      }
      isRenewed ||= same[0] !== was[0];
      now[path] = same;
    }
    return now;
  };
  const texts = await renewed(before.texts, (path) => fs.readText(path), true);
  const exactTexts =
    texts && (await renewed(before.exactTexts, (path) => fs.readExactText(path), false));
  if (texts === undefined || exactTexts === undefined) return NO;
  return { holds: true, testimony: { ...before, texts, exactTexts }, isRenewed, changed };
}

type Answers = Readonly<Record<string, unknown>>;

/** Whether what was asked again was answered as before, but for the texts of changed files: a file may change while others are read. */
export function isAnsweredAlike(
  before: Testimony,
  now: Testimony,
  changed: readonly string[],
): boolean {
  const agree = (was: Answers, is: Answers): boolean =>
    Object.entries(is).every(([key, answer]) => !Object.hasOwn(was, key) || was[key] === answer);
  const hashes = (texts: Testimony['texts']): Answers =>
    Object.fromEntries(
      Object.entries(texts)
        .filter(([path]) => !changed.includes(path))
        .map(([path, [, hash]]) => [path, hash]),
    );
  return (
    agree(hashes(before.texts), hashes(now.texts)) &&
    agree(hashes(before.exactTexts), hashes(now.exactTexts)) &&
    (['lists', 'folders', 'stats', 'utf8'] as const).every((key) => agree(before[key], now[key]))
  );
}
