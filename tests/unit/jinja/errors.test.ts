import { describe, expect, test } from 'vitest';
import { templateError } from '../../../src/jinja/errors.ts';
import { TemplateFault } from '../../../src/jinja/faults.ts';
import { hostFunction } from '../../../src/jinja/host-function.ts';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import { FLAVOURS, renderJinja } from './engine.ts';

class Secretive {
  secret = 1;
}

const variables = (): Record<string, unknown> => ({
  host: new Secretive(),
  plain: { a: 1 },
  orders: 1,
  stop: hostFunction('stop', ([message]) => {
    throw templateError('ETL2004', String(message), 'Do not stop.');
  }),
  bug: hostFunction('bug', () => {
    throw new TypeError('a bug of the host');
  }),
});

/** The diagnostic of a failing template, with Python's name of the error. */
function failure(flavour: (typeof FLAVOURS)[number], text: string): Diagnostic & { kind?: string } {
  try {
    renderJinja(flavour, text, variables());
  } catch (error) {
    if (!isEtlError(error)) throw error;
    const [diagnostic] = error.diagnostics;
    const kind = error.cause instanceof TemplateFault ? { kind: error.cause.kind } : {};
    if (diagnostic !== undefined) return { ...diagnostic, ...kind };
  }
  throw new Error(`did not fail: ${text}`);
}

const place = ({ at }: Diagnostic): string => `${at?.file}:${at?.line}:${at?.column}`;

// what is wrong, template, line:column, part of the message, code
const POSITIONS = [
  ['attribute of undefined', 'a\nb\n  {{ foo.bar() }}', '3:9', "'foo' is undefined", 'ETL2002'],
  ['unknown filter', 'a\n{{ 1 | nope }}', '2:8', "No filter named 'nope'", 'ETL2003'],
  ['unclosed if', 'a\nb\n{% if x %}\nnever', '3:4', 'elif or else or endif', 'ETL2001'],
  ['two names in a print', 'a\n{{ x y }}', '2:6', "got 'y'", 'ETL2001'],
  ['unclosed print', 'a\n{{ x ', '2:6', 'unexpected end of template', 'ETL2001'],
  ['unclosed string', 'a\n{{ "x }}\nfoo\n', '2:4', 'unexpected char', 'ETL2001'],
  ['unclosed comment', 'a\n{# x \n\n', '2:1', 'Missing end of comment tag', 'ETL2001'],
  ['unclosed raw', 'a\n{% raw %} x', '2:1', 'Missing end of raw directive', 'ETL2001'],
  [
    'wrong end tag',
    '{% for x in y %}\n{% endif %}\n{% endfor %}',
    '2:4',
    "unknown tag 'endif'",
    'ETL2001',
  ],
  ['type error', 'a\n\n   {{ 1 + "a" }}', '3:9', "for +: 'int' and 'str'", 'ETL2003'],
  ['a bad key', 'a\n{{ {[]: 1} }}', '2:4', "unhashable type: 'list'", 'ETL2003'],
  ['not iterable', '{% for x in 1 %}{% endfor %}', '1:4', 'not iterable', 'ETL2003'],
  ['refused tag', "{% include 'x' %}", '1:4', 'not supported', 'ETL2001'],
] as const;

// what is tried, template, the text or null when it has to fail, Python's name of the error
const SAFETY = [
  [
    'constructor of a string',
    "{{ ''.constructor.constructor('return 1')() }}",
    null,
    'UndefinedError',
  ],
  [
    'constructor of a function',
    "{{ range.constructor('return process')() }}",
    null,
    'UndefinedError',
  ],
  ['__proto__ of a dict', '{{ {}.__proto__.x }}', null, 'UndefinedError'],
  [
    'prototype names as variables',
    '{{ __proto__ }}|{{ constructor }}|{{ toString }}|{{ hasOwnProperty }}',
    '|||',
    '',
  ],
  ['attr filter', "{{ range | attr('constructor') }}|{{ [] | attr('constructor') }}", '|', ''],
  ['map(attribute=)', "{{ [1] | map(attribute='constructor') | list }}", '[Undefined]', ''],
  ['item access', "{{ {}['__proto__'] }}|{{ []['constructor'] }}", '|', ''],
  [
    'dict.update of __proto__',
    "{% set d = {} %}{% do d.update({'__proto__': {'p': 1}}) %}{{ d }}{{ {}.p }}",
    "{'__proto__': {'p': 1}}",
    '',
  ],
  [
    'format field',
    "{{ '{0.constructor}'.format(range) }}|{{ '{0.__class__}'.format('') }}",
    '|',
    '',
  ],
  [
    'host object',
    '{{ host.secret }}|{{ host.constructor }}|{{ plain.a }}|{{ plain.constructor }}|{{ plain.toString }}',
    '||1||',
    '',
  ],
  [
    '__proto__ key of an object literal',
    "{% do plain.update({'__proto__': 5}) %}{{ plain.keys() | list }}",
    "['a', '__proto__']",
    '',
  ],
  ['a name of the private machinery', '{{ range.run }}{{ range.pyCall }}{{ [].length }}', '', ''],
  ['huge range', '{{ range(1000000000) | length }}', null, 'OverflowError'],
  ['huge string', "{{ ('a' * 1000000000) | length }}", null, 'OverflowError'],
  ['huge list', '{{ ([1] * 1000000000) | length }}', null, 'OverflowError'],
  ['huge integer', '{{ 10 ** 1000000000 }}', null, 'OverflowError'],
  ['huge padding', "{{ 'a'.ljust(1000000000) | length }}", null, 'OverflowError'],
  ['huge format width', "{{ '%1000000000d' % 1 }}", null, 'OverflowError'],
  ['huge replace', "{{ ('a' * 100000).replace('a', 'b' * 100000) }}", null, 'OverflowError'],
  [
    'huge join',
    "{{ ['a' * 90000000] | join | length }}|{{ (['a' * 90000000] * 3) | join }}",
    null,
    'OverflowError',
  ],
  ['a list in itself', '{% set l = [] %}{% do l.append(l) %}{{ l }}', null, 'RecursionError'],
  [
    'a small list that prints without end',
    '{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}',
    null,
    'OverflowError',
  ],
  [
    'a text doubled without end',
    "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    null,
    'OverflowError',
  ],
  ['batch of zero', '{{ [1] | batch(0) | list }}', null, 'ValueError'],
  [
    'endless recursion',
    '{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}',
    null,
    'RecursionError',
  ],
  [
    'endless loops',
    '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}',
    null,
    'OverflowError',
  ],
  [
    'deep recursion works',
    '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{% else %}end{% endif %}{% endmacro %}{{ f(500) | trim }}',
    'end',
    '',
  ],
  ['brackets without end', `{{ ${'('.repeat(20_000)} }}`, null, 'TemplateSyntaxError'],
] as const;

describe.each(FLAVOURS)('%s flavour', (flavour) => {
  test.each(POSITIONS)('tells the place of: %s', (_, text, position, message, code) => {
    const diagnostic = failure(flavour, text);
    expect(diagnostic.message).toContain(message);
    expect(place(diagnostic)).toBe(`models/m.sql:${position}`);
    expect(diagnostic.code).toBe(code);
  });

  test.each(SAFETY)('is safe from: %s', (_, text, expected, kind) => {
    if (expected === null) expect(failure(flavour, text).kind).toBe(kind);
    else expect(renderJinja(flavour, text, variables())).toBe(expected);
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });

  test('tells the macros on the way, innermost first', () => {
    const text =
      '{% macro m(x) %}\n\n{{ x.y.z() }}\n{% endmacro %}\n{% macro k() %}\n\n{{ m(1) }}{% endmacro %}\n{{ k() }}';
    const { at, related } = failure(flavour, text);
    expect(at?.line).toBe(3);
    expect(related?.map((frame) => frame.message)).toEqual([
      'in macro m (models/m.sql:3)',
      'in macro k (models/m.sql:7)',
      'called from (models/m.sql:8)',
    ]);
  });

  test.each([
    ['{{ order.x }}', 'Did you mean "orders"?'],
    ['{{ 1 | uper }}', 'Did you mean "upper"?'],
    ['{{ 1 is nunber }}', 'Did you mean "number"?'],
    ['{% set total = 1 %}{{ totl + 1 }}', 'Did you mean "total"?'],
    ["{{ {'amount': 1}.amuont + 1 }}", 'Did you mean "amount"?'],
  ])('hints at the nearest name: %s', (text, hint) => {
    expect(failure(flavour, text).hint).toBe(hint);
  });

  test('an error that the host throws gets the place of the call', () => {
    const diagnostic = failure(flavour, "a\n{% do stop('no orders') %}");
    expect(diagnostic).toMatchObject({
      code: 'ETL2004',
      message: 'no orders',
      hint: 'Do not stop.',
    });
    expect(place(diagnostic)).toBe('models/m.sql:2:11');
  });

  test('a bug of the host is not told as an error of the template', () => {
    expect(() => renderJinja(flavour, '{{ bug() }}', variables())).toThrow(TypeError);
  });

  test('the step budget ends a render with a clear message', () => {
    const text = '{% for i in range(1000) %}{{ i }}{% endfor %}';
    expect(renderJinja(flavour, text, {}, 10_000)).toContain('999');
    expect(() => renderJinja(flavour, text, {}, 500)).toThrow(/step budget/);
  });
});
