// Another process that uses the adapter: the compiled sources, and a small program around them.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;

// Enters the server `rounds` times, holds it for `hold` ms each time, and prints what it saw.
const PROGRAM = `
import { postgres } from './adapters/postgres/adapter.js';
const [projectDir, raw, rounds, hold] = process.argv.slice(2);
const { value } = postgres.parseTarget({ type: 'postgres', embedded: true, ...JSON.parse(raw) });
const seen = { ok: 0, errors: [], version: '', pids: [] };
for (let i = 0; i < Number(rounds); i++) {
  try {
    const connection = await postgres.connect(value, { projectDir, threads: 2, env: process.env, invocationId: 'x' });
    seen.version = connection.serverVersion;
    await connection.withSession('child', async (s) => {
      const { rows } = await s.read({ sql: 'select pg_sleep(' + Number(hold) / 1000 + ')::text', verb: 'read', repeatable: true });
      seen.ok += rows.length;
    });
    await connection.close();
  } catch (error) {
    seen.errors.push(error.diagnostics ? error.diagnostics : String(error.message) + ' ' + JSON.stringify(error.error));
  }
}
process.stdout.write(JSON.stringify(seen));
`;

interface ChildAnswer {
  readonly ok: number;
  readonly errors: readonly unknown[];
  readonly version: string;
}
interface ChildOptions {
  readonly rounds?: number;
  readonly holdMs?: number;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
}
export interface ChildProgram {
  run(projectDir: string, options?: ChildOptions): Promise<ChildAnswer>;
  remove(): Promise<void>;
}

/** Compiles the adapter to where packages are found and any user may read. */
export async function childProgram(): Promise<ChildProgram> {
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, 'etl-child-'));
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      // types are checked elsewhere; here a process has to run
      noCheck: true,
      outDir: dir,
      rootDir: join(root, 'src'),
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    include: [],
    files: ['adapter.ts', 'connection.ts'].map((f) => join(root, 'src/adapters/postgres', f)),
  };
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(join(dir, 'package.json'), '{"type":"module"}');
  await writeFile(join(dir, 'child.js'), PROGRAM);
  const exec = promisify(execFile);
  await exec(join(root, 'node_modules', '.bin', 'tsc'), ['-p', dir]);
  await exec('chmod', ['-R', 'a+rX', dir]);
  return {
    run: async (projectDir, { rounds = 1, holdMs = 10, output = {}, env = {}, user } = {}) => {
      const args = [
        join(dir, 'child.js'),
        projectDir,
        JSON.stringify(output),
        String(rounds),
        String(holdMs),
      ];
      const { stdout } = await exec(process.execPath, args, {
        env: { PATH: '/usr/bin:/bin', ...env },
        cwd: '/',
        ...user,
      });
      return JSON.parse(stdout) as ChildAnswer;
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
