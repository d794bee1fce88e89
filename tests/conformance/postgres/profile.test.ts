// What is told of the values of columns: every kind of type, and what has no place between two ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../../../src/adapter/contract.ts';
import type { RelationProfile } from '../../../src/adapter/profile.ts';
import { dialect } from '../../../src/adapters/postgres/dialect.ts';
import { scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
beforeAll(async () => {
  pg = await scratchPostgres(2);
  await pg.run(`create schema shop;
create table shop.kinds as select * from (values
  (1::smallint, 'NaN'::numeric, 'Infinity'::float8, date '2024-01-01', 'infinity'::timestamptz, 'a'::varchar(9), '{}'::jsonb, array[1], true),
  (-32768, 1.50, -1, null, '2024-01-01 12:00+00', 'ação', null, null, null),
  (32767, 12345678901234567890.5, 3, date '2024-12-31', null, '', '{"a": 1}', array[2], false)
) as v("Sm""all", n, f, d, ts, t, j, a, b);
create table shop.nothing (id int, t text);
create table shop.large as select i, i % 7 = 0 as seventh from generate_series(1, 5000) as i;
create view shop.all_of_it as select * from shop.large;
analyze shop.large`);
});
afterAll(() => pg.stop());

const COLUMNS = `select attname, format_type(atttypid, atttypmod) from pg_attribute
where attrelid = 'shop.TABLE'::regclass and attnum > 0 order by attnum`;

async function profile(name: string, more = {}): Promise<RelationProfile | undefined> {
  const columns = (await pg.rows(COLUMNS.replace('TABLE', name))).map(([column, type]) => ({
    name: String(column),
    type: String(type),
  }));
  const query = dialect.profile({
    relation: { schema: 'shop', name },
    kind: 'table',
    columns,
    rows: undefined,
    limit: 1000,
    ...more,
  });
  return pg.connection.withSession('docs', async (s) => (await ask(s, query))[0]);
}

test('numbers and moments have ends, texts have lengths, the rest has nulls', async () => {
  expect(await profile('kinds')).toEqual({
    rows: 3,
    of: 'all',
    columns: [
      {
        name: 'Sm"all',
        as: 'value',
        nulls: 0,
        min: '-32768',
        max: '32767',
        bars: [1, 0, 0, 0, 0, 1, 0, 0, 0, 1],
      },
      {
        name: 'n',
        as: 'value',
        nulls: 0,
        min: '1.50',
        max: 'NaN',
        bars: [1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      },
      {
        name: 'f',
        as: 'value',
        nulls: 0,
        min: '-1',
        max: 'Infinity',
        bars: [1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      },
      {
        name: 'd',
        as: 'value',
        nulls: 1,
        min: '2024-01-01',
        max: '2024-12-31',
        bars: [1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      },
      {
        name: 'ts',
        as: 'value',
        nulls: 1,
        min: expect.stringContaining('2024-01-01') as string,
        max: 'infinity',
        bars: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      },
      {
        name: 't',
        as: 'length',
        nulls: 0,
        min: '0',
        max: '4',
        bars: [1, 0, 1, 0, 0, 0, 0, 0, 0, 1],
      },
      { name: 'j', as: 'nulls', nulls: 1 },
      { name: 'a', as: 'nulls', nulls: 1 },
      { name: 'b', as: 'nulls', nulls: 1 },
    ],
  });
});

test('an empty table has no ends', async () => {
  expect(await profile('nothing')).toEqual({
    rows: 0,
    of: 'all',
    columns: [
      { name: 'id', as: 'value', nulls: 0 },
      { name: 't', as: 'length', nulls: 0 },
    ],
  });
});

test('of a large table a sample from everywhere in it, of a large view what comes first', async () => {
  const sample = await profile('large', { rows: 5000 });
  expect(sample?.of).toBe('sample');
  expect(sample?.rows).toBeGreaterThan(0);
  expect(sample?.rows).toBeLessThan(5000);
  expect(await profile('large', { rows: 5000 })).toEqual(sample);
  const first = await profile('all_of_it', { kind: 'view' });
  expect(first).toMatchObject({ of: 'first', rows: 1000 });
});
