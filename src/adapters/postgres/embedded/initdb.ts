import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPlace } from './place.ts';
import { fileTrouble, systemCode, trouble } from './trouble.ts';

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const run = (
  program: string,
  args: readonly string[],
  options: Parameters<typeof spawn>[2],
): Promise<Ended> =>
  new Promise((done, failed) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const add = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.once('error', failed);
    child.once('close', (code) => done({ code, output }));
  });

// The builtin provider sorts by code point on every machine; the C library's orders differ from system to system.
const localeOf = (major: number): readonly string[] =>
  major >= 17 ? ['--locale-provider=builtin', '--locale=C.UTF-8'] : ['--locale=C.UTF-8'];

function refused(place: EmbeddedPlace, output: string): Error {
  const told = output.trim().split('\n').slice(-8).join('\n');
  if (/No space left on device/.test(output))
    return fileTrouble(place.dir, Object.assign(new Error(told), { code: 'ENOSPC' }));
  if (/could not look up effective user ID/.test(output))
    return trouble(
      'ETL5008',
      `the embedded Postgres cannot be initialised: the current user id has no name on this system\n${told}`,
      'Run as a user that is listed in /etc/passwd (in a container: add one), or use a server.',
    );
  return trouble(
    'ETL5008',
    `the embedded Postgres cannot be initialised in ${place.data}:\n${told}`,
    undefined,
  );
}

/** Creates the data directory beside its place and renames it there: of several processes exactly one wins. */
export async function initialise(
  place: EmbeddedPlace,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { data, binaries, user } = place;
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const fresh = `${data}.init-${randomBytes(4).toString('hex')}`;
  const program = join(binaries.native, 'bin', 'initdb');
  const args = ['-D', fresh, '-U', 'etl', '-E', 'UTF8', ...localeOf(binaries.major), '-A', 'trust'];
  try {
    const { code, output } = await run(program, [...args, '--no-sync', '--no-instructions'], {
      ...user,
      env,
      cwd: '/',
    });
    if (code !== 0) throw refused(place, output);
    renameSync(fresh, data);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process was faster.
    if (['ENOTEMPTY', 'EEXIST'].includes(systemCode(error))) return;
    throw systemCode(error) === '' ? error : fileTrouble(place.dir, error);
  }
}
