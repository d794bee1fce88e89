// What the HTTP interface has to know of a statement before it is sent.
import { describe, expect, it } from 'vitest';
import {
  insertHead,
  killedId,
  killHere,
  lookAt,
} from '../../../../src/adapters/clickhouse/front/statement.ts';

describe('the form of an answer', () => {
  it.each([
    ['SELECT 1 FORMAT JSON', 'JSON'],
    ['select 1 format CSV settings max_threads = 1', 'CSV'],
    ["SELECT 'x' /* FORMAT CSV */ FORMAT TSV; -- FORMAT JSON", 'TSV'],
    ['SELECT number FROM numbers(3) FORMAT JSONEachRow', 'JSONEachRow'],
    ['SHOW TABLES FORMAT CSV', 'CSV'],
    ['SELECT format FROM t', undefined],
    ['SELECT format x', undefined],
    ['SELECT a.format x', undefined],
    ['SELECT a, format x', undefined],
    ['SELECT 1 AS format', undefined],
    ["SELECT 'FORMAT CSV'", undefined],
    ['SELECT * FROM (SELECT 1 FORMAT CSV)', undefined],
    ['SELECT 1', undefined],
  ])('%s', (sql, format) => {
    expect(lookAt(sql).format).toBe(format);
  });

  it('is streamed for what selects', () => {
    for (const sql of [
      'SELECT 1',
      ' (SELECT 1) UNION ALL SELECT 2',
      '/* x */ WITH 1 AS a SELECT a',
    ])
      expect(lookAt(sql).kind, sql).toBe('select');
    for (const sql of ['SHOW TABLES', 'CREATE TABLE t AS SELECT 1', 'EXPLAIN SELECT 1'])
      expect(lookAt(sql).kind, sql).toBe('other');
  });
});

describe('rows of an INSERT', () => {
  const headOf = (sql: string) => {
    const head = insertHead(sql);
    return head === undefined
      ? undefined
      : [head.into, head.settings, head.format, sql.slice(head.end)];
  };
  it.each([
    ['INSERT INTO t FORMAT CSV\n1,2\n', ['INSERT INTO t', '', 'CSV', '1,2\n']],
    [
      'insert into t (a, `format`) format TSV\r\n1',
      ['insert into t (a, `format`)', '', 'TSV', '1'],
    ],
    [
      "INSERT INTO t SETTINGS async_insert = 1 FORMAT CSV\n'",
      ['INSERT INTO t', ' SETTINGS async_insert = 1', 'CSV', "'"],
    ],
    ['INSERT INTO t VALUES (1), (2)', ['INSERT INTO t', '', 'Values', '(1), (2)']],
    ['INSERT INTO t (a) FORMAT CSV', ['INSERT INTO t (a)', '', 'CSV', '']],
    [
      '-- rows\nINSERT INTO db.t FORMAT JSONEachRow {"a": 1}',
      ['-- rows\nINSERT INTO db.t', '', 'JSONEachRow', '{"a": 1}'],
    ],
    ['INSERT INTO t SELECT format FROM u', undefined],
    ['INSERT INTO t WITH 1 AS a SELECT a', undefined],
    ["INSERT INTO t FROM INFILE 'x' FORMAT CSV", undefined],
    ['SELECT 1 FORMAT CSV', undefined],
    ['', undefined],
  ])('%j', (sql, expected) => {
    expect(headOf(sql)).toEqual(expected);
  });
});

describe('what is refused', () => {
  it.each([
    ['SELECT 1; SELECT 2', 'Code: 62'],
    [' ; ', 'Code: 62'],
    ["SELECT 1 INTO OUTFILE 'x'", 'Code: 78'],
    ["SHOW TABLES into /* */ outfile 'x'", 'Code: 78'],
    ["INSERT INTO t FROM INFILE 'x' FORMAT CSV", 'Code: 78'],
  ])('%s', (sql, code) => {
    expect(() => lookAt(sql)).toThrow(code);
  });
});

describe('KILL QUERY', () => {
  it('asks for the name that the embedded engine keeps, and never waits', () => {
    expect(killHere("KILL QUERY WHERE query_id = 'query_id' SYNC")).toBe(
      "KILL QUERY WHERE Settings['log_comment'] = 'query_id'  ASYNC".replace('  ', ' '),
    );
    expect(killHere("kill query where startsWith(query_id, 'a') async;")).toBe(
      "kill query where startsWith(Settings['log_comment'], 'a') async",
    );
    expect(killHere("KILL QUERY WHERE user = 'x'")).toBe("KILL QUERY WHERE user = 'x' ASYNC");
    expect(killHere('KILL QUERY WHERE 1 TEST')).toBe('KILL QUERY WHERE 1 TEST');
  });

  it('names one statement, or several', () => {
    expect(killedId("KILL QUERY WHERE query_id = 'a-1' SYNC")).toBe('a-1');
    expect(killedId("KILL QUERY WHERE query_id = 'a' OR 1")).toBeUndefined();
    expect(killedId('KILL QUERY WHERE 1')).toBeUndefined();
  });
});
