// Runs one case of the gallery in folders of its own.
import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { etl, ROOT, scratch, WITHOUT_CHECK } from '../../support/etl.ts';
import { PROJECT, projectWith, type GalleryCase, type Preparation } from './gallery-case.ts';
import { normalised } from './normalise.ts';
import { profiles, type Server } from './server.ts';

/** What came out of a case. */
export interface CaseResult {
  readonly code: number | null;
  /** normalised */
  readonly output: string;
  /** as it came */
  readonly raw: string;
  /** texts of the files that the command wrote, below target/ and logs/ */
  readonly written: readonly string[];
  readonly kept: Readonly<Record<string, number>>;
}

/** Names the secret of the environment; the second marker beside the server's password. */
export const ENVIRONMENT_SECRET = 'hunter2-of-the-environment';

const OTHER_USER = { uid: 65_534, gid: 65_534 };

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function run(
  { args, unprivileged, signal }: GalleryCase,
  bin: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  runs: (statement: string) => Promise<void>,
): Promise<Ended> {
  const isRoot = process.getuid?.() === 0;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(unprivileged === true && isRoot ? OTHER_USER : {}),
  });
  let output = '';
  let isSignalled = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (signal === undefined || isSignalled || !signal.seen.test(output)) return;
      isSignalled = true;
      void runs(signal.statement).then(() => child.kill(signal.name));
    });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done({ code, output }));
  });
}

async function textsBelow(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')));
}

async function writeFiles(
  dir: string,
  files: Readonly<Record<string, string | Uint8Array | null>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    if (content === null) continue;
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), content);
  }
}

/** Runs it; the folders are gone afterwards. */
export async function runCase(given: GalleryCase, server: Server): Promise<CaseResult> {
  const schema = given.name.replaceAll('-', '_');
  const folders = await scratch();
  const project = join(folders.dir, 'shop');
  const home = join(folders.dir, 'home');
  let undo: void | (() => Promise<void>) = undefined;
  try {
    // the embedded server of a run as root is another user, who must be able to get here
    await chmod(folders.dir, 0o755);
    await mkdir(home);
    const base =
      given.on === 'server'
        ? { 'dbt_project.yml': projectWith(), 'profiles.yml': profiles(server.output(schema)) }
        : { 'dbt_project.yml': PROJECT };
    await mkdir(project, { recursive: true });
    await writeFiles(project, { ...base, ...given.files });
    const env = {
      HOME: home,
      ...WITHOUT_CHECK,
      ETL_ENV_SECRET_TOKEN: ENVIRONMENT_SECRET,
      ...given.env,
    };
    const preparation: Preparation = {
      project,
      server,
      etl: async (...args) => {
        const { code, output } = await etl(args, { cwd: project, env });
        if (code !== 0) throw new Error(`etl ${args.join(' ')} ended with ${code}\n${output}`);
      },
    };
    if (given.before !== undefined) await server.run(schema, given.before);
    undo = await given.prepare?.(preparation);
    const bin = (await given.bin?.(project)) ?? join(ROOT, 'bin/etl.cjs');
    const ended = await run(given, bin, project, env, server.untilRuns);
    await given.after?.(preparation);
    const kept: Record<string, number> = {};
    for (const name of Object.keys(given.keeps ?? {})) kept[name] = await server.rows(schema, name);
    const written = [
      ...(await textsBelow(join(project, 'target'))),
      ...(await textsBelow(join(project, 'logs'))),
    ];
    const masks = [
      ...(given.masks ?? []),
      [new RegExp(basename(folders.dir), 'g'), '<scratch>'] as const,
    ];
    const places = { project, home, port: server.port, masks };
    return { ...ended, output: normalised(ended.output, places), raw: ended.output, written, kept };
  } finally {
    await undo?.();
    await folders.dispose();
  }
}
