import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aSelect,
  buildTable,
  buildView,
  openWarehouse,
  type Warehouse,
} from '../../support/clickhouse.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
  await w.run("CREATE TABLE shop.a ENGINE = MergeTree ORDER BY id AS SELECT 1 AS id, 'x' AS name");
});
afterAll(() => w.close());

const ansi = { ansi_settings: true };
/** A left join that finds nothing, twice: settings written after a UNION reach its last branch only. */
const union = `select l.id, a.name from (select 9 as id) l left join shop.a a on a.id = l.id
union all
select l.id, a.name from (select 8 as id) l left join shop.a a on a.id = l.id`;

describe('the ANSI set', () => {
  it('holds in a view for every reader and every branch of a UNION', async () => {
    await buildView(w, aSelect('v', union, { config: ansi }));
    expect(await w.rows('SELECT id, name FROM shop.v ORDER BY id')).toEqual([
      [8, null],
      [9, null],
    ]);
  });

  it('is off without the config', async () => {
    await buildView(w, aSelect('v', union));
    expect(await w.rows('SELECT id, name FROM shop.v ORDER BY id')).toEqual([
      [8, ''],
      [9, ''],
    ]);
  });

  it('holds for tables', async () => {
    await buildTable(w, aSelect('t', `${union}\nunion select 8, NULL`, { config: ansi }));
    expect(await w.rows('SELECT id, name FROM shop.t ORDER BY id')).toEqual([
      [8, null],
      [9, null],
    ]);
    await expect(buildTable(w, aSelect('t', `${union}\nunion select 8, NULL`))).rejects.toThrow(
      /Expected ALL or DISTINCT/,
    );
  });

  it('holds for reads: tests and show', async () => {
    const sql = 'select sum(id) as total from shop.a where false';
    const read = async (config: object): Promise<unknown> =>
      (await w.read(w.dialect.limited(sql, 5, { ...config }))).rows;
    expect(await read(ansi)).toEqual([[null]]);
    expect(await read({})).toEqual([[0]]);
    expect((await w.read(w.dialect.read(sql, ansi))).rows).toEqual([[null]]);
  });

  it('gives way to SETTINGS in the SQL and to query_settings', async () => {
    await buildView(
      w,
      aSelect('v', `select * from (${union}) settings join_use_nulls = 0`, { config: ansi }),
    );
    expect(await w.rows('SELECT name FROM shop.v')).toEqual([[''], ['']]);
    await buildView(
      w,
      aSelect('v', union, { config: { ...ansi, query_settings: { join_use_nulls: 0 } } }),
    );
    expect(await w.rows('SELECT name FROM shop.v')).toEqual([[''], ['']]);
  });
});

describe('settings of one statement', () => {
  it('do not reach the next one', async () => {
    const [first, second] = await w.inSession(async (s) => {
      const sql = "SELECT getSetting('max_threads'), getSetting('log_comment')";
      const a = await s.read({ sql, verb: 'read', repeatable: true, settings: { max_threads: 3 } });
      const b = await s.read({ sql, verb: 'read', repeatable: true });
      return [a.rows[0], b.rows[0]];
    });
    expect(first?.[0]).toBe(3);
    expect(second?.[0]).not.toBe(3);
    expect(String(second?.[1])).toMatch(/^test-run\/test\/(\d+)?$/);
  });

  it('do not reach the next one from a SET, a failed statement or a temporary table either', async () => {
    const sql = "SELECT getSetting('max_threads'), getSetting('join_use_nulls')";
    const own = await w.rows(sql);
    const written = async (): Promise<readonly unknown[]> => {
      await w.run(
        `CREATE OR REPLACE TABLE shop.seen ENGINE = MergeTree ORDER BY tuple() AS ${sql}`,
      );
      return w.rows('SELECT * FROM shop.seen');
    };
    await w.run('SET max_threads = 3, join_use_nulls = 1');
    expect(await written()).toEqual(own);
    await w.run('SELECT 1 SETTINGS max_threads = 3, join_use_nulls = 1');
    expect(await written()).toEqual(own);
    await expect(w.run('SELECT throwIf(1) SETTINGS join_use_nulls = 1')).rejects.toThrow();
    expect(await written()).toEqual(own);
    await w.run('CREATE TEMPORARY TABLE mine AS SELECT 5 AS a');
    await expect(w.run('SELECT * FROM mine')).rejects.toThrow(/mine/);
  });

  it('take any text', async () => {
    const text = 'it\'s \\ a "b"\n`c`';
    const { rows } = await w.read({
      sql: "SELECT getSetting('format_csv_null_representation')",
      verb: 'read',
      repeatable: true,
      settings: { format_csv_null_representation: text },
    });
    expect(rows).toEqual([[text]]);
  });

  it('come from the header of a model', async () => {
    await buildTable(
      w,
      aSelect('t', "select getSetting('max_threads') as n", { header: 'SET max_threads = 3;' }),
    );
    expect(await w.rows('SELECT n FROM shop.t')).toEqual([[3]]);
  });

  it('are those of a server, not those of the local tool', async () => {
    const names = ['async_insert', 'implicit_select'];
    for (const name of names)
      expect(await w.rows(`SELECT toUInt8(getSetting('${name}'))`)).toEqual([[0]]);
  });
});

describe('a read', () => {
  it('cannot change anything', async () => {
    const attempt = w.rows('DROP TABLE shop.a');
    await expect(attempt).rejects.toMatchObject({ error: { kind: 'permission' } });
    expect(await w.rows('SELECT id FROM shop.a')).toEqual([[1]]);
  });

  it('may have SETTINGS of its own', async () => {
    expect(await w.rows("SELECT getSetting('max_threads') SETTINGS max_threads = 3")).toEqual([
      [3],
    ]);
  });

  it('is one statement', async () => {
    await expect(w.rows('SELECT 1; SELECT 2')).rejects.toThrow(/one statement|Multi-statements/);
    await expect(
      w.read(w.dialect.limited("select 1 into outfile '/tmp/etl-never'", 1, {})),
    ).rejects.toMatchObject({ error: { kind: 'syntax' } });
    await expect(w.read(w.dialect.limited('select 1; select 2', 1, {}))).rejects.toThrow();
  });

  it('cuts to the limit, or not', async () => {
    const count = async (limit: number | undefined): Promise<number> =>
      (await w.read(w.dialect.limited('select * from numbers(20) -- all', limit, {}))).rows.length;
    expect(await count(5)).toBe(5);
    expect(await count(undefined)).toBe(20);
    expect(await count(-1)).toBe(20);
  });
});

describe('values', () => {
  it('come back exactly', async () => {
    const { columns, rows } = await w.read(
      w.dialect.read(
        `select 18446744073709551615::UInt64 as big, 5::Int64 as small, -170141183460469231731687303715884105728::Int128 as huge,
          1.10::Decimal(38, 10) as exact, toDecimal32(5, 0) as whole, nan as n, -inf as i, 1.5::Float32 as f,
          toDateTime64('2026-01-02 03:04:05.123456', 6, 'America/Sao_Paulo') as ts, toDate('2026-01-02') as d,
          true as b, NULL as nothing, cast(NULL as Nullable(Int32)) as none, [1, 2] as list, map('k', 1) as m,
          toFixedString('ab', 2) as fixed, cast('x' as LowCardinality(Nullable(String))) as low,
          'Zoë 😀' as "a name", toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') as id`,
        {},
      ),
    );
    expect(rows).toEqual([
      [
        18446744073709551615n,
        5,
        -170141183460469231731687303715884105728n,
        '1.1000000000',
        '5',
        Number.NaN,
        Number.NEGATIVE_INFINITY,
        1.5,
        '2026-01-02 03:04:05.123456',
        '2026-01-02',
        true,
        null,
        null,
        '[1,2]',
        '{"k":1}',
        'ab',
        'x',
        'Zoë 😀',
        '61f0c404-5cb3-11e7-907b-a6006ad3dba0',
      ],
    ]);
    expect(columns[0]).toEqual({ name: 'big', type: 'UInt64' });
    expect(columns[8]?.type).toBe("DateTime64(6, 'America/Sao_Paulo')");
    expect(columns[17]?.name).toBe('a name');
  });

  it.each(["it's", 'back\\slash', '`tick`', 'a\nb\tc', '😀', ''])(
    '%j round-trips as a literal',
    async (text) => {
      expect(await w.rows(`SELECT ${w.dialect.literal(text)}`)).toEqual([[text]]);
    },
  );

  it.each(['plain', 'two words', 'back`tick', 'back\\slash', 'Ação', '😀'])(
    '%j round-trips as a name',
    async (name) => {
      const relation = { schema: 'shop', name };
      await w.run(
        `CREATE TABLE ${w.dialect.relation(relation)} (${w.dialect.ident(name)} UInt8) ENGINE = Memory`,
      );
      expect((await w.live(relation))?.columns[0]?.name).toBe(name);
      await w.inSession((s) => s.execute(w.dialect.drop(relation, 'table')));
      expect(await w.live(relation)).toBeUndefined();
    },
  );
});
