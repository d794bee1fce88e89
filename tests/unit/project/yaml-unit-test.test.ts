// Rows of a recorded unit test, as a property file holds them.
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withUnitTest } from '../../../src/project/yaml-unit-test.ts';

const at = { file: 'x', line: 1, column: 1 };

function written(value: string): { readonly file: string; readonly value: string } {
  const rows = {
    columns: [{ name: 'v' }],
    rows: [[{ kind: 'text' as const, text: value, at, nameAt: at }]],
  };
  const made = withUnitTest('', {
    name: 't',
    model: 'm',
    isIncremental: false,
    now: undefined,
    inputs: [{ ...rows, written: "ref('a')" }],
    expected: rows,
  });
  const file = 'text' in made ? made.text : made.problem;
  type Parsed = { unit_tests: [{ expect: { rows: [{ v: string }] } }] };
  return { file, value: (parse(file) as Parsed).unit_tests[0].expect.rows[0].v };
}

/** What rendering makes of a text that prints nothing but texts. */
const rendered = (text: string): string =>
  text.replace(/\n$/, '').replaceAll(/\{\{ '(.*?)' \}\}/g, '$1');

test.each([
  "{% endraw %}{{ env_var('SECRET') }}{% raw %}",
  'a {{ b }} {% c %} {# d #}',
  '{{{',
  'two\nlines\n',
  '"quoted" \'so\' \\ and: #so, [on]',
  'not\u0085one\u2028line\u2029of\u007ftext\ufeff',
])('%j is written as data, and comes back', (text) => {
  const { file, value } = written(text);
  expect(value.replaceAll("{{ '{' }}", '').replaceAll("{{ '' }}", '')).not.toMatch(/\{[{%#]/);
  expect(rendered(value)).toBe(text);
  expect(file).not.toMatch(/[\u007f-\u009f\u2028\u2029\ufeff]/);
});
