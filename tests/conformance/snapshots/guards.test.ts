// New columns, runs at one moment, and what is refused; the same on every engine.
import { describe, expect, test } from 'vitest';
import { CHECK, TIMESTAMP, snapshotBench, type Row } from '../../support/snapshot-bench.ts';

describe.each(['postgres', 'clickhouse'])('%s', (name) => {
  const { isPostgres, schema, run, rows, source, take, versions } = snapshotBench(name);

  test('a column that is new is added; earlier versions have NULL there', async () => {
    await take(
      1,
      [
        [1, 'a', 1],
        [2, 'b', 1],
      ],
      TIMESTAMP,
    );
    const rows = source(
      [
        [1, 'a', 'x', 5],
        [2, 'b', 'y', 1],
      ],
      ['id', 'v', 'w'],
    );
    await take(2, rows, TIMESTAMP);
    expect(await versions('id, v, w')).toEqual(['1 a null 1-5', '1 a x 5-', '2 b null 1-']);
  });

  test('with check, a column that is new changes every row, as in dbt', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      CHECK,
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
      CHECK,
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
      CHECK,
    );
    expect(await versions('id, v, w')).toEqual([
      '1 a null 1-2',
      '1 a x 2-',
      '2 b null 1-2',
      '2 b null 2-',
    ]);
  });

  test('a column that is no longer given stays, empty in new versions', async () => {
    await take(1, source([[1, 'a', 'x']], ['id', 'v', 'w']), CHECK);
    await take(2, [[1, 'b']], CHECK);
    expect(await versions('id, v, w')).toEqual(['1 a x 1-2', '1 b null 2-']);
  });

  test('two runs in one second, and in one moment', async () => {
    await take(1, [[1, 'a']], CHECK);
    await take(1.2, [[1, 'b']], CHECK);
    await take(1.2, [[1, 'c']], CHECK);
    const current = await rows(`select v from ${schema()}.t where dbt_valid_to is null`);
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
    const [told, ...rest] = await take(1, twice, CHECK);
    expect(rest).toEqual([]);
    expect(told).toMatch(
      /^ETL4006 the query of the snapshot t gives several rows for one unique_key: /,
    );
    expect(told).toContain('id = 1 (2 rows)');
    expect(told).toContain('id = NULL (3 rows)');
    expect(
      await rows(
        `select 1 from ${isPostgres ? 'pg_class' : 'system.tables'} where ${isPostgres ? `relnamespace = '${schema()}'::regnamespace` : `database = '${schema()}'`}`,
      ),
    ).toEqual([]);
    await take(2, [[1, 'a']], CHECK);
    expect((await take(3, twice, CHECK))[0]).toContain('id = 1 (2 rows)');
    expect(await versions()).toEqual(['1 a 2-']);
  });

  test('current versions that somebody doubled are not multiplied', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      CHECK,
    );
    await run(`insert into ${schema()}.t select * from ${schema()}.t`);
    await take(
      2,
      [
        [1, 'A'],
        [2, 'b'],
      ],
      CHECK,
    );
    expect(await versions()).toEqual(['1 a 1-2', '1 a 1-2', '1 A 2-', '2 b 1-', '2 b 1-']);
  });

  test('a view, a table of something else, and a snapshot without a column are refused', async () => {
    await run(`create view ${schema()}.t as select 1 as id`);
    expect(await take(1, [[1, 'a']], CHECK)).toEqual([
      `ETL4004 ${schema()}.t is a view; the snapshot t needs a table`,
    ]);
    await run(`drop view ${schema()}.t`);
    await run(
      `create table ${schema()}.t ${isPostgres ? '' : 'engine = MergeTree order by tuple() '}as select 1 as id`,
    );
    expect(await take(1, [[1, 'a']], CHECK)).toEqual([
      `ETL4004 ${schema()}.t is no snapshot: it lacks the columns dbt_scd_id, dbt_updated_at, dbt_valid_from, dbt_valid_to`,
    ]);
    await run(`drop table ${schema()}.t`);
    await take(1, [[1, 'a']], CHECK);
    expect(await take(2, [[1, 'b']], { ...CHECK, hard_deletes: 'new_record' })).toEqual([
      `ETL4004 ${schema()}.t is a snapshot without the column dbt_is_deleted`,
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
      TIMESTAMP,
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
      CHECK,
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
          CHECK,
        ),
      ),
    );
    const current = await rows(
      `select id, count(*) from ${schema()}.t where dbt_valid_to is null group by id order by id`,
    );
    expect(current.map((row) => row.map(Number))).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });
});
