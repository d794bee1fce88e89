// Runs the real command line on a project in a folder of its own.
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository, which is itself a project. */
export const ROOT: string = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const BIN = join(ROOT, 'bin/etl.cjs');

export interface EtlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** both, in the order in which they came */
  readonly output: string;
}

/** Colour codes are for people. */
// eslint-disable-next-line no-control-regex
const ANSI = /\u001b\[[0-9;]*m/g;
export const plain = (text: string): string => text.replace(ANSI, '');

export interface EtlOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** called with the process, to send it signals */
  readonly started?: (child: import('node:child_process').ChildProcess) => void;
}

/** A run starts no second engine to check what it builds, unless a test is about that. */
export const WITHOUT_CHECK = { ETL_CHECK_BEFORE_RUN: 'false' };

/** Runs `etl <args>` to its end; the environment holds only what is needed and what is given. */
export function etl(args: readonly string[], options: EtlOptions): Promise<EtlResult> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { PATH, HOME, ...WITHOUT_CHECK, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.started?.(child);
  const texts = { stdout: '', stderr: '', output: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      texts.output += text;
    });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) =>
      done({
        code,
        stdout: plain(texts.stdout),
        stderr: plain(texts.stderr),
        output: plain(texts.output),
      }),
    );
  });
}

/** A folder that is gone when `dispose` was called. */
export interface Scratch {
  readonly dir: string;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** An empty folder outside the repository, so that nothing above it is a project. */
export async function scratch(files: Readonly<Record<string, string>> = {}): Promise<Scratch> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'etl-test-')));
  // a server that root starts runs as another user, who must be able to enter
  await chmod(dir, 0o755);
  const write = async (more: Readonly<Record<string, string>>): Promise<void> => {
    for (const [file, text] of Object.entries(more)) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), text);
    }
  };
  await write(files);
  return { dir, write, dispose: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** What makes the reference project, without what was built from it. */
const PROJECT_PARTS = ['dbt_project.yml', 'models', 'seeds', 'macros', 'tests/data'] as const;

/** A copy of the reference project; `seeds` is a folder whose CSV files replace those of the same names. */
export async function referenceProject(seeds?: string): Promise<Scratch> {
  const copy = await scratch();
  for (const part of PROJECT_PARTS)
    await cp(join(ROOT, part), join(copy.dir, part), { recursive: true });
  if (seeds !== undefined)
    await cp(seeds, join(copy.dir, 'seeds'), {
      recursive: true,
      filter: (path) => path === seeds || path.endsWith('.csv'),
    });
  return copy;
}

/** Rows of a query against what was built, through `etl show`. */
export async function rowsOf(
  sql: string,
  project: string,
  ...flags: readonly string[]
): Promise<readonly Record<string, unknown>[]> {
  const result = await etl(
    ['show', '--quiet', '--limit', '-1', '--output', 'json', '--inline', sql, ...flags],
    { cwd: project },
  );
  if (result.code !== 0) throw new Error(`etl show ended with ${result.code}\n${result.output}`);
  return (JSON.parse(result.stdout) as { show: Record<string, unknown>[] }).show;
}
