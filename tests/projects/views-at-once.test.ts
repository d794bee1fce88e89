// Views are planned from what stood there when the run began, and published in one message that looks again: whatever somebody
// else does in between, the view takes the long way and nothing of it is lost. Of Postgres alone.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, type Ran, openBench } from './support/bench.ts';

const MODELS = {
  // holds the run up until the test lets it go
  'models/first.sql': `{{ config(materialized='table') }} select pg_advisory_xact_lock(77)::text as waited`,
  'models/v.sql': `{{ config(materialized='view') }} select 1 as id, 'a'::text as b -- {{ ref('first') }}`,
};

let bench: Bench;
beforeEach(async () => {
  bench = await openBench('postgres', MODELS);
});
afterEach(() => bench.close());

/** Runs the project with something that somebody else does between its first look and the turn of the view. */
async function meanwhile(happens: (schema: string) => readonly string[]): Promise<Ran> {
  const [schema = ''] = await bench.rows(
    `select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'first'`,
  );
  return bench.connection.withSession('somebody', async (session) => {
    const send = async (sql: string): Promise<void> => {
      await session.execute({ sql, verb: 'write', repeatable: false });
    };
    await send('select pg_advisory_lock(77)');
    const running = bench.call('run');
    for (let tries = 0; ; tries++) {
      const waiting = `select count(*)::int as n from pg_locks where locktype = 'advisory' and objid = 77 and not granted`;
      const { rows } = await session.read({ sql: waiting, verb: 'read', repeatable: true });
      if (rows[0]?.[0] === 1) break;
      if (tries > 400) throw new Error('the run never waited');
      await new Promise((done) => setTimeout(done, 25));
    }
    for (const sql of happens(schema)) await send(sql);
    await send('select pg_advisory_unlock(77)');
    return running;
  });
}

test('options that were set meanwhile stay', async () => {
  expect((await bench.call('run')).ok).toBe(true);
  const ran = await meanwhile((schema) => [
    `alter view ${schema}.v set (security_barrier = true)`,
  ]);
  expect(ran.told).toEqual([]);
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  expect(await bench.value(`select reloptions::text from pg_class where relname = 'v'`)).toBe(
    '{security_barrier=true}',
  );
});

test('a table that has taken the place meanwhile is told of before it is replaced', async () => {
  expect((await bench.call('run')).ok).toBe(true);
  const ran = await meanwhile((schema) => [
    `drop view ${schema}.v`,
    `create table ${schema}.v as select 9 as id`,
  ]);
  expect(ran.told.join('\n')).toContain('ETL4001');
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  expect(await bench.value(`select relkind::text from pg_class where relname = 'v'`)).toBe('v');
});

test('a column that another view reads is taken away: the view goes the way that keeps the other one', async () => {
  expect((await bench.call('run')).ok).toBe(true);
  await bench.write({ 'models/v.sql': `{{ config(materialized='view') }} select 1 as id -- {{ ref('first') }}` });
  const ran = await meanwhile((schema) => [
    `create view ${schema}.reader as select b from ${schema}.v`,
  ]);
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  expect(ran.told.join('\n')).toContain('reader');
});

test('what is granted, described or indexed while a table is built stays with it', async () => {
  expect((await bench.call('run')).ok).toBe(true);
  await bench.run('create role meanwhile_reader');
  const ran = await meanwhile((schema) => [
    `grant select on ${schema}.first to meanwhile_reader`,
    `comment on table ${schema}.first is 'theirs'`,
    `create index first_theirs on ${schema}.first (waited)`,
    `alter table ${schema}.first enable row level security`,
  ]);
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  const kept = await bench.rows(
    `select concat_ws(' ', has_table_privilege('meanwhile_reader', c.oid, 'select'), obj_description(c.oid), c.relrowsecurity,
       (select count(*) from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = c.oid and x.relname = 'first_theirs'))
     from pg_class c where c.relname = 'first'`,
  );
  expect(kept).toEqual(['t theirs t 1']);
});

test('a hook that discards what was prepared leaves the later nodes as they are', async () => {
  await bench.write({
    'models/first.sql': `{{ config(materialized='table', post_hook={'sql': 'discard all', 'transaction': false}) }} select 1 as one`,
    'models/third.sql': `{{ config(materialized='table') }} select 3 as id -- {{ ref('first') }}`,
  });
  expect((await bench.call('run', { threads: 1 })).ok).toBe(true);
  const ran = await bench.call('run', { threads: 1 });
  expect(ran.told).toEqual([]);
  expect(ran.ok).toBe(true);
});

test('a first view waits for whoever works on the name', async () => {
  expect((await bench.call('run', { select: ['first'] })).ok).toBe(true);
  const ran = await meanwhile((schema) => [`create view ${schema}.v as select 'theirs' as own`]);
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  expect(await bench.value(`select id::text from ${(await bench.relations())[0]?.split('.')[0] ?? ''}.v`)).toBe('1');
});
