// A server that ends connections in the middle of a build: what can be done again is, once, and what cannot is told as it stands.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events/event.ts';
import { openBench, type Bench, type Ran } from './support/bench.ts';

const FLAKY = `create function public.flaky(code text) returns int language plpgsql as $$
  begin if nextval('public.tries') = 1 then raise exception 'collided' using errcode = code; end if; return 7; end $$`;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('postgres', {
    'models/slow.sql': "select 7 as id, pg_sleep(2)::text as s, 'slow one' as mark",
    'models/hooked.sql': `{{ config(pre_hook={'sql': "insert into public.log values ('hooked')", 'transaction': false}) }}
      select 7 as id, pg_sleep(2)::text as s`,
    'models/added.sql': `{{ config(materialized='incremental', incremental_strategy='append') }}\nselect 7 as id`,
    'models/collides.sql': "select public.flaky('40001') as id",
    'models/breaks.sql': "select public.flaky('22012') as id",
    'models/hook_after.sql': `{{ config(post_hook={'sql': 'select 1 / 0', 'transaction': false}) }}\nselect 7 as id`,
  });
  await bench.run(
    'create table public.log (t text)',
    'create sequence public.tries',
    FLAKY,
    'create table public.added (id int)',
    'insert into public.added values (1)',
    `create function public.slowly() returns trigger language plpgsql as 'begin perform pg_sleep(2); return new; end'`,
    'create trigger slowly before insert on public.added for each row execute function public.slowly()',
  );
});
afterAll(() => bench.close());

/** Runs one model, and ends its connection once that is busy with `seen`. */
async function cutOff(model: string, seen: string): Promise<{ ran: Ran; told: string[] }> {
  const told: string[] = [];
  const observe = (event: RunEvent): void => {
    if (event.kind === 'log') told.push(event.message);
  };
  const running = bench.call('run', { select: [model], observe });
  await expect
    .poll(
      () =>
        bench.value(
          `select count(pg_terminate_backend(pid)) from pg_stat_activity where state = 'active' and query ilike '%${seen}%' and pid <> pg_backend_pid() and now() - query_start > interval '300 ms'`,
        ),
      { interval: 50, timeout: 8000 },
    )
    .toBe('1');
  return { ran: await running, told };
}
const stateOf = (ran: Ran, name: string): string =>
  (ran.outcomes[name]?.diagnostics[0]?.related ?? []).map((r) => r.message).join();

test('a table that was being built is built again', async () => {
  const { ran, told } = await cutOff('slow', 'slow one');
  expect(ran.status, ran.told.join('\n')).toEqual({ slow: 'success' });
  expect(told).toEqual([expect.stringMatching(/^slow is tried again: .*terminat/)]);
  expect(await bench.rows('select id from public.slow')).toEqual(['7']);
  expect((await bench.relations()).filter((r) => r.includes('__etl'))).toEqual([]);
});

test('what a hook has done is not done twice', async () => {
  const { ran, told } = await cutOff('hooked', 'pg_sleep(2)::text');
  expect(ran.status).toEqual({ hooked: 'error' });
  expect(ran.told.join()).toContain('ETL5002');
  expect(told).toEqual([]);
  expect(stateOf(ran, 'hooked')).toMatch(
    /^now: table "etl"\."public"\."hooked" was not published: readers see what they saw before$/,
  );
  expect(await bench.rows('select * from public.log')).toEqual(['hooked']);
});

test('rows that may have been added are not added twice', async () => {
  const { ran, told } = await cutOff('added', 'insert into');
  expect(ran.status).toEqual({ added: 'error' });
  expect(told).toEqual([]);
  expect(stateOf(ran, 'added')).toMatch(/may have been published or not/);
  expect(await bench.rows('select * from public.added')).toEqual(['1']);
});

test('a serialization failure is tried again, another error is not', async () => {
  expect((await bench.call('run', { select: ['collides'] })).status).toEqual({
    collides: 'success',
  });
  expect(await bench.value('select last_value from public.tries')).toBe('2');
  await bench.run('alter sequence public.tries restart');
  const ran = await bench.call('run', { select: ['breaks'] });
  expect(ran.status).toEqual({ breaks: 'error' });
  expect(ran.told.join('\n')).toContain(
    'context: PL/pgSQL function flaky(text) line 2 at RAISE',
  );
});

test('a hook that fails after the publish: the new rows are there, and that is told', async () => {
  const ran = await bench.call('run', { select: ['hook_after'] });
  expect(ran.status).toEqual({ hook_after: 'error' });
  expect(stateOf(ran, 'hook_after')).toMatch(
    /had been published before that: readers see the new rows$/,
  );
  expect(await bench.rows('select id from public.hook_after')).toEqual(['7']);
});
