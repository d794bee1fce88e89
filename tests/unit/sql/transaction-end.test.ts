import { describe, expect, test } from 'vitest';
import { transactionEnd } from '../../../src/sql/transaction-end.ts';

describe('what ends a transaction', () => {
  test.each([
    ['commit', 'commit'],
    ['insert into t values (1); COMMIT AND CHAIN; -- done', 'commit'],
    ['-- now\ncommit work', 'commit'],
    ['/* x */ end;', 'commit'],
    ['end transaction', 'commit'],
    ["prepare transaction 'x'", 'commit'],
    ['commit; begin; insert into t values (1)', 'commit'],
    ['rollback', 'rollback'],
    ['select 1; abort', 'rollback'],
    ['rollback; commit', 'rollback'],
    [
      'create function f() returns int begin atomic select 1; select case when true then 2 end; end; commit',
      'commit',
    ],
  ] as const)('%s', (sql, end) => {
    expect(transactionEnd(sql)).toBe(end);
  });

  test.each([
    '',
    "select 'x; commit'",
    'select "commit" from t; -- commit',
    "do $$ begin perform 1; /* commit; */ commit; end $$; select 'x; commit'",
    'savepoint a; rollback to a; rollback to savepoint a; rollback work to savepoint a; release a',
    "commit prepared 'x'; rollback prepared 'x'",
    'prepare p as select 1',
    'select case when true then 1 end; vacuum t',
    'create function f() returns int begin atomic select 1; select 2; end',
  ])('not: %s', (sql) => {
    expect(transactionEnd(sql)).toBeUndefined();
  });
});
