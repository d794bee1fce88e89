// Four readers while a table, the view on it and what others put upon them are rebuilt fifty times, with other columns every time
// in the second half: no error, no empty answer, and no row that a test of the model would find fault with.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, callVerb, openBench } from './support/bench.ts';
import { type Source, whileReading } from './support/readers.ts';

const REBUILDS = 50;
const FILES = {
  'dbt_project.yml': "name: shop\nversion: '1'\nprofile: etl\nmodels: {+materialized: table}\n",
  // an odd version lacks a column that nobody reads; each third one gives another type to one that everybody reads
  'models/sales.sql': `{% set v = var('v') %}{{ config(indexes=[{'columns': ['id'], 'unique': true}]) }}
select g as id, {{ v }}{{ '::bigint' if v > 25 and v % 3 == 0 else '::int' }} as v{% if v > 25 and v % 2 == 0 %}, now() as extra{% endif %}
from generate_series(1, 500) g`,
  'models/totals.sql': "{{ config(materialized='view') }} select v, count(*) as n, count(distinct id) as d from {{ ref('sales') }} group by v",
  'models/_tests.yml': `models:
  - name: sales
    columns: [{name: id, data_tests: [not_null, unique]}]
  - name: totals
    columns: [{name: v, data_tests: [not_null, unique]}]
`,
};
// one version at a time, all its rows, each once
const WHOLE = 'select count(*), count(distinct id), count(distinct v), count(*) filter (where id is null) from';
const SOURCES: readonly Source[] = [
  [`${WHOLE} public.sales`, '500|500|1|0'],
  ['select sum(n), sum(d), count(v), 0 from public.totals', '500|500|1|0'],
  [`${WHOLE} theirs.sales`, '500|500|1|0'],
  ['select sum(n), sum(d), count(v), 0 from theirs.totals', '500|500|1|0'],
];

let bench: Bench;
beforeAll(async () => {
  bench = await openBench('postgres', FILES);
  expect((await bench.call('build', { vars: { v: 0 } })).told).toEqual([]);
  await bench.run(
    `create role analyst; create schema theirs authorization analyst; grant usage on schema public to analyst;
     grant select on public.sales, public.totals to analyst; set role analyst;
     create view theirs.sales as select id, v from public.sales; create view theirs.totals as select v, n, d from public.totals; reset role`,
  );
});
afterAll(() => bench.close());

test('nobody sees an error, an empty relation or half of a version', async () => {
  const failed: string[] = [];
  const { odd, reads } = await whileReading(bench, SOURCES, async () => {
    for (let v = 1; v <= REBUILDS; v++) {
      const ran = await callVerb('build', { ...bench.options, vars: { v }, writeJson: false });
      if (!ran.ok) failed.push(`${v}: ${ran.told.join('\n')}`);
      // without other columns, the views of another role read the new rows
      if (v <= 25 && (await bench.value('select max(v) from theirs.totals')) !== String(v)) failed.push(`theirs.totals is not ${v}`);
    }
  });
  expect(failed).toEqual([]);
  expect(odd).toEqual([]);
  for (const many of reads) expect(many).toBeGreaterThan(REBUILDS);
  expect(await bench.value('select max(v) from public.totals')).toBe(String(REBUILDS));
});
