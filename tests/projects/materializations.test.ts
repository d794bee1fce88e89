// What a model becomes in the warehouse, and that a changed kind needs no hand-made drop.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  beforeAll(async () => {
    bench = await openBench(engine, {
      'models/numbers.sql': 'select 1 as id union all select 2 as id',
      'models/as_view.sql': `{{ config(materialized='view') }} select id * 10 as id from {{ ref('numbers') }}`,
      'models/inner_cte.sql': `{{ config(materialized='ephemeral') }} with n as (select id from {{ ref('numbers') }}) select id + 1 as id from n`,
      'models/outer_cte.sql': `{{ config(materialized='ephemeral') }} select id + 100 as id from {{ ref('inner_cte') }}`,
      'models/on_ephemeral.sql': `with x as (select id from {{ ref('outer_cte') }}) select x.id as id from x`,
    });
  });
  afterAll(() => bench.close());

  test('tables, views, and ephemeral models that are only inside others', async () => {
    const ran = await bench.call('run');
    expect(ran.told).toEqual([]);
    expect(ran.status).toEqual({ numbers: 'success', as_view: 'success', on_ephemeral: 'success' });
    expect(await bench.relations()).toEqual([
      `${schema}.as_view view`,
      `${schema}.numbers table`,
      `${schema}.on_ephemeral table`,
    ]);
    expect(await bench.rows(`select id from ${schema}.as_view order by 1`)).toEqual(['10', '20']);
    expect(await bench.rows(`select id from ${schema}.on_ephemeral order by 1`)).toEqual([
      '102',
      '103',
    ]);
  });

  test('a model goes from view to table to incremental to view without a hand-made drop', async () => {
    const seen: string[] = [];
    for (const [kind, id] of [
      ['view', 1],
      ['table', 2],
      ['incremental', 3],
      ['view', 4],
      ['incremental', 5],
      ['table', 6],
      ['view', 7],
    ] as const) {
      await bench.write({
        'models/changing.sql': `{{ config(materialized='${kind}') }} select ${id} as id`,
      });
      const ran = await bench.call('run', { select: ['changing'] });
      // a view in place of a table drops its rows: that is said, and nothing else
      const told = id === 4 || id === 7 ? [expect.stringContaining('ETL4001')] : [];
      expect(ran.told, `${kind} ${id}`).toEqual(told);
      const kinds = (await bench.relations()).filter((r) => r.includes('changing'));
      seen.push(
        `${kinds.join()} ${await bench.value(`select id from ${schema}.changing order by 1`)}`,
      );
    }
    await bench.remove('models/changing.sql');
    expect(seen.map((s) => s.replace(`${schema}.changing `, ''))).toEqual([
      'view 1',
      'table 2',
      'table 2\n3',
      'view 4',
      'table 5',
      'table 6',
      'view 7',
    ]);
  });

  test('changed columns reach the views on the table', async () => {
    await bench.write({
      'models/base.sql': 'select 1 as a, 2 as b',
      'models/above.sql': `{{ config(materialized='view') }} select * from {{ ref('base') }}`,
    });
    expect((await bench.call('run', { select: ['base+'] })).told).toEqual([]);
    await bench.write({ 'models/base.sql': `select 'x' as b, 5 as c, 1 as a` });
    expect((await bench.call('run', { select: ['base+'] })).told).toEqual([]);
    expect(await bench.rows(`select b, c, a from ${schema}.above`)).toEqual(['x|5|1']);
    await bench.remove('models/base.sql', 'models/above.sql');
  });
});
