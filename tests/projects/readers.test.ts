// A reader in another session while gold tables are rebuilt again and again: no error, no empty table.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etl } from '../support/etl.ts';
import { type Bench, callVerb, ENGINES, openBench } from './support/bench.ts';
import { type Source, whileReading } from './support/readers.ts';

const ROWS = 2000;
const FILES = {
  'dbt_project.yml': `name: shop
version: '1.0.0'
profile: etl
models: {+materialized: table, +schema: gold, +ansi_settings: true}
`,
  'macros/names.sql': `{% macro generate_schema_name(custom, node) %}{{ custom or target.schema }}{% endmacro %}`,
  'macros/digits.sql': `{% macro digits() %}(select 0 as d{% for i in range(1, 10) %} union all select {{ i }}{% endfor %}){% endmacro %}`,
  'models/sales.sql': `select a.d + 10 * b.d + 100 * c.d + 1000 * e.d as id
    from {{ digits() }} a cross join {{ digits() }} b cross join {{ digits() }} c cross join (select 0 as d union all select 1) e`,
  'models/totals.sql': `{{ config(materialized='view') }} select id % 10 as k, count(*) as n from {{ ref('sales') }} group by id % 10`,
};

/** The count of a table is always the same. */
const countOf = (source: string): readonly [Source] => [[`select sum(n) from ${source}`, String(ROWS)]];

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(engine, FILES);
    expect((await bench.call('run')).told).toEqual([]);
  });
  afterAll(() => bench.close());

  test.each([
    ['the table', '(select count(*) as n from gold.sales) t'],
    ['the view on it', 'gold.totals'],
  ])(
    'a reader of %s sees no error and no empty table while it is rebuilt 20 times',
    async (_name, source) => {
      const failed: string[] = [];
      const seen = await whileReading(bench, countOf(source), async () => {
        for (let i = 0; i < 20; i++) {
          const ran = await callVerb('run', bench.options);
          if (!ran.ok) failed.push(...ran.told);
        }
      });
      expect(failed).toEqual([]);
      expect(seen.odd).toEqual([]);
      expect(seen.reads[0]).toBeGreaterThan(40);
      expect(await bench.relations()).toEqual(['gold.sales table', 'gold.totals view']);
    },
  );
});

describe('postgres, rebuilt by other processes', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('postgres', FILES);
    expect((await bench.call('run')).told).toEqual([]);
  });
  afterAll(() => bench.close());

  test('a reader sees no error and no empty table in 20 rebuilds', async () => {
    const failed: string[] = [];
    const seen = await whileReading(bench, countOf('gold.totals'), async () => {
      for (let i = 0; i < 10; i++) {
        const both = await Promise.all([1, 2].map(() => etl(['run'], { cwd: bench.dir })));
        for (const { code, output } of both) if (code !== 0) failed.push(output);
      }
    });
    expect(failed).toEqual([]);
    expect(seen.odd).toEqual([]);
    expect(seen.reads[0]).toBeGreaterThan(40);
    expect(await bench.relations()).toEqual(['gold.sales table', 'gold.totals view']);
  });
});
