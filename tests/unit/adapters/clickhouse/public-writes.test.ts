import { expect, it } from 'vitest';
import type { RelationName } from '../../../../src/kernel/relation.ts';
import type { Statement } from '../../../../src/adapter/statement.ts';
import {
  letOthersWrite,
  noticing,
  sinceNow,
} from '../../../../src/adapters/clickhouse/public-writes.ts';

const statement = (more: Partial<Statement>): Statement => ({
  sql: 'CREATE TABLE x',
  verb: 'create',
  repeatable: true,
  ...more,
});
const named = (name: string): readonly RelationName[] => [{ schema: 's', name }];

it.each<[string, Partial<Statement>, boolean]>([
  ['a read', { verb: 'read' }, true],
  ['a staged table', { writes: named('__etl_a') }, true],
  ['a table of the author', { writes: named('a') }, false],
  ['a statement that does not say what it writes', {}, false],
  ['a hook', { verb: 'hook', writes: named('__etl_a') }, false],
  [
    'a staged view that listens to a table',
    { sql: 'CREATE MATERIALIZED VIEW __etl_a', writes: named('__etl_a') },
    false,
  ],
])('%s', async (_, more, isAsItWas) => {
  const before = sinceNow();
  let during: (() => boolean) | undefined;
  await noticing([statement(more)], () => {
    during = sinceNow();
    return Promise.resolve();
  });
  expect(before()).toBe(isAsItWas);
  expect(during?.()).toBe(isAsItWas);
  expect(sinceNow()()).toBe(true);
});

it('clients of another kind', () => {
  const before = sinceNow();
  const noMore = letOthersWrite();
  expect([before(), sinceNow()()]).toEqual([false, false]);
  noMore();
  expect([before(), sinceNow()()]).toEqual([false, true]);
});

it.each<[string, Partial<Statement>, boolean]>([
  ['another relation', { writes: named('b') }, true],
  ['it', { writes: [...named('b'), ...named('a')] }, false],
  ['who knows what', {}, false],
  ['a hook', { verb: 'hook', writes: named('b') }, false],
])('of one relation: %s is written', async (_, more, isAsItWas) => {
  const [a = { schema: '', name: '' }] = named('a');
  const before = sinceNow();
  let during: ReturnType<typeof sinceNow> | undefined;
  await noticing([statement({ verb: 'read' }), statement(more)], () => {
    during = sinceNow();
    return Promise.resolve();
  });
  expect([before(a), during?.(a), sinceNow()(a)]).toEqual([isAsItWas, isAsItWas, true]);
  const noMore = letOthersWrite();
  expect([sinceNow()(a), before(a)]).toEqual([false, false]);
  noMore();
});

it('of settings, the number of threads of a profile wins over ours', async () => {
  const { over, PARALLEL_WRITE } = await import('../../../../src/adapters/clickhouse/settings.ts');
  expect(over({ max_insert_threads: 1, max_threads: 3 }, { ...PARALLEL_WRITE, a: 1 })).toEqual({
    max_insert_threads: 1,
    a: 1,
  });
  expect(over({ max_threads: 3 }, PARALLEL_WRITE)).toEqual(PARALLEL_WRITE);
});
