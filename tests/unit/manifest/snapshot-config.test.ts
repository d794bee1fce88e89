import { describe, expect, test } from 'vitest';
import { readSnapshotConfig } from '../../../src/manifest/snapshot-config.ts';

const read = (config: Readonly<Record<string, unknown>>) =>
  readSnapshotConfig('s', { materialized: 'snapshot', ...config });
const told = (config: Readonly<Record<string, unknown>>): readonly string[] =>
  read(config).diagnostics.map((d) => d.message.replace('the snapshot s ', ''));

const CHECK = { strategy: 'check', unique_key: 'id', check_cols: 'all' };
const TIME = { strategy: 'timestamp', unique_key: 'id', updated_at: 'u' };

test('what is not given has dbt’s defaults', () => {
  expect(read(TIME)).toEqual({
    value: {
      strategy: 'timestamp',
      uniqueKey: ['id'],
      updatedAt: 'u',
      checkCols: [],
      hardDeletes: 'ignore',
      validToCurrent: undefined,
      columns: {
        scdId: 'dbt_scd_id',
        updatedAt: 'dbt_updated_at',
        validFrom: 'dbt_valid_from',
        validTo: 'dbt_valid_to',
        isDeleted: 'dbt_is_deleted',
      },
    },
    diagnostics: [],
  });
});

test('lists, names, the current end and both ways to write deletes', () => {
  const { value } = read({
    ...CHECK,
    unique_key: ['a', 'b'],
    check_cols: ['x'],
    hard_deletes: 'new_record',
    dbt_valid_to_current: "date '9999-12-31'",
    snapshot_meta_column_names: { dbt_valid_to: 'until', dbt_scd_id: null },
  });
  expect(value).toMatchObject({
    uniqueKey: ['a', 'b'],
    checkCols: ['x'],
    hardDeletes: 'new_record',
    validToCurrent: "date '9999-12-31'",
    columns: { validTo: 'until', scdId: 'dbt_scd_id' },
  });
  expect(read({ ...CHECK, invalidate_hard_deletes: true }).value?.hardDeletes).toBe('invalidate');
  expect(read({ ...CHECK, invalidate_hard_deletes: false }).value?.hardDeletes).toBe('ignore');
});

describe('what is refused', () => {
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[] = [
    [{}, ['has no strategy', 'has no unique_key']],
    [{ ...CHECK, unique_key: [] }, ['has no unique_key']],
    [{ ...CHECK, strategy: 'mine' }, ['has the strategy "mine", which is not available']],
    [{ ...CHECK, check_cols: null }, ['uses the check strategy without check_cols']],
    [{ ...CHECK, check_cols: 'some' }, ['has check_cols "some"']],
    [{ ...TIME, updated_at: null }, ['uses the timestamp strategy without updated_at']],
    [{ ...TIME, check_cols: 'all' }, ['uses the timestamp strategy with check_cols']],
    [{ ...CHECK, hard_deletes: 'drop' }, ['has hard_deletes "drop"']],
    [
      { ...CHECK, hard_deletes: 'ignore', invalidate_hard_deletes: false },
      ['sets both hard_deletes and invalidate_hard_deletes'],
    ],
    [{ ...CHECK, materialized: 'table' }, ['is materialized "table"']],
  ];
  test.each(cases)('%o', (config, messages) => {
    expect(told(config)).toEqual(messages);
    expect(read(config).value).toBeUndefined();
  });
});
