// Seeds: types, odd CSV files, and what happens when a file changes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

const TYPES = { postgres: 'numeric(12,2)', clickhouse: 'Nullable(Decimal(12, 2))' } as const;

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  beforeAll(async () => {
    bench = await openBench(engine, {
      'dbt_project.yml': `name: shop
version: '1.0.0'
profile: etl
seeds:
  shop:
    typed:
      +column_types: {code: text, price: "${TYPES[engine]}"}
    semicolons:
      +delimiter: ';'
    only_header:
      +column_types: {id: integer, word: text}
    bare_names:
      +quote_columns: false
`,
      'seeds/guessed.csv':
        'id,amount,word,day,flag,nothing\n1,1.5,a,2024-02-29,true,\n2,22,"b",2024-03-01,false,\n',
      'seeds/typed.csv': 'code,price\n007,1.10\n008,\n',
      'seeds/bare_names.csv': 'ITEM_ID,Word_Of_It\n1,a\n',
      'seeds/only_header.csv': 'id,word\n',
      'seeds/semicolons.csv': 'id;word\n1;a,b\n2;"c;d"\n',
      'seeds/codes.csv': 'zip,zone,units\n02108,-0500, 1\n60007,+0530,2\n',
      'seeds/quoted.csv':
        'id,word\n1,"say ""hi"""\n2,"two\nlines"\n3,"a,b"\n4,\'single\'\n5,back\\slash\n6,çãé 日本\n',
      'seeds/windows.csv': '\uFEFFid,word\r\n1,a\r\n2,b\r\n',
      'models/doubled.sql': `select id * 2 as id from {{ ref('guessed') }}`,
    });
    const ran = await bench.call('seed');
    expect(ran.told).toEqual([expect.stringMatching(/^ETL7005 the column "zip" becomes a number/)]);
    expect(ran.ok).toBe(true);
  });
  afterAll(() => bench.close());
  const rows = (sql: string): Promise<readonly string[]> =>
    bench.rows(sql.replaceAll('@', `${schema}.`));

  test('types are guessed from the values, an empty field is NULL', async () => {
    expect(
      await rows('select id + 1, amount, word, day, flag, nothing from @guessed order by id'),
    ).toEqual(['2|1.5|a|2024-02-29|true|NULL', '3|22|b|2024-03-01|false|NULL']);
  });

  test('codes with leading zeros are integers, as in dbt', async () => {
    expect(await rows('select zip + 1, zone, units from @codes order by 1')).toEqual([
      '2109|-500|1',
      '60008|530|2',
    ]);
  });

  test('without quotes the engine decides how a name is written; one that needs quotes keeps them', async () => {
    const name = engine === 'postgres' ? 'item_id' : 'ITEM_ID';
    const words = engine === 'postgres' ? 'word_of_it' : '`Word_Of_It`';
    expect(await rows(`select ${name}, ${words} from @bare_names`)).toEqual(['1|a']);
  });

  test('declared types are kept: leading zeros, scale, NULL', async () => {
    expect(await rows('select code, price from @typed order by 1')).toEqual([
      '007|1.1',
      '008|NULL',
    ]);
  });

  test('a file with its header only is an empty table with the declared columns', async () => {
    expect(await rows('select count(*), count(id), count(word) from @only_header')).toEqual([
      '0|0|0',
    ]);
  });

  test('another delimiter, quotes, line breaks inside quotes, a byte order mark', async () => {
    expect(await rows('select id, word from @semicolons order by 1')).toEqual(['1|a,b', '2|c;d']);
    expect(await rows('select id, word from @quoted order by 1')).toEqual([
      '1|say "hi"',
      '2|two\nlines',
      '3|a,b',
      `4|'single'`,
      '5|back\\slash',
      '6|çãé 日本',
    ]);
    expect(await rows('select sum(id), max(word) from @windows')).toEqual(['3|b']);
  });

  test('seeding again replaces the rows; other rows and other columns too', async () => {
    await bench.write({ 'seeds/windows.csv': 'id,word\n7,z\n' });
    expect((await bench.call('seed', { select: ['windows'] })).told).toEqual([]);
    expect(await rows('select id, word from @windows')).toEqual(['7|z']);
    await bench.write({ 'seeds/windows.csv': 'id,word,more\n8,y,1\n' });
    const ran = await bench.call('seed', { select: ['windows'], fullRefresh: true });
    expect(ran.ok, ran.told.join('\n')).toBe(true);
    expect(await rows('select * from @windows')).toEqual(['8|y|1']);
  });

  test('a value that does not fit its type names file and line, and the old rows stay', async () => {
    await bench.write({ 'seeds/typed.csv': 'code,price\n007,2.00\n008,cheap\n' });
    const ran = await bench.call('seed', { select: ['typed'] });
    expect(ran.status).toEqual({ typed: 'error' });
    const diagnostic = ran.outcomes['typed']?.diagnostics[0];
    expect(diagnostic?.at).toMatchObject({ file: 'seeds/typed.csv', line: 3 });
    expect(await rows('select code, price from @typed order by 1')).toEqual([
      '007|1.1',
      '008|NULL',
    ]);
  });

  test('a row with too many fields is an error that names its line', async () => {
    await bench.write({ 'seeds/ragged.csv': 'a,b\n1,2\n3,4,5\n' });
    const ran = await bench.call('seed', { select: ['ragged'] });
    expect(ran.ok).toBe(false);
    const places = Object.values(ran.outcomes).flatMap((o) => o.diagnostics.map((d) => d.at));
    expect(
      [...places, ...ran.told].some((p) =>
        typeof p === 'string' ? /line 3|:3/.test(p) : p?.line === 3,
      ),
    ).toBe(true);
    expect((await bench.relations()).filter((r) => r.includes('ragged'))).toEqual([]);
    await bench.remove('seeds/ragged.csv');
  });
});
