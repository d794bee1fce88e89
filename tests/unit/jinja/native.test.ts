import { describe, expect, test } from 'vitest';
import { askingFunction, hostFunction } from '../../../src/jinja/host-function.ts';
import { TemplateHost } from '../../../src/jinja/host.ts';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import { readLiteral } from '../../../src/jinja/py/literal.ts';
import { fromPython, toPython } from '../../../src/jinja/py/convert.ts';
import { Dict, PySet } from '../../../src/jinja/py/dict.ts';
import { PyFloat, tupleOf } from '../../../src/jinja/py/values.ts';
import { repr } from '../../../src/jinja/py/print.ts';

const host = new TemplateHost({
  library: new MacroLibrary(),
  rootPackage: 'shop',
  internalPackages: [],
  dispatchPrefixes: [],
  searchOrder: {},
});
const native = (text: string): unknown =>
  host.renderNative(
    { packageName: 'shop', path: 'dbt_project.yml', text, origin: { line: 7, column: 12 } },
    () => ({
      env_var: hostFunction(
        'env_var',
        ([name]) => ({ YES: 'True', PORT: '5432', RATE: '1.5', NAME: 'shop' })[String(name)],
      ),
      target: { name: 'dev' },
      run_query: askingFunction('run_query', function* () {
        yield { kind: 'sql' };
        return null;
      }),
    }),
  );

describe('a YAML value', () => {
  test.each<[string, unknown]>([
    ['plain', 'plain'],
    ['', ''],
    ['{# nothing #}', ''],
    ['{{ 1 + 1 }}', 2],
    ['{{ none | as_native }}', null],
    ['{{ [1, 2.0, none, true] }}', [1, 2, null, true]],
    ["{{ {'a': (1, 2)} }}", { a: [1, 2] }],
    ["{{ target.name == 'dev' }}", true],
    ["{{ '1' }}", '1'],
    ["{{ env_var('PORT') }}", '5432'],
    ["{{ env_var('PORT') | as_number }}", 5432],
    ["{{ env_var('RATE') | as_number }}", 1.5],
    ["{{ env_var('YES') | as_bool }}", true],
    ["{{ (target.name != 'dev') | as_bool }}", false],
    ["{{ env_var('NAME') | as_native }}", 'shop'],
    ["{{ '[1, (2,), {3: None}]' | as_native }}", [1, [2], { 3: null }]],
    ["{{ env_var('PORT') | as_text }}", '5432'],
    ["{{ 1 }}{{ env_var('YES') | as_bool }}", '1True'],
    ['a {{ 1 }}', 'a 1'],
    ['{{ nothing }}', ''],
  ])('%s', (text, expected) => {
    expect(native(text)).toEqual(expected);
  });

  test('as_bool and as_number insist', () => {
    expect(() => native("{{ 'true' | as_bool }}")).toThrow(
      "Could not convert value 'true' into type 'bool'",
    );
    expect(() => native("{{ 'x' | as_number }}")).toThrow(
      "Could not convert value 'x' into type 'number'",
    );
  });

  test('an error has the place in the YAML file', () => {
    expect(() => native('{{ nothing.x }}')).toThrow(
      expect.objectContaining({
        diagnostics: [
          expect.objectContaining({ at: { file: 'dbt_project.yml', line: 7, column: 22 } }),
        ],
      }),
    );
  });

  test('a question is refused', () => {
    expect(() => native('{{ run_query() }}')).toThrow(/run_query cannot be called in a YAML value/);
  });
});

test.each<[string, string | undefined]>([
  ['1_000', '1000'],
  ['-1.50', '-1.5'],
  ['1e3', '1000.0'],
  ['0x1F', '31'],
  ['\'a\' "b"', "'ab'"],
  ['(1,)', '(1,)'],
  ['()', '()'],
  ['1, 2', '(1, 2)'],
  ['[1, [2,],]', '[1, [2]]'],
  ["{'a': True, 1: None}", "{'a': True, 1: None}"],
  ['{1, 2}', '{1, 2}'],
  ['true', undefined],
  ['1 +', undefined],
  ['f(1)', undefined],
  ['[1', undefined],
  ['{[]: 1}', undefined],
  ['', undefined],
])('the literal %s', (text, expected) => {
  const value = readLiteral(text);
  expect(value === undefined ? undefined : repr(value)).toBe(expected);
});

test('plain data goes in and comes out', () => {
  const data = { a: [1, { b: null }], c: 'x' };
  const value = toPython(data);
  expect(value).toBeInstanceOf(Dict);
  expect(repr(value)).toBe("{'a': [1, {'b': None}], 'c': 'x'}");
  expect(fromPython(value)).toEqual(data);
  const mixed = new Dict([
    [1, tupleOf(1, new PyFloat(2))],
    [tupleOf('k'), new PySet([3])],
  ]);
  expect(fromPython(mixed)).toEqual({ 1: [1, 2], "('k',)": [3] });
});
