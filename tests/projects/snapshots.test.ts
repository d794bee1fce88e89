// Snapshots through the command line: built in graph order, tested, listed, selected, and read by models.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';
import { DEFAULT_SCHEMA, ENGINES } from './support/bench.ts';

const FILES = {
  'dbt_project.yml': `name: shop
profile: etl
models: {+materialized: table}
`,
  'seeds/customers.csv': 'id,city,changed_at\n1,Recife,2024-01-01 10:00:00\n2,Olinda,2024-01-01 10:00:00\n',
  'models/cleaned.sql': "select id, city, changed_at from {{ ref('customers') }}",
  'models/now.sql': "select id, city from {{ ref('customers_history') }} where dbt_valid_to is null",
  'snapshots/history.sql': `{% snapshot customers_history %}
{{ config(strategy='timestamp', unique_key='id', updated_at='changed_at', target_schema='history', tags=['nightly']) }}
select * from {{ ref('cleaned') }}
{% endsnapshot %}
`,
  'snapshots/_snapshots.yml': `snapshots:
  - name: cities
    relation: ref('cleaned')
    config:
      schema: kept
      strategy: check
      unique_key: id
      check_cols: [city]
      hard_deletes: new_record
      post_hook: "insert into {{ target.schema }}.hooked values (1)"
    columns:
      - name: dbt_scd_id
        data_tests: [unique, not_null]
  - name: customers_history
    description: Every address a customer had.
    columns:
      - name: city
        data_tests:
          - accepted_values:
              arguments: {values: [Recife, Olinda, Natal]}
`,
};

describe.each(ENGINES)('%s', (engine) => {
  let project: Scratch;
  const run = (...args: readonly string[]): Promise<EtlResult> =>
    etl([...args, '--target', engine], { cwd: project.dir });
  const rows = (sql: string): Promise<readonly Record<string, unknown>[]> =>
    rowsOf(sql, project.dir, '--target', engine);
  const versions = async (): Promise<readonly string[]> =>
    (
      await rows(
        `select id, city, dbt_valid_from as f, dbt_valid_to as t from {{ ref('customers_history') }} order by id, dbt_valid_from`,
      )
    ).map(
      ({ id, city, f, t }) =>
        `${String(id)} ${String(city)} ${String(f).slice(8, 10)}-${t === null ? '' : String(t).slice(8, 10)}`,
    );
  const statuses = async (): Promise<Readonly<Record<string, string>>> => {
    const text = await readFile(join(project.dir, 'target/run_results.json'), 'utf8');
    const { results } = JSON.parse(text) as { results: { unique_id: string; status: string }[] };
    return Object.fromEntries(results.map((r) => [r.unique_id, r.status]));
  };

  beforeAll(async () => {
    project = await scratch({
      ...FILES,
      'dbt_project.yml': `${FILES['dbt_project.yml']}on-run-start: "create table if not exists {{ target.schema }}.hooked ${engine === 'postgres' ? '(n int)' : '(n Int32) engine = MergeTree order by n'}"\n`,
    });
  });
  afterAll(() => project.dispose());

  test('ls knows them by type, tag, name and file', async () => {
    const ids = async (...args: readonly string[]): Promise<readonly string[]> =>
      (await run('ls', '--quiet', ...args)).stdout.trim().split('\n').toSorted();
    expect(await ids('--resource-type', 'snapshot')).toEqual(['shop.cities', 'shop.history.customers_history']);
    expect(await ids('-s', 'resource_type:snapshot,tag:nightly', '--indirect-selection', 'empty')).toEqual(['shop.history.customers_history']);
    expect(await ids('-s', 'cities', '--resource-type', 'snapshot')).toEqual(['shop.cities']);
    expect(await ids('-s', 'cleaned+', '--resource-type', 'model', 'snapshot')).toEqual([
      'shop.cities',
      'shop.cleaned',
      'shop.history.customers_history',
      'shop.now',
    ]);
  });

  test('build makes them in graph order, with their tests', async () => {
    const built = await run('build');
    expect(built.code, built.output).toBe(0);
    expect(built.output).toMatch(/OK snapshotted snapshot history\.customers_history/);
    const ended = await statuses();
    expect(ended).toMatchObject({
      'seed.shop.customers': 'success',
      'snapshot.shop.customers_history': 'success',
      'snapshot.shop.cities': 'success',
      'model.shop.now': 'success',
    });
    expect(Object.values(ended).filter((status) => status === 'pass')).toHaveLength(3);
    expect(await versions()).toEqual(['1 Recife 01-', '2 Olinda 01-']);
    expect(await rows(`select count(*) as n from ${DEFAULT_SCHEMA[engine]}.hooked`)).toEqual([{ n: 1 }]);
  });

  test('snapshot records what has changed, and nothing twice', async () => {
    await project.write({
      'seeds/customers.csv':
        'id,city,changed_at\n1,Natal,2024-01-05 10:00:00\n3,Recife,2024-01-06 10:00:00\n',
    });
    expect((await run('run', '-s', 'cleaned')).code).toBe(0);
    expect((await run('seed')).code).toBe(0);
    expect((await run('run', '-s', 'cleaned')).code).toBe(0);
    const taken = await run('snapshot');
    expect(taken.code, taken.output).toBe(0);
    expect(Object.keys(await statuses()).toSorted()).toEqual([
      'operation.shop.shop-on-run-start-0',
      'snapshot.shop.cities',
      'snapshot.shop.customers_history',
    ]);
    const after = ['1 Recife 01-05', '1 Natal 05-', '2 Olinda 01-', '3 Recife 06-'];
    expect(await versions()).toEqual(after);
    expect((await run('snapshot', '--full-refresh')).code).toBe(0);
    expect(await versions()).toEqual(after);
    const cities = await rows(
      `select id, city, dbt_is_deleted as gone from {{ ref('cities') }} where dbt_valid_to is null order by id`,
    );
    expect(cities.map((r) => Object.values(r).join(' '))).toEqual([
      '1 Natal False',
      '2 Olinda True',
      '3 Recife False',
    ]);
  });

  test('duplicate keys: one clear message, exit code 1, what is below is skipped, nothing is changed', async () => {
    const before = await versions();
    await project.write({
      'models/cleaned.sql':
        "select id, city, changed_at from {{ ref('customers') }} union all select id, 'Olinda' as city, changed_at from {{ ref('customers') }}",
    });
    const built = await run('build');
    expect(built.code).toBe(1);
    expect(built.output).toMatch(/ETL4006[\s\S]*id = 1 \(2 rows\); id = 3 \(2 rows\)/);
    expect(await statuses()).toMatchObject({
      'snapshot.shop.customers_history': 'error',
      'model.shop.now': 'skipped',
    });
    expect(await versions()).toEqual(before);
    await project.write({ 'models/cleaned.sql': FILES['models/cleaned.sql'] });
  });

  test('a failing test stops what is below; on Postgres it keeps the version from being recorded', async () => {
    await project.write({
      'seeds/customers.csv': 'id,city,changed_at\n1,Nowhere,2024-01-09 10:00:00\n',
    });
    const built = await run('build');
    expect(built.code).toBe(1);
    expect(await statuses()).toMatchObject({
      'snapshot.shop.customers_history': 'error',
      'model.shop.now': 'skipped',
    });
    expect(await versions()).not.toContain('1 Nowhere 09-');
    // without tests it is recorded, and the rows that were kept are gone
    expect((await run('snapshot')).code).toBe(0);
    expect(await versions()).toContain('1 Nowhere 09-');
  });

  test('plan says what would be done; compile writes one file for each; nothing internal is left', async () => {
    const planned = await run('plan', '-s', 'resource_type:snapshot');
    expect(planned.code, planned.output).toBe(0);
    expect(planned.stdout).toContain('add versions to snapshot');
    expect((await run('compile', '-s', 'resource_type:snapshot')).code).toBe(0);
    const compiled = await readFile(
      join(project.dir, 'target/compiled/shop/snapshots/history.sql/customers_history.sql'),
      'utf8',
    );
    expect(compiled).toContain('cleaned');
    const left =
      engine === 'postgres'
        ? `select relname as name from pg_class where relname like '\\_\\_etl%' and relkind = 'r'`
        : `select name from system.tables where name like '\\\\_\\\\_etl%'`;
    expect(await rows(left)).toEqual([]);
  });
});
