// What a load found out, kept for the next one. A cache that does not fit, in whatever way, is no cache: nothing is ever said of it.
import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sha256 } from '../../kernel/hash.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { NodeId } from '../../kernel/node-id.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { UnitTestCase } from '../../manifest/unit-test-case.ts';
import type { Environment } from '../env-file.ts';
import type { LoadInput } from '../load.ts';
import { check, isAnsweredAlike } from './check.ts';
import type { Hash, Present } from './check.ts';
import { patchNodes, unpackManifest } from './unpack.ts';
import type { NodePatch } from './unpack.ts';
import type { Testimony, Witness } from './witness.ts';

/** Where a cache lies. What cannot be read is not there; what cannot be written is not kept. */
export interface CacheStore {
  /** the program that reads and writes it: what another one has left is nothing to this one */
  readonly identity: string;
  readHead(): Promise<string | undefined>;
  readBody(): Promise<Buffer | undefined>;
  /** writes the body, which comes in pieces, then the head that fits it; without a body the head alone */
  write(head: string, body?: readonly Uint8Array[]): Promise<void>;
  /** A key that only the user can read, for hashes of values that nobody else should guess; `make`: made where there is none. */
  key(make: boolean): Promise<Uint8Array | undefined>;
}

/** What a run needs besides the manifest. */
export interface RunFacts {
  readonly testArguments: ReadonlyMap<NodeId, Readonly<Record<string, unknown>>>;
  readonly unitTests: ReadonlyMap<NodeId, UnitTestCase>;
  readonly seeds: ReadonlyMap<NodeId, string>;
}

/** What an earlier load found out and still holds. */
export interface KeptParse {
  readonly manifest: Manifest;
  readonly diagnostics: readonly Diagnostic[];
  /** of what the connection shows to templates */
  readonly targetHash: string;
  /** whether secrets of the environment were read: of these it is not known whether they are what they were */
  readonly readSecrets: boolean;
  /** RunFacts as text: a command that only reads needs none of them */
  readonly run: () => string;
  readonly notes: Notes;
  /** files of which it is not what they are now: they have to be read */
  readonly changed: readonly string[];
  /** whether what was asked since was answered as before, but for those files */
  readonly agreesWith: (testimony: Testimony) => boolean;
  /** keeps what these were read as, unless it cannot be kept; `witness` has seen them being read */
  readonly keepChanges: (changes: Changes) => Promise<NoteWritten | undefined>;
  /** the signature of the manifest.json that was written from it last */
  readonly written: string | undefined;
  readonly noteWritten: NoteWritten;
}

/** Notes the signature of the manifest.json that was written from what is kept. */
export type NoteWritten = (signature: string) => Promise<void>;

/** What changed files were read as. */
export interface Changes {
  readonly witness: Witness;
  readonly patches: Readonly<Record<NodeId, NodePatch>>;
  /** whether a text holds a secret */
  readonly hidesFrom: (text: string) => boolean;
}

/** What a command that only reads wants to know without the connection. */
export interface Notes {
  readonly targetName: string;
  readonly targetDir: string;
  readonly flags: Readonly<Record<string, unknown>>;
  /** the variables that hold the secrets of the connection; undefined where these stand elsewhere */
  readonly secretsIn: readonly string[] | undefined;
  /** words of the connection that stand in every name: where a secret is the same, nothing can hide it */
  readonly openWords: readonly string[];
  /** how many there are of each kind */
  readonly counts: readonly (readonly [noun: string, count: number])[];
}

export interface Head {
  readonly identity: string;
  readonly asked: string;
  readonly isKeyed: boolean;
  readonly env: Readonly<Record<string, string | null>>;
  readonly readSecrets: boolean;
  /** the first moment at which something would be told differently */
  readonly until: number | null;
  readonly targetHash: string;
  readonly notes: Notes;
  readonly testimony: Testimony;
  /** texts that were changed since the body was written */
  readonly patches?: Readonly<Record<NodeId, NodePatch>>;
  /** the signature of the manifest.json that was written from it last */
  readonly written?: string;
  readonly checksum: number;
  /** lengths of the body's lines in bytes */
  readonly lines: readonly number[];
}

/** Everything that a caller may say, as one text. */
export const asked = (input: LoadInput): string =>
  JSON.stringify([
    input.projectDir,
    input.cwd,
    input.homeDir,
    input.profilesDir,
    input.profile,
    input.target,
    input.threads,
    input.targetPath,
    input.packagesInstallPath,
    input.versionCheck,
    input.vars,
  ]);

/** Without a key nothing may be hashed that could be guessed. */
export async function hashOf(
  store: CacheStore,
  isKeyed: boolean,
  make: boolean,
): Promise<Hash | undefined> {
  if (!isKeyed) return sha256;
  const key = await store.key(make);
  return key && ((text) => createHmac('sha256', key).update(text).digest('hex'));
}

/** Notes it in the head that `head` was written as. */
export const noteIn =
  (store: CacheStore, head: Head): NoteWritten =>
  (written) =>
    store.write(JSON.stringify({ ...head, written }));

/** Of what templates see of the connection. */
export const targetHashOf = (target: Readonly<Record<string, unknown>>): string =>
  sha256(JSON.stringify(target));

async function fitting(
  store: CacheStore,
  input: LoadInput,
  env: Environment,
  facts: Present['facts'],
): Promise<{ readonly head: Head; readonly changed: readonly string[] } | undefined> {
  const text = await store.readHead();
  if (text === undefined) return undefined;
  const head = JSON.parse(text) as Head;
  if (head.identity !== store.identity) return undefined;
  const { startedAt } = input.invocation;
  if (head.until !== null && startedAt.getTime() >= head.until) return undefined;
  const hash = await hashOf(store, head.isKeyed, false);
  if (hash === undefined || hash(asked(input)) !== head.asked) return undefined;
  for (const [name, was] of Object.entries(head.env)) {
    const value = env[name];
    if ((value === undefined ? null : hash(value)) !== was) return undefined;
  }
  const now = input.invocation.now();
  const verdict = await check(head.testimony, { fs: input.fs, facts, hash, now });
  if (!verdict.holds) return undefined;
  const { testimony, changed } = verdict;
  if (verdict.isRenewed) await store.write(JSON.stringify({ ...head, testimony }));
  return { head: { ...head, testimony }, changed };
}

/** How much of what an earlier load found out is asked for. */
export interface KeptWish {
  /** also where some files have another text */
  readonly nearly?: boolean;
  /** whether the manifest will not be asked for, as far as can be told */
  readonly nodesAside?: (kept: Pick<KeptParse, 'written' | 'notes'>) => boolean;
}

/** What an earlier load found out, if all that it asked would be answered the same today; else undefined. */
export async function keptParse(
  store: CacheStore,
  input: LoadInput,
  env: Environment,
  facts: Present['facts'],
  { nearly = false, nodesAside }: KeptWish = {},
): Promise<KeptParse | undefined> {
  try {
    const { head, changed = [] } = (await fitting(store, input, env, facts)) ?? {};
    if (changed.length > 0 && !nearly) return undefined;
    const body = head && (await store.readBody());
    if (head === undefined || body === undefined || crc32(body) !== head.checksum) return undefined;
    let end = 0;
    const ends = head.lines.map((length) => (end += length));
    const line = (i: number): string => body.toString('utf8', ends[i - 1] ?? 0, ends[i]);
    const { targetHash, readSecrets, notes } = head;
    let unpacked: Manifest | undefined;
    const manifestOf = (): Manifest => {
      if (unpacked !== undefined) return unpacked;
      unpacked = unpackManifest((i) => line(i + 2), input.invocation.startedAt);
      patchNodes(unpacked, head.patches ?? {});
      return unpacked;
    };
    // here, where lines of another shape are no cache
    if (nodesAside?.({ written: head.written, notes }) !== true) manifestOf();
    return {
      get manifest() {
        return manifestOf();
      },
      diagnostics: JSON.parse(line(0)) as readonly Diagnostic[],
      targetHash,
      readSecrets,
      notes,
      changed,
      agreesWith: (testimony) => isAnsweredAlike(head.testimony, testimony, changed),
      keepChanges: async (changes) => {
        const { withChanges } = await import('./keep-changes.ts');
        const now = await withChanges(store, head, changes);
        if (now === undefined) return undefined;
        await store.write(now.text);
        return noteIn(store, now.head);
      },
      written: head.written,
      noteWritten: noteIn(store, head),
      run: () => line(1),
    };
  } catch {
    // no JSON, another shape, a file that may not be read: all the same
    return undefined;
  }
}
