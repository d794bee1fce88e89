// Versions in the warehouse: each has its own relation, and a view of the model's name may show the latest.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

const yaml = (pointer: string, latest = 2): string => `
models:
  - name: orders
    latest_version: ${latest}
    config: {latest_version_pointer: ${pointer}}
    columns: [{name: id, data_tests: [not_null]}]
    versions: [{v: 1}, {v: 2}]
`;

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  beforeAll(async () => {
    bench = await openBench(engine, {
      'models/orders_v1.sql': 'select 1 as id',
      'models/orders_v2.sql': 'select 2 as id, 20 as price',
      'models/reader.sql': `select a.id as latest, b.id as first from {{ ref('orders') }} as a cross join {{ ref('orders', v=1) }} as b`,
      'models/m.yml': yaml('{enabled: true}'),
    });
  });
  afterAll(() => bench.close());

  test('relations, refs, tests and the pointer, which follows', async () => {
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(await bench.relations()).toEqual([
      `${schema}.orders view`,
      `${schema}.orders_v1 table`,
      `${schema}.orders_v2 table`,
      `${schema}.reader table`,
    ]);
    expect(await bench.rows(`select latest, first from ${schema}.reader`)).toEqual(['2|1']);
    expect(await bench.rows(`select * from ${schema}.orders`)).toEqual(['2|20']);
    await bench.write({ 'models/orders_v2.sql': 'select 3 as id, 30 as price' });
    expect((await bench.call('run', { select: ['version:latest'] })).status).toEqual({
      'orders.v2': 'success',
    });
    expect(await bench.rows(`select * from ${schema}.orders`)).toEqual(['3|30']);
    await bench.write({ 'models/m.yml': yaml('{enabled: true}', 1) });
    const back = await bench.call('run', { select: ['orders.v1'] });
    expect(back.status).toEqual({ 'orders.v1': 'success' });
    expect(await bench.rows(`select * from ${schema}.orders`)).toEqual(['1']);
  });

  test('a pointer with the name of another relation is refused', async () => {
    await bench.write({ 'models/m.yml': yaml('{enabled: true, alias: reader}') });
    const ran = await bench.call('run', { select: ['orders.v2'] });
    expect(ran.told.join()).toMatch(
      /^ETL3006 the pointer to the latest version of orders cannot be called "reader": model\.shop\.reader/,
    );
    expect(await bench.rows(`select latest from ${schema}.reader`)).toEqual(['2']);
  });
});
