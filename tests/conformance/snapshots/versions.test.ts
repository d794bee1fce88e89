// Which rows make versions, by strategy and key; the same on every engine.
import { describe, expect, test } from 'vitest';
import { md5 } from '../../../src/kernel/hash.ts';
import { CHECK, TIMESTAMP, clock, snapshotBench } from '../../support/snapshot-bench.ts';

describe.each(['postgres', 'clickhouse'])('%s', (name) => {
  const { isPostgres, schema, rows, source, take, versions } = snapshotBench(name);

  test('timestamp: what is newer makes a version, what is not does not', async () => {
    expect(
      await take(
        100,
        [
          [1, 'a', 1],
          [2, 'b', 1],
        ],
        TIMESTAMP,
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
      TIMESTAMP,
    );
    expect(await versions()).toEqual(['1 a 1-5', '1 A 5-', '2 b 1-', '3 c 6-']);
    await take(
      300,
      [
        [1, 'A', 5],
        [2, 'B', 1],
        [3, 'c', 6],
      ],
      TIMESTAMP,
    );
    expect(await versions()).toHaveLength(4);
  });

  test('dbt_scd_id is the md5 of key and time, and dbt_updated_at the time', async () => {
    await take(100, [[1, 'a', 1]], TIMESTAMP);
    const [row] = await rows(`select dbt_scd_id, dbt_updated_at from ${schema()}.t`);
    const time = isPostgres ? '2024-01-01 00:00:01' : '2024-01-01 00:00:01.000000';
    expect(row?.[0]).toBe(md5(`1|${time}`));
    expect(clock(row?.[1] ?? null)).toBe('1');
    expect((await rows(`select * from ${schema()}.t`))[0]).toHaveLength(7);
  });

  test('check of all columns: NULL that comes, goes and stays', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, null],
        [3, null],
      ],
      CHECK,
    );
    await take(
      2,
      [
        [1, null],
        [2, 'b'],
        [3, null],
      ],
      CHECK,
    );
    await take(
      3,
      [
        [1, null],
        [2, 'b'],
        [3, null],
      ],
      CHECK,
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
    const timed = { ...CHECK, updated_at: 'u', check_cols: ['v'] };
    await take(100, [[1, 'a', 1]], timed);
    await take(200, [[1, 'b', 7]], timed);
    expect(await versions()).toEqual(['1 a 1-7', '1 b 7-']);
  });

  test('a check column that the query does not give is named', async () => {
    await take(1, [[1, 'a']], CHECK);
    expect(await take(2, [[1, 'a']], { strategy: 'check', check_cols: ['nope'] })).toEqual([
      'ETL4004 check_cols of t names "nope", which its query does not give',
    ]);
  });

  test('several keys, one of them NULL', async () => {
    const keys = { ...CHECK, unique_key: ['id', 'k'] };
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
    const keyed = { ...CHECK, unique_key: "concat(cast(id as varchar(10)), '-', k)" };
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
});
