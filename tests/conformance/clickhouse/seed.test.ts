import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Column } from '../../../src/kernel/relation.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import {
  leftovers,
  openWarehouse,
  sendAttempts,
  type Warehouse,
} from '../../support/clickhouse.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.run('DROP DATABASE IF EXISTS shop SYNC');
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
});

const typed = (types: Readonly<Record<string, string>>): readonly Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type, nullable: true }));

interface Seed {
  readonly csv: string | Uint8Array;
  readonly types: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly delimiter?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Loads a seed as a run does and publishes it as shop.s. */
async function seed({
  csv,
  types,
  file = 's.csv',
  delimiter = ',',
  config = {},
}: Seed): Promise<number | undefined> {
  const path = join(w.projectDir, 'seeds', file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, csv);
  const columns = typed(types);
  const request = {
    target: { schema: 'shop', name: 's' },
    staged: { schema: 'shop', name: '__etl_s' },
    config,
    comments: { relation: 'a seed', columns: {} },
    grants: undefined,
    columns,
    live: await w.live({ schema: 'shop', name: 's' }),
  };
  return w.inSession(async (s) => {
    const all = (statements: ReturnType<typeof w.dialect.buildSeed>) =>
      s.segment({ atomicity: 'none', statements });
    try {
      await all(w.dialect.buildSeed(request));
      const { rows } = await s.load(request.staged, {
        path,
        shownPath: `seeds/${file}`,
        delimiter,
        columns,
      });
      await all(w.dialect.finishSeed(request));
      await sendAttempts(s, w.dialect.publishTable(request));
      return rows;
    } finally {
      await all(w.dialect.tidy(request.staged));
      expect(await leftovers(w)).toEqual([]);
    }
  });
}

async function refused(input: Seed): Promise<Diagnostic> {
  const error = await seed(input).then(
    () => new Error('the seed was loaded'),
    (e: unknown) => e,
  );
  if (!isEtlError(error)) throw error;
  const [first] = error.diagnostics;
  if (first === undefined) throw error;
  return first;
}

const rows = (columns = '*'): Promise<readonly (readonly unknown[])[]> =>
  w.rows(`SELECT ${columns} FROM shop.s`);

describe('a seed', () => {
  it('has blanks as NULL and quoted blanks as the empty text', async () => {
    expect(
      await seed({ csv: 'id,name\n1,\n2,""\n,x\n', types: { id: 'integer', name: 'text' } }),
    ).toBe(3);
    expect(await rows()).toEqual([
      [1, null],
      [2, ''],
      [null, 'x'],
    ]);
  });

  it('may have a byte order mark, CRLF, quoted line breaks and quotes, and no line break at its end', async () => {
    const csv = '\uFEFFid,name\r\n1,"a\nb"\r\n2,"say ""hi"", you"\r\n3,  x  ';
    await seed({ csv, types: { id: 'integer', name: 'text' } });
    expect(await rows()).toEqual([
      [1, 'a\nb'],
      [2, 'say "hi", you'],
      [3, '  x  '],
    ]);
  });

  it.each([
    ['only its header', 'id,name\n'],
    ['a header without a line break', 'id,name'],
    ['nothing at all', ''],
    ['empty lines at its end', 'id,name\n\n\n'],
  ])('may have %s', async (_, csv) => {
    expect(await seed({ csv, types: { id: 'integer', name: 'text' } })).toBe(0);
    expect(await rows()).toEqual([]);
    expect((await w.live({ schema: 'shop', name: 's' }))?.columns.map((c) => c.type)).toEqual([
      'Nullable(Int32)',
      'Nullable(String)',
    ]);
  });

  it.each(['a{1}.csv', 'a*b?.csv', "it's [x].csv", 'back\\slash.csv', 'Ação 😀.csv'])(
    'may be named %s',
    async (file) => {
      await seed({ csv: 'id\n5\n', types: { id: 'integer' }, file });
      expect(await rows()).toEqual([[5]]);
    },
  );

  it.each([
    ['blanks around names', 'id, amount ,name\n1,2,x\n'],
    ['quoted names', '"id","amount","name"\n1,2,x\n'],
    ['blanks around quoted names', '"id", "amount" ,"name" \n1,2,x\n'],
    ['an empty line before it', '\nid,amount,name\n1,2,x\n'],
    ['empty lines with CRLF before it', '\r\n\r\nid, amount ,name\r\n1,2,x\r\n'],
    ['many empty lines before it', `${'\n'.repeat(100)}id,amount,name\n1,2,x\n`],
    ['a BOM and an empty line before it', '\uFEFF\nid,amount,name\n1,2,x\n'],
    ['blanks inside the quotes', '\uFEFF" id"," amount ",name\r\n1,2,x\r\n'],
  ])('may have %s in its header', async (_, csv) => {
    await seed({ csv, types: { id: 'integer', amount: 'bigint', name: 'text' } });
    expect(await rows('id, amount, name')).toEqual([[1, 2, 'x']]);
  });

  it('may have another delimiter', async () => {
    await seed({
      csv: 'id;name\n1;"a;b"\n',
      types: { id: 'integer', name: 'text' },
      delimiter: ';',
    });
    expect(await rows()).toEqual([[1, 'a;b']]);
  });

  it('takes the portable types', async () => {
    const types = {
      i: 'integer',
      b: 'bigint',
      n: 'numeric(12,2)',
      f: 'double precision',
      t: 'varchar(20)',
      o: 'boolean',
      d: 'date',
      ts: 'timestamp',
    };
    await seed({
      csv: 'i,b,n,f,t,o,d,ts\n+1,9223372036854775807,1.005,1e3,007,yes,1965-01-31,2026-01-02T03:04:05.123456\n2, 3 ,-.5,.5,x,F,2299-12-31,2026-01-02 03:04\n3,4,1e2,5,,,2150-01-01,1960-02-29\n',
      types,
    });
    expect(await rows()).toEqual([
      [
        1,
        9223372036854775807n,
        '1.01',
        1000,
        '007',
        true,
        '1965-01-31',
        '2026-01-02 03:04:05.123456',
      ],
      [2, 3, '-0.50', 0.5, 'x', false, '2299-12-31', '2026-01-02 03:04:00.000000'],
      [3, 4, '100.00', 5, null, null, '2150-01-01', '1960-02-29 00:00:00.000000'],
    ]);
  });

  it("takes ClickHouse's own types and an order", async () => {
    const types = {
      id: 'UInt8',
      low: 'LowCardinality(String)',
      low2: 'LowCardinality(Nullable(String))',
      e: "Enum8('a' = 1, 'b' = 2)",
      u: 'UUID',
      l: 'Array(Int32)',
      dt: "DateTime('UTC')",
      day: 'Date',
      ip: 'IPv4',
    };
    await seed({
      csv: 'id,low,low2,e,u,l,dt,day,ip\n1,x,,b,61f0c404-5cb3-11e7-907b-a6006ad3dba0,"[1,2]",2026-01-02 03:04:05.9,2026-01-02,127.0.0.1\n',
      types,
      config: { order_by: 'low' },
    });
    expect(await rows()).toEqual([
      [
        1,
        'x',
        null,
        'b',
        '61f0c404-5cb3-11e7-907b-a6006ad3dba0',
        '[1,2]',
        '2026-01-02 03:04:05',
        '2026-01-02',
        '127.0.0.1',
      ],
    ]);
  });

  it('replaces the one before, and stays when the new file is wrong', async () => {
    await seed({ csv: 'id\n1\n', types: { id: 'integer' } });
    await seed({ csv: 'id\n2\n', types: { id: 'integer' } });
    await refused({ csv: 'id\nx\n', types: { id: 'integer' } });
    expect(await rows()).toEqual([[2]]);
  });
});

describe('a cell that does not fit', () => {
  it.each([
    ['integer', 'abc'],
    ['integer', '1.5'],
    ['integer', '3000000000'],
    ['integer', '""'],
    ['bigint', '99999999999999999999'],
    ['UInt8', '-1'],
    ['numeric(12,2)', '12345678901.00'],
    ['numeric(12,2)', '"1,5"'],
    ['double precision', 'x'],
    ['boolean', 'maybe'],
    ['date', '01/02/2026'],
    ['date', '2026-02-31'],
    ['date', '2026-13-01'],
    ['date', '2026-1-2'],
    ['date', '20260102'],
    ['date', '1899-12-31'],
    ['Date', '1969-12-31'],
    ['timestamp', '01/02/2026 03:04:05'],
    ['timestamp', '2026-02-31 00:00:00'],
    ['timestamp', '2026-01-02 25:00:00'],
    ['timestamp', '2026-01-02 03:04:05+03'],
    ['timestamp', '1767323045'],
    ['DateTime', '2150-01-01 00:00:00'],
    ["Enum8('a' = 1)", 'b'],
    ['UUID', 'x'],
  ])('%s %s', async (type, cell) => {
    const problem = await refused({
      csv: `name,v\n"two\nlines",\n\u00e9\u{1F600},${cell}\nlater,${cell}\n`,
      types: { name: 'text', v: type },
    });
    expect(problem).toMatchObject({
      code: 'ETL7002',
      at: { file: 'seeds/s.csv', line: 4, column: 5 },
    });
    expect(problem.message).toContain(cell.replaceAll('"', ''));
    expect(problem.message).toContain('column v');
    expect(problem.hint).toMatch(/^Expected /);
  });
});

it('a bad cell that is named like its column is found below the header', async () => {
  const problem = await refused({
    csv: 'abc,b\n1,x\nabc,y\n',
    types: { abc: 'integer', b: 'text' },
  });
  expect(problem.at).toEqual({ file: 'seeds/s.csv', line: 3, column: 1 });
});

describe('a file that is no table', () => {
  it.each([
    ['too few fields', 'a,b,c\n1,2,3\n\n4,5\n6,7,8\n', 'ETL7001', 4],
    ['too many fields', 'a,b,c\n1,2,3\n4,5,6,7\n', 'ETL7001', 3],
    ['an empty line', 'a,b,c\n1,2,3\n\n4,5,6\n', 'ETL7004', 3],
    ['a header that is not the columns', 'a,b,zz\n1,2,3\n', 'ETL7003', 1],
    ['blanks in a header that is not the columns', 'a, b ,zz\n1,2,3\n', 'ETL7003', 1],
    ['blanks in a header in another order', ' b ,a,c\n1,2,3\n', 'ETL7003', 1],
    ['blanks in its header and too few fields', 'a, b ,c\n1,2,3\n4,5\n', 'ETL7001', 3],
  ])('has %s', async (_, csv, code, line) => {
    const problem = await refused({ csv, types: { a: 'integer', b: 'integer', c: 'text' } });
    expect(problem).toMatchObject({ code, at: { file: 'seeds/s.csv', line } });
  });

  it('is not there', async () => {
    const missing = w.inSession((s) =>
      s.load(
        { schema: 'shop', name: '__etl_s' },
        { path: '/nowhere/s.csv', shownPath: 'seeds/s.csv', delimiter: ',', columns: [] },
      ),
    );
    await expect(missing).rejects.toMatchObject({ diagnostics: [{ code: 'ETL1012' }] });
  });

  it('is not UTF-8', async () => {
    const csv = Buffer.concat([Buffer.from('a\n'), Buffer.from([0xe9, 0x20]), Buffer.from('\n')]);
    const problem = await refused({ csv, types: { a: 'integer' } });
    expect(problem).toMatchObject({ code: 'ETL7004', at: { file: 'seeds/s.csv' } });
  });
});

it('loads a large file fast enough to be used', async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `${i},name ${i},${i}.25,2026-01-02`);
  const rows = await seed({
    csv: `id,name,price,day\n${lines.join('\n')}\n`,
    types: { id: 'integer', name: 'text', price: 'numeric(12,2)', day: 'date' },
  });
  expect(rows).toBe(200_000);
});

describe('what fits at first sight', () => {
  const CELLS: Readonly<Record<string, readonly string[]>> = {
    Int8: ['-128', '+7', '007'],
    UInt64: ['18446744073709551615', '0'],
    Float64: ['1e3', '-0.1', 'nan', 'inf'],
    Bool: ['true', 'FALSE', '1'],
    Date: ['1970-01-01', '2149-06-06', '2024-02-29'],
    Date32: ['1900-01-01', '2299-12-31'],
    DateTime: ['2026-03-29 01:30:00', '2026-10-25 01:30:00', '1970-01-01 00:00:00'],
    "DateTime('Europe/Lisbon')": [
      '2026-03-29 00:30:00',
      '2026-10-25 01:30:00',
      '2106-02-06 23:59:59',
    ],
    'DateTime64(3)': ['2026-01-02 03:04:05.678', '1900-01-01 00:00:00'],
    'Decimal(5, 2)': ['1.005', '-1.005', '999.99', '0.00499999999999', '1e2', '.5'],
    'Decimal(38, 18)': ['12345678901234567890.123456789012345678', '-0.0000000000000000005'],
    'Decimal(50, 2)': ['9'.repeat(30)],
    String: [' a ', '""', '"a ""b"""'],
    'FixedString(3)': [' a ', 'b '],
  };
  const types = Object.fromEntries(Object.keys(CELLS).map((type, i) => [`c${i}`, type]));
  const longest = Math.max(...Object.values(CELLS).map((cells) => cells.length));
  /** `id` makes all of the file fit at first sight, or only by a careful look. */
  const csv = (blank: string): string =>
    [
      ['id', ...Object.keys(types)].join(','),
      ...Array.from({ length: longest }, (_, i) =>
        [`${blank}${i}`, ...Object.values(CELLS).map((cells) => cells[i] ?? '')].join(','),
      ),
      '',
    ].join('\n');

  it('has the same value as by a careful look', async () => {
    const load = async (blank: string): Promise<readonly (readonly unknown[])[]> => {
      expect(await seed({ csv: csv(blank), types: { id: 'Int32', ...types } })).toBe(longest);
      return rows('* EXCEPT id, toString(tuple(* EXCEPT id))');
    };
    const atOnce = await load('');
    expect(await load(' ')).toEqual(atOnce);
  });

  it('is not enough for what the type has no room for', async () => {
    for (const [type, cell] of [
      ['Decimal(5, 2)', '999.995'],
      ['Decimal(18, 2)', '99999999999999999999999999999'],
      ['Date', '1969-12-31'],
      ['Date', '2024-02-30'],
      ['DateTime', '2106-02-07 00:00:00'],
      ['UInt8', '256'],
    ] as const)
      expect(await refused({ csv: `a\n${cell}\n`, types: { a: type } }), cell).toMatchObject({
        code: 'ETL7002',
      });
  });

  it('leaves nothing of a file of which a cell in the middle needs a careful look', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => (i === 150_000 ? ' 7' : String(i % 5)));
    expect(await seed({ csv: `a\n${lines.join('\n')}\n`, types: { a: 'Int32' } })).toBe(200_000);
    expect(await rows('count(), max(a)')).toEqual([[200_000, 7]]);
  });

  it('is not counted where the engine does not know', async () => {
    const config = { engine: 'TinyLog' };
    expect(await seed({ csv: 'a\n1\n', types: { a: 'Int32' }, config })).toBeUndefined();
    expect(await rows()).toEqual([[1]]);
  });

  it('takes no value from the names of the folders that the file is in', async () => {
    for (const blank of ['', ' ']) {
      const csv = `id,year,_path\n${blank}1,1999,p\n`;
      const types = { id: 'Int32', year: 'Int32', _path: 'String' };
      await seed({ csv, types, file: 'year=2024/id=7/s.csv' });
      expect(await rows()).toEqual([[1, 1999, 'p']]);
    }
  });
});
