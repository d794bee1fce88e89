// Unit tests on an engine with nothing in it: what types their rows, what stands still, and the cases that others fell over.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratch, type Scratch } from '../support/etl.ts';
import { callVerb, ENGINES, type Ran } from './support/bench.ts';

type Files = Readonly<Record<string, string>>;

/** A server that nobody can reach: whatever asks it fails. */
const PROFILES = `shop:
  target: postgres
  outputs:
    postgres: {type: postgres, host: 127.0.0.1, port: 1, user: nobody, password: none, dbname: shop, schema: prod, connect_timeout: 1}
    clickhouse: {type: clickhouse, host: 127.0.0.1, port: 1, user: nobody, password: none, schema: prod}
`;
const PROJECT = `name: shop
profile: shop
models: {+ansi_settings: true}
on-run-start: ["select nobody from hooks_are_not_run"]
`;
const unitTest = (text: string): string => `  - ${text.trim().replaceAll('\n', '\n    ')}\n`;

describe.each(ENGINES)('%s', (engine) => {
  const isPostgres = engine === 'postgres';
  let project: Scratch;
  beforeAll(async () => {
    project = await scratch({ 'dbt_project.yml': PROJECT, 'profiles.yml': PROFILES });
  });
  afterAll(() => project.dispose());

  const call = (): Promise<Ran> =>
    callVerb('test', {
      projectDir: project.dir,
      cwd: project.dir,
      target: engine,
      offline: true,
      env: { ...process.env, HOME: project.dir },
    });
  /** Status of each unit test of these files; with the message where it did not pass. */
  const run = async (files: Files): Promise<Readonly<Record<string, string>>> => {
    await project.write(files);
    const ran = await call();
    if (Object.keys(ran.outcomes).length === 0) return { told: ran.told.join('\n') };
    return Object.fromEntries(
      Object.entries(ran.outcomes).map(([name, { status, message, diagnostics }]) => [
        name.split('.').at(-1) ?? '',
        status === 'pass' ? 'pass' : `${status} ${diagnostics[0]?.code ?? ''} ${message ?? ''}`,
      ]),
    );
  };
  const day = isPostgres ? 'date' : 'Date';

  test('what others fell over', async () => {
    const lock = isPostgres
      ? 'postgres:\n  version: "18"\n  sources:\n    shop.erp.sales:\n      - id: bigint\n      - amount: numeric(12,2)\n      - sold_on: date\n'
      : 'clickhouse:\n  version: "26.7"\n  sources:\n    shop.erp.sales:\n      - id: Int64\n      - amount: Nullable(Decimal(12, 2))\n      - sold_on: Nullable(Date)\n';
    const found = await run({
      'schema.lock.yml': lock,
      'models/sources.yml':
        'sources: [{name: erp, schema: raw, tables: [{name: sales}]}, {name: typed, schema: raw, tables: [{name: events, columns: [{name: user_id, data_type: integer}, {name: is_closed, data_type: boolean}, {name: action, data_type: varchar}]}]}]\n',
      'models/flags.sql':
        "select user_id, is_closed, is_closed is not true as is_open from {{ source('typed', 'events') }}\n",
      'models/lines.sql':
        "select id, coalesce(amount, 0) as amount, sold_on from {{ source('erp', 'sales') }}\n",
      'models/late.sql': `select l.id, coalesce(l.sold_on, cast('2024-01-01' as ${day})) as day from {{ ref('lines') }} as l\n`,
      'models/either.sql':
        "select late.id, coalesce(lines.sold_on, late.day) as day from {{ ref('late') }} as late left join {{ ref('lines') }} as lines on lines.id = late.id\n",
      'models/strict.sql': "select 1 as id, 'a' as foo, 2 as size\n",
      'models/kept.sql': "select id, foo, size from {{ ref('strict') }} where id = 1\n",
      'models/u.yml': `unit_tests:\n${unitTest(`
name: core_10110_null_in_the_first_row
model: flags
given:
  - input: source('typed', 'events')
    rows:
      - {user_id: 1, is_closed: null, action: created}
      - {user_id: 2, is_closed: true, action: closed}
expect:
  rows:
    - {user_id: 1, is_closed: null, is_open: true}
    - {user_id: 2, is_closed: true, is_open: false}`)}${unitTest(`
name: core_10365_nothing_but_null_in_a_column
model: late
given:
  - input: ref('lines')
    rows:
      - {id: 1, sold_on: null}
      - {id: 2}
expect:
  rows:
    - {id: 1, day: 2024-01-01}
    - {id: 2, day: 2024-01-01}`)}${unitTest(`
name: core_11868_types_without_asking_the_warehouse
model: lines
given: [{input: "source('erp', 'sales')", rows: [{id: 1, amount: 1.5}, {id: 2, sold_on: 2024-02-01}]}]
expect:
  rows:
    - {id: 1, amount: 1.5, sold_on: null}
    - {id: 2, amount: 0, sold_on: 2024-02-01}`)}${unitTest(`
name: core_10586_types_of_an_input_without_rows
model: either
given:
  - {input: ref('lines'), rows: []}
  - {input: ref('late'), rows: [{id: 1, day: 2024-01-01}]}
expect: {rows: [{id: 1, day: 2024-01-01}]}`)}${unitTest(`
name: clickhouse_315_left_out_columns_that_cannot_be_null
model: kept
given: [{input: ref('strict'), rows: [{id: 1}, {id: 2}]}]
expect:
  rows: [{id: 1, foo: ${isPostgres ? 'null' : "''"}, size: ${isPostgres ? 'null' : 0}}]`)}`,
    });
    expect(found).toEqual({
      core_10110_null_in_the_first_row: 'pass',
      core_10365_nothing_but_null_in_a_column: 'pass',
      core_11868_types_without_asking_the_warehouse: 'pass',
      core_10586_types_of_an_input_without_rows: 'pass',
      clickhouse_315_left_out_columns_that_cannot_be_null: 'pass',
    });
  });

  test('a clock that stands still, the rows of a CTE, and what is wrong with them', async () => {
    const now = isPostgres
      ? 'select now(), current_date, localtimestamp(0) as local, date_trunc(\'day\', current_timestamp) as day'
      : "select now() as now, today() as current_date, now64(3, 'UTC') as local, toStartOfDay(now()) as day";
    const hours = isPostgres ? "now() - interval '2 hours'" : 'now() - interval 2 hour';
    const found = await run({
      'models/clock.sql': `${now}, 'now() today()' as word -- now()\n`,
      'models/fresh.sql': `with recent as (
  select id, sold_on from {{ ref('lines') }} where sold_on >= ${isPostgres ? 'current_date' : 'today()'}
), counted as (select count(*) as n from recent)
select n, ${hours} as since from counted\n`,
      'models/sized.sql': isPostgres ? 'select 1::smallint as n' : 'select toInt16(1) as n',
      'models/u.yml': `unit_tests:\n${unitTest(`
name: too_large
model: sized
given: []
expect: {rows: [{n: 65537}]}`)}${unitTest(`
name: stands_still
model: clock
config: {meta: {etl: {now: '2024-01-01 10:00:00'}}}
given: []
expect:
  rows: [{now: 2024-01-01 10:00:00, current_date: 2024-01-01, local: 2024-01-01 10:00:00, day: 2024-01-01 00:00:00, word: now() today()}]`)}${unitTest(`
name: whole_model
model: fresh
config: {meta: {etl: {now: 2024-01-02}}}
given: [{input: ref('lines'), rows: [{id: 1, sold_on: 2024-01-01}, {id: 2, sold_on: 2024-01-02}]}]
expect: {rows: [{n: 1, since: 2024-01-01 22:00:00}]}`)}${unitTest(`
name: one_cte
model: fresh
config: {meta: {etl: {now: '2024-01-02 08:30', cte: recent}}}
given: [{input: ref('lines'), rows: [{id: 1, sold_on: 2024-01-01}, {id: 2, sold_on: 2024-01-02}]}]
expect: {rows: [{id: 2, sold_on: 2024-01-02}]}`)}${unitTest(`
name: no_such_cte
model: fresh
config: {meta: {etl: {cte: recnt}}}
given: [{input: ref('lines'), rows: []}]
expect: {rows: []}`)}${unitTest(`
name: no_time
model: clock
config: {meta: {etl: {now: yesterday}}}
given: []
expect: {rows: []}`)}${unitTest(`
name: no_setting
model: fresh
config: {meta: {etl: {cto: recent}}}
given: [{input: ref('lines'), rows: []}]
expect: {rows: []}`)}`,
    });
    const { no_such_cte: cte, no_time: time, no_setting: setting, too_large: large, ...sound } = found;
    expect(sound).toEqual({ stands_still: 'pass', whole_model: 'pass', one_cte: 'pass' });
    expect(cte).toMatch(/^error ETL6110 .*fresh has no CTE "recnt"/s);
    // 65537 as 16 bits is 1
    expect(large).toMatch(/^error ETL5001/);
    expect(setting).toMatch(/^error ETL6110 .*has no setting cto/s);
    expect(time).toMatch(/^error ETL6110 .*no time: "yesterday"/s);
  });
});
