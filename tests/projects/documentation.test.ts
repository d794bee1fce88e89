// persist_docs on both engines; grants, and care for what other users made, on Postgres.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

const COMMENTS = {
  postgres: `select c.relname, obj_description(c.oid), a.attname, col_description(c.oid, a.attnum)
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relname in ('told', 'told_view', 'told_seed') order by 1, a.attnum`,
  clickhouse: `select t.name, t.comment, c.name, c.comment from system.tables t join system.columns c on c.database = t.database and c.table = t.name
    where t.name in ('told', 'told_view', 'told_seed') and t.database = 'default' order by 1, c.position`,
} as const;

const yml = (word: string): string => `version: 2
models:
  - name: told
    description: "It's the ${word} table; \\"quoted\\""
    config: {persist_docs: {relation: true, columns: true}}
    columns:
      - {name: id, description: "the ${word} key"}
      - {name: word, description: "100 % ${word} $1 \\\\ text"}
  - name: told_view
    description: a ${word} view
    config: {persist_docs: {relation: true}, materialized: view}
seeds:
  - name: told_seed
    description: a ${word} seed
    config: {persist_docs: {relation: true, columns: true}}
    columns:
      - {name: id, description: seed ${word} key}
`;

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(engine, {
      'models/told.sql': `select 1 as id, 'a' as word`,
      'models/told_view.sql': `select id from {{ ref('told') }}`,
      'models/_docs.yml': yml('first'),
      'seeds/told_seed.csv': 'id\n1\n',
    });
  });
  afterAll(() => bench.close());

  test.each(['first', 'second'])(
    'descriptions become comments, and follow when they change: %s',
    async (word) => {
      await bench.write({ 'models/_docs.yml': yml(word) });
      expect((await bench.call('build')).told).toEqual([]);
      const none = engine === 'postgres' ? 'NULL' : '';
      expect(await bench.rows(COMMENTS[engine])).toEqual([
        `told|It's the ${word} table; "quoted"|id|the ${word} key`,
        `told|It's the ${word} table; "quoted"|word|100 % ${word} $1 \\ text`,
        `told_seed|a ${word} seed|id|seed ${word} key`,
        `told_view|a ${word} view|id|${none}`,
      ]);
    },
  );
});

describe('postgres', () => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA.postgres;
  beforeAll(async () => {
    bench = await openBench('postgres', {
      'models/base.sql': 'select 1 as id, 2 as more',
      'models/seen.sql': `{{ config(materialized='view') }} select * from {{ ref('base') }}`,
    });
    expect((await bench.call('run')).told).toEqual([]);
    await bench.run(
      'create role reader',
      'create role writer',
      'create role stranger',
      'create schema bi authorization stranger',
      `grant usage on schema ${schema} to stranger`,
      `grant select on ${schema}.base to stranger`,
      'set role stranger',
      `create view bi.report as select id from ${schema}.base`,
      'reset role',
    );
  });
  afterAll(() => bench.close());

  const granted = (relation: string): Promise<readonly string[]> =>
    bench.rows(
      `select grantee || ' ' || privilege_type from information_schema.role_table_grants
        where table_name = '${relation}' and grantee in ('reader', 'writer', 'stranger') order by 1`,
    );

  test('a table that another user has a view on can grow columns; the view stays his and reads the new rows', async () => {
    await bench.write({ 'models/base.sql': `select 'x' as word, 20 as more, 10 as id` });
    const ran = await bench.call('run');
    expect(ran.told).toEqual([]);
    expect(ran.ok).toBe(true);
    expect(await bench.relations()).toEqual([
      'bi.report view',
      `${schema}.base table`,
      `${schema}.seen view`,
    ]);
    expect(await bench.rows(`select * from ${schema}.seen`)).toEqual(['x|20|10']);
    expect(await bench.rows('select id from bi.report')).toEqual(['10']);
    expect(
      await bench.rows(`select pg_get_userbyid(relowner) from pg_class where relname = 'report'`),
    ).toEqual(['stranger']);
    expect(await granted('base')).toEqual(['stranger SELECT']);
  });

  test('when the table loses what the view reads, the view is not torn away: it keeps the old rows, and that is said', async () => {
    await bench.write({ 'models/base.sql': `select 'y' as word` });
    const ran = await bench.call('run');
    expect(ran.ok, ran.told.join('\n')).toBe(true);
    expect(ran.told.join('\n')).toMatch(/ETL4005 the previous version of .*base.* is still read/);
    expect(ran.told.join('\n')).toContain('bi.report');
    expect(await bench.rows(`select * from ${schema}.base`)).toEqual(['y']);
    expect(await bench.rows(`select * from ${schema}.seen`)).toEqual(['y']);
    expect(await bench.rows('select id from bi.report')).toEqual(['10']);
  });

  test('once its owner has made the view anew, the next run clears up', async () => {
    await bench.run(
      `grant select on ${schema}.base to stranger`,
      'set role stranger',
      'drop view bi.report',
      `create view bi.report as select word from ${schema}.base`,
      'reset role',
    );
    const ran = await bench.call('run');
    expect(ran.told).toEqual([]);
    expect(await bench.relations()).toEqual([
      'bi.report view',
      `${schema}.base table`,
      `${schema}.seen view`,
    ]);
  });

  test('grants are given, changed and taken back', async () => {
    const of = (grants: string): Record<string, string> => ({
      'models/granted.sql': `{{ config(grants=${grants}) }} select 1 as id`,
      'models/granted_view.sql': `{{ config(materialized='view', grants=${grants}) }} select 1 as id`,
    });
    for (const [grants, wanted] of [
      [`{'select': ['reader']}`, ['reader SELECT']],
      [
        `{'select': ['reader', 'writer'], 'insert': ['writer']}`,
        ['reader SELECT', 'writer INSERT', 'writer SELECT'],
      ],
      [`{'select': ['writer'], 'insert': []}`, ['writer SELECT']],
      [`{'insert': ['writer']}`, ['writer INSERT']],
      [`{'select': []}`, []],
    ] as const) {
      await bench.write(of(grants));
      const ran = await bench.call('run', { select: ['granted', 'granted_view'] });
      expect(ran.told, grants).toEqual([]);
      expect(await granted('granted'), grants).toEqual(wanted);
      expect(await granted('granted_view'), grants).toEqual(wanted);
    }
  });

  test('a grant to a role that is not there fails the model and keeps the table of before', async () => {
    await bench.write({
      'models/granted.sql': `{{ config(grants={'select': ['nobody_here']}) }} select 2 as id`,
    });
    const ran = await bench.call('run', { select: ['granted'] });
    expect(ran.status).toEqual({ granted: 'error' });
    expect(ran.told.join('\n')).toContain('nobody_here');
    expect(await bench.rows(`select id from ${schema}.granted`)).toEqual(['1']);
    expect((await bench.relations()).filter((r) => r.includes('__'))).toEqual([]);
  });
});
