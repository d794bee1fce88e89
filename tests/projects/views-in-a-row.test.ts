// Views are sent ahead: one after the other on a connection, without waiting for the answers. Whatever is wrong with one of them,
// or happens to it or to the connection, is that one's own affair. Of Postgres alone.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { type Bench, type Ran, openBench } from './support/bench.ts';

const VIEWS = 30;
const names = Array.from({ length: VIEWS }, (_, i) => `v${String(i).padStart(2, '0')}`);
const PROJECT = `name: shop
version: '1.0.0'
profile: etl
models: {+materialized: view}
`;
const MODELS = {
  'dbt_project.yml': PROJECT,
  ...Object.fromEntries(names.map((name, i) => [`models/${name}.sql`, `select ${i} as id`])),
  // a chain: none is sent before the one above it is there
  ...Object.fromEntries(
    [0, 1, 2, 3, 4].map((i) => [
      `models/chain${i}.sql`,
      i === 0 ? 'select 1 as id' : `select id + 1 as id from {{ ref('chain${i - 1}') }}`,
    ]),
  ),
};

let bench: Bench;
beforeEach(async () => {
  bench = await openBench('postgres', MODELS);
});
afterEach(() => bench.close());

/** Runs everything; `most` is how many had begun and not ended at the same time. */
async function run(
  options: Parameters<Bench['call']>[1] = {},
  observe: (event: RunEvent) => void = () => undefined,
): Promise<Ran & { readonly most: number }> {
  let open = 0;
  let most = 0;
  const ran = await bench.call('run', {
    threads: 1,
    ...options,
    observe: (event) => {
      if (event.kind === 'node_started') most = Math.max(most, ++open);
      if (event.kind === 'node_finished') open -= 1;
      observe(event);
    },
  });
  return { ...ran, most };
}
const schemaOf = (): Promise<string> =>
  bench.value(`select relnamespace::regnamespace::text from pg_class where relname = 'v00'`);
const others = (ran: Ran, ...but: readonly string[]): readonly string[] => [
  ...new Set(Object.entries(ran.status).flatMap(([n, s]) => (but.includes(n) ? [] : [s]))),
];

test('all are made and made again, several on their way at once, none before what it reads', async () => {
  for (const threads of [1, 3]) {
    const ran = await run({ threads });
    expect(ran.told).toEqual([]);
    expect(others(ran)).toEqual(['success']);
    expect(ran.most).toBeGreaterThan(threads);
    const schema = await schemaOf();
    expect(await bench.value(`select id from ${schema}.chain4`)).toBe('5');
    const sum = names.map((name) => `select id from ${schema}.${name}`).join(' union all ');
    expect(await bench.value(`select sum(id) from (${sum}) as t`)).toBe('435');
    expect(ran.outcomes['v07']).toMatchObject({ message: 'CREATE VIEW', compiledCode: 'select 7 as id' });
  }
});

test('those that the server refuses fail alone, with their own message and place, and what is below them is skipped', async () => {
  expect((await run()).ok).toBe(true);
  await bench.write({
    'models/v03.sql': 'select 3 as id,\n  nope from nowhere',
    // what is left open would swallow what comes after it
    'models/v04.sql': 'select 4 as id /*',
    'models/v05.sql': "select 5 as id, 'left open as b",
    'models/v06.sql': 'select 6 as id */',
    'models/v09.sql': "select 9 as id, '' as b",
    'models/chain1.sql': "select id / 'x'::int as id from {{ ref('chain0') }} where",
  });
  const ran = await run();
  const bad = ['v03', 'v04', 'v05', 'v06', 'chain1'];
  expect(bad.map((name) => ran.status[name])).toEqual(bad.map(() => 'error'));
  expect(['chain2', 'chain3', 'chain4'].map((name) => ran.status[name])).toEqual(
    ['chain2', 'chain3', 'chain4'].map(() => 'skipped'),
  );
  expect(others(ran, ...bad, 'chain2', 'chain3', 'chain4')).toEqual(['success']);
  expect(ran.outcomes['v03']?.diagnostics).toMatchObject([
    { message: expect.stringContaining('nowhere') as string, at: { file: 'models/v03.sql', line: 2, column: 13 } },
  ]);
  const schema = await schemaOf();
  expect(await bench.value(`select id from ${schema}.v04`)).toBe('4');
  expect(await bench.value(`select b from ${schema}.v09`)).toBe('');
});

test('a template that asks the warehouse is rendered once, with its answers and what it has set', async () => {
  await bench.write({
    'models/v02.sql': `{% do log('told once', info=true) %}
{% do run_query('create schema if not exists elsewhere') %}{% do run_query('set search_path to elsewhere') %}
select '{{ run_query("show search_path").columns[0].values()[0] }}'::text as path, current_schemas(false)::text as found`,
    'models/v20.sql': 'select current_schemas(false)::text as found',
  });
  const logs: string[] = [];
  const ran = await run({}, (event) => {
    if (event.kind === 'log') logs.push(event.message);
  });
  expect(others(ran)).toEqual(['success']);
  expect(logs).toEqual(['told once']);
  expect(ran.told).toEqual([]);
  expect(await bench.value(`select path from ${await schemaOf()}.v02`)).toBe('elsewhere');
});

test('one that another run works on waits for it, and holds up no other', async () => {
  expect((await run()).ok).toBe(true);
  const schema = await schemaOf();
  let ended = 0;
  const ran = await bench.connection.withSession('somebody', async (session) => {
    const unlock = await session.lock({ schema, name: 'v03' });
    const running = run({ threads: 2 }, (event) => {
      if (event.kind === 'node_finished') ended += 1;
    });
    await expect.poll(() => ended, { timeout: 20_000 }).toBe(names.length + 4);
    await unlock?.();
    return running;
  });
  expect(others(ran)).toEqual(['success']);
});

/** Makes every CREATE VIEW take a while, so that something can happen in the midst of them. */
const slowly = (seconds = 0.05): Promise<void> =>
  bench.run(
    `create function public.slowly() returns event_trigger language plpgsql as 'begin perform pg_sleep(${seconds}); end'`,
    `create event trigger slowly on ddl_command_start when tag in ('CREATE VIEW') execute function public.slowly()`,
  );

test('a lost connection costs none of them', async () => {
  expect((await run()).ok).toBe(true);
  await slowly();
  let isCut = false;
  const ran = await run({}, (event) => {
    if (isCut || event.kind !== 'node_finished') return;
    isCut = true;
    void bench.run(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'etl:v%' and pid <> pg_backend_pid()`,
    );
  });
  expect(isCut).toBe(true);
  expect(ran.told.join('\n')).toBe('');
  expect(others(ran)).toEqual(['success']);
});

test('a stopped run begins no more of them, and tells of each how it ended', async () => {
  await slowly();
  const stop = new AbortController();
  const ran = await run({ signal: stop.signal }, (event) => {
    if (event.kind === 'node_finished') stop.abort();
  });
  const made = new Set((await bench.relations()).map((r) => /\.(\w+) /.exec(r)?.[1]));
  const by = (status: string): string[] =>
    Object.entries(ran.status).flatMap(([name, s]) => (s === status ? [name] : []));
  expect(by('success').length).toBeGreaterThan(0);
  expect(by('skipped').length).toBeGreaterThan(5);
  expect(Object.keys(ran.status)).toHaveLength(names.length + 5);
  for (const name of by('success')) expect(made.has(name), name).toBe(true);
  for (const name of by('skipped')) expect(made.has(name), name).toBe(false);
});

test('a run that is stopped ends at once, whatever waits in the server', async () => {
  await slowly(1);
  const stop = new AbortController();
  let begun = 0;
  let stoppedAt = 0;
  const ran = await run({ signal: stop.signal, threads: 2 }, (event) => {
    if (event.kind !== 'node_started' || ++begun < 4) return;
    setTimeout(() => {
      stoppedAt = Date.now();
      stop.abort();
    }, 300);
  });
  expect(Date.now() - stoppedAt).toBeLessThan(1000);
  const count = (status: string): number => Object.values(ran.status).filter((s) => s === status).length;
  expect(count('error')).toBeGreaterThan(0);
  expect(count('error')).toBeLessThanOrEqual(2);
  expect(count('success') + count('error') + count('skipped')).toBe(names.length + 5);
  expect(ran.told.filter((t) => !t.includes('stopped') && !t.includes('cancel'))).toEqual([]);
  // nor is anything made after that
  const made = await bench.relations();
  expect(made.length).toBeLessThanOrEqual(2);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await bench.relations()).toEqual(made);
});

test('views that take their time are shared out among the workers', async () => {
  await slowly(0.3);
  const ran = await run({ threads: 4 });
  expect(others(ran)).toEqual(['success']);
  const by = new Map<string, number>();
  for (const { thread } of Object.values(ran.outcomes)) by.set(thread, (by.get(thread) ?? 0) + 1);
  expect(by.size).toBe(4);
  expect(Math.max(...by.values())).toBeLessThanOrEqual(13);
});
