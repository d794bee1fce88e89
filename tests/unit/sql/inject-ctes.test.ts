import { expect, test } from 'vitest';
import { injectCtes, offsetBeforeInjection } from '../../../src/sql/inject-ctes.ts';

const cte = { name: '__dbt__cte__a', sql: 'select 1 as x' };
const text = '__dbt__cte__a as (\nselect 1 as x\n)';

test.each([
  ['select * from __dbt__cte__a', `with ${text} select * from __dbt__cte__a`],
  ['\n -- a\nselect 1', `\n with ${text} -- a\nselect 1`],
  ['with b as (select 2) select * from b', `with ${text},  b as (select 2) select * from b`],
  [
    '-- with\nWITH recursive b as (select 2) select 1',
    `-- with\nWITH recursive  ${text}, b as (select 2) select 1`,
  ],
  ['withdrawals', `with ${text} withdrawals`],
])('injectCtes(%j)', (sql, expected) => {
  expect(injectCtes(sql, [cte]).sql).toBe(expected);
});

test('nothing to inject leaves the text alone', () => {
  expect(injectCtes('select 1', [])).toEqual({ sql: 'select 1', at: 0, length: 0 });
});

test('offsets map back to the author’s text, and to nothing inside the inserted one', () => {
  const sql = 'with b as (select 2) select * from b';
  const injected = injectCtes(sql, [cte]);
  for (let i = 0; i < sql.length; i++) {
    const shifted = injected.sql.indexOf(sql.slice(4)) + (i - 4);
    if (i >= 4) expect(offsetBeforeInjection(injected, shifted)).toBe(i);
  }
  expect(offsetBeforeInjection(injected, 2)).toBe(2);
  expect(offsetBeforeInjection(injected, injected.at + 3)).toBeUndefined();
});
