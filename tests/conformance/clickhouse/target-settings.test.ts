import { afterAll, beforeAll, expect, it } from 'vitest';
import { NOT_ANSI } from '../../../src/adapters/clickhouse/settings.ts';
import { ask } from '../../../src/adapter/contract.ts';
import {
  aSelect,
  buildTable,
  buildView,
  openWarehouse,
  type Warehouse,
} from '../../support/clickhouse.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse({
    ansi_settings: true,
    custom_settings: { max_threads: 3, use_uncompressed_cache: true },
  });
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
});
afterAll(() => w.close());

it('settings of the profile reach every statement', async () => {
  expect(
    await w.rows(
      "SELECT getSetting('max_threads'), toUInt8(getSetting('use_uncompressed_cache')), sum(number) FROM numbers(0)",
    ),
  ).toEqual([[3, 1, null]]);
});

it('models of a target with ansi_settings have them, unless they say no', async () => {
  const select =
    'select l.x, r.y from (select 1 as x) l left join (select 2 as x, 3 as y) r on r.x = l.x';
  await buildTable(w, aSelect('t', select));
  await buildTable(
    w,
    aSelect('off', select, {
      config: { ansi_settings: false },
    }),
  );
  await buildView(w, aSelect('v', select));
  expect(await w.rows('SELECT y FROM shop.t')).toEqual([[null]]);
  expect(await w.rows('SELECT y FROM shop.v')).toEqual([[null]]);
  expect(await w.rows('SELECT y FROM shop.off')).toEqual([[0]]);
  const sum = 'select sum(x) as s from shop.t where false';
  const read = async (config: object) => (await w.read(w.dialect.read(sum, { ...config }))).rows;
  expect(await read({})).toEqual([[null]]);
  expect(await read({ ansi_settings: false })).toEqual([[0]]);
  const defaults = Object.entries(NOT_ANSI).map(([name, value]) => [name, String(value)]);
  const names = defaults.map(([name]) => `'${name}'`).join(', ');
  const engine = await w.rows(`SELECT name, default FROM system.settings WHERE name IN (${names})`);
  expect(new Map(engine as [string, string][])).toEqual(new Map(defaults as [string, string][]));
});

it('the warehouse is seen the same under them', async () => {
  const found = await w.inSession((s) => ask(s, w.dialect.observe(['shop'])));
  expect(found.map((f) => [f.relation.name, f.kind, f.columns.length])).toEqual([
    ['off', 'table', 2],
    ['t', 'table', 2],
    ['v', 'view', 2],
  ]);
  const catalog = await w.inSession((s) => ask(s, w.dialect.catalog(['shop'])));
  expect(catalog).toHaveLength(6);
  expect(catalog[0]).toMatchObject({
    kind: 'table',
    owner: null,
    relationComment: null,
    comment: null,
    rows: 1,
  });
});
