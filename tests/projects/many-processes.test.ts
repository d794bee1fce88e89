// Several command lines at once on one project with the embedded Postgres: they share its server, and the last one stops it.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, type EtlResult, scratch, type Scratch } from '../support/etl.ts';
import { PROJECT } from './support/bench.ts';

let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': PROJECT,
    'models/one.sql': 'select 1 as id, pg_sleep(0.3)::text as s',
    'models/two.sql': 'select 2 as id, pg_sleep(0.3)::text as s',
    'models/base.sql': 'select 7 as id',
  });
});
afterAll(() => project.dispose());

function serverLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes('postgres') && line.includes(project.dir) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/** Waits until it holds, some seconds at most. */
async function eventually(check: () => boolean): Promise<boolean> {
  for (let i = 0; i < 50; i++) {
    if (check()) return true;
    await new Promise((done) => {
      setTimeout(done, 100);
    });
  }
  return check();
}

const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });

test('the first start of all: two at once on a project without any server data', async () => {
  const [one, two] = await Promise.all([run('run', '-s', 'base'), run('run', '-s', 'base')]);
  expect(one.code, one.output).toBe(0);
  expect(two.code, two.output).toBe(0);
});

test('four shows and two runs of different models all succeed, and no server is left', async () => {
  let sawServer = false;
  const watch = setInterval(() => {
    sawServer ||= serverLines().length > 0;
  }, 20);
  const all = await Promise.all([
    run('run', '-s', 'one'),
    run('run', '-s', 'two'),
    ...[1, 2, 3, 4].map((i) =>
      run(
        'show',
        '--quiet',
        '--output',
        'json',
        '--inline',
        `select ${i} + id as n from {{ ref('base') }}`,
      ),
    ),
  ]);
  clearInterval(watch);
  for (const { code, output } of all) expect(code, output).toBe(0);
  expect(all.slice(2).map((r) => JSON.parse(r.stdout) as unknown)).toEqual(
    [8, 9, 10, 11].map((n) => ({ show: [{ n }] })),
  );
  expect(sawServer).toBe(true);
  expect(await eventually(() => serverLines().length === 0), serverLines().join('\n')).toBe(true);
  const after = await run(
    'show',
    '--quiet',
    '--output',
    'json',
    '--inline',
    "select a.id + b.id as n from {{ ref('one') }} a cross join {{ ref('two') }} b",
  );
  expect(JSON.parse(after.stdout)).toEqual({ show: [{ n: 3 }] });
});
