import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasCode, leadingWords, scanSql, withoutClosingSemicolon } from '../../../src/sql/scan.ts';

const kinds = (sql: string, escapes = false): string =>
  [...scanSql(sql, escapes)]
    .filter((p) => p.kind !== 'space')
    .map((p) => `${p.kind}:${sql.slice(p.start, p.end)}`)
    .join(' | ');

describe('scanSql', () => {
  test.each([
    ["select 'a;b' ;", "code:select | string:'a;b' | semicolon:;"],
    ["select 'it''s' -- ;\n, 1", "code:select | string:'it''s' | comment:-- ; | code:, | code:1"],
    [
      'select "a""b" /* x /* y */ z */ 1',
      'code:select | name:"a""b" | comment:/* x /* y */ z */ | code:1',
    ],
    ['do $f$ begin; end $f$;', 'code:do | string:$f$ begin; end $f$ | semicolon:;'],
    ['select a$b$c', 'code:select | code:a$b$c'],
    ["select E'\\';' ;", "code:select | code:E | string:'\\';' | semicolon:;"],
  ])('%s', (sql, expected) => {
    expect(kinds(sql)).toBe(expected);
  });

  test('a backslash escapes in every string only where the dialect says so', () => {
    expect(kinds("'a\\';' x", true)).toBe("string:'a\\';' | code:x");
    expect(kinds("'a\\';' x", false)).toBe("string:'a\\' | semicolon:; | string:' x");
  });

  test('a # with a blank or a ! begins a comment only there, too', () => {
    expect(kinds('1 # a;b\n#!c;\n#d', true)).toBe(
      'code:1 | comment:# a;b | comment:#!c; | code:#d',
    );
    expect(kinds('1 # 2;')).toBe('code:1 | code:# | code:2 | semicolon:;');
  });

  test.each([
    ['‘a;’ ;', 'string:‘a;’ | semicolon:;', 'code:‘a | semicolon:; | code:’ | semicolon:;'],
    ["‘'’ ;", "string:‘'’ | semicolon:;", "code:‘ | string:'’ ;"],
    ['“a"” ;', 'name:“a"” | semicolon:;', 'code:“a | name:"” ;'],
    ['‘\\’ ;', 'string:‘\\’ | semicolon:;', 'code:‘\\’ | semicolon:;'],
    ["'‘' ;’", "string:'‘' | semicolon:; | code:’", "string:'‘' | semicolon:; | code:’"],
    [
      "1 // it's\n;",
      "code:1 | comment:// it's | semicolon:;",
      "code:1 | code:// | code:it | string:'s\n;",
    ],
    ['1 as $a$ ;', 'code:1 | code:as | code:$a$ | semicolon:;', 'code:1 | code:as | string:$a$ ;'],
    ["$1$'$1$ ;", "string:$1$'$1$ | semicolon:;", "code:$1$ | string:'$1$ ;"],
  ])('ClickHouse cuts %j in another way', (sql, there, elsewhere) => {
    expect(kinds(sql, true)).toBe(there);
    expect(kinds(sql)).toBe(elsewhere);
  });

  test('pieces cover the text without gaps, whatever it is', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '`',
        '$',
        '#',
        '!',
        '-',
        '/',
        '*',
        ';',
        '\\',
        'e',
        'a',
        ' ',
        '\n',
        'ç',
        '‘',
        '’',
        '“',
      ),
    });
    fc.assert(
      fc.property(text, fc.boolean(), (sql, escapes) => {
        let at = 0;
        for (const piece of scanSql(sql, escapes)) {
          expect(piece.start).toBe(at);
          expect(piece.end).toBeGreaterThan(piece.start);
          at = piece.end;
        }
        expect(at).toBe(sql.length);
      }),
    );
  });
});

test.each([
  ['select 1;', 'select 1'],
  ['select 1 ; \n', 'select 1  \n'],
  ["select ';'", "select ';'"],
  ['select 1; -- done;', 'select 1 -- done;'],
  ['select 1 -- no end;', 'select 1 -- no end;'],
  ['select "a;"', 'select "a;"'],
  ['select 1;;', 'select 1'],
])('withoutClosingSemicolon(%j)', (sql, expected) => {
  expect(withoutClosingSemicolon(sql)).toBe(expected);
});

test('leadingWords skips comments and stops at what is no word', () => {
  expect(leadingWords('-- c\n/* d */ WITH recursive x as', 2).map((w) => w.word)).toEqual([
    'with',
    'recursive',
  ]);
  expect(leadingWords('with"x"as', 2).map((w) => w.word)).toEqual(['with']);
  expect(leadingWords('(select 1)', 1)).toEqual([]);
});

test('hasCode', () => {
  expect(hasCode(' -- nothing\n/* here */ ')).toBe(false);
  expect(hasCode("''")).toBe(true);
});
