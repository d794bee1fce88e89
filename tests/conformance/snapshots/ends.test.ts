// How versions end: deletes, ends that are no NULL, names of the columns; the same on every engine.
import { describe, expect, test } from 'vitest';
import { CHECK, TIMESTAMP, clock, snapshotBench } from '../../support/snapshot-bench.ts';

describe.each(['postgres', 'clickhouse'])('%s', (name) => {
  const { isPostgres, schema, run, rows, source, take, versions } = snapshotBench(name);

  test('hard deletes are ignored', async () => {
    await take(
      1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      CHECK,
    );
    await take(2, [[1, 'a']], CHECK);
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
        { ...CHECK, ...deletes },
      );
      await take(2, [[1, 'a']], { ...CHECK, ...deletes });
      expect(await versions()).toEqual(['1 a 1-', '2 b 1-2']);
      await take(3, [[1, 'a']], { ...CHECK, ...deletes });
      await take(
        4,
        [
          [1, 'a'],
          [2, 'b'],
        ],
        { ...CHECK, ...deletes },
      );
      expect(await versions()).toEqual(['1 a 1-', '2 b 1-2', '2 b 4-']);
    },
  );

  test('hard deletes make a record of their own, which ends when the row comes back', async () => {
    const recorded = { ...CHECK, hard_deletes: 'new_record' };
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
    const deletes = { ...TIMESTAMP, hard_deletes: 'invalidate' };
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
    const config = { ...CHECK, dbt_valid_to_current: current, hard_deletes: 'invalidate' };
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
    await run(
      isPostgres
        ? `update ${schema()}.t set dbt_valid_to = null where v = 'A'`
        : `alter table ${schema()}.t update dbt_valid_to = null where v = 'A' settings mutations_sync = 2`,
    );
    await take(3, [[1, 'x']], config);
    expect(await versions()).toEqual([`1 a 1-2`, '1 A 2-3', `1 x 3-${open}`, '2 b 1-2']);
  });

  test('names of the columns, found whichever way they are spelled', async () => {
    const config = {
      ...CHECK,
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
    const found = await rows(
      `select id, v, ${begins}, ends, is_gone, dbt_updated_at from ${schema()}.t order by id, ${begins}`,
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
});
