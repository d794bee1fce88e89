import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import { addDelta, MAJOR, scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const at = (): RelationName => ({ database: 'etl', schema, name: 't' });
const rows = (): Promise<unknown> => pg.rows(`select * from ${schema}.t order by 1, 2`);

beforeAll(async () => {
  pg = await scratchPostgres();
  await pg.run('create role analyst');
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `i${counter++}`;
  await pg.run(`create schema ${schema};
    create table ${schema}.t as select * from (values (1, 'a'), (2, 'b'), (null, 'n')) v(id, v)`);
});

const DELTA = "select * from (values (2, 'B'), (3, 'C'), (null, 'N')) d(id, v)";

describe('strategies', () => {
  test('append', async () => {
    await addDelta(pg, at(), { strategy: 'append', select: DELTA });
    expect(await pg.value(`select count(*) from ${schema}.t`)).toBe(6);
  });

  test('delete+insert: rows with a NULL key match nothing, as in dbt', async () => {
    await addDelta(pg, at(), { strategy: 'delete+insert', select: DELTA, uniqueKey: ['ID'] });
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'B'],
      [3, 'C'],
      [null, 'N'],
      [null, 'n'],
    ]);
  });

  test('delete+insert: duplicate keys inside the delta are all inserted, as in dbt', async () => {
    const select = "select * from (values (2, 'x'), (2, 'y')) d(id, v)";
    await addDelta(pg, at(), { strategy: 'delete+insert', select, uniqueKey: ['id'] });
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'x'],
      [2, 'y'],
      [null, 'n'],
    ]);
  });

  test('delete+insert: two keys, a predicate on a bare column and on the alias', async () => {
    await addDelta(pg, at(), {
      strategy: 'delete+insert',
      select: "select * from (values (1, 'a'), (2, 'b')) d(id, v)",
      uniqueKey: ['id', 'v'],
      predicates: ['id > 1 -- only these', "DBT_INTERNAL_DEST.v <> 'zzz'"],
    });
    expect(await rows()).toEqual([
      [1, 'a'],
      [1, 'a'],
      [2, 'b'],
      [null, 'n'],
    ]);
  });

  test('delete+insert: the key may be an expression', async () => {
    await addDelta(pg, at(), {
      strategy: 'delete+insert',
      select: DELTA,
      uniqueKey: ['coalesce(id, 0)'],
    });
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'B'],
      [3, 'C'],
      [null, 'N'],
    ]);
  });

  test.runIf(MAJOR >= 15)('merge updates and inserts', async () => {
    await addDelta(pg, at(), { strategy: 'merge', select: DELTA, uniqueKey: ['id'] });
    expect(await rows()).toEqual([
      [1, 'a'],
      [2, 'B'],
      [3, 'C'],
      [null, 'N'],
      [null, 'n'],
    ]);
  });

  test.runIf(MAJOR < 15)('merge says which version it needs, and changes nothing', async () => {
    const before = await rows();
    await expect(
      addDelta(pg, at(), { strategy: 'merge', select: DELTA, uniqueKey: ['id'] }),
    ).rejects.toMatchObject({ error: { hint: expect.stringContaining('Postgres 15') as string } });
    expect(await rows()).toEqual(before);
  });

  test.runIf(MAJOR >= 15)('merge with chosen columns', async () => {
    await pg.run(`alter table ${schema}.t add column w int default 0`);
    const select = "select 2 as id, 'B' as v, 9 as w";
    await addDelta(pg, at(), {
      strategy: 'merge',
      select,
      uniqueKey: ['id'],
      mergeUpdateColumns: ['W'],
    });
    expect(await pg.rows(`select v, w from ${schema}.t where id = 2`)).toEqual([['b', 9]]);
    await addDelta(pg, at(), {
      strategy: 'merge',
      select,
      uniqueKey: ['id'],
      mergeExcludeColumns: ['w', 'id'],
    });
    expect(await pg.rows(`select v, w from ${schema}.t where id = 2`)).toEqual([['B', 9]]);
  });

  test.runIf(MAJOR >= 15)('merge with predicates on both sides, and without a key', async () => {
    await addDelta(pg, at(), {
      strategy: 'merge',
      select: "select 1 as id, 'z' as v",
      uniqueKey: ['id'],
      predicates: ["DBT_INTERNAL_DEST.v = 'a'", "DBT_INTERNAL_SOURCE.v = 'z'"],
    });
    await addDelta(pg, at(), { strategy: 'merge', select: "select 1 as id, 'plus' as v" });
    expect(await pg.rows(`select v from ${schema}.t where id = 1 order by 1`)).toEqual([
      ['plus'],
      ['z'],
    ]);
  });

  test.runIf(MAJOR >= 15)(
    'duplicate keys in the delta of a merge fail and change nothing',
    async () => {
      const before = await rows();
      await expect(
        addDelta(pg, at(), {
          strategy: 'merge',
          select: "select 1 as id, v from (values ('x'), ('y')) d(v)",
          uniqueKey: ['id'],
        }),
      ).rejects.toMatchObject({ error: { code: '21000' } });
      expect(await rows()).toEqual(before);
    },
  );

  test.runIf(MAJOR >= 15)('microbatch needs a key, insert_overwrite partitions', async () => {
    expect(await addDelta(pg, at(), { strategy: 'microbatch', select: DELTA })).toMatchObject([
      { code: 'ETL4004' },
    ]);
    expect(await addDelta(pg, at(), { strategy: 'insert_overwrite', select: DELTA })).toMatchObject(
      [{ code: 'ETL4002' }],
    );
    await addDelta(pg, at(), {
      strategy: 'microbatch',
      select: "select 1 as id, 'm' as v",
      uniqueKey: ['id'],
    });
    expect(await pg.value(`select v from ${schema}.t where id = 1`)).toBe('m');
  });

  test('the columns may come in another order, and the delta is tidied away', async () => {
    await addDelta(pg, at(), { strategy: 'append', select: "select 'x' as v, 8 as id" });
    expect(await pg.value(`select v from ${schema}.t where id = 8`)).toBe('x');
    expect(await pg.value(`select count(*) from pg_class where relname like '\\_\\_etl%'`)).toBe(0);
  });

  test('grants of the config are applied, a view on it lives on', async () => {
    await pg.run(
      `create view ${schema}.v as select id from ${schema}.t; grant select on ${schema}.t to public`,
    );
    await addDelta(pg, at(), {
      strategy: 'append',
      select: DELTA,
      grants: { select: ['analyst'] },
    });
    expect(
      await pg.value(
        `select replace(relacl::text, 'Dxtm', 'Dxt') from pg_class where oid = '${schema}.t'::regclass`,
      ),
    ).toBe('{etl=arwdDxt/etl,analyst=r/etl}');
    expect(await pg.value(`select count(*) from ${schema}.v`)).toBe(6);
  });
});

describe('on_schema_change', () => {
  const WIDER = 'select 9 as id, \'x\' as v, true as "New One"';
  test('ignore leaves a new column out', async () => {
    await addDelta(pg, at(), { strategy: 'append', select: WIDER });
    expect(await pg.rows(`select * from ${schema}.t where id = 9`)).toEqual([[9, 'x']]);
  });

  test('ignore with a missing column stops with its name', async () => {
    expect(
      await addDelta(pg, at(), { strategy: 'append', select: 'select 9 as id' }),
    ).toMatchObject([
      {
        code: 'ETL4003',
        message: expect.stringContaining('column v is no longer delivered') as string,
      },
    ]);
    expect(await pg.value(`select count(*) from ${schema}.t`)).toBe(3);
  });

  test('append_new_columns', async () => {
    await addDelta(pg, at(), {
      strategy: 'append',
      select: WIDER,
      onSchemaChange: 'append_new_columns',
    });
    expect(await pg.rows(`select * from ${schema}.t where id in (1, 9) order by id`)).toEqual([
      [1, 'a', null],
      [9, 'x', true],
    ]);
    await addDelta(pg, at(), {
      strategy: 'append',
      select: 'select 10 as id',
      onSchemaChange: 'append_new_columns',
    });
    expect(await pg.rows(`select * from ${schema}.t where id = 10`)).toEqual([[10, null, null]]);
  });

  test('sync_all_columns adds, drops and retypes', async () => {
    await addDelta(pg, at(), {
      strategy: 'append',
      select: "select '9'::text as id, 5 as n",
      onSchemaChange: 'sync_all_columns',
    });
    expect(await pg.rows(`select * from ${schema}.t order by 1`)).toEqual([
      ['1', null],
      ['2', null],
      ['9', 5],
      [null, null],
    ]);
  });

  test('sync_all_columns does not take a column away from a view', async () => {
    await pg.run(`create view ${schema}.v as select v from ${schema}.t`);
    await expect(
      addDelta(pg, at(), {
        strategy: 'append',
        select: 'select 9 as id',
        onSchemaChange: 'sync_all_columns',
      }),
    ).rejects.toMatchObject({
      error: { kind: 'dependents', detail: expect.stringContaining(`${schema}.v`) as string },
    });
    await expect(
      addDelta(pg, at(), {
        strategy: 'append',
        select: 'select 9 as id, 1 as v',
        onSchemaChange: 'sync_all_columns',
      }),
    ).rejects.toMatchObject({ error: { kind: 'dependents' } });
    expect(await pg.value(`select count(*) from ${schema}.t`)).toBe(3);
  });

  test('fail tells the difference', async () => {
    const [found] = await addDelta(pg, at(), {
      strategy: 'append',
      select: "select 'x'::text as id, 1 as w",
      onSchemaChange: 'fail',
    });
    expect(found).toMatchObject({ code: 'ETL4003' });
    expect(found?.message).toContain('new column w (integer)');
    expect(found?.message).toContain('column v is no longer delivered');
    expect(found?.message).toContain('column id was integer and is now text');
  });

  test('a longer varchar is widened, also under ignore', async () => {
    await pg.run(`create table ${schema}.w (id int, v varchar(3))`);
    await addDelta(
      pg,
      { ...at(), name: 'w' },
      { strategy: 'append', select: "select 1 as id, 'abcdef'::varchar(6) as v" },
    );
    expect(await pg.value(`select v from ${schema}.w`)).toBe('abcdef');
  });
});
