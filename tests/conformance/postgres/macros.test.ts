import { afterAll, beforeAll, expect, test } from 'vitest';
import { macros } from '../../../src/adapters/postgres/macros.ts';
import { scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';
import { renderJinja } from '../../unit/jinja/engine.ts';

let pg: ScratchPostgres;
beforeAll(async () => {
  pg = await scratchPostgres(1);
});
afterAll(() => pg.stop());

// what dispatch leads to in a project
const DISPATCHED =
  '{% macro current_timestamp() %}{{ postgres__current_timestamp() }}{% endmacro %}';
const MACROS = [...macros.map((m) => m.text), DISPATCHED].join('\n');
const rendered = (call: string): string => renderJinja('direct', `${MACROS}{{ ${call} }}`).trim();

test.each([
  ['2023-12-31', '2024-01-01', 'year', 1],
  ['2024-01-01', '2023-12-31', 'year', -1],
  ['2023-11-30', '2024-04-01', 'quarter', 2],
  ['2024-01-31', '2024-03-01', 'month', 2],
  ['2024-02-28', '2024-03-01', 'day', 2],
  // Saturday to Sunday crosses into the next week, Sunday to Saturday does not
  ['2024-01-06', '2024-01-07', 'week', 1],
  ['2024-01-07', '2024-01-13', 'week', 0],
  ['2024-01-08', '2024-01-05', 'week', -1],
  ['2024-01-01 23:59', '2024-01-02 00:00', 'hour', 1],
  ['2024-01-01 23:59', '2024-01-03 00:00', 'minute', 1441],
  ['2024-01-01 00:00:00.9', '2024-01-01 00:01:00', 'second', 60],
  ['2024-01-01 00:00:00.001', '2024-01-01 00:01:00', 'millisecond', 59_999],
  ['2024-01-01 00:00:00.000001', '2024-01-01 00:01:00', 'microsecond', 59_999_999],
])('datediff from %s to %s in %s is %i', async (from, to, part, expected) => {
  const sql = rendered(`postgres__datediff("'${from}'", "'${to}'", '${part}')`);
  expect(Number(await pg.value(`select ${sql}`))).toBe(expected);
});

test.each([
  [`postgres__dateadd('day', 1, "date '2024-02-28'")`, '2024-02-29 00:00:00'],
  [`postgres__dateadd('quarter', -1, "date '2024-02-29'")`, '2023-11-29 00:00:00'],
  [`postgres__last_day("date '2024-02-03'", 'month')`, '2024-02-29'],
  [`postgres__last_day("date '2024-02-03'", 'quarter')`, '2024-03-31'],
  [`postgres__date_trunc('month', "timestamp '2024-02-03 04:05'")`, '2024-02-01 00:00:00'],
  [`postgres__split_part("'a|b|c'", "'|'", 2)`, 'b'],
  [`postgres__split_part("'a|b|c'", "'|'", -1)`, 'c'],
  [`postgres__split_part("'a||b||c'", "'||'", -3)`, 'a'],
  [`postgres__hash(1)`, 'c4ca4238a0b923820dcc509a6f75849b'],
  [`postgres__safe_cast("'1'", postgres__type_numeric())`, '1.000000'],
  [`postgres__array_construct([1, 2])`, '{1,2}'],
  [`postgres__array_construct([], 'integer')`, '{}'],
])('%s is %s', async (call, expected) => {
  expect(await pg.value(`select (${rendered(call)})::text`)).toBe(expected);
});

test('listagg, any_value', async () => {
  const from = "from (values ('b', 2), ('a', 1), ('c', 3)) v(x, n)";
  const all = rendered(`postgres__listagg('x', "', '", 'order by n')`);
  const two = rendered(`postgres__listagg('x', "', '", 'order by n desc', 2)`);
  expect(
    await pg.rows(`select ${all}, ${two}, ${rendered("postgres__any_value('n')")} ${from}`),
  ).toEqual([['a, b, c', 'c, b', 1]]);
});

test('every type is one', async () => {
  for (const name of ['string', 'timestamp', 'float', 'numeric', 'bigint', 'int', 'boolean'])
    expect(await pg.value(`select null::${rendered(`postgres__type_${name}()`)}`)).toBe(null);
});

// names that templates of packages compare with, and that stand in compiled SQL
test.each([
  ['string', 'TEXT'],
  ['float', 'float'],
  ['numeric', 'numeric(28,6)'],
  ['bigint', 'bigint'],
  ['int', 'integer'],
  ['boolean', 'boolean'],
  ['timestamp', 'timestamp'],
])('type_%s is called %s, as in dbt', (name, expected) => {
  expect(rendered(`postgres__type_${name}()`)).toBe(expected);
});

test('the clock', async () => {
  expect(
    await pg.value(`select pg_typeof(${rendered('postgres__current_timestamp()')})::text`),
  ).toBe('timestamp with time zone');
  for (const name of [
    'current_timestamp_backcompat',
    'current_timestamp_in_utc_backcompat',
    'snapshot_get_time',
  ])
    expect(await pg.value(`select pg_typeof(${rendered(`postgres__${name}()`)})::text`)).toBe(
      'timestamp without time zone',
    );
});
