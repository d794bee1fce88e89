// Names and values of a project that try to be SQL: each stays what it is, and the bystander stays there.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

// closes a name, a text, a dollar-quoted text and a comment
const EVIL = `a"'$$*/; drop table bystander; --ç`;
const yaml = (text: string): string => JSON.stringify(text);
const q = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const jinja = (text: string): string => JSON.stringify(text);
const csv = (text: string): string => `"${text.replaceAll('"', '""')}"`;
/** as many bytes as a name may have, not all of them letters of one */
const LONG = 'ã'.repeat(31) + 'b';

const FILES = {
  'dbt_project.yml': `name: evil
version: '1'
profile: etl
query-comment: {comment: ${yaml(EVIL.replace('*/', ''))}, append: true}
models: {+materialized: table, +persist_docs: {relation: true, columns: true}}
seeds: {+persist_docs: {relation: true, columns: true}, +quote_columns: true}
`,
  'macros/names.sql': '{% macro generate_schema_name(custom, node) %}{{ custom or target.schema }}{% endmacro %}',
  'models/a_table.sql': `{{ config(alias=${jinja(EVIL)}, schema=${jinja(`s${EVIL}`)}, tags=[${jinja(EVIL)}], meta={${jinja(EVIL)}: ${jinja(EVIL)}}, indexes=[{'columns': [${jinja(EVIL)}]}]) }} select 1 as ${q(EVIL)}`,
  'models/a_view.sql': `{{ config(materialized='view', alias=${jinja(`v${EVIL}`)}) }} select ${q(EVIL)} from {{ ref('a_table') }}`,
  'models/an_increment.sql': `{{ config(materialized='incremental', incremental_strategy='merge', unique_key=${jinja(q(EVIL))}, alias=${jinja(`i${EVIL}`)}) }} select ${q(EVIL)} from {{ ref('a_table') }}`,
  'models/deletes.sql': `{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=[${jinja(EVIL)}], alias=${jinja(`d${EVIL}`)}) }} select ${q(EVIL)} from {{ ref('a_table') }}`,
  'models/a_matview.sql': `{{ config(materialized='materialized_view', alias=${jinja(`m${EVIL}`)}) }} select ${q(EVIL)} from {{ ref('a_table') }}`,
  'models/long.sql': `{{ config(alias=${jinja(LONG)}) }} select 1 as ${q(LONG)}`,
  'models/over_long.sql': `{{ config(materialized='view') }} select ${q(LONG)} from {{ ref('long') }}`,
  'models/_models.yml': `models:
  - name: a_table
    description: ${yaml(EVIL)}
    columns:
      - name: ${yaml(EVIL)}
        quote: true
        description: ${yaml(EVIL)}
        data_tests:
          - not_null: {config: {store_failures: true, alias: ${yaml(`t${EVIL}`)}}}
          - accepted_values: {arguments: {values: [1, ${yaml(EVIL)}], quote: true}, name: named, config: {enabled: false}}
  - name: long
    columns: [{name: ${yaml(LONG)}, quote: true, description: ${yaml(EVIL)}, data_tests: [unique]}]
`,
  'seeds/a_seed.csv': `${csv(EVIL)},id\n${csv(EVIL)},1\n${csv('\\.')},2\n`,
  'seeds/_seeds.yml': `seeds:
  - name: a_seed
    description: ${yaml(EVIL)}
    config: {alias: ${yaml(`c${EVIL}`)}}
    columns:
      - name: ${yaml(EVIL)}
        quote: true
        description: ${yaml(EVIL)}
        data_tests: [{accepted_values: {arguments: {values: [${yaml(EVIL)}, "\\\\."]}, name: seed_values}}]
`,
  'snapshots/a_snapshot.sql': `{% snapshot a_snapshot %}{{ config(alias=${jinja(`s${EVIL}`)}, unique_key='id', strategy='check', check_cols=[${jinja(EVIL)}]) }} select * from {{ ref('a_seed') }}{% endsnapshot %}`,
};

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('postgres', FILES);
  await bench.run('create table public.bystander as select 1 as id');
});
afterAll(() => bench.close());

test('twice over: everything has the name that was asked for', async () => {
  for (let i = 0; i < 2; i++) {
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(Object.entries(ran.status).filter(([, s]) => s !== 'success' && s !== 'pass')).toEqual([]);
  }
  expect(await bench.rows('select id from public.bystander')).toEqual(['1']);
  const names = (await bench.relations()).filter((r) => !r.includes('dbt_test__audit'));
  expect(names.toSorted()).toEqual(
    [
      `s${EVIL}.${EVIL} table`,
      ...['i', 'd', 'm', 'c', 's'].map((kind) => `public.${kind}${EVIL} table`),
      `public.v${EVIL} view`,
      `public.${LONG} table`,
      'public.over_long view',
      'public.bystander table',
    ].toSorted(),
  );
  expect(await bench.rows(`select ${q(EVIL)} from public.${q(`c${EVIL}`)} order by id`)).toEqual([EVIL, '\\.']);
  expect(
    await bench.rows(`select obj_description(oid, 'pg_class') from pg_class where relname = '${EVIL.replaceAll("'", "''")}'`),
  ).toEqual([EVIL]);
});

test.each([
  ['a role that gets a grant', { 'models/bad.sql': `{{ config(grants={'select': [${jinja(EVIL)}]}) }} select 1 as id` }],
  ['a privilege', { 'models/bad.sql': `{{ config(grants={${jinja(EVIL)}: ['public']}) }} select 1 as id` }],
  ['the method of an index', { 'models/bad.sql': `{{ config(indexes=[{'columns': ['id'], 'type': ${jinja(EVIL)}}]) }} select 1 as id` }],
  ['a strategy', { 'models/bad.sql': `{{ config(materialized='incremental', incremental_strategy=${jinja(EVIL)}) }} select 1 as id` }],
  ['a name that is too long', { 'models/bad.sql': `{{ config(alias=${jinja(`${LONG}x`)}) }} select 1 as id` }],
])('%s: refused with a code', async (_what, files) => {
  await bench.write(files);
  const ran = await bench.call('run', { select: ['bad'] });
  expect(ran.ok).toBe(false);
  expect(ran.told.join('\n')).toMatch(/^ETL\d{4} /);
  expect(ran.told.join('\n')).not.toContain('ETL9000');
  expect(await bench.rows('select id from public.bystander')).toEqual(['1']);
  expect((await bench.relations()).filter((r) => /bad|__etl_/.test(r))).toEqual([]);
  await bench.remove('models/bad.sql');
});

test.each([
  ['schema', `x${EVIL}`],
  ['search_path', EVIL],
  ['role', EVIL],
  ['application_name', EVIL],
])('%s of the target', async (key, value) => {
  await bench.write({
    'profiles.yml': `etl:\n  target: postgres\n  outputs:\n    postgres: {type: postgres, embedded: true, ${key === 'schema' ? '' : 'schema: public, '}${key}: ${yaml(value)}}\n`,
  });
  const begun = performance.now();
  const ran = await bench.call('run', { select: ['long'], profilesDir: bench.dir });
  // what no server accepts is told at once, and not that the server does not start
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(ran.told.join('\n')).not.toContain('ETL5008');
  // a role or a path that is not there is told; the others are only names
  if (!ran.ok) expect(ran.told.join('\n')).toMatch(/^ETL\d{4} /);
  expect(ran.told.join('\n')).not.toContain('ETL9000');
  expect(await bench.rows('select id from public.bystander')).toEqual(['1']);
  await bench.remove('profiles.yml');
});
