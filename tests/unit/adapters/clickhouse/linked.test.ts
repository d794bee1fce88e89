import { expect, it } from 'vitest';
import type { Statement } from '../../../../src/adapter/statement.ts';
import { linkedMessages } from '../../../../src/adapters/clickhouse/linked.ts';

const linked = (sql: string, more: Partial<Statement> = {}): Statement => ({
  sql,
  verb: 'create',
  repeatable: true,
  isLinked: true,
  ...more,
});
const sent = (...statements: readonly Statement[]): readonly (readonly string[])[] =>
  linkedMessages(statements).map((message) => message.map(({ sql }) => sql));

it('what an author wrote ends its message', () => {
  expect(sent(linked('a'), linked('b', { authoredAt: 1 }), linked('c'), linked('d'))).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

it('one that is not linked, or has other settings, keeps all apart', () => {
  expect(sent(linked('a'), linked('b', { isLinked: false }))).toEqual([]);
  expect(sent(linked('a', { settings: { x: 1 } }), linked('b'))).toEqual([]);
  expect(sent(linked('a'))).toEqual([]);
  const same = [
    linked('a', { settings: { x: 1, y: 2 } }),
    linked('b', { settings: { y: 2, x: 1 } }),
  ];
  expect(sent(...same)).toEqual([['a', 'b']]);
});
