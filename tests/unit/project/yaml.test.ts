import { expect, test } from 'vitest';
import { PyFloat } from '../../../src/jinja/py/values.ts';
import { readScalar } from '../../../src/project/yaml-scalar.ts';
import { parseYaml } from '../../../src/project/yaml.ts';

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
