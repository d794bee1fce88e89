import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dialect } from '../../../src/adapters/postgres/dialect.ts';
import { isSeedNull } from '../../../src/adapters/postgres/seed-null.ts';
import type { SeedColumn } from '../../../src/adapter/seed-input.ts';
import type { Statement } from '../../../src/adapter/statement.ts';
import type { Column } from '../../../src/kernel/relation.ts';
import { readCsv } from '../../../src/sql/csv.ts';
import { scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
let dir: string;
let counter = 0;
let staged: { database: string; schema: string; name: string };

beforeAll(async () => {
  pg = await scratchPostgres();
  dir = await mkdtemp(join(tmpdir(), 'etl-seed-'));
});
afterAll(async () => {
  await pg.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  staged = { database: 'etl', schema: 'public', name: `__etl_seed_${counter++}` };
});

const column = (name: string, type: string): Column => ({ name, type, nullable: true });
const ABC = [column('id', 'integer'), column('day', 'date'), column('Name', 'text')];

/** more than a chunk */
const MANY = Array.from({ length: 200_000 }, (_, i) => `${i},2024-01-01,"name, ${i}"`);

async function load(
  content: string | Buffer,
  columns: readonly Column[] = ABC,
  delimiter = ',',
): Promise<unknown> {
  const path = join(dir, `${staged.name}.csv`);
  await writeFile(path, content);
  const request = {
    target: { ...staged, name: 'seed' },
    staged,
    columns,
    config: {},
    comments: { columns: {} },
    grants: undefined,
  };
  return pg.connection.withSession('seed.x', async (s) => {
    await s.segment({ atomicity: 'transaction', statements: dialect.buildSeed(request) });
    const shownPath = 'seeds/x.csv';
    const effect = await s.load(staged, { path, shownPath, delimiter, columns, isStaged: true });
    await s.segment({ atomicity: 'transaction', statements: dialect.finishSeed(request) });
    return effect.rows;
  });
}
const rows = (): Promise<unknown> =>
  pg.rows(`select * from public.${staged.name} order by 1 nulls last`);
const refusal = async (content: string | Buffer, columns?: readonly Column[]): Promise<unknown> =>
  load(content, columns).then(
    () => undefined,
    (e: unknown) => (e as { diagnostics?: readonly unknown[] }).diagnostics ?? e,
  );

describe('what is read', () => {
  test.each([
    ['blanks around names', 'id, day ,Name\n'],
    ['quoted names', '"id","day","Name"\n'],
    ['blanks around quoted names', '"id", "day" ,"Name" \n'],
    ['blanks inside the quotes', '" id"," day ",Name\n'],
    ['an empty line before it', '\nid,day,Name\n'],
    ['a BOM and empty lines before it', '\u{feff}\r\n\r\nid,day,Name\r\n'],
    ['empty lines with other ends before it', '\n\r\n\rid,day,Name\n'],
  ])('a header with %s', async (_, header) => {
    await load(`${header}1,2024-01-31,x\n`);
    expect(await rows()).toEqual([[1, '2024-01-31', 'x']]);
  });

  test('BOM, CRLF, quoted newlines and quotes, no newline at the end', async () => {
    expect(
      await load('\u{feff}id,day,Name\r\n1,2024-02-29,"a\r\nb ""c"", d"\r\n2,2024-03-01,ção😀'),
    ).toBe(2);
    expect(await rows()).toEqual([
      [1, '2024-02-29', 'a\r\nb "c", d'],
      [2, '2024-03-01', 'ção😀'],
    ]);
  });

  test('a quote inside a field that does not begin with one is a part of it', async () => {
    expect(await load('id,day,Name\n1,,{ "a": [1] }\n2,,"x, ""y"""\n3,,5"\n')).toBe(3);
    expect(await rows()).toEqual([
      [1, null, '{ "a": [1] }'],
      [2, null, 'x, "y"'],
      [3, null, '5"'],
    ]);
  });

  test('blanks and the word null are NULL, with quotes or without, as in dbt', async () => {
    expect(await load('id,day,Name\n1, ,NULL\n2,null,"null"\n3,2024-02-29,nullable\n')).toBe(3);
    expect(await rows()).toEqual([
      [1, null, null],
      [2, null, null],
      [3, '2024-02-29', 'nullable'],
    ]);
  });

  test('empty is NULL, also between quotes', async () => {
    await load('id,day,Name\n1,,\n2,,""\n');
    expect(await rows()).toEqual([
      [1, null, null],
      [2, null, null],
    ]);
  });

  test('another delimiter, a backslash-dot line, a header only, a file shorter than a BOM', async () => {
    await load('id;day;Name\n1;2024-01-01;"x;y"\n', ABC, ';');
    expect(await rows()).toEqual([[1, '2024-01-01', 'x;y']]);
    staged = { ...staged, name: `${staged.name}b` };
    expect(await load('n\na\n\\.\nb\n"a\n\\.\n""b"\n', [column('n', 'text')])).toBe(4);
    expect(await rows()).toEqual([['\\.'], ['a'], ['a\n\\.\n"b'], ['b']]);
    staged = { ...staged, name: `${staged.name}c` };
    expect(await load('id,day,Name\n')).toBe(0);
    staged = { ...staged, name: `${staged.name}d` };
    expect(await load('a', [column('a', 'text')])).toBe(0);
  });

  test('more than one chunk, whose rows nobody has to mark later', async () => {
    expect(await load(`id,day,Name\n${MANY.join('\n')}\n`)).toBe(200_000);
    expect(
      await pg.value(
        `select relallvisible > relpages / 2 from pg_class where oid = 'public.${staged.name}'::regclass`,
      ),
    ).toBe(true);
    expect(await pg.value(`select min(id) || ' ' || max(id) from public.${staged.name}`)).toBe(
      '0 199999',
    );
  });

  test('more than one chunk into a table that holds rows, in a transaction of others', async () => {
    const path = join(dir, 'more.csv');
    await writeFile(path, `id,day,Name\n${MANY.join('\n')}\n`);
    const input = { path, shownPath: 'seeds/more.csv', delimiter: ',', columns: ABC };
    const hook = (sql: string): Statement => ({ sql, verb: 'hook', repeatable: false });
    await load('id,day,Name\n-1,,a\n');
    await pg.connection.withSession('seed.x', async (s) => {
      await s.load(staged, input);
      await s.execute(hook('begin; declare c cursor for select 1'));
      await s.load(staged, { ...input, isStaged: true });
      await s.execute(hook('commit'));
    });
    expect(await pg.value(`select count(*)::int from public.${staged.name}`)).toBe(400_001);
  });
});

describe('any file', () => {
  const piece = fc.constantFrom(
    'a',
    'ç',
    '😀',
    'n',
    'null',
    'NULL',
    ' ',
    '\u{a0}',
    '\t',
    '"',
    '""',
    ',',
    '\\.',
    '\n',
    '\r',
    '\r\n',
    '1',
  );
  const loose = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
  const cell = fc.oneof(
    fc.constantFrom('', 'x', 'note', '5"', '\\.', ' ', 'Null', '{ "a": 1 }'),
    fc.array(piece, { maxLength: 5 }).map((pieces) => `"${pieces.join('').replaceAll('"', '""')}"`),
  );
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const regular = fc
    .tuple(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), end)
    .map(([records, between]) => records.map((r) => r.join(',')).join(between));

  /** What dbt reads: rows, or why the first record that does not fit is refused. The last record says whether a quote was left open. */
  function expected(content: string): unknown {
    const [, ...records] = readCsv(content);
    let line = 2;
    const read: (string | null)[][] = [];
    for (const { fields, line: begins } of records) {
      // an empty line is a record of one field to the server
      if (begins > line) return 'ETL7001';
      const isLast = read.length === records.length - 1;
      if (isLast && fields.at(-1)?.text !== 'the end') return 'ETL7004';
      if (fields.length !== 2) return 'ETL7001';
      read.push(fields.map((f) => (isSeedNull(f) ? null : f.text)));
      line =
        begins +
        fields
          .map((f) => f.text)
          .join('')
          .split('\n').length;
    }
    return read;
  }

  test('is loaded as its reader reads it, or refused as a whole', async () => {
    const columns = [column('a', 'text'), column('b', 'text')];
    await fc.assert(
      fc.asyncProperty(end, fc.oneof(loose, regular), async (first, body) => {
        const content = ['a,b', ...(body === '' ? [] : [body]), ',the end'].join(first);
        staged = { ...staged, name: `__etl_any_${counter++}` };
        const told = await refusal(content, columns);
        const loaded =
          told === undefined
            ? await pg.rows(`select a, b from public.${staged.name} order by ctid`)
            : (told as readonly { code: string }[])[0]?.code;
        expect(loaded).toEqual(expected(content));
      }),
      { numRuns: 200 },
    );
  });

  test('numbers as dbt reads them, between quotes or not', async () => {
    const columns = ['i', 'n'].map((name, i): SeedColumn => {
      const kind = i === 0 ? 'integer' : 'number';
      return { ...column(name, dialect.seedType(kind)), inferred: kind };
    });
    await load(
      'i,n\n1,1.5\n2.0,"1,000.50"\n"3","-$2.50"\n" 4 ",\u{a0}7\n"5.0\n",1e3\n06, .5\n,""\n"\n",8\n',
      columns,
    );
    expect(await pg.rows(`select * from public.${staged.name} order by ctid`)).toEqual([
      [1, 1.5],
      [2, 1000.5],
      [3, -2.5],
      [4, 7],
      [5, 1000],
      [6, 0.5],
      [null, null],
      [null, 8],
    ]);
  });
});

describe('what is refused, with its place', () => {
  test.each([
    [
      'too few fields',
      'id,day,Name\n1,2024-01-01,a\n2,2024-01-01\n',
      'ETL7001',
      3,
      1,
      /2 fields, the header has 3/,
    ],
    [
      'too many fields',
      'id,day,Name\n1,2024-01-01,a,b\n',
      'ETL7001',
      2,
      1,
      /4 fields, the header has 3/,
    ],
    ['after empty lines', '\n\nid,day,Name\n1,never,a\n', 'ETL7002', 4, 3, /never/],
    ['an empty line', 'id,day,Name\n\n1,2024-01-01,a\n', 'ETL7001', 2, 1, /1 field, /],
    ['a bad date', 'id,day,Name\n1,2024-02-30,a\n', 'ETL7002', 2, 3, /column "day": .*2024-02-30/],
    [
      'a bad integer',
      'id,day,Name\n1,2024-01-01,a\nx1,2024-01-01,a\n',
      'ETL7002',
      3,
      1,
      /column "id": .*"x1"/,
    ],
    [
      'an integer that is too big',
      'id,day,Name\n99999999999,,a\n',
      'ETL7002',
      2,
      1,
      /out of range/,
    ],
    [
      'after quoted newlines',
      'id,day,Name\n1,2024-01-01,"a\nb\nc"\n2,never,"d\ne"\n',
      'ETL7002',
      5,
      3,
      /column "day": .*never/,
    ],
    [
      'after quoted newlines in a CRLF file',
      'id,day,Name\r\n1,2024-01-01,"a\r\nb\nc"\r\n2,never,"d\ne"\r\n',
      'ETL7002',
      5,
      3,
      /never/,
    ],
    [
      'with a BOM, after an emoji',
      '\u{feff}id,Name,day\n1,"😀",x\n',
      'ETL7002',
      2,
      8,
      /column "day"/,
    ],
    [
      'after a NULL that stands on two lines',
      'id,day,Name\n1,"\n",a\n2,"\n\n","b\n"\n3,never,c\n',
      'ETL7002',
      8,
      3,
      /never/,
    ],
    ['an open quote', 'id,day,Name\n1,2024-01-01,"a\n', 'ETL7004', 2, 1, /unterminated/],
  ] as const)('%s', async (_what, content, code, line, columnAt, message) => {
    const columns = content.includes('id,Name,day') ? [ABC[0]!, ABC[2]!, ABC[1]!] : ABC;
    expect(await refusal(content, columns)).toMatchObject([
      {
        code,
        at: { file: 'seeds/x.csv', line, column: columnAt },
        message: expect.stringMatching(message) as string,
      },
    ]);
    expect(await pg.value('select 1')).toBe(1);
  });

  test('a quote that is not closed in a file that is larger than a record may be', async () => {
    const content = `id,day,Name\n1,,a\n2,,"${'some text\n'.repeat(7 << 20)}`;
    expect(await refusal(content)).toMatchObject([
      { code: 'ETL7004', at: { file: 'seeds/x.csv', line: 3, column: 4 } },
    ]);
    expect(await pg.value('select 1')).toBe(1);
  });

  test('a cell far down in a large file: nothing of it stays', async () => {
    const content = `id,day,Name\n${MANY.join('\n')}\n1,never,a\n`;
    expect(await refusal(content)).toMatchObject([
      { code: 'ETL7002', at: { file: 'seeds/x.csv', line: 200_002, column: 3 } },
    ]);
    expect(await rows()).toEqual([]);
  });

  test('latin1', async () => {
    expect(await refusal(Buffer.from('id,day,Name\n1,,a\xe7\xe3o\n', 'latin1'))).toMatchObject([
      { code: 'ETL7004', at: { line: 2 } },
    ]);
  });

  test('NULL where the column does not take it', async () => {
    expect(
      await refusal('a,b\n1,\n', [
        column('a', 'integer'),
        { ...column('b', 'text'), nullable: false },
      ]),
    ).toMatchObject([{ code: 'ETL7002', at: { line: 2 } }]);
  });

  test('a file that is not there', async () => {
    await pg.run('create table public.none (a int)');
    await expect(
      pg.connection.withSession('x', (s) =>
        s.load(
          { schema: 'public', name: 'none' },
          {
            path: join(dir, 'none.csv'),
            shownPath: 'seeds/none.csv',
            delimiter: ',',
            columns: [column('a', 'integer')],
          },
        ),
      ),
    ).rejects.toMatchObject({ diagnostics: [{ code: 'ETL1012' }] });
  });
});
