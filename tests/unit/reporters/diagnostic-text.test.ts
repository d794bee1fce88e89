import { expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import { coloursOf } from '../../../src/reporters/colours.ts';
import { diagnosticText } from '../../../src/reporters/diagnostic-text.ts';

const render = (diagnostic: Partial<Diagnostic>, source?: string, colour = false) =>
  diagnosticText(
    { code: 'ETL3001', severity: 'error', message: 'model "sale" not found', ...diagnostic },
    { colours: coloursOf(colour), readSource: () => source },
  );

test('place, message, frame, hint, related place and page', () => {
  const source = "select *\nfrom {{ ref('sale') }}\n";
  expect(
    render(
      {
        at: { file: 'models/a.sql', line: 2, column: 9, endColumn: 20 },
        hint: 'Did you mean "sales"?',
        related: [{ message: 'sales is here', at: { file: 'models/b.sql', line: 1, column: 1 } }],
      },
      source,
    ),
  ).toEqual([
    'error[ETL3001] models/a.sql:2:9',
    '  model "sale" not found',
    '  1 | select *',
    "  2 | from {{ ref('sale') }}",
    '    |         ^^^^^^^^^^^',
    '  hint: Did you mean "sales"?',
    '  models/b.sql:1:1: sales is here',
    '  1 | select *',
    '    | ^',
    '  docs/errors/ETL3001.md',
  ]);
});

test('without a place or a source there is no frame', () => {
  expect(render({})).toEqual([
    'error[ETL3001]',
    '  model "sale" not found',
    '  docs/errors/ETL3001.md',
  ]);
  expect(render({ at: { file: 'a.sql', line: 9, column: 1 } }, 'one line')).toHaveLength(3);
});

test('tabs stay tabs, wide letters take two columns', () => {
  const [, , line, marks] = render(
    { at: { file: 'a', line: 1, column: 5, endColumn: 7 } },
    '\t表 x日本',
  );
  expect(line).toBe('  1 | \t表 x日本');
  // tab, two columns for 表, one for the blank; then x (1) and 日 (2)
  expect(render({ at: { file: 'a', line: 1, column: 4, endColumn: 6 } }, '\t表 x日本')[3]).toBe(
    '    | \t   ^^^',
  );
  expect(marks).toBe('    | \t    ^^^^');
});

test('a line of many thousand letters is cut around the place', () => {
  const source = `${'a'.repeat(5000)}X${'b'.repeat(5000)}`;
  const [, , line = '', marks = ''] = render(
    { at: { file: 'a', line: 1, column: 5001, endColumn: 5002 } },
    source,
  );
  expect(line.length).toBeLessThan(180);
  expect(line[marks.indexOf('^')]).toBe('X');
});

test('a place beyond the end of its line is marked at the end', () => {
  expect(render({ at: { file: 'a', line: 1, column: 99 } }, 'short')[3]).toBe('    |      ^');
});

test('line numbers keep one width', () => {
  const source = Array.from({ length: 10 }, (_, i) => `line ${i + 1}`).join('\n');
  expect(
    render({ at: { file: 'a', line: 10, column: 1, endColumn: 5 } }, source).slice(2, 5),
  ).toEqual(['   9 | line 9', '  10 | line 10', '     | ^^^^']);
});

test('messages of several lines are indented, terminal codes are disarmed', () => {
  expect(render({ message: 'one\ntwo\u001b[31m' }).slice(1, 3)).toEqual(['  one', '  two·[31m']);
});

test.each([
  ['error', 'error', '\u001b[31m'],
  ['warning', 'warning', '\u001b[33m'],
  ['info', 'note', '\u001b[36m'],
] as const)('severity %s', (severity, word, code) => {
  expect(render({ severity })[0]).toBe(`${word}[ETL3001]`);
  expect(render({ severity }, undefined, true)[0]).toContain(code);
});
