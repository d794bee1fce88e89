// Unit tests on a real engine: what passes and fails, where the types come from, and what `build` does with a failure.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, type Engine, openBench } from './support/bench.ts';

/** A property file of unit tests, each given as YAML without its indentation. */
const unitTests = (...tests: readonly string[]): string =>
  `unit_tests:\n${tests.map((text) => `  - ${text.trim().replaceAll('\n', '\n    ')}\n`).join('')}`;

const MODELS = {
  'models/orders.sql': "select 1 as id, 'open' as state, cast(10 as numeric) as amount",
  'models/customers.sql': "select 1 as id, 'Ana' as name",
  'models/totals.sql': `select o.state, count(*) as orders, sum(o.amount) as total
from {{ ref('orders') }} as o
where o.amount > {{ var('least', 0) }}
group by o.state`,
  'models/named.sql': `select o.id, c.name, '{{ env_var('REGION', 'none') }}' as region
from {{ ref('orders') }} as o
left join {{ ref('customers') }} as c on c.id = o.id`,
};

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(engine, MODELS);
  });
  afterAll(() => bench.close());

  /** Runs these tests alone on a warehouse where nothing was built; the status and message of each. */
  const run = async (
    files: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> => {
    await bench.write(files);
    const ran = await bench.call('test');
    await bench.remove(...Object.keys(files));
    if (Object.keys(ran.status).length === 0) return { told: ran.told.join('\n') };
    return Object.fromEntries(
      Object.entries(ran.outcomes).map(([name, { status, message, diagnostics }]) => [
        name.split('.').at(-1) ?? '',
        status === 'pass'
          ? 'pass'
          : `${status} ${status === 'error' ? (diagnostics[0]?.code ?? '') : ''} ${message ?? ''}`,
      ]),
    );
  };

  test('rows in any order, whatever the case of column names, and only the columns that are expected', async () => {
    const found = await run({
      'models/u.yml': unitTests(
        `name: sums_by_state
model: totals
given:
  - input: ref('orders')
    rows:
      - {id: 1, state: open, amount: 10}
      - {ID: 2, State: open, AMOUNT: 2.50}
      - {id: 3, state: paid, amount: 1}
      - {id: 4, state: paid, amount: 0}
expect:
  rows:
    - {STATE: paid, total: 1}
    - {STATE: open, total: 12.5}`,
        `name: nothing_in_nothing_out
model: totals
given: [{input: ref('orders'), rows: []}]
expect: {rows: []}`,
      ),
    });
    expect(found).toEqual({ sums_by_state: 'pass', nothing_in_nothing_out: 'pass' });
  });

  test('the compiled SQL names whose rows are whose, with a complete row first, as dbt puts it', async () => {
    await run({
      'models/u.yml': unitTests(`name: named_inputs
model: totals
given:
  - input: ref('orders')
    rows:
      - {id: 1, state: null, amount: 10}
      - {id: 2, state: paid, amount: 1}
expect: {rows: [{state: paid, total: 1}, {state: null, total: 10}]}`),
    });
    const file = join(bench.dir, 'target/compiled/shop/models/u.yml/models/named_inputs.sql');
    const sql = await readFile(file, 'utf8');
    const [, first = '', second = ''] =
      /-- Fixture for orders\n(select .*)\nunion all\n(select .*)\n\)/.exec(sql) ?? [];
    expect(first).toContain("'paid'");
    expect(second).not.toContain("'paid'");
  });

  test('a difference is shown row by row', async () => {
    const found = await run({
      'models/u.yml': unitTests(
        `name: differs
model: totals
given:
  - input: ref('orders')
    rows:
      - {id: 1, state: open, amount: 10}
      - {id: 2, state: paid, amount: 1}
      - {id: 3, state: late, amount: 1}
expect:
  rows:
    - {state: open, orders: 1, total: 10}
    - {state: paid, orders: 2, total: 1}
    - {state: lost, orders: 7, total: 70}`,
      ),
    });
    expect(found['differs']?.split('\n')).toEqual([
      'fail  actual differs from expected:',
      '',
      '@@  | state | orders | total',
      expect.stringMatching(/^ {4}\| open {2}\| 1 {6}\| 10/),
      expect.stringMatching(/^→ {3}\| paid {2}\| 2→1 {4}\| 1/),
      expect.stringMatching(/^--- \| lost {2}\| 7 {6}\| 70/),
      expect.stringMatching(/^\+\+\+ \| late {2}\| 1 {6}\| 1/),
    ]);
  });

  test('NULL, in what is given and in what is expected', async () => {
    const found = await run({
      'models/u.yml': unitTests(
        `name: nobody
model: named
given:
  - {input: ref('orders'), rows: [{id: 1}, {id: 2}]}
  - {input: ref('customers'), rows: [{id: 1, name: Ana}, {id: 3, name: }]}
expect:
  rows:
    - {id: 2, name: }
    - {id: 1, name: Ana}`,
      ),
    });
    // without join_use_nulls ClickHouse fills up with the empty text
    expect(found['nobody']).toBe('pass');
  });

  test('rows as CSV, as SQL and from files', async () => {
    const found = await run({
      'tests/fixtures/some_orders.csv': 'id,state,amount\n1,open,\n2,"a, b",2.5\n',
      'tests/fixtures/deep/more_orders.sql':
        "select 1 as id, 'open' as state, cast({{ var('least', 5) }} as numeric) as amount",
      'models/u.yml': unitTests(
        `name: csv_text
model: totals
given:
  - input: ref('orders')
    format: csv
    rows: |
      id,state,amount
      1,open,10
      2,paid,
expect:
  format: csv
  rows: |
    state,total
    open,10`,
        `name: csv_file
model: totals
given: [{input: ref('orders'), format: csv, fixture: some_orders}]
expect: {rows: [{state: 'a, b', total: 2.5}]}`,
        `name: sql_text
model: totals
given:
  - input: ref('orders')
    format: sql
    rows: |
      select 1 as id, 'open' as state, 10 as amount union all
      select 2, 'open', 20
expect:
  format: sql
  rows: select 'open' as state, 30 as total`,
        `name: sql_file
model: totals
given: [{input: ref('orders'), format: sql, fixture: more_orders}]
expect: {rows: [{state: open, total: 5}]}`,
      ),
    });
    expect(found).toEqual({
      csv_text: 'pass',
      csv_file: 'pass',
      sql_text: 'pass',
      sql_file: 'pass',
    });
  });

  test('variables, environment and macros can be others', async () => {
    const found = await run({
      'macros/words.sql': `{% macro greeting() %}'hello'{% endmacro %}{% macro twice() %}{{ greeting() }} || {{ greeting() }}{% endmacro %}`,
      'models/words.sql': `select {{ greeting() }} as one, {{ twice() }} as two, {{ shop.greeting() }} as three, '{{ invocation_id }}' as four, {{ current_timestamp() }} as five, {{ dbt.current_timestamp() }} as six, {{ dbt.type_int() }} as seven, id from {{ ref('orders') }}`,
      'models/u.yml': unitTests(
        `name: with_vars
model: totals
overrides: {vars: {least: 5}}
given: [{input: ref('orders'), rows: [{state: open, amount: 4}, {state: paid, amount: 6}]}]
expect: {rows: [{state: paid, total: 6}]}`,
        `name: with_env
model: named
overrides: {env_vars: {REGION: north}}
given: [{input: ref('orders'), rows: [{id: 1}]}, {input: ref('customers'), rows: []}]
expect: {rows: [{region: north}]}`,
        `name: with_macros
model: words
overrides: {macros: {greeting: "'x'", shop.greeting: "'y'", invocation_id: 'i', current_timestamp: "'now'", dbt.type_int: "'int'"}}
given: [{input: ref('orders'), rows: [{id: 1}]}]
expect: {rows: [{one: x, two: xx, three: y, four: i, five: now, six: now, seven: int}]}`,
      ),
    });
    expect(found).toEqual({ with_vars: 'pass', with_env: 'pass', with_macros: 'pass' });
  });

  test('both branches of an incremental model', async () => {
    const found = await run({
      'models/grows.sql': `{{ config(materialized='incremental', unique_key='id') }}
select id, amount from {{ ref('orders') }}
{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}`,
      'models/u.yml': unitTests(
        `name: full
model: grows
overrides: {macros: {is_incremental: false}}
given: [{input: ref('orders'), rows: [{id: 1}, {id: 2}]}]
expect: {rows: [{id: 1}, {id: 2}]}`,
        `name: further
model: grows
overrides: {macros: {is_incremental: true}}
given:
  - {input: ref('orders'), rows: [{id: 1}, {id: 2}]}
  - {input: this, rows: [{id: 1}]}
expect: {rows: [{id: 2}]}`,
      ),
    });
    expect(found).toEqual({ full: 'pass', further: 'pass' });
  });

  test('inputs that are ephemeral, seeds, sources or snapshots, and an ephemeral model', async () => {
    const found = await run({
      'seeds/rates.csv': 'Code,rate,since\nBRL,5.5,2026-01-01\nUSD,1,2026-01-01\n',
      'models/eph.sql': `{{ config(materialized='ephemeral') }} select id + 1 as next_id from {{ ref('orders') }}`,
      'models/over_eph.sql': `select next_id from {{ ref('eph') }}`,
      'models/rated.sql': `select ${engine === 'postgres' ? '"Code"' : 'Code as "Code"'}, rate * 2 as twice from {{ ref('rates') }}`,
      'models/from_raw.sql': `select id, word, r.amount from {{ source('raw', 'events') }} as r`,
      'models/now.sql': `select id, state from {{ ref('kept') }} where dbt_valid_to is null`,
      'snapshots/kept.sql': `{% snapshot kept %}{{ config(unique_key='id', strategy='check', check_cols='all') }} select id, state from {{ ref('orders') }}{% endsnapshot %}`,
      'models/_raw.yml': `sources:
  - name: raw
    schema: nowhere
    tables:
      - name: events
        columns: [{name: id, data_type: integer}, {name: word, data_type: varchar(3)}, {name: amount, data_type: "numeric(10, 2)"}]
`,
      'models/u.yml': unitTests(
        `name: tests_ephemeral
model: eph
given: [{input: ref('orders'), rows: [{id: 1}]}]
expect: {rows: [{next_id: 2}]}`,
        `name: reads_ephemeral
model: over_eph
given: [{input: ref('eph'), rows: [{next_id: 7}]}]
expect: {rows: [{next_id: 7}]}`,
        `name: reads_seed
model: rated
given: [{input: ref('rates'), rows: [{code: EUR, rate: 1.25}]}]
expect: {rows: [{Code: EUR, twice: 2.5}]}`,
        `name: reads_the_seed_itself
model: rated
given: [{input: ref('rates')}]
expect: {rows: [{Code: BRL, twice: 11}, {Code: USD, twice: 2}]}`,
        `name: reads_source
model: from_raw
given: [{input: "source('raw', 'events')", rows: [{id: 1, word: longer, amount: 1.15}]}]
expect: {rows: [{id: 1, word: longer, amount: 1.15}]}`,
        `name: reads_snapshot
model: now
given:
  - input: ref('kept')
    rows:
      - {id: 1, state: old, dbt_valid_to: 2026-01-01}
      - {id: 1, state: new, dbt_valid_to: }
expect: {rows: [{id: 1, state: new}]}`,
      ),
    });
    expect(found).toEqual({
      tests_ephemeral: 'pass',
      reads_ephemeral: 'pass',
      reads_seed: 'pass',
      reads_the_seed_itself: 'pass',
      reads_source: 'pass',
      reads_snapshot: 'pass',
    });
  });

  test('what is wrong is told with its place', async () => {
    await bench.write({
      'models/from_raw.sql': `select * from {{ source('raw', 'events') }}`,
      'models/_raw.yml': 'sources: [{name: raw, schema: nowhere, tables: [{name: events}]}]',
      'models/u.yml': unitTests(
        `name: no_such_input_column
model: totals
given: [{input: ref('orders'), rows: [{id: 1, stat: open}]}]
expect: {rows: [{state: open}]}`,
        `name: no_such_expected_column
model: totals
given: [{input: ref('orders'), rows: [{id: 1, state: open}]}]
expect: {rows: [{state: open, totl: 1}]}`,
        `name: wrong_type
model: totals
given: [{input: ref('orders'), rows: [{id: one}]}]
expect: {rows: []}`,
        `name: not_given
model: named
given: [{input: ref('orders'), rows: [{id: 1}]}]
expect: {rows: []}`,
        `name: not_known
model: from_raw
given: [{input: "source('raw', 'events')", rows: [{id: 1}]}]
expect: {rows: []}`,
      ),
    });
    const ran = await bench.call('test');
    await bench.remove('models/u.yml', 'models/_raw.yml', 'models/from_raw.sql');
    const told = Object.values(ran.outcomes).map(({ status, diagnostics: [d] }) => {
      const at = d?.at;
      return `${status} ${d?.code} ${at?.file}:${at?.line}:${at?.column} ${d?.message.split('\n')[0]}`;
    });
    expect(told.toSorted()).toEqual([
      'error ETL2020 models/named.sql:3:17 the model reads ref(\'customers\'), and the unit test does not give it',
      expect.stringMatching(
        engine === 'postgres' ? /^error ETL5001 models\/u.yml:12:48 .*"one"/ : /^error ETL5001 .*one/,
      ),
      'error ETL5020 models/u.yml:4:51 ref(\'orders\') has no column "stat"',
      'error ETL5020 models/u.yml:9:35 totals has no column "totl"',
      expect.stringMatching(
        /^error ETL5021 models\/u.yml:20:21 the columns of source\('raw', 'events'\) are not known/,
      ),
    ]);
  });
});

/** Types with values as texts; every one goes in and comes out. */
const TYPES: Readonly<Record<Engine, Readonly<Record<string, readonly string[]>>>> = {
  postgres: {
    integer: ['1', '-7'],
    bigint: ['9007199254740993'],
    smallint: ['3'],
    'numeric(10,2)': ['1.15', '0.29'],
    numeric: ['12345678901234567890.123456789'],
    real: ['1.5'],
    'double precision': ['0.1', "'NaN'"],
    boolean: ['true', 'false'],
    text: ["'it''s'", "'a\\b'", "''", '1.0'],
    'varchar(3)': ["'abcdef'"],
    'char(5)': ["'ab'"],
    date: ['2026-01-31'],
    timestamp: ["'2026-01-31 10:11:12.123456'"],
    timestamptz: ["'2026-01-31 10:11:12+00'"],
    time: ["'10:11:12'"],
    interval: ["'1 day 2 hours'"],
    uuid: ["'7f1b5a3e-0000-4000-8000-000000000001'"],
    json: [`'{"a": [1, 2]}'`, '{a: [1, 2]}'],
    jsonb: [`'{"a": 1}'`, '[1, null]', '1', 'true'],
    'text[]': ["'{a,b}'", "[a, 'b c', '\"q\"']"],
    'integer[]': ['[1, 2]', '[]'],
    bytea: ["'\\x01ff'"],
  },
  clickhouse: {
    Int32: ['1', '-7'],
    UInt64: ['18446744073709551615'],
    Int8: ['3'],
    'Decimal(10, 2)': ['1.15', '0.29'],
    'Decimal(38, 9)': ['12345678901234567890.123456789'],
    Float64: ['0.1', '1.0'],
    Bool: ['true', 'false'],
    String: ["'it''s'", "'a\\b'", "''", '1.0'],
    'LowCardinality(String)': ["'x'"],
    'Nullable(String)': ["'x'"],
    'FixedString(3)': ["'abc'"],
    Date: ['2026-01-31'],
    Date32: ['1950-01-31'],
    "DateTime('UTC')": ["'2026-01-31 10:11:12'"],
    "DateTime64(6, 'UTC')": ["'2026-01-31 10:11:12.123456'"],
    UUID: ["'7f1b5a3e-0000-4000-8000-000000000001'"],
    "Enum8('a' = 1, 'b' = 2)": ["'b'"],
    'Array(String)': ["[a, 'b c', \"it's\"]", "\"['a']\""],
    'Array(Int32)': ['[1, 2]', '[]'],
    'Map(String, Int32)': ['{a: 1}'],
    'Tuple(Int32, String)': ["\"(1,'a')\""],
    IPv4: ["'10.0.0.1'"],
  },
};

describe.each(ENGINES)('%s: types', (engine) => {
  test('a value of every type goes in and comes out, NULL too', async () => {
    const types = Object.entries(TYPES[engine]);
    const list = types.map(([type], i) => `cast(null as ${type}) as c${i}`);
    const made =
      engine === 'postgres'
        ? `select ${list.join(', ')}`
        : `select ${types.map(([type], i) => `defaultValueOfTypeName('${type.replaceAll("'", "\\'")}') as c${i}`).join(', ')}`;
    const tests = types.flatMap(([, values], i) =>
      [...values, 'null'].map(
        (value, n) => `name: t${i}_${n}
model: copy
given: [{input: ref('typed'), rows: [{c${i}: ${value}}, {c${i}: }]}]
expect: {rows: [{c${i}: ${value}}, {c${i}: }]}`,
      ),
    );
    const bench = await openBench(engine, {
      'models/typed.sql': made,
      'models/copy.sql': `select * from {{ ref('typed') }}`,
      'models/u.yml': unitTests(...tests),
    });
    // once described, once from the table
    for (const verb of ['test', 'run', 'test'] as const) {
      const ran = await bench.call(verb, { threads: 4 });
      const bad = Object.entries(ran.outcomes)
        .filter(([, { status }]) => status !== 'pass' && status !== 'success')
        .map(([name, o]) => {
          const [, i = '0'] = /t(\d+)_/.exec(name) ?? [];
          return `${types[Number(i)]?.[0]} ${name}: ${o.message}`;
        });
      expect(bad).toEqual([]);
      expect(ran.told).toEqual([]);
    }
    await bench.close();
  });
});

describe.each(ENGINES)('%s: build', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  const expecting = (id: number): string =>
    unitTests(
      `name: doubles
model: middle
given: [{input: ref('top'), rows: [{id: 2}]}]
expect: {rows: [{id: ${id}}]}`,
    );
  beforeAll(async () => {
    bench = await openBench(engine, {
      'models/top.sql': 'select 1 as id',
      'models/middle.sql': `select id * 2 as id from {{ ref('top') }}`,
      'models/bottom.sql': `select id from {{ ref('middle') }}`,
      'models/beside.sql': `select id from {{ ref('top') }}`,
      'models/_m.yml': `models: [{name: middle, columns: [{name: id, data_tests: [not_null]}]}]`,
      'models/u.yml': expecting(4),
    });
  });
  afterAll(() => bench.close());

  test('a unit test runs before its model, and after what the model reads', async () => {
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    const order = Object.keys(ran.status);
    expect(order.indexOf('middle.doubles')).toBeGreaterThan(order.indexOf('top'));
    expect(order.indexOf('middle.doubles')).toBeLessThan(order.indexOf('middle'));
    expect(Object.values(ran.status).toSorted()).toEqual([
      ...['pass', 'pass'],
      ...['success', 'success', 'success', 'success'],
    ]);
  });

  test('one that fails keeps its model and what lies below from being built', async () => {
    await bench.write({ 'models/u.yml': expecting(5), 'models/top.sql': 'select 10 as id' });
    const ran = await bench.call('build');
    expect(ran.ok).toBe(false);
    expect(ran.status).toEqual({
      top: 'success',
      beside: 'success',
      'middle.doubles': 'fail',
      middle: 'skipped',
      bottom: 'skipped',
      not_null_middle_id: 'skipped',
    });
    expect(await bench.rows(`select id from ${schema}.middle`)).toEqual(['2']);
    expect(ran.outcomes['middle']?.message).toBe('skipped because of doubles');
  });

  test('it goes along with its model, and can be left out or be chosen alone', async () => {
    const names = async (
      verb: 'test' | 'build' | 'run',
      options: Parameters<Bench['call']>[1],
    ): Promise<readonly string[]> => Object.keys((await bench.call(verb, options)).status).toSorted();
    expect(await names('test', { select: ['middle'] })).toEqual([
      'middle.doubles',
      'not_null_middle_id',
    ]);
    expect(await names('test', { select: ['test_type:unit'] })).toEqual(['middle.doubles']);
    expect(await names('test', { select: ['unit_test:doubles'] })).toEqual(['middle.doubles']);
    expect(await names('test', { excludeResourceType: ['unit_test'] })).toEqual([
      'not_null_middle_id',
    ]);
    expect(
      await names('build', { select: ['middle'], excludeResourceType: ['unit_test'] }),
    ).toEqual(['middle', 'not_null_middle_id']);
    expect(await names('build', { select: ['doubles'] })).toEqual(['middle.doubles']);
    expect(await names('run', {})).not.toContain('middle.doubles');
  });

  test('below a failure it is skipped', async () => {
    await bench.write({ 'models/top.sql': 'select nonsense' });
    const ran = await bench.call('build', { select: ['+middle'] });
    expect(ran.status['middle.doubles']).toBe('skipped');
    expect(ran.status['middle']).toBe('skipped');
  });
});
