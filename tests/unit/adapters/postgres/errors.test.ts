import { describe, expect, test } from 'vitest';
import type { Statement } from '../../../../src/adapter/statement.ts';
import { driverError, utf16Offset } from '../../../../src/adapters/postgres/errors.ts';
import { composed, located, reached } from '../../../../src/adapters/postgres/message.ts';

const statement = (sql: string, verb: Statement['verb'] = 'write'): Statement => ({
  sql,
  verb,
  repeatable: false,
});
const kind = (code: string, verb?: Statement['verb'], message = 'x'): string =>
  driverError({ code, message }, verb === undefined ? undefined : statement('', verb)).kind;

describe('kinds', () => {
  test.each([
    ['42601', 'syntax'],
    ['42P01', 'missing_relation'],
    ['42703', 'missing_column'],
    ['42883', 'type'],
    ['22P02', 'type'],
    ['23505', 'constraint'],
    ['42P16', 'incompatible_columns'],
    ['2BP01', 'dependents'],
    ['42501', 'permission'],
    ['55P03', 'contention'],
    ['40P01', 'contention'],
    ['08006', 'connection'],
    ['57P01', 'connection'],
    ['ECONNREFUSED', 'connection'],
    ['ENOTFOUND', 'connection'],
    ['28P01', 'authentication'],
    ['3D000', 'missing_database'],
    ['53100', 'disk_full'],
    ['53200', 'out_of_memory'],
    ['57014', 'cancelled'],
    ['P0001', 'other'],
  ])('%s is %s', (code, expected) => expect(kind(code)).toBe(expected));

  test('in a swap the analyser speaks about dependent views, and a missing relation was replaced meanwhile', () => {
    for (const code of ['42703', '42883', '42804', '42P16', '22P02'])
      expect(kind(code, 'swap')).toBe('incompatible_columns');
    expect(kind('42P01', 'swap')).toBe('contention');
    expect(kind('42P07', 'swap')).toBe('name_taken');
    expect(kind('42710', 'swap')).toBe('name_taken');
    expect(kind('42501', 'swap')).toBe('permission');
    expect(kind('2BP01', 'swap')).toBe('dependents');
  });

  test('races in the catalog pass', () => {
    expect(kind('XX000', undefined, 'tuple concurrently updated')).toBe('contention');
    expect(kind('XX000', undefined, 'could not open relation with OID 1')).toBe('contention');
    expect(kind('XX000', undefined, 'something broke')).toBe('other');
    expect(
      driverError(
        { code: '23505', message: '', constraint: 'pg_namespace_nspname_index' },
        undefined,
      ),
    ).toMatchObject({ kind: 'contention', transient: true });
  });

  test('what was thrown may be anything', () => {
    expect(driverError(new Error('Connection terminated unexpectedly'), undefined).kind).toBe(
      'connection',
    );
    expect(driverError('text', undefined)).toMatchObject({ kind: 'other', message: 'text' });
    const both = Object.assign(
      new AggregateError([
        Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' }),
      ]),
      { code: 'ECONNREFUSED' },
    );
    expect(driverError(both, undefined)).toMatchObject({
      kind: 'connection',
      message: 'connect ECONNREFUSED ::1',
    });
  });
});

describe('positions', () => {
  test('code points become UTF-16 offsets', () => {
    expect(utf16Offset('a😀b', 1)).toBe(0);
    expect(utf16Offset('a😀b', 3)).toBe(3);
    expect(utf16Offset('ab', 9)).toBe(2);
  });

  test('a message knows its statements again', () => {
    const message = composed(
      [statement("select '😀'"), statement('select nope')],
      ['begin'],
      ['commit'],
    );
    expect(message.text).toBe("begin;\nselect '😀'\n;\nselect nope\n;\ncommit");
    const before = message.text.slice(0, message.text.indexOf('nope'));
    const at = Array.from(before).length + 1;
    expect(at).toBe(before.length);
    expect(located(message, String(at))).toEqual({
      statement: message.parts[1]?.statement,
      offset: 7,
    });
    expect(located(message, '2')).toBeUndefined();
    expect(located(message, undefined)).toBeUndefined();
  });

  test('the statement that was reached, as long as commands can be counted', () => {
    const [a, b, c] = [statement('a'), statement('b; c', 'hook'), statement('d')] as const;
    const message = composed([a, b, c], ['begin'], ['commit']);
    expect(reached(message, 1)).toBe(a);
    expect(reached(message, 2)).toBe(b);
    expect(reached(message, 3)).toBeUndefined();
    expect(reached(message, 0)).toBeUndefined();
  });
});
