// What a snapshot does, the same on every engine.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection, Dialect } from '../../src/adapter/contract.ts';
import type { Scalar } from '../../src/adapter/statement.ts';
import { postgres } from '../../src/adapters/postgres/adapter.ts';
import { md5 } from '../../src/kernel/hash.ts';
import type { RelationName } from '../../src/kernel/relation.ts';
import { openWarehouse } from '../support/clickhouse.ts';
import { postgresTarget, scratchPostgres } from '../support/postgres.ts';
import { takeSnapshot } from '../support/take-snapshot.ts';

interface Engine {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly run: (sql: string) => Promise<void>;
  readonly rows: (sql: string) => Promise<readonly (readonly Scalar[])[]>;
  readonly stop: () => Promise<void>;
}

const openers: Readonly<Record<string, () => Promise<Engine>>> = {
  postgres: async () => {
    const pg = await scratchPostgres();
    return { ...pg, dialect: postgres.dialect(postgresTarget()) };
  },
  clickhouse: async () => {
    const warehouse = await openWarehouse();
    return { ...warehouse, stop: warehouse.close };
  },
};

type Row = readonly (string | number | null)[];

/** A timestamp of the test's day in seconds, so that 5 is 2024-01-01 00:00:05. */
const clock = (value: Scalar): string | null => {
  if (value === null) return null;
  const text = String(value).replace('T', ' ');
  if (text.startsWith('9999')) return 'open';
  return String(
    (Date.parse(`${text.replace(' ', 'T').slice(0, 23)}Z`) - Date.UTC(2024, 0, 1)) / 1000,
  );
};

describe.each(['postgres', 'clickhouse'])('%s', (name) => {
  const isPostgres = name === 'postgres';
  let engine: Engine;
  let schema: string;
  let counter = 0;
  beforeAll(async () => {
    engine = await (openers[name] as () => Promise<Engine>)();
    if (isPostgres)
      await engine.run("alter database etl set timezone = 'UTC'; set timezone = 'UTC'");
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    schema = `s${counter++}`;
    await engine.run(`create ${isPostgres ? 'schema' : 'database'} ${schema}`);
  });

  const target = (): RelationName =>
    isPostgres ? { database: 'etl', schema, name: 't' } : { schema, name: 't' };
  const stamp = (seconds: number): string =>
    isPostgres
      ? `timestamp '2024-01-01' + interval '${seconds} seconds'`
      : `toDateTime64('2024-01-01 00:00:00', 6, 'UTC') + ${seconds}`;
  const value = (v: string | number | null, type: string): string => {
    const text = v === null ? 'null' : typeof v === 'string' ? `'${v}'` : String(v);
    const types: Readonly<Record<string, string>> = {
      int: 'Int32',
      text: 'String',
      float: 'Float64',
    };
    return isPostgres
      ? `cast(${text} as ${type === 'float' ? 'float8' : type})`
      : `cast(${text} as Nullable(${types[type]}))`;
  };
  /** rows of (id, v, u): u in seconds */
  const source = (rows: readonly Row[], columns = ['id', 'v']): string =>
    rows.length === 0
      ? `select * from (${source([[0, null, 0]], columns)}) as q where 1 = 0`
      : rows
          .map((row) => {
            const cells = columns.map(
              (c, i) =>
                `${value(row[i] ?? null, c === 'id' || c === 'k' ? 'int' : 'text')} as ${c}`,
            );
            const at = row[columns.length];
            return `select ${[...cells, ...(at === undefined ? [] : [`${stamp(Number(at))} as u`])].join(', ')}`;
          })
          .join(' union all ');
  const take = (
    at: number,
    rows: readonly Row[] | string,
    config: Readonly<Record<string, unknown>>,
  ): Promise<readonly string[]> =>
    takeSnapshot(engine.connection, engine.dialect, target(), {
      select: typeof rows === 'string' ? rows : source(rows),
      config: { unique_key: 'id', ...config },
      at,
    });
  /** versions as `id v from-to`, in order */
  const versions = async (columns = 'id, v', more = ''): Promise<readonly string[]> => {
    const found = await engine.rows(
      `select dbt_valid_from, dbt_valid_to, ${columns}${more} from ${schema}.t order by ${columns.split(',')[0]}, dbt_valid_from, coalesce(dbt_valid_to, dbt_valid_from)${more}`,
    );
    return found.map(
      ([from, to, ...rest]) =>
        `${rest.map((cell) => String(cell)).join(' ')} ${clock(from ?? null)}-${clock(to ?? null) ?? ''}`,
    );
  };
  const timestamp = { strategy: 'timestamp', updated_at: 'u' };
  const check = { strategy: 'check', check_cols: 'all' };

  test('timestamp: what is newer makes a version, what is not does not', async () => {
    expect(
      await take(
        100,
        [
          [1, 'a', 1],
          [2, 'b', 1],
        ],
        timestamp,
      ),
    ).toEqual([]);
    expect(await versions()).toEqual(['1 a 1-', '2 b 1-']);
    await take(
      200,
      [
        [1, 'A', 5],
        [2, 'B', 1],
        [3, 'c', 6],
      ],
      timestamp,
    );
    expect(await versions()).toEqual(['1 a 1-5', '1 A 5-', '2 b 1-', '3 c 6-']);
    await take(
      300,
      [
        [1, 'A', 5],
        [2, 'B', 1],
        [3, 'c', 6],
      ],
      timestamp,
    );
    expect(await versions()).toHaveLength(4);
  });

  test('dbt_scd_id is the md5 of key and time, and dbt_updated_at the time', async () => {
    await take(100, [[1, 'a', 1]], timestamp);
    const [row] = await engine.rows(`select dbt_scd_id, dbt_updated_at from ${schema}.t`);
    const time = isPostgres ? '2024-01-01 00:00:01' : '2024-01-01 00:00:01.000000';
    expect(row?.[0]).toBe(md5(`1|${time}`));
    expect(clock(row?.[1] ?? null)).toBe('1');
    expect((await engine.rows(`select * from ${schema}.t`))[0]).toHaveLength(7);
  });

  test('check of all columns: NULL that comes, goes and stays', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, null],
        [3, null],
      ],
      check,
    );
    await take(
      2,
      [
        [1, null],
        [2, 'b'],
        [3, null],
      ],
      check,
    );
    await take(
      3,
      [
        [1, null],
        [2, 'b'],
        [3, null],
      ],
      check,
    );
    expect(await versions()).toEqual(['1 a 1-2', '1 null 2-', '2 null 1-2', '2 b 2-', '3 null 1-']);
  });

  test('check of listed columns looks at nothing else', async () => {
    const listed = { strategy: 'check', check_cols: ['v'] };
    const columns = ['id', 'v', 'w'];
    await take(
      1,
      source(
        [
          [1, 'a', 'x'],
          [2, 'b', 'x'],
        ],
        columns,
      ),
      listed,
    );
    await take(
      2,
      source(
        [
          [1, 'a', 'y'],
          [2, 'B', 'y'],
        ],
        columns,
      ),
      listed,
    );
    expect(await versions('id, v, w')).toEqual(['1 a x 1-', '2 b x 1-2', '2 B y 2-']);
  });

  test('check with updated_at takes its time', async () => {
    const timed = { ...check, updated_at: 'u', check_cols: ['v'] };
    await take(100, [[1, 'a', 1]], timed);
    await take(200, [[1, 'b', 7]], timed);
    expect(await versions()).toEqual(['1 a 1-7', '1 b 7-']);
  });

  test('a check column that the query does not give is named', async () => {
    await take(1, [[1, 'a']], check);
    expect(await take(2, [[1, 'a']], { strategy: 'check', check_cols: ['nope'] })).toEqual([
      'ETL4004 check_cols of t names "nope", which its query does not give',
    ]);
  });

  test('several keys, one of them NULL', async () => {
    const keys = { ...check, unique_key: ['id', 'k'] };
    const rows = (v: string): string =>
      source(
        [
          [1, 1, v],
          [1, 2, 'same'],
          [1, null, v],
          [null, null, v],
        ],
        ['id', 'k', 'v'],
      );
    await take(1, rows('a'), keys);
    await take(2, rows('b'), keys);
    await take(3, rows('b'), keys);
    const order = (a: readonly string[]): readonly string[] => [...a].sort();
    expect(order(await versions('id, k, v'))).toEqual(
      order([
        '1 1 a 1-2',
        '1 1 b 2-',
        '1 2 same 1-',
        '1 null a 1-2',
        '1 null b 2-',
        'null null a 1-2',
        'null null b 2-',
      ]),
    );
  });

  test('a key may be an expression', async () => {
    const keyed = { ...check, unique_key: "concat(cast(id as varchar(10)), '-', k)" };
    await take(
      1,
      source(
        [
          [1, 'x', 'a'],
          [1, 'y', 'a'],
        ],
        ['id', 'k2', 'v'],
      ).replaceAll('k2', 'k'),
      keyed,
    );
    await take(
      2,
      source(
        [
          [1, 'x', 'b'],
          [1, 'y', 'a'],
        ],
        ['id', 'k2', 'v'],
      ).replaceAll('k2', 'k'),
      keyed,
    );
    expect((await versions('id, k, v')).toSorted()).toEqual(['1 x a 1-2', '1 x b 2-', '1 y a 1-']);
  });

  test('hard deletes are ignored', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      check,
    );
    await take(2, [[1, 'a']], check);
    expect(await versions()).toEqual(['1 a 1-', '2 b 1-']);
  });

  test.each([{ hard_deletes: 'invalidate' }, { invalidate_hard_deletes: true }])(
    'hard deletes end the version, and what comes back begins one: %o',
    async (deletes) => {
      await take(
        1,
        [
          [1, 'a'],
          [2, 'b'],
        ],
        { ...check, ...deletes },
      );
      await take(2, [[1, 'a']], { ...check, ...deletes });
      expect(await versions()).toEqual(['1 a 1-', '2 b 1-2']);
      await take(3, [[1, 'a']], { ...check, ...deletes });
      await take(
        4,
        [
          [1, 'a'],
          [2, 'b'],
        ],
        { ...check, ...deletes },
      );
      expect(await versions()).toEqual(['1 a 1-', '2 b 1-2', '2 b 4-']);
    },
  );

  test('hard deletes make a record of their own, which ends when the row comes back', async () => {
    const recorded = { ...check, hard_deletes: 'new_record' };
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      recorded,
    );
    await take(2, [[1, 'a']], recorded);
    await take(3, [[1, 'a']], recorded);
    const deleted = ', dbt_is_deleted';
    expect(await versions('id, v', deleted)).toEqual([
      '1 a False 1-',
      '2 b False 1-2',
      '2 b True 2-',
    ]);
    await take(
      4,
      [
        [1, 'A'],
        [2, 'b'],
      ],
      recorded,
    );
    await take(
      5,
      [
        [1, 'A'],
        [2, 'b'],
      ],
      recorded,
    );
    expect(await versions('id, v', deleted)).toEqual([
      '1 a False 1-4',
      '1 A False 4-',
      '2 b False 1-2',
      '2 b True 2-4',
      '2 b False 4-',
    ]);
  });

  test('all rows gone, and a query that gives nothing from the beginning', async () => {
    const deletes = { ...timestamp, hard_deletes: 'invalidate' };
    expect(await take(10, source([]), deletes)).toEqual([]);
    expect(await versions()).toEqual([]);
    await take(20, [[1, 'a', 1]], deletes);
    await take(30, source([]), deletes);
    expect(await versions()).toEqual(['1 a 1-30']);
  });

  test('dbt_valid_to_current stands where NULL would', async () => {
    const current = isPostgres
      ? "timestamp '9999-12-31'"
      : "toDateTime64('2200-01-01 00:00:00', 6, 'UTC')";
    const config = { ...check, dbt_valid_to_current: current, hard_deletes: 'invalidate' };
    const open = isPostgres ? 'open' : clock('2200-01-01 00:00:00.000');
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      config,
    );
    await take(2, [[1, 'A']], config);
    expect(await versions()).toEqual([`1 a 1-2`, `1 A 2-${open}`, '2 b 1-2']);
    // a version of before the setting is current too
    await engine.run(
      isPostgres
        ? `update ${schema}.t set dbt_valid_to = null where v = 'A'`
        : `alter table ${schema}.t update dbt_valid_to = null where v = 'A' settings mutations_sync = 2`,
    );
    await take(3, [[1, 'x']], config);
    expect(await versions()).toEqual([`1 a 1-2`, '1 A 2-3', `1 x 3-${open}`, '2 b 1-2']);
  });

  test('names of the columns, found whichever way they are spelled', async () => {
    const config = {
      ...check,
      hard_deletes: 'new_record',
      snapshot_meta_column_names: {
        dbt_valid_from: 'Begins',
        dbt_valid_to: 'ends',
        dbt_scd_id: 'version_id',
        dbt_is_deleted: 'is_gone',
      },
    };
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      config,
    );
    await take(2, [[1, 'A']], config);
    const begins = isPostgres ? 'begins' : 'Begins';
    const found = await engine.rows(
      `select id, v, ${begins}, ends, is_gone, dbt_updated_at from ${schema}.t order by id, ${begins}`,
    );
    expect(
      found.map(([id, v, from, to, gone, at]) => [
        id,
        v,
        clock(from ?? null),
        clock(to ?? null),
        gone,
        clock(at ?? null),
      ]),
    ).toEqual([
      [1, 'a', '1', '2', 'False', '1'],
      [1, 'A', '2', null, 'False', '2'],
      [2, 'b', '1', '2', 'False', '1'],
      [2, 'b', '2', null, 'True', '2'],
    ]);
  });

  test('a column that is new is added; earlier versions have NULL there', async () => {
    await take(
      1,
      [
        [1, 'a', 1],
        [2, 'b', 1],
      ],
      timestamp,
    );
    const rows = source(
      [
        [1, 'a', 'x', 5],
        [2, 'b', 'y', 1],
      ],
      ['id', 'v', 'w'],
    );
    await take(2, rows, timestamp);
    expect(await versions('id, v, w')).toEqual(['1 a null 1-5', '1 a x 5-', '2 b null 1-']);
  });

  test('with check, a column that is new changes every row, as in dbt', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      check,
    );
    await take(
      2,
      source(
        [
          [1, 'a', 'x'],
          [2, 'b', null],
        ],
        ['id', 'v', 'w'],
      ),
      check,
    );
    await take(
      3,
      source(
        [
          [1, 'a', 'x'],
          [2, 'b', null],
        ],
        ['id', 'v', 'w'],
      ),
      check,
    );
    expect(await versions('id, v, w')).toEqual([
      '1 a null 1-2',
      '1 a x 2-',
      '2 b null 1-2',
      '2 b null 2-',
    ]);
  });

  test('a column that is no longer given stays, empty in new versions', async () => {
    await take(1, source([[1, 'a', 'x']], ['id', 'v', 'w']), check);
    await take(2, [[1, 'b']], check);
    expect(await versions('id, v, w')).toEqual(['1 a x 1-2', '1 b null 2-']);
  });

  test('two runs in one second, and in one moment', async () => {
    await take(1, [[1, 'a']], check);
    await take(1.2, [[1, 'b']], check);
    await take(1.2, [[1, 'c']], check);
    const current = await engine.rows(`select v from ${schema}.t where dbt_valid_to is null`);
    expect(current).toEqual([['c']]);
    expect((await versions()).toSorted()).toEqual(['1 a 1-1.2', '1 b 1.2-1.2', '1 c 1.2-']);
  });

  test('duplicate keys are refused, with samples, the first time and later; nothing changes', async () => {
    const twice: readonly Row[] = [
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
      [null, 'd'],
      [null, 'e'],
      [null, 'f'],
    ];
    const [told, ...rest] = await take(1, twice, check);
    expect(rest).toEqual([]);
    expect(told).toMatch(
      /^ETL4006 the query of the snapshot t gives several rows for one unique_key: /,
    );
    expect(told).toContain('id = 1 (2 rows)');
    expect(told).toContain('id = NULL (3 rows)');
    expect(
      await engine.rows(
        `select 1 from ${isPostgres ? 'pg_class' : 'system.tables'} where ${isPostgres ? `relnamespace = '${schema}'::regnamespace` : `database = '${schema}'`}`,
      ),
    ).toEqual([]);
    await take(2, [[1, 'a']], check);
    expect((await take(3, twice, check))[0]).toContain('id = 1 (2 rows)');
    expect(await versions()).toEqual(['1 a 2-']);
  });

  test('current versions that somebody doubled are not multiplied', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      check,
    );
    await engine.run(`insert into ${schema}.t select * from ${schema}.t`);
    await take(
      2,
      [
        [1, 'A'],
        [2, 'b'],
      ],
      check,
    );
    expect(await versions()).toEqual(['1 a 1-2', '1 a 1-2', '1 A 2-', '2 b 1-', '2 b 1-']);
  });

  test('a view, a table of something else, and a snapshot without a column are refused', async () => {
    await engine.run(`create view ${schema}.t as select 1 as id`);
    expect(await take(1, [[1, 'a']], check)).toEqual([
      `ETL4004 ${schema}.t is a view; the snapshot t needs a table`,
    ]);
    await engine.run(`drop view ${schema}.t`);
    await engine.run(
      `create table ${schema}.t ${isPostgres ? '' : 'engine = MergeTree order by tuple() '}as select 1 as id`,
    );
    expect(await take(1, [[1, 'a']], check)).toEqual([
      `ETL4004 ${schema}.t is no snapshot: it lacks the columns dbt_scd_id, dbt_updated_at, dbt_valid_from, dbt_valid_to`,
    ]);
    await engine.run(`drop table ${schema}.t`);
    await take(1, [[1, 'a']], check);
    expect(await take(2, [[1, 'b']], { ...check, hard_deletes: 'new_record' })).toEqual([
      `ETL4004 ${schema}.t is a snapshot without the column dbt_is_deleted`,
    ]);
    expect(await versions()).toEqual(['1 a 1-']);
  });

  test('check, then timestamp: the versions go on', async () => {
    await take(
      1,
      [
        [1, 'a', 0],
        [2, 'b', 0],
      ],
      { strategy: 'check', check_cols: ['v'] },
    );
    await take(
      2,
      [
        [1, 'A', 50],
        [2, 'b', 0],
      ],
      timestamp,
    );
    expect(await versions()).toEqual(['1 a 1-50', '1 A 50-', '2 b 1-']);
  });

  test('runs at the same time leave one current version of each key', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      check,
    );
    await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        take(
          2 + i,
          [
            [1, `v${i % 2}`],
            [2, 'b'],
            [3, `w${i}`],
          ],
          check,
        ),
      ),
    );
    const current = await engine.rows(
      `select id, count(*) from ${schema}.t where dbt_valid_to is null group by id order by id`,
    );
    expect(current.map((row) => row.map(Number))).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });
});
