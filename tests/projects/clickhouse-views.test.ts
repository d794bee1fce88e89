// A view is planned from what stood there when the run began, after a glance that it still does: what took its place meanwhile is
// told of, and a table is never replaced in silence. Of ClickHouse alone; views-at-once has what Postgres does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('clickhouse', {
    'models/v.sql': `{{ config(materialized='view') }} select 1 as id -- {{ ref('first') }}`,
  });
});
afterAll(() => bench.close());

/** A run of which the first model does something to the view before its turn. */
async function meanwhile(...hooks: readonly string[]): ReturnType<Bench['call']> {
  const config = `{{ config(materialized='table', post_hook=${JSON.stringify(hooks)}) }}`;
  await bench.write({ 'models/first.sql': `${config} select 1 as id` });
  return bench.call('run');
}

const MADE = 'create table {{ this.schema }}.v engine = MergeTree order by id as select 9 as id';
const DROPPED = 'drop table if exists {{ this.schema }}.v sync';
const kinds = async (): Promise<string> =>
  (await bench.relations()).filter((one) => /\.v |__etl/.test(one)).join('\n');

test('a table that has come to be where nothing was is told of', async () => {
  const ran = await meanwhile(MADE);
  expect(ran.told.join('\n')).toContain('ETL4001');
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  expect(await kinds()).toBe('default.v view');
});

test('so is one that has taken the place of the view', async () => {
  const ran = await meanwhile(DROPPED, MADE);
  expect(ran.told.join('\n')).toContain('ETL4001');
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
});

test('a view that is gone is made anew', async () => {
  const ran = await meanwhile(DROPPED);
  expect(ran.told).toEqual([]);
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  expect(await kinds()).toBe('default.v view');
});

test('what stays as it was is looked at once, and keeps its place', async () => {
  const ran = await meanwhile('select 1');
  expect(ran.told).toEqual([]);
  expect(ran.status).toEqual({ first: 'success', v: 'success' });
  expect(await bench.value('select id from v')).toBe('1');
});

test('a view that the engine refuses stays as it was, and nothing is left beside it', async () => {
  await bench.write({ 'models/w.sql': "{{ config(materialized='view') }}\nselect 3 as id" });
  await bench.call('run', { select: ['w'] });
  // the mark of a comment that is not closed may not swallow what is sent with it
  for (const text of ['select 3\n  + nothing as id', 'select 4 as id /* open'])  {
    await bench.write({ 'models/w.sql': `{{ config(materialized='view') }}\n${text}` });
    const ran = await bench.call('run', { select: ['w'] });
    expect(ran.status).toEqual({ w: 'error' });
    if (text.includes('nothing')) expect(ran.told.join('\n')).toContain('`nothing`');
    expect(await bench.value('select id from w')).toBe('3');
    expect((await bench.relations()).filter((one) => one.includes('__etl'))).toEqual([]);
  }
});

test('a table that is dropped while its rows are made is put where nothing is', async () => {
  await bench.write({
    'models/t.sql': `{{ config(materialized='table', pre_hook="drop table if exists {{ this }} sync") }} select 1 as id`,
  });
  await bench.call('run', { select: ['t'] });
  const ran = await bench.call('run', { select: ['t'] });
  expect(ran.told).toEqual([]);
  expect(ran.status).toEqual({ t: 'success' });
  expect(await bench.value('select id from t')).toBe('1');
});

test('a text cannot end its statement and begin another', async () => {
  await bench.run('create table kept engine = MergeTree order by x as select 1 as x');
  await bench.write({
    'models/n.sql': "{{ config(materialized='view') }}\nselect 3 as id, 'a;b' as t, ‘it's;’ as “u;” # it; has\n// it; has\n;",
  });
  for (let time = 0; time < 2; time++)
    expect((await bench.call('run', { select: ['n'] })).told).toEqual([]);
  const OUT = '4 as id);\ndrop table kept sync;\nselect * from (select 5 as id';
  // what looks like the beginning of a text to an eye that does not know the engine's quotes and comments
  const HIDDEN = ["‘'’ as t, ", '“"” as t, ', "1 // '\n as t, ", '1 as $a$, '];
  for (const kind of ['view', 'table'])
    for (const before of ['', ...HIDDEN]) {
      const text = `select ${before}${OUT}`;
      await bench.write({ 'models/n.sql': `{{ config(materialized='${kind}') }}\n${text}` });
      const ran = await bench.call('run', { select: ['n'] });
      expect(ran.status, text).toEqual({ n: 'error' });
      expect(ran.told.join('\n')).toContain('further statements belong into a hook');
      if (before === '')
        expect(ran.outcomes['n']?.diagnostics[0]?.at).toMatchObject({ line: 2, column: 16 });
    }
  expect(await bench.value('select id from n')).toBe('3');
  expect(await bench.value('select count() from kept')).toBe('1');
});
