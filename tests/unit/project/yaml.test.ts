import { expect, test } from 'vitest';
import { PyFloat } from '../../../src/jinja/py/values.ts';
import { readScalar } from '../../../src/project/yaml-scalar.ts';
import { parseYaml } from '../../../src/project/yaml.ts';
import { loadedFiles } from '../../support/load-files.ts';

const parsed = (text: string): NonNullable<ReturnType<typeof parseYaml>['value']> => {
  const { value } = parseYaml(text, 'f.yml');
  if (value === undefined) throw new Error('not parsed');
  return value;
};

// as PyYAML's safe loader reads them
test.each([
  ['', null],
  ['~', null],
  ['null', null],
  ['yes', true],
  ['Off', false],
  ['y', 'y'],
  ['1', 1],
  ['-17', -17],
  ['010', 8],
  ['0o10', '0o10'],
  ['0x1F', 31],
  ['1_000', 1000],
  ['1:30', 90],
  ['9007199254740993', 9007199254740993n],
  ['1e3', '1e3'],
  ['1.5e+3', 1500],
  ['1.', 1],
  ['.5', 0.5],
  ['2020-01-01', '2020-01-01'],
  ['1.10.2', '1.10.2'],
  ['text', 'text'],
])('the plain scalar %s', (text, value) => {
  expect(readScalar(text).value).toBe(value);
});

test('1.0 stays a float where templates see it, and quotes keep texts', () => {
  const document = parsed('a: 1.0\nb: "1.0"\nc: \'yes\'\nd: [1, 2.5]\n');
  expect(document.value).toEqual({ a: 1, b: '1.0', c: 'yes', d: [1, 2.5] });
  expect(document.exact(['a'])).toBeInstanceOf(PyFloat);
  expect(document.exact(['d'])).toEqual([1, 2.5]);
  expect(document.exact(['nothing'])).toBeUndefined();
});

test('anchors, aliases and merge keys', () => {
  const document = parsed('base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\nagain: *b\n');
  expect(document.value).toEqual({
    base: { x: 1, y: 2 },
    use: { y: 3, x: 1 },
    again: { x: 1, y: 2 },
  });
});

test('every value has its place', () => {
  const document = parsed(
    'models:\n  - name: a\n    columns:\n      - {name: "id", tests: [unique]}\n',
  );
  expect(document.spanOf(['models', 0, 'name'])).toEqual({
    file: 'f.yml',
    line: 2,
    column: 11,
    endColumn: 12,
  });
  expect(document.keySpanOf(['models', 0, 'columns'])).toMatchObject({
    line: 3,
    column: 5,
    endColumn: 12,
  });
  expect(document.textSpanOf(['models', 0, 'columns', 0, 'name'])).toMatchObject({
    line: 4,
    column: 17,
  });
  // what does not exist has the place of what encloses it
  expect(document.spanOf(['models', 0, 'nothing', 'deeper'])).toMatchObject({ line: 2, column: 5 });
});

test('the text of a block scalar begins on its own line', () => {
  expect(parsed('a: |\n  {{ x }}\n').textSpanOf(['a'])).toMatchObject({ line: 2, column: 3 });
});

test('a key named __proto__ is a key', () => {
  const { value } = parsed('__proto__: {polluted: true}\n');
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each([
  ['a: {\n  b: 1,\nc: 2\n}\nd: 3\n', { a: { b: 1, c: 2 }, d: 3 }],
  ['- x:\n    y: {\n      b: [\n 1, 2\n] }\n- z\n', [{ x: { y: { b: [1, 2] } } }, 'z']],
  ['a:\n  b: [\n  one\n  two,\n  three]\n', { a: { b: ['one two', 'three'] } }],
  ['a:\n  b: "one\ntwo # ]\n\nthree"\n  c: 1\n', { a: { b: 'one two # ]\nthree', c: 1 } }],
  ["a:\n  b: 'it''s\ntwo'\n", { a: { b: "it's two" } }],
])('PyYAML asks no indentation inside brackets and quotes: %j', (text, value) => {
  expect(parsed(text).value).toEqual(value);
});

test('places behind a line that stands too far to the left are those of the file', () => {
  const document = parsed('a:\n  b: {\nc: 1,\n  d: "{{ x }}"\n}\ne: 2\n');
  expect(document.spanOf(['a', 'b', 'c'])).toMatchObject({ line: 3, column: 4 });
  expect(document.keySpanOf(['a', 'b', 'c'])).toMatchObject({ line: 3, column: 1, endColumn: 2 });
  expect(document.textSpanOf(['a', 'b', 'd'])).toMatchObject({ line: 4, column: 7, offset: 22 });
  expect(document.text.slice(22, 29)).toBe('{{ x }}');
  expect(document.spanOf(['e'])).toMatchObject({ line: 6, column: 4 });
});

test('a bracket or quote that is never closed is told where the standard sees its end', () => {
  expect(parseYaml('a:\n  b: {\n    c: 1,\nd: 2\n', 'f.yml').diagnostics[0]).toMatchObject({
    code: 'ETL1003',
    at: { line: 4, column: 1 },
  });
  expect(parseYaml('a:\n  b: "one\n  c: 1\n', 'f.yml').diagnostics[0]).toMatchObject({
    message: 'not valid YAML: a " was opened and is not closed',
  });
});

test('toyaml writes in the style of PyYAML', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/a.sql': `{{ config(meta={'t': toyaml({'b': [1, {'c': 'yes'}], 'a': "x\\ny", 'e': {}}, sort_keys=true)}) }}select 1`,
  });
  expect(Object.values(manifest.nodes)[0]?.config.meta).toEqual({
    t: "a: 'x\n\n  y'\nb:\n- 1\n- c: 'yes'\ne: {}\n",
  });
});
