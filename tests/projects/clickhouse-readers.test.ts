// Four readers of ClickHouse while a table, the views on it and an incremental model are rebuilt and merged, with and without other
// columns: no error, no empty answer, and no row that a test of the model would find fault with.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, callVerb, openBench } from './support/bench.ts';
import { type Source, whileReading } from './support/readers.ts';

const RUNS = 24;
const FILES = {
  'dbt_project.yml': "name: shop\nversion: '1'\nprofile: etl\nmodels: {+materialized: table}\n",
  // in the second half each other version lacks a column that nobody reads, and each third gives another type to one that all read
  'models/sales.sql': `{% set v = var('v') %}{{ config(order_by='id') }}
select number as id, {{ 'toInt64' if v > 12 and v % 3 == 0 else 'toInt32' }}({{ v }}) as v{% if v > 12 and v % 2 == 0 %}, now() as extra{% endif %} from numbers(5000)`,
  'models/totals.sql':
    "{{ config(materialized='view') }} select v, count() as n, uniqExact(id) as d from {{ ref('sales') }} group by v",
  // every run gives each key of one partition, of several, or of all, its version; the columns change on the way
  'models/stock.sql': `{% set v = var('v') %}{{ config(materialized='incremental', unique_key='id', partition_by='part', order_by='id', on_schema_change='append_new_columns') }}
select number as id, intDiv(number, 500) as part, toInt32({{ v }}) as v{% if v in (14, 20) %}, now() as extra_{{ v }}{% endif %}
from numbers({{ 0 if v % 3 == 0 else 1500 }}, {{ 5000 if v % 3 == 0 else (500 if v % 3 == 1 else 1000) }})`,
  'models/parts.sql': "{{ config(materialized='view') }} select part, count() as n, uniqExact(id) as d, uniqExact(v) as vs from {{ ref('stock') }} group by part",
  'models/_tests.yml': `models:
  - name: sales
    columns: [{name: id, data_tests: [not_null, unique]}]
  - name: stock
    columns: [{name: id, data_tests: [not_null, unique]}]
`,
};
const SOURCES: readonly Source[] = [
  ['select count(), uniqExact(id), uniqExact(v), min(v) > -1 from default.sales', '5000|5000|1|1'],
  ['select sum(n), sum(d), count(), min(v) > -1 from default.totals', '5000|5000|1|1'],
  // a partition has all its rows, of one version
  ['select count(), uniqExact(id), count(distinct part), min(v) > -1 from default.stock', '5000|5000|10|1'],
  ['select sum(n), sum(d), max(vs), count() from default.parts', '5000|5000|1|10'],
];

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('clickhouse', FILES);
  expect((await bench.call('build', { vars: { v: 0 } })).told).toEqual([]);
});
afterAll(() => bench.close());

test('nobody sees an error, an empty relation or half of a version', async () => {
  const failed: string[] = [];
  const { odd, reads } = await whileReading(bench, SOURCES, async () => {
    for (let v = 1; v <= RUNS; v++) {
      const ran = await callVerb('build', { ...bench.options, vars: { v }, writeJson: false });
      if (!ran.ok) failed.push(`${v}: ${ran.told.join('\n')}`);
    }
  });
  expect(failed).toEqual([]);
  expect(odd).toEqual([]);
  for (const many of reads) expect(many).toBeGreaterThan(RUNS);
  expect(await bench.value('select max(v) from default.totals')).toBe(String(RUNS));
  expect(await bench.value('select max(v) from default.stock')).toBe(String(RUNS));
});

test('the readers would see it: what dbt-clickhouse does shows them the moment between', async () => {
  await bench.write({
    'models/stock.sql': (FILES['models/stock.sql'] ?? '').replace('unique_key=', "upsert_method='lightweight', unique_key="),
  });
  const seen = new Set<string>();
  let isOver = false;
  const [sql, whole] = SOURCES[2] ?? ['', ''];
  const reader = (async () => {
    while (!isOver) seen.add(await bench.value(sql));
  })();
  for (let v = 30; v < 60 && seen.size < 2; v += 3)
    expect((await callVerb('run', { ...bench.options, vars: { v }, select: ['stock'], writeJson: false })).told).toEqual([]);
  isOver = true;
  await reader;
  expect([...seen].filter((found) => found !== whole)).not.toEqual([]);
});
