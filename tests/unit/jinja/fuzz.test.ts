import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { isEtlError } from '../../../src/kernel/error.ts';
import { renderJinja } from './engine.ts';

// thousands of templates take longer than the default on a busy machine
vi.setConfig({ testTimeout: 120_000 });

const templates = ['probes', 'more'].flatMap((file) =>
  (
    JSON.parse(readFileSync(new URL(`probes/${file}.json`, import.meta.url), 'utf8')) as {
      template: string;
    }[]
  ).map((probe) => probe.template),
);

const PIECES = [
  ..."{{ }} {% %} -%} {# #} ( ) [ ] { } , : . | ~ ** // [] {} () - + % * = == < 1 1.5 'a' \" ' \\ x é 😀 \u0000".split(
    ' ',
  ),
  ...'if,for,in,not,is,set,end,else,loop,none,true,range,join'.split(',').map((word) => `${word} `),
  ' ',
  '\n',
  // ways to the host, so that a mutation may find one
  ...".constructor .__proto__ ['constructor'] |attr('constructor') .prototype .__class__ .__globals__ process globalThis".split(
    ' ',
  ),
];

/** What the text of a host object, function or prototype would look like. */
const HOST_TEXT = /\[native code\]|\[object |function ?\w*\(|class \w+ ?\{|=> ?[{(]/;
const hostKeys = (): string =>
  [Object.prototype, Array.prototype, String.prototype, Function.prototype, globalThis]
    .map((object) => Reflect.ownKeys(object).map(String).join())
    .join();

/** A probe with some stretches replaced by pieces of syntax. */
const mutation = fc
  .tuple(
    fc.constantFrom(...templates),
    fc.array(fc.tuple(fc.nat(200), fc.nat(6), fc.constantFrom(...PIECES)), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([template, edits]) =>
    edits.reduce((text, [at, length, piece]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + piece + text.slice(from + length);
    }, template),
  );

test('nothing but an EtlError comes out of 20,000 mutated templates, and nothing of the host', () => {
  let failures = 0;
  let rendered = 0;
  const before = hostKeys();
  fc.assert(
    fc.property(mutation, fc.boolean(), (text, isDirect) => {
      try {
        const flavour = isDirect ? 'direct' : 'asking';
        const output = renderJinja(flavour, text, { x: { a: [1, 'b', null] } }, 20_000);
        rendered++;
        if (HOST_TEXT.test(output) && !HOST_TEXT.test(text))
          throw new Error(`the host shows in the output of ${JSON.stringify(text)}: ${output}`);
      } catch (error) {
        failures++;
        if (!isEtlError(error)) throw error;
        if (error.diagnostics[0]?.at === undefined)
          throw new Error('an error without a place', { cause: error });
      }
    }),
    { numRuns: 20_000 },
  );
  expect(hostKeys()).toBe(before);
  expect(failures).toBeGreaterThan(0);
  expect(rendered).toBeGreaterThan(0);
});

const VALUES = [
  'none',
  'true',
  '0',
  '-1',
  '2',
  '2 ** 70',
  '1.5',
  '-0.0',
  "''",
  "'a'",
  "'{x}'",
  "'%s %d'",
  "'é😀'",
  'missing',
  '[]',
  '[1, none]',
  "['b', 'a']",
  '[[1, 2]]',
  "[{'a': 1}]",
  '(1,)',
  '{}',
  "{'a': 1}",
  '{1: (2,)}',
  'range(3)',
  "{'a': 1}.items()",
  'range',
  "'a'.upper",
  'namespace(a=1)',
  'cycler(1, 2)',
];
const words = (text: string): string[] => text.trim().split(/\s+/);
const NAMES = {
  filter:
    words(`upper trim title join replace indent truncate wordwrap center format tojson int float abs round
    filesizeformat default length list first last reverse sort unique sum max min map select reject selectattr
    rejectattr batch slice groupby dictsort items attr is_list xmlattr urlencode pprint striptags wordcount`),
  test: words('odd divisibleby gt in sequence sameas upper filter iterable callable eq'),
  method:
    words(`strip split rsplit join replace find index count format zfill center partition append extend insert
    pop remove sort update get setdefault popitem fromkeys startswith removesuffix expandtabs ljust title copy keys
    values items`),
  operator: [
    '+',
    '-',
    '*',
    '/',
    '//',
    '%',
    '**',
    '~',
    '==',
    '<',
    '>=',
    'in',
    'not in',
    'and',
    'or',
  ],
};
const value = fc.constantFrom(...VALUES);
const expression = fc.oneof(
  fc
    .tuple(value, fc.constantFrom(...NAMES.filter), fc.array(value, { maxLength: 3 }))
    .map(([v, name, args]) => `(${v}) | ${name}(${args.join(', ')})`),
  fc
    .tuple(value, fc.constantFrom(...NAMES.test), fc.array(value, { maxLength: 2 }))
    .map(([v, name, args]) => `(${v}) is ${name}(${args.join(', ')})`),
  fc
    .tuple(value, fc.constantFrom(...NAMES.method), fc.array(value, { maxLength: 3 }))
    .map(([v, name, args]) => `(${v}).${name}(${args.join(', ')})`),
  fc
    .tuple(value, fc.constantFrom(...NAMES.operator), value)
    .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
  fc.tuple(value, value, value, value).map(([v, a, b, c]) => `(${v})[${a}:${b}:${c}]`),
  fc.tuple(value, value).map(([v, key]) => `(${v})[${key}]`),
);

test('every filter, test, method and operator meets every type without an error of JavaScript', () => {
  let done = 0;
  fc.assert(
    fc.property(expression, (text) => {
      done++;
      try {
        renderJinja('direct', `{{ ${text} }}`, {}, 20_000);
      } catch (error) {
        if (!isEtlError(error)) throw new Error(text, { cause: error });
      }
    }),
    { numRuns: 4000 },
  );
  expect(done).toBeGreaterThanOrEqual(4000);
});
