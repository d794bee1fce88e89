// Roles of a warehouse: what is declared beside what is granted, and the roles that the guide proposes.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { grants } from '../../src/api/index.ts';
import { list } from '../../src/api/list.ts';
import { ROOT } from '../support/etl.ts';
import { type Bench, openBench } from './support/bench.ts';

const GUIDE = new URL('../../docs/guides/grants.md', import.meta.url);
/** the `sql` block of the guide that an administrator runs */
const setUp = async (): Promise<readonly string[]> => {
  const text = await readFile(GUIDE, 'utf8');
  const [, block = ''] = /```sql\n(create role etl_user[\s\S]*?)```/.exec(text) ?? [];
  return block
    .replaceAll('database warehouse', 'database etl')
    .split(';')
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '');
};

describe('grants', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench('postgres', {
      'dbt_project.yml':
        "name: shop\nversion: '1.0.0'\nprofile: shop\nmodels: {+materialized: table, shop: {gold: {+schema: gold, +grants: {select: [bi_reader]}}}}\n",
      'profiles.yml':
        'shop: {target: postgres, outputs: {postgres: {type: postgres, embedded: true, schema: public, role: etl_user}}}\n',
      'macros/schema.sql':
        '{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}',
      'models/silver.sql': 'select 1 as id',
      'models/gold/mart.sql': "{{ config(grants={'+select': ['\"Auditor\"'], 'insert': []}) }} select id from {{ ref('silver') }}",
      'models/gold/more.sql': `{{ config(materialized='incremental') }} select id from {{ ref('silver') }}`,
    });
    await bench.run(...(await setUp()), 'create role "Auditor"', 'grant usage, create on schema public to etl_user');
  });
  afterEach(() => bench.close());

  const lines = async (): Promise<readonly string[]> =>
    (await grants(bench.options)).grants.map(
      (g) => `${g.relation} ${g.role} ${g.privilege}: ${g.state}`,
    );

  test('the roles of the guide: one builds, the other reads gold and nothing else', async () => {
    expect((await bench.call('build')).told).toEqual([]);
    expect(
      await bench.rows(`select tablename || ' ' || tableowner from pg_tables where schemaname in ('public', 'gold') order by 1`),
    ).toEqual(['mart etl_user', 'more etl_user', 'silver etl_user']);
    await bench.connection.withSession('bi', async (session) => {
      const as = (sql: string): Promise<unknown> =>
        session.execute({ sql: `set role bi_reader; ${sql}`, verb: 'hook', repeatable: false });
      await as('select * from gold.mart');
      await expect(as('select * from public.silver')).rejects.toThrow(/permission denied/);
      await expect(as('delete from gold.mart')).rejects.toThrow(/permission denied/);
      await expect(as('create table gold.x (id int)')).rejects.toThrow(/permission denied/);
    });
    expect(
      await bench.value(`select array_to_string(rolconfig, ' ') from pg_roles where rolname = 'bi_reader'`),
    ).toBe('default_transaction_read_only=on');
  });

  test('before the first build, after it, and after somebody changed them', async () => {
    expect(await lines()).toEqual([
      'gold.mart Auditor select: not built',
      'gold.mart bi_reader select: not built',
      'gold.more bi_reader select: not built',
    ]);
    await bench.call('build');
    expect(await lines()).toEqual([
      'gold.mart Auditor select: as declared',
      'gold.mart bi_reader select: as declared',
      'gold.more bi_reader select: as declared',
    ]);
    await bench.run(
      'revoke select on gold.more from bi_reader',
      'grant insert on gold.more to "Auditor"',
      'grant update (id) on gold.mart to bi_reader',
      'grant select on public.silver to public',
    );
    expect(await grants(bench.options)).toMatchObject({ differences: 2 });
    expect(await lines()).toEqual([
      'gold.mart Auditor select: as declared',
      'gold.mart bi_reader select: as declared',
      'gold.mart bi_reader update (id): not managed',
      'gold.more Auditor insert: not declared',
      'gold.more bi_reader select: missing',
      'public.silver public select: not managed',
    ]);
    expect((await bench.call('run')).told).toEqual([]);
    expect(await grants(bench.options)).toMatchObject({ differences: 0 });
    expect(await lines()).toEqual([
      'gold.mart Auditor select: as declared',
      'gold.mart bi_reader select: as declared',
      'gold.mart bi_reader update (id): not managed',
      'gold.more bi_reader select: as declared',
      'public.silver public select: not managed',
    ]);
  });

  test('a selection, and default privileges that are no difference', async () => {
    await bench.run('alter default privileges for role etl_user in schema gold grant delete on tables to "Auditor"');
    await bench.call('build');
    await bench.call('build');
    const found = await grants({ ...bench.options, select: ['more'] });
    expect(found.grants.map((g) => `${g.role} ${g.privilege}: ${g.state}`)).toEqual([
      'Auditor delete: by default',
      'bi_reader select: as declared',
    ]);
    expect(found.differences).toBe(0);
  });
});

test('the reference project grants gold to the role that its var names, and else nothing', async () => {
  const granted = async (vars: string): Promise<unknown> => {
    const { nodes } = await list({ projectDir: ROOT, cwd: ROOT, vars, writeJson: false });
    const models = nodes.flatMap((n) => (n.resource_type === 'model' ? [n] : []));
    return [...new Set(models.map((m) => `${m.schema} ${JSON.stringify(m.config['grants'])}`))].toSorted();
  };
  expect(await granted('{}')).toEqual(['bronze {}', 'gold {}', 'silver {}']);
  expect(await granted('{bi_reader: leitor}')).toEqual(['bronze {}', 'gold {"select":["leitor"]}', 'silver {}']);
});
