import { crc32 } from 'node:zlib';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { LoadInput } from '../load.ts';
import { asked, hashOf, noteIn, targetHashOf } from './cache.ts';
import type { CacheStore, Head, Notes, NoteWritten, RunFacts } from './cache.ts';
import { packManifest } from './pack.ts';
import { NotKept, requirePlain, tagged } from './plain.ts';
import type { Witness } from './witness.ts';

const isSaid = (input: LoadInput): boolean => Object.keys(input.vars ?? {}).length > 0;

function plainText(value: unknown): string {
  requirePlain(value);
  return JSON.stringify(value);
}

/** The next time at which a model's deprecation date passes. */
function nextDeprecation({ nodes }: Manifest, after: number): number | null {
  const dates = Object.values(nodes).flatMap((node) =>
    node.resource_type === 'model' && node.deprecation_date !== null
      ? [Date.parse(node.deprecation_date)]
      : [],
  );
  const next = Math.min(...dates.filter((date) => date >= after));
  return Number.isFinite(next) ? next : null;
}

/** What is to be kept. */
export interface Found extends RunFacts {
  readonly manifest: Manifest;
  readonly diagnostics: readonly Diagnostic[];
  readonly target: Readonly<Record<string, unknown>>;
  readonly notes: Notes;
  /** whether a text holds a secret */
  readonly hidesFrom: (text: string) => boolean;
}

/** Keeps what a load found out, unless it cannot be kept: what depends on the clock, what holds a secret. */
export async function keepParse(
  store: CacheStore,
  input: LoadInput,
  witness: Witness,
  found: Found,
): Promise<NoteWritten | undefined> {
  if (witness.fleeting > 0) return undefined;
  try {
    const { testimony } = witness;
    const facts = Object.entries(testimony.facts);
    const isKeyed =
      isSaid(input) ||
      facts.length > 0 ||
      [...witness.env.values()].some((value) => value !== undefined);
    const hash = await hashOf(store, isKeyed, true);
    if (hash === undefined) return undefined;
    const { testArguments, unitTests, seeds } = found;
    const lines = [
      [plainText(found.diagnostics)],
      [JSON.stringify(tagged({ testArguments, unitTests, seeds }))],
      ...packManifest(found.manifest),
    ];
    const head: Omit<Head, 'checksum' | 'lines'> = {
      identity: store.identity,
      asked: hash(asked(input)),
      isKeyed,
      env: Object.fromEntries(
        [...witness.env].map(([name, value]) => [name, value === undefined ? null : hash(value)]),
      ),
      readSecrets: witness.secretNames.size > 0,
      until: nextDeprecation(found.manifest, input.invocation.startedAt.getTime()),
      targetHash: targetHashOf(found.target),
      notes: found.notes,
      // arguments repeat --vars, metadata the environment
      testimony: {
        ...testimony,
        facts: Object.fromEntries(facts.map(([name, text]) => [name, hash(text)])),
      },
    };
    const { hidesFrom } = found;
    if (hidesFrom(JSON.stringify(head))) return undefined;
    const body: Uint8Array[] = [];
    const lengths: number[] = [];
    let checksum = 0;
    for (const line of lines) {
      let length = 0;
      for (const piece of line) {
        if (hidesFrom(piece)) return undefined;
        const bytes = Buffer.from(piece);
        body.push(bytes);
        length += bytes.length;
        checksum = crc32(bytes, checksum);
      }
      lengths.push(length);
    }
    const whole: Head = { ...head, checksum, lines: lengths };
    await store.write(JSON.stringify(whole), body);
    return noteIn(store, whole);
  } catch (error) {
    if (!(error instanceof NotKept)) throw error;
    return undefined;
  }
}
