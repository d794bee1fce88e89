// Two runs at once: of different models they go side by side, of the same one they never do, and --if-locked says what the second does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiOptions } from '../../src/api/index.ts';
import { openBench, type Bench, type Ran } from './support/bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('postgres', {
    'models/slow.sql': "select 7 as id, pg_sleep({{ var('seconds') }})::text as s",
    'models/below.sql': "select id from {{ ref('slow') }}",
    'models/viewed.sql': "{{ config(materialized='view') }}\nselect 1 as id",
    'models/beside.sql': 'select 1 as id',
  });
});
afterAll(() => bench.close());

interface Timed {
  readonly ran: Ran;
  readonly told: readonly string[];
  readonly endedAt: number;
}

async function run(
  select: readonly string[],
  seconds: number,
  more: ApiOptions = {},
): Promise<Timed> {
  const told: string[] = [];
  const ran = await bench.call('run', {
    select,
    vars: { seconds },
    ...more,
    observe: (event) => {
      if (event.kind === 'log') told.push(event.message);
    },
  });
  return { ran, told, endedAt: performance.now() };
}

/** Starts the slow model, and goes on once it is being built. */
async function building(seconds: number): Promise<{ readonly ended: Promise<Timed> }> {
  const ended = run(['slow'], seconds);
  await expect
    .poll(() =>
      bench.value(
        `select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(${seconds})%' and pid <> pg_backend_pid()`,
      ),
    )
    .toBe('1');
  return { ended };
}

test('the second run of a model waits and tells for whom; one of another model does not', async () => {
  const first = await building(3);
  const [one, again, beside] = await Promise.all([
    first.ended,
    run(['slow'], 0),
    run(['beside', 'viewed'], 0),
  ]);
  expect(one.ran.status).toEqual({ slow: 'success' });
  expect(again.ran.status, again.ran.told.join('\n')).toEqual({ slow: 'success' });
  expect(beside.ran.status).toEqual({ beside: 'success', viewed: 'success' });
  expect(again.told).toEqual([
    expect.stringMatching(
      /^slow waits: another run works on it: etl:slow \w{8} \(user etl, process \d+\), since [-\d]+ [:\d]+ UTC$/,
    ),
  ]);
  expect(beside.endedAt).toBeLessThan(one.endedAt);
  expect(one.endedAt).toBeLessThan(again.endedAt);
  expect(await bench.rows('select id from public.slow')).toEqual(['7']);
});

test('fail, a wait that is too short, and skip', async () => {
  const first = await building(4);
  const fail = await run(['slow+'], 0, { ifLocked: 'fail' });
  expect(fail.ran.status).toEqual({ slow: 'error', below: 'skipped' });
  expect(fail.ran.told.join()).toMatch(/^ETL5050 another run works on public\.slow: etl:slow /);
  const short = await run(['slow'], 0, { ifLocked: 'wait=300ms' });
  expect(short.ran.status).toEqual({ slow: 'error' });
  const skip = await run(['slow+', 'beside'], 0, { ifLocked: 'skip' });
  expect(skip.ran.status).toEqual({ slow: 'skipped', below: 'skipped', beside: 'success' });
  expect(skip.ran.ok).toBe(true);
  expect(skip.told).toEqual([
    expect.stringMatching(/^slow is skipped: another run works on public\.slow: etl:slow /),
  ]);
  expect((await first.ended).ran.status).toEqual({ slow: 'success' });
  expect(
    await bench.value(
      "select count(*) from pg_locks where locktype = 'advisory' and objsubid = 2 and pid <> pg_backend_pid()",
    ),
  ).toBe('0');
});

test('ten runs of the same models at once all end well', async () => {
  const all = await Promise.all(
    Array.from({ length: 10 }, () => run(['slow', 'below', 'viewed', 'beside'], 0)),
  );
  for (const { ran } of all)
    expect(Object.values(ran.status), ran.told.join('\n')).toEqual(Array(4).fill('success'));
  expect(await bench.rows('select id from public.below')).toEqual(['7']);
  expect((await bench.relations()).filter((r) => r.includes('__etl'))).toEqual([]);
});
