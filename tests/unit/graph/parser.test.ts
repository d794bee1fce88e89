import fc from 'fast-check';
import { expect, test } from 'vitest';
import { METHODS } from '../../../src/graph/select/methods.ts';
import { parseSelector } from '../../../src/graph/select/parser.ts';
import type { Criterion } from '../../../src/graph/select/selector.ts';

const methods = new Set(METHODS.keys());
const parse = (...texts: readonly string[]) => parseSelector(texts, '--select', methods);

function criteriaOf(...texts: readonly string[]): readonly (readonly Criterion[])[] {
  const { value } = parse(...texts);
  if (value === undefined || value.kind === 'criterion') return [];
  return value.parts.map((word) =>
    word.kind === 'criterion' ? [] : word.parts.filter((part) => part.kind === 'criterion'),
  );
}
const one = (text: string): Criterion | undefined => criteriaOf(text)[0]?.[0];

test('a plain name is a name without relatives', () => {
  expect(one('gold_margin')).toMatchObject({
    method: 'fqn',
    arguments: [],
    value: 'gold_margin',
    childrensParents: false,
    parentsDepth: 0,
    childrenDepth: 0,
  });
});

test.each([
  ['+a', { parentsDepth: Infinity, childrenDepth: 0, value: 'a' }],
  ['2+a', { parentsDepth: 2, value: 'a' }],
  ['a+', { childrenDepth: Infinity, value: 'a' }],
  ['a+3', { childrenDepth: 3, value: 'a' }],
  ['1+a+12', { parentsDepth: 1, childrenDepth: 12, value: 'a' }],
  ['@a', { childrensParents: true, value: 'a' }],
  ['a+b', { parentsDepth: 0, childrenDepth: 0, value: 'a+b' }],
  ['tag:x', { method: 'tag', value: 'x' }],
  ['+config.materialized:view+', { method: 'config', arguments: ['materialized'], value: 'view' }],
  ['config.meta.owner:a', { method: 'config', arguments: ['meta', 'owner'], value: 'a' }],
  ['models/gold', { method: 'path', value: 'models/gold' }],
  ['a.sql', { method: 'file', value: 'a.sql' }],
  ['A.CSV+', { method: 'file', value: 'A.CSV', childrenDepth: Infinity }],
  ['shop.gold.a', { method: 'fqn', value: 'shop.gold.a' }],
  ['2020_sales', { method: 'fqn', value: '2020_sales', parentsDepth: 0 }],
])('%s', (text, expected) => {
  expect(one(text)).toMatchObject(expected);
});

test('blanks unite, commas intersect, arguments are joined', () => {
  expect(criteriaOf('a  b', 'tag:x,c').map((word) => word.map((c) => c.raw))).toEqual([
    ['a'],
    ['b'],
    ['tag:x', 'c'],
  ]);
});

test('every criterion knows where it stands in the whole text', () => {
  const [, , word] = criteriaOf('a  b', 'tag:x,c');
  expect(word?.map((c) => c.at)).toEqual([
    { file: '--select', line: 1, column: 6, endColumn: 11 },
    { file: '--select', line: 1, column: 12, endColumn: 13 },
  ]);
});

test.each([
  ['tagg:x', 6, /"tagg" in "tagg:x" is not a selection method/, 'Did you mean "tag"?'],
  ['zzzzzz:x', 6, /not a selection method/, /The methods are access, config/],
  ['@a+', 6, /joins the prefix "@" with the suffix "\+"/, /leave out the "\+"/],
  ['+', 6, /does not say what to select/, /Write for example/],
  ['tag:', 6, /does not say what to select/, /Write for example/],
  ['a,,b', 8, /between two commas/, /Write for example/],
])('%s is refused at its place', (text, column, message, hint) => {
  const { diagnostics } = parse(`fine ${text}`);
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({
    code: 'ETL3007',
    severity: 'error',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
    at: { file: '--select', line: 1, column },
  });
});

test('all mistakes are told at once', () => {
  expect(parse('x:a,y:b', '@c+').diagnostics).toHaveLength(3);
});

test('property: what is written with plus signs is read back', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
  const depth = fc.constantFrom('', '1', '7');
  fc.assert(
    fc.property(name, fc.option(depth), fc.option(depth), (value, above, below) => {
      const text = `${above === null ? '' : `${above}+`}${value}${below === null ? '' : `+${below}`}`;
      const number = (digits: string | null) =>
        digits === null ? 0 : digits === '' ? Infinity : Number(digits);
      expect(one(text)).toMatchObject({
        value,
        parentsDepth: number(above),
        childrenDepth: number(below),
      });
    }),
  );
});

test('property: no text makes the parser throw', () => {
  const tokens = fc.constantFrom('@', '+', ',', ':', '.', ' ', 'a', 'tag', '2', '*', '[', '/');
  const text = fc.array(tokens, { maxLength: 20 }).map((all) => all.join(''));
  fc.assert(
    fc.property(text, (selector) => {
      const { value, diagnostics } = parse(selector);
      expect(value).toBeDefined();
      for (const { code } of diagnostics) expect(code).toBe('ETL3007');
    }),
  );
});
