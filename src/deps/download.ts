// Files and answers from HTTP servers: the package registry and archives.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PackageSpec } from '../project/package-specs.ts';
import { cannotInstall, type DepsWorld } from './world.ts';

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
const MOST_BYTES = 512 * 1024 ** 2;

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server is not known',
  EAI_AGAIN: 'the name of the server cannot be looked up: there is no network',
  ECONNREFUSED: 'the server refuses the connection',
  ECONNRESET: 'the server broke the connection off',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to the server',
  ETIMEDOUT: 'the server does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  UND_ERR_SOCKET: 'the server broke the connection off',
};
const FOR_GOOD = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH']);

/** What a request failed with. */
export interface Failure {
  readonly reason: string;
  readonly status?: number;
  /** false: asking again may help */
  readonly final: boolean;
}
type Answer = { readonly bytes: Buffer } | Failure;

async function once(url: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: { 'user-agent': 'etl' },
    });
    const { status } = response;
    if (!response.ok) {
      await response.body?.cancel();
      return {
        reason: `the server answers ${status}`,
        status,
        final: status < 500 && status !== 429,
      };
    }
    if (Number(response.headers.get('content-length') ?? 0) > MOST_BYTES)
      return { reason: 'the file is larger than 512 MB', final: true };
    return { bytes: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    if (signal.aborted) return { reason: 'cancelled', final: true };
    if (error instanceof Error && error.name === 'TimeoutError')
      return { reason: 'the server does not answer', final: false };
    const cause =
      error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
    const said = cause instanceof Error ? cause.message : String(error);
    return { reason: REASONS[code] ?? said, final: FOR_GOOD.has(code) };
  }
}

/** Gets the body at a URL; asks again when that may help. */
export async function get(world: DepsWorld, url: string): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await once(url, world.signal);
    if ('bytes' in answer || answer.final || attempt === ATTEMPTS) return answer;
    await world.sleep(attempt * 1000);
  }
}

/** The bytes of an archive: from the web, or from the disk, relative to the project. */
export async function archiveBytes(
  world: DepsWorld,
  spec: PackageSpec,
  url: string,
): Promise<Buffer> {
  if (/^https?:\/\//i.test(url)) {
    const answer = await get(world, url);
    if ('bytes' in answer) return answer.bytes;
    throw cannotInstall(
      spec,
      `${url}: ${answer.reason}`,
      'Check the URL and the network, and run the command again.',
    );
  }
  if (/^[a-z][\w+.-]+:\/\//i.test(url) && !/^file:/i.test(url))
    throw cannotInstall(
      spec,
      'an archive is fetched by http or https, or is a file',
      'Write its URL, or its path below the project.',
    );
  try {
    return await readFile(
      /^file:/i.test(url) ? fileURLToPath(url) : resolve(world.projectDir, url),
    );
  } catch (error) {
    throw cannotInstall(
      spec,
      'there is no such file, or it cannot be read',
      'Check the path; it is taken relative to the project.',
      error,
    );
  }
}

/** Throws when the bytes are not those that somebody promised. */
export function requireSum(spec: PackageSpec, bytes: Buffer, sha1: string | undefined): void {
  if (sha1 === undefined) return;
  const found = createHash('sha1').update(bytes).digest('hex');
  if (found !== sha1.toLowerCase())
    throw cannotInstall(
      spec,
      `the archive has the sum ${found}, and the registry says ${sha1}`,
      'Somebody changed the archive, or it was not received whole; run the command again.',
    );
}
