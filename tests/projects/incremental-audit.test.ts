// Incremental models of Postgres: what a run adds is tested as readers will see it, and taken back when a test fails.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const model = (config: string): string =>
  `{{ config(materialized='incremental', ${config}) }} select id, label from public.feed`;
const UNIQUE_LABELS = `models:
  - name: m
    columns:
      - name: label
        data_tests: [unique]
`;
const BELOW = "select count(*) as n from {{ ref('m') }}";

describe('tests before an incremental model is published', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', {
      'models/m.sql': model("incremental_strategy='append'"),
      'models/m.yml': UNIQUE_LABELS,
      'models/below.sql': BELOW,
    });
    await bench.run("create table public.feed as select * from (values (1, 'a'), (2, 'b')) v(id, label)");
    expect((await bench.call('build')).ok).toBe(true);
  });
  afterEach(() => bench.close());

  const rows = (): Promise<readonly string[]> =>
    bench.rows('select id, label from public.m order by 1, 2');
  const internal = async (): Promise<readonly string[]> =>
    (await bench.relations()).filter((r) => r.includes('__etl_'));

  test.each([
    ["incremental_strategy='append'", [['3', 'a']], ['1|a', '2|b', '3|a']],
    ["unique_key='id'", [['2', 'a']], ['1|a', '2|a']],
    ["unique_key='id', incremental_strategy='merge'", [['2', 'a']], ['1|a', '2|a']],
  ] as const)('%s: a failing test leaves what was there', async (config, delta, bad) => {
    await bench.write({ 'models/m.sql': model(config) });
    const values = delta.map(([id, label]) => `(${id}, '${label}')`).join(', ');
    await bench.run('delete from public.feed', `insert into public.feed values ${values}`);
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ m: 'error', unique_m_label: 'fail', below: 'skipped' });
    expect(ran.outcomes['m']?.message).toBe('not published: 1 test failed');
    expect(ran.outcomes['unique_m_label']?.sample?.rows).toEqual([['a', '2']].map(([l, n]) => [l, Number(n)]));
    expect(await rows()).toEqual(['1|a', '2|b']);
    // what was to be added can be looked at, until the next run of the model
    const [kept = ''] = await internal();
    expect(ran.told.join('\n')).toContain(kept.split(/[. ]/)[1]);
    expect(await bench.rows(`select id, label from ${kept.split(' ')[0]}`)).toEqual(
      delta.map((row) => row.join('|')),
    );
    const dbtsWay = await bench.call('build', { testBeforePublish: false });
    expect(dbtsWay.status).toEqual({ m: 'success', unique_m_label: 'fail', below: 'skipped' });
    expect(await rows()).toEqual(bad);
    expect(await internal()).toEqual([]);
  });

  test('a passing test publishes, with columns that are new and in one step', async () => {
    await bench.write({
      'models/m.sql': `{{ config(materialized='incremental', on_schema_change='append_new_columns', post_hook="insert into public.log select count(*) from {{ this }}") }} select 3 as id, 'c' as label, true as extra`,
    });
    await bench.run('create table public.log (n int)');
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(ran.outcomes['m']).toMatchObject({ status: 'success', message: 'INSERT 1', rows: 1 });
    expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
    expect(await bench.rows('select n from public.log')).toEqual(['3']);
    expect(await bench.value('select n from public.below')).toBe('3');
  });

  test('a failing test takes back new columns, hooks and the table of its own failing rows', async () => {
    await bench.write({
      'dbt_project.yml': "name: shop\nversion: '1.0.0'\nprofile: etl\nmodels: {+materialized: table}\ndata_tests: {+store_failures: true, +schema: audit}\n",
      'models/m.sql': `{{ config(materialized='incremental', on_schema_change='append_new_columns', post_hook="insert into public.log values (1)") }} select 3 as id, 'a' as label, true as extra`,
    });
    await bench.run('create table public.log (n int)');
    const ran = await bench.call('build');
    expect(ran.status['unique_m_label']).toBe('fail');
    const told = ran.told.join('\n');
    expect(told).not.toContain('rows are kept in "etl"."public_audit"');
    const staged = /failing rows are not kept in "etl"."public_audit"."unique_m_label", .*: look at its new rows in (\S+)/.exec(told)?.[1];
    expect(await bench.rows(`select id, label, extra from ${staged}`)).toEqual(['3|a|true']);
    expect(ran.outcomes['unique_m_label']?.relationName).toBeUndefined();
    expect(await bench.rows(`select attname from pg_attribute where attrelid = 'public.m'::regclass and attnum > 0 and not attisdropped order by attnum`)).toEqual(['id', 'label']);
    expect(await bench.rows('select n from public.log')).toEqual([]);
    expect(await bench.value("select to_regclass('public_audit.unique_m_label') is null")).toBe('true');
  });

  test('a test that only warns keeps its failing rows with what it let pass', async () => {
    const warning = UNIQUE_LABELS.replace('[unique]', '[unique: {config: {severity: warn, store_failures: true}}]');
    await bench.write({
      'models/m.yml': warning,
      'models/m.sql': `{{ config(materialized='incremental') }} select 3 as id, 'a' as label`,
    });
    const refused = await bench.call('build', { warnError: true });
    expect(refused.status['unique_m_label']).toBe('fail');
    expect(refused.told.join('\n')).toContain('failing rows are not kept in');
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ m: 'success', unique_m_label: 'warn', below: 'success' });
    expect(ran.told.join('\n')).toMatch(/failing rows are kept in \S+ if the model is published/);
    const stored = ran.outcomes['unique_m_label']?.relationName;
    expect(await bench.rows(`select * from ${stored}`)).toEqual(['a|2']);
  });

  test('a test cannot write or end the transaction, and one that fails to run publishes nothing', async () => {
    await bench.write({
      'models/m.yml': 'models: [{name: m}]',
      'models/m.sql': model("incremental_strategy='append'"),
      'tests/writes.sql': `select 1 from {{ ref('m') }} where nextval('public.s') > 0`,
      'tests/ends.sql': `select 1 from {{ ref('m') }}) x; commit; select (1`,
    });
    await bench.run('create sequence public.s');
    const ran = await bench.call('build');
    expect(ran.status).toMatchObject({ m: 'error', writes: 'error', ends: 'error' });
    expect(ran.told.join('\n')).toContain('read-only transaction');
    expect(await rows()).toEqual(['1|a', '2|b']);
    expect(await bench.value('select last_value from public.s')).toBe('1');
  });

  test('a test that spoils the transaction publishes nothing', async () => {
    await bench.write({
      'models/m.yml': 'models: [{name: m}]',
      'tests/spoils.sql': `{% if execute %}{% do run_query('insert into public.nowhere values (1)') %}{% endif %} select 1 from {{ ref('m') }}`,
    });
    const ran = await bench.call('build');
    expect(ran.status).toEqual({ m: 'error', spoils: 'error', below: 'skipped' });
    expect(ran.outcomes['m']?.message).toBe('not published: 1 test failed');
    expect(await rows()).toEqual(['1|a', '2|b']);
  });

  describe('a hook that ends the transaction', () => {
    test.each([
      "'commit'",
      "'insert into public.log values (1); commit; -- done'",
      "['-- now\\ncommit', 'insert into public.log values (1)']",
      "'commit; begin; insert into public.log values (1)'",
    ])('%s: the rows are published, and the tests run after that', async (hook) => {
      await bench.write({
        'models/m.sql': `{{ config(materialized='incremental', post_hook=${hook}) }} select 3 as id, 'a' as label`,
      });
      await bench.run('create table public.log (n int)');
      const ran = await bench.call('build');
      expect(ran.status).toEqual({ m: 'success', unique_m_label: 'fail', below: 'skipped' });
      expect(ran.outcomes['m']?.message).toBe('INSERT 1');
      expect(ran.told.map((told) => told.slice(0, 7))).toEqual(['ETL4060', 'ETL6001']);
      expect(ran.told.join('\n')).not.toContain('not published');
      expect(await rows()).toEqual(['1|a', '2|b', '3|a']);
      expect(await bench.rows('select n from public.log')).toEqual(hook === "'commit'" ? [] : ['1']);
      expect(await internal()).toEqual([]);
    });

    test('a rollback is refused before anything is built', async () => {
      await bench.write({
        'models/m.sql': `{{ config(materialized='incremental', post_hook=['select 1', 'rollback']) }} select 3 as id, 'c' as label`,
      });
      const ran = await bench.call('build');
      expect(ran.status).toEqual({ m: 'error', unique_m_label: 'skipped', below: 'skipped' });
      expect(ran.told.join('\n')).toMatch(/ETL4061 post-hook 2 of m rolls back the transaction/);
      expect(await rows()).toEqual(['1|a', '2|b']);
    });

    test.each(['build', 'run'] as const)('%s: what was committed is not written again after a collision', async (verb) => {
      const collides = `do $$ begin if nextval('public.tries') = 1 then raise exception 'collided' using errcode = '40001'; end if; end $$`;
      await bench.run('create sequence public.tries');
      await bench.write({
        'models/m.sql': `{{ config(materialized='incremental', incremental_strategy='append', post_hook=['commit', "${collides}"]) }} select 3 as id, 'c' as label`,
      });
      const ran = await bench.call(verb);
      expect(ran.status['m']).toBe('error');
      expect(ran.told.join('\n')).toContain('collided');
      expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
    });

    test('a lock that is met before the hook is waited for', async () => {
      await bench.write({
        'models/m.sql': `{{ config(materialized='table', post_hook='commit') }} select 3 as id, 'c' as label`,
      });
      let free = (): void => undefined;
      const held = bench.connection.withSession('holds', async (session) => {
        const sent = (sql: string) => session.execute({ sql, verb: 'hook' as const, repeatable: false });
        await sent('begin; lock table public.m in access share mode');
        await new Promise<void>((done) => (free = done));
        await sent('commit');
      });
      setTimeout(() => free(), 1500);
      const ran = await bench.call('run');
      await held;
      expect(ran.status['m']).toBe('success');
      expect(await rows()).toEqual(['3|c']);
    });

    test('is no hook whose text only looks like it', async () => {
      await bench.write({
        'models/m.sql': `{{ config(materialized='incremental', post_hook="do $$ begin perform 1; /* commit; */ end $$; select 'x; commit'") }} select 3 as id, 'a' as label`,
      });
      const ran = await bench.call('build');
      expect(ran.outcomes['m']?.message).toBe('not published: 1 test failed');
      expect(await rows()).toEqual(['1|a', '2|b']);
    });

    test('a test of the project that commits has published, whatever it finds', async () => {
      await bench.write({
        'models/m.sql': `{{ config(materialized='incremental') }} select 3 as id, 'a' as label`,
        'tests/commits.sql': `{% if execute %}{% do run_query('commit') %}{% endif %} select 1 from {{ ref('m') }} where id > 3`,
      });
      const ran = await bench.call('build');
      expect(ran.status).toMatchObject({ m: 'success', unique_m_label: 'fail', below: 'skipped' });
      expect(ran.told.join('\n')).not.toContain('not published');
      expect(await rows()).toEqual(['1|a', '2|b', '3|a']);
    });
  });

  describe('a publish that is repeated', () => {
    const collide = async (times: number): Promise<void> => {
      await bench.run(
        'create sequence public.commits',
        `create function public.collide() returns trigger language plpgsql as $$ begin
          if nextval('public.commits') <= ${times} then raise exception 'collided' using errcode = '40001'; end if;
          return null; end $$`,
        `create constraint trigger collide after insert on public.m deferrable initially deferred
          for each row when (new.id = 3) execute function public.collide()`,
        "insert into public.feed values (3, 'c')",
      );
      await bench.write({
        'models/m.sql': `${model("incremental_strategy='append'")} where id = 3`,
      });
    };
    const events = async (): Promise<readonly string[]> => {
      const seen: string[] = [];
      const ran = await bench.call('build', {
        observe: (event) => {
          if (event.kind === 'node_started') seen.push(`${event.position} ${event.id.split('.')[2]} started`);
          if (event.kind === 'node_finished')
            seen.push(`${event.position} ${event.outcome.id.split('.')[2]} ${event.outcome.status}`);
          if (event.kind === 'run_finished') seen.push(`${event.outcomes.length} outcomes`);
        },
      });
      expect(Object.keys(ran.outcomes)).toHaveLength(3);
      return seen;
    };

    test('tells each test once', async () => {
      await collide(2);
      expect(await events()).toEqual([
        '1 m started',
        '2 unique_m_label started',
        '2 unique_m_label pass',
        '1 m success',
        '3 below started',
        '3 below success',
        '3 outcomes',
      ]);
      expect(await rows()).toEqual(['1|a', '2|b', '3|c']);
      expect(await bench.value('select last_value from public.commits')).toBe('3');
    });

    test('forgets what was tested when it then fails before its tests', async () => {
      await collide(1);
      await bench.run(
        `create function public.refuse() returns trigger language plpgsql as $$ begin
          if (select is_called from public.commits) then raise exception 'refused'; end if;
          return new; end $$`,
        'create trigger refuse before insert on public.m for each row execute function public.refuse()',
      );
      expect(await events()).toEqual([
        '1 m started',
        '2 unique_m_label started',
        '1 m error',
        '2 unique_m_label skipped',
        '3 below skipped',
        '3 outcomes',
      ]);
    });
  });

  test('readers see the old rows until the tests are through', async () => {
    await bench.write({
      'models/m.yml': 'models: [{name: m}]',
      'tests/slow.sql': `select 1 from {{ ref('m') }} having count(*) <> 4 or pg_sleep(1) is null`,
    });
    const running = bench.call('build');
    const seen = new Set<string>();
    let done = false;
    void running.then(() => (done = true));
    while (!done) {
      seen.add(await bench.value('select count(*) from public.m'));
      await new Promise((resume) => setTimeout(resume, 20));
    }
    expect((await running).told).toEqual([]);
    seen.add(await bench.value('select count(*) from public.m'));
    expect([...seen]).toEqual(['2', '4']);
  });
});
