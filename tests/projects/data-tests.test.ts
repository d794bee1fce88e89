// Data tests: what passes, fails and warns, what they can be told, and what `build` does with a failure.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

const YML = `version: 2
models:
  - name: items
    columns:
      - name: id
        data_tests:
          - unique
          - not_null
          - unique: {name: twice_warns, config: {where: "id >= 0", severity: warn}}
      - name: word
        data_tests:
          - not_null: {name: null_words}
          - not_null: {name: null_words_elsewhere, config: {where: "id < 3"}}
          - not_null: {name: null_words_few, config: {error_if: ">5", warn_if: ">0"}}
          - not_null: {name: null_words_allowed, config: {error_if: ">5", warn_if: ">5"}}
          - not_null: {name: null_words_one, config: {limit: 1}}
          - not_null: {name: null_words_stored, config: {store_failures: true}}
          - not_null: {name: null_words_calculated, config: {fail_calc: "10 * count(*)"}}
          - accepted_values: {name: words_known, arguments: {values: [a, b]}}
          - relationships: {name: words_elsewhere, arguments: {to: ref('dictionary'), field: word}}
          - longer_than: {name: words_long, arguments: {length: 0}}
          - longer_than: {name: words_longer, arguments: {length: 1}}
`;

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  const nothing = engine === 'postgres' ? 'cast(null as text)' : 'cast(null as Nullable(String))';
  beforeAll(async () => {
    bench = await openBench(engine, {
      'models/items.sql': `select 1 as id, 'a' as word union all select 2, 'b' union all select 3, ${nothing} union all select 4, ${nothing}`,
      'models/dictionary.sql': `select 'a' as word`,
      'models/_items.yml': YML,
      'macros/longer_than.sql': `{% test longer_than(model, column_name, length) %}select {{ column_name }} from {{ model }} where length({{ column_name }}) <= {{ length }}{% endtest %}`,
      'tests/singular_passes.sql': `select * from {{ ref('items') }} where id > 4`,
      'tests/singular_fails.sql': `select * from {{ ref('items') }} where id > 1`,
      'tests/singular_warns.sql': `{{ config(severity='warn') }} select * from {{ ref('items') }}`,
    });
    expect((await bench.call('run')).told).toEqual([]);
  });
  afterAll(() => bench.close());

  test('statuses and numbers of failures', async () => {
    const ran = await bench.call('test');
    expect(ran.ok).toBe(false);
    const found = Object.fromEntries(
      Object.entries(ran.outcomes).map(([name, o]) => [
        name,
        `${o.status} ${o.failures ?? ''}`.trim(),
      ]),
    );
    expect(found).toEqual({
      not_null_items_id: 'pass 0',
      unique_items_id: 'pass 0',
      twice_warns: 'pass 0',
      null_words: 'fail 2',
      null_words_elsewhere: 'pass 0',
      null_words_few: 'warn 2',
      null_words_allowed: 'pass 0',
      null_words_one: 'fail 1',
      null_words_stored: 'fail 2',
      null_words_calculated: 'fail 20',
      words_known: 'pass 0',
      words_elsewhere: 'fail 1',
      words_long: 'pass 0',
      words_longer: 'fail 2',
      singular_passes: 'pass 0',
      singular_fails: 'fail 3',
      singular_warns: 'warn 4',
    });
    expect(ran.outcomes['null_words']?.message).toMatch(
      /Got 2 results, configured to fail if ?!= ?0/,
    );
  });

  test('store_failures keeps the failing rows in a table', async () => {
    const table = `${schema}_dbt_test__audit.null_words_stored`;
    expect(await bench.relations()).toContain(`${table} table`);
    expect(await bench.rows(`select count(*) from ${table}`)).toEqual(['2']);
    await bench.call('test', { select: ['singular_fails'], storeFailures: true });
    expect(
      await bench.rows(`select count(*) from ${schema}_dbt_test__audit.singular_fails`),
    ).toEqual(['3']);
  });

  test('many tests may store their failures at once in a schema that is not there yet', async () => {
    const many = Array.from({ length: 16 }, (_, i) => i);
    await bench.write(
      Object.fromEntries(
        many.map((i) => [
          `tests/many/at_once_${i}.sql`,
          `{{ config(schema='kept', store_failures=true) }} select * from {{ ref('items') }} where id > 1`,
        ]),
      ),
    );
    const ran = await bench.call('test', { select: ['path:tests/many'], threads: 8 });
    expect(Object.values(ran.outcomes).map((o) => `${o.status} ${o.failures}`)).toEqual(
      many.map(() => 'fail 3'),
    );
    await bench.remove('tests/many');
  });

  test('tests of one kind can be selected', async () => {
    const singular = await bench.call('test', { select: ['test_type:singular'] });
    expect(Object.keys(singular.status).toSorted()).toEqual([
      'singular_fails',
      'singular_passes',
      'singular_warns',
    ]);
    const generic = await bench.call('test', { select: ['test_name:longer_than'] });
    expect(generic.status).toEqual({ words_long: 'pass', words_longer: 'fail' });
  });

  test('a test that cannot run is an error that names its file', async () => {
    await bench.write({ 'tests/singular_broken.sql': `select nonsense from {{ ref('items') }}` });
    const ran = await bench.call('test', { select: ['singular_broken'] });
    expect(ran.status).toEqual({ singular_broken: 'error' });
    expect(ran.outcomes['singular_broken']?.diagnostics[0]?.at?.file).toBe(
      'tests/singular_broken.sql',
    );
    await bench.remove('tests/singular_broken.sql');
  });
});

describe.each(ENGINES)('%s: build with a failing test', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  const upstream = (id: number): Record<string, string> => ({
    'models/upstream.sql': `select ${id} as id`,
  });
  beforeAll(async () => {
    bench = await openBench(engine, {
      ...upstream(1),
      'models/downstream.sql': `select id from {{ ref('upstream') }}`,
      'models/further.sql': `{{ config(materialized='view') }} select id from {{ ref('downstream') }}`,
      'models/beside.sql': 'select 1 as id',
      'models/_models.yml': `version: 2
models:
  - name: upstream
    columns:
      - name: id
        data_tests:
          - accepted_values: {name: id_is_known, arguments: {values: [1], quote: false}}
          - not_null
`,
    });
    const first = await bench.call('build');
    expect(first.told).toEqual([]);
    expect(first.ok).toBe(true);
  });
  afterAll(() => bench.close());

  test('what is downstream is skipped, the old table stays, the new one is named and can be looked at', async () => {
    await bench.write(upstream(2));
    const ran = await bench.call('build');
    expect(ran.ok).toBe(false);
    expect(ran.status).toEqual({
      upstream: 'error',
      id_is_known: 'fail',
      not_null_upstream_id: 'pass',
      downstream: 'skipped',
      further: 'skipped',
      beside: 'success',
    });
    expect(await bench.rows(`select id from ${schema}.upstream`)).toEqual(['1']);
    expect(await bench.rows(`select id from ${schema}.further`)).toEqual(['1']);
    const staged = (await bench.relations())
      .filter((r) => r.includes('__etl'))
      .map((r) => r.split(' ')[0] ?? '');
    expect(staged).toHaveLength(1);
    expect(ran.told.join('\n')).toContain(staged[0]?.split('.')[1]);
    expect(await bench.rows(`select id from ${staged[0]}`)).toEqual(['2']);
  });

  test('the next good build publishes and clears up', async () => {
    await bench.write(upstream(1));
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(ran.ok).toBe(true);
    expect((await bench.relations()).filter((r) => r.includes('__'))).toEqual([]);
  });

  test('--no-test-before-publish publishes first and still skips what is downstream', async () => {
    await bench.write(upstream(3));
    const ran = await bench.call('build', { testBeforePublish: false });
    expect(ran.ok).toBe(false);
    expect(ran.status).toMatchObject({
      upstream: 'success',
      id_is_known: 'fail',
      downstream: 'skipped',
      further: 'skipped',
    });
    expect(await bench.rows(`select id from ${schema}.upstream`)).toEqual(['3']);
    expect(await bench.rows(`select id from ${schema}.downstream`)).toEqual(['1']);
    expect((await bench.relations()).filter((r) => r.includes('__'))).toEqual([]);
  });

  test('a test that only warns publishes', async () => {
    await bench.write(upstream(4));
    await bench.write({
      'models/_models.yml': `version: 2
models:
  - name: upstream
    columns:
      - name: id
        data_tests:
          - accepted_values: {name: id_is_known, arguments: {values: [1], quote: false}, config: {severity: warn}}
`,
    });
    const ran = await bench.call('build');
    expect(ran.ok).toBe(true);
    expect(ran.status).toMatchObject({
      upstream: 'success',
      id_is_known: 'warn',
      downstream: 'success',
    });
    expect(await bench.rows(`select id from ${schema}.further`)).toEqual(['4']);
  });

  test('the first build of all that fails leaves no table under the name', async () => {
    await bench.write({
      'models/fresh.sql': 'select 7 as id',
      'models/_fresh.yml': `version: 2
models:
  - name: fresh
    data_tests: [never]
`,
      'macros/never.sql': '{% test never(model) %}select * from {{ model }}{% endtest %}',
    });
    const ran = await bench.call('build', { select: ['fresh'] });
    expect(ran.status).toEqual({ fresh: 'error', never_fresh_: 'fail' });
    expect((await bench.relations()).filter((r) => r.startsWith(`${schema}.fresh `))).toEqual([]);
  });
});
