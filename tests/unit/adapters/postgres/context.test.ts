import { expect, test } from 'vitest';
import type { Statement } from '../../../../src/adapter/statement.ts';
import { driverError } from '../../../../src/adapters/postgres/errors.ts';

const WHERE = 'PL/pgSQL function broken() line 3 at RETURN\nSQL statement "select broken()"';
const thrown = (more: object): object => ({ message: 'no', code: '42703', ...more });
const statement = (sql: string, verb: Statement['verb'] = 'create'): Statement => ({
  sql,
  verb,
  repeatable: false,
});

test('the server’s DETAIL and HINT stay, and its CONTEXT comes after them', () => {
  const found = driverError(
    thrown({ detail: 'why', hint: 'do this', where: WHERE }),
    statement('create table x as select broken()'),
  );
  expect(found.detail).toBe(`why\ncontext: ${WHERE.replace('\n', '\n  ')}`);
  expect(found.hint).toBe('do this');
});

test('the place in the query of a function, by line and column, counted in characters', () => {
  const internalQuery = "select '😀',\n  nope";
  const found = driverError(thrown({ internalQuery, internalPosition: '15' }), undefined);
  expect(found.detail).toBe(`in, at 2:3: ${internalQuery}`);
});

test('blocks of the tool’s own are no context, those of a hook are', () => {
  const block = 'do $$ begin end $$';
  expect(driverError(thrown({ where: WHERE }), statement(block)).detail).toBeUndefined();
  expect(driverError(thrown({ where: WHERE }), statement(block, 'hook')).detail).toContain(
    'context:',
  );
});

test('long contexts are cut', () => {
  const where = Array.from({ length: 9 }, (_, i) => `${i}${'x'.repeat(300)}`).join('\n');
  const lines = (driverError(thrown({ where }), undefined).detail ?? '').split('\n');
  expect(lines).toHaveLength(7);
  expect(lines.at(-1)).toBe('  … 3 more');
  expect(lines[1]).toHaveLength(203);
});
