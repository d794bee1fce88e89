import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isEtlError } from '../../../src/kernel/error.ts';
import { FLAVOURS, renderJinja } from '../jinja/engine.ts';
import { rendered } from './render.ts';

/**
 * Attempts to leave the template: to a host prototype, to the global object, to code evaluation, to the process, to the
 * objects behind the context, or to more memory and time than a template may take.
 */
const PURE: readonly string[] = [
  // constructors and prototypes by attribute
  "{{ ''.constructor }}",
  "{{ ''.constructor.constructor('return process')() }}",
  '{{ [].constructor }}',
  '{{ {}.constructor }}',
  '{{ (1).constructor }}',
  '{{ true.constructor }}',
  "{{ range.constructor('return process')() }}",
  "{{ ''.upper.constructor('return 1')() }}",
  "{{ ''.__proto__ }}",
  '{{ [].__proto__.constructor }}',
  '{{ {}.__proto__.polluted }}',
  '{{ range.prototype }}',
  '{{ cycler(1).constructor }}',
  '{{ namespace().constructor }}',
  '{{ namespace().__proto__ }}',
  '{{ joiner.constructor }}',
  // the same by subscript, filter and method
  "{{ ''['constructor'] }}",
  "{{ []['__proto__'] }}",
  "{{ {}['__proto__']['constructor'] }}",
  "{{ ''['con' ~ 'structor'] }}",
  "{{ '' | attr('constructor') }}",
  "{{ [] | attr('__proto__') }}",
  "{{ [''] | map(attribute='constructor') | list | first }}",
  "{{ [''] | map(attribute='__proto__.constructor') | list | first }}",
  "{{ [{}] | map('attr', 'constructor') | list | first }}",
  "{{ [''] | selectattr('constructor') | list | first }}",
  "{{ [[]] | groupby('constructor') | first | last | first | first }}",
  "{{ [''] | sum(attribute='constructor') }}",
  "{{ {}.get('constructor') or '' }}",
  "{{ {}.get('__proto__') or '' }}",
  "{{ {}.setdefault('__proto__') or '' }}",
  "{{ {}.pop('constructor') }}",
  // Python's own ways out
  "{{ ''.__class__ }}",
  "{{ ''.__class__.__mro__[1].__subclasses__() }}",
  '{{ [].__class__.__base__ }}',
  '{{ range.__globals__ }}',
  '{{ cycler.__init__.__globals__ }}',
  "{{ '{0.__class__}'.format('') }}",
  "{{ '{0.constructor}'.format('') }}",
  "{{ '{0[constructor]}'.format({}) }}",
  "{{ '{x.__proto__}'.format(x={}) }}",
  "{{ '%(constructor)s' % {} }}",
  // names of the host
  '{{ globalThis }}',
  '{{ process }}',
  '{{ process.env }}',
  "{{ require('child_process') }}",
  "{{ import('node:fs') }}",
  "{{ Function('return 1')() }}",
  "{{ eval('1') }}",
  '{{ constructor }}',
  '{{ __proto__ }}',
  '{{ prototype }}',
  '{{ arguments }}',
  '{{ toString() }}',
  '{{ hasOwnProperty }}',
  '{{ self }}',
  '{{ loop.constructor }}',
  '{% for x in [1] %}{{ loop.__proto__ }}{% endfor %}',
  '{% for x in [1] %}{{ loop.constructor }}{% endfor %}',
  '{% macro m() %}{% endmacro %}{{ m.constructor }}',
  '{% macro m() %}{{ varargs.constructor }}{% endmacro %}{{ m(1) }}',
  '{% macro m() %}{{ kwargs.__proto__ }}{% endmacro %}{{ m(a=1) }}',
  '{% macro m() %}{{ caller.constructor }}{% endmacro %}{% call m() %}{% endcall %}',
  // files of the machine
  "{% include '/etc/passwd' %}",
  "{% import '/etc/passwd' as x %}",
  "{% extends '/etc/passwd' %}",
  "{% from '/etc/passwd' import x %}",
  // memory and time
  "{{ 'a' * 10 ** 12 }}",
  '{{ [0] * 10 ** 12 }}',
  '{{ range(10 ** 9) | list }}',
  '{{ range(10 ** 9) | length }}',
  '{{ 10 ** (10 ** 10) }}',
  "{{ 'a'.center(10 ** 12) }}",
  "{{ 'a'.zfill(10 ** 12) }}",
  "{{ '%1000000000000d' % 1 }}",
  "{{ '{:1000000000000}'.format(1) }}",
  "{{ 'a' | indent(10 ** 12) }}",
  "{{ 'aaaa'.replace('a', 'b' * 10 ** 9) }}",
  "{{ [1] | batch(10 ** 12, 'x') | list }}",
  '{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}',
  "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
  '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
];

/** The same against the objects that dbt's context adds. */
const SCOPED: readonly string[] = [
  '{{ target.password }}',
  '{{ target.pass }}',
  '{{ target.constructor }}',
  '{{ adapter.constructor }}',
  '{{ adapter.config }}',
  '{{ adapter.config.credentials.password }}',
  '{{ adapter.connections }}',
  '{{ adapter.__proto__ }}',
  '{{ api.constructor }}',
  '{{ api.Relation.constructor }}',
  '{{ api.Relation.create.constructor }}',
  '{{ api.Column.prototype }}',
  '{{ this.constructor }}',
  "{{ this['__proto__'] }}",
  '{{ this.render.constructor }}',
  '{{ exceptions.constructor }}',
  '{{ modules.os }}',
  "{{ modules.datetime.__loader__.load_module('os') }}",
  '{{ modules.datetime.sys }}',
  '{{ modules.re.constructor }}',
  '{{ modules.datetime.datetime.now().constructor }}',
  '{{ builtins.constructor }}',
  "{{ builtins['__import__']('os') }}",
  '{{ ref.constructor }}',
  "{{ ref('a').constructor }}",
  '{{ var.constructor }}',
  "{{ env_var('PATH') }}",
  "{{ env_var('__proto__') }}",
  "{{ var('__proto__') }}",
  "{{ var('constructor') }}",
  '{{ graph.constructor }}',
  '{{ graph.__proto__ }}',
  '{{ model.__proto__ }}',
  '{{ flags.constructor }}',
  '{{ config.constructor }}',
  '{{ context.constructor }}',
  '{{ log.constructor }}',
  '{{ fromjson(\'{"__proto__": {"polluted": 1}}\').polluted }}',
  "{{ render('{{ process }}') }}",
];

/** What a template gave: its text, or `refused`; anything that is no EtlError is thrown on. */
function outcome(work: () => string): string {
  try {
    return work().trim();
  } catch (error) {
    if (isEtlError(error)) return 'refused';
    throw error;
  }
}

const hostKeys = (): string[] =>
  [Object.prototype, Array.prototype, String.prototype, Function.prototype, globalThis].flatMap(
    (object) => Reflect.ownKeys(object).map(String),
  );

describe('a template cannot leave its sandbox', () => {
  let before: string[];
  beforeEach(() => {
    before = hostKeys();
  });
  afterEach(() => {
    expect(hostKeys()).toEqual(before);
  });

  test.each(PURE)('%s', (text) => {
    for (const flavour of FLAVOURS)
      expect(['', 'refused', 'None']).toContain(outcome(() => renderJinja(flavour, text)));
  });

  test.each(SCOPED)('in a model: %s', (text) => {
    expect(['', 'refused', 'None']).toContain(outcome(() => rendered(text)));
  });

  test('what is written into a dictionary stays in it', () => {
    const text =
      "{% set d = {} %}{% do d.update({'__proto__': {'polluted': 1}, 'constructor': 2}) %}{{ d['constructor'] }}{{ {}.polluted }}";
    for (const flavour of FLAVOURS) expect(renderJinja(flavour, text)).toBe('2');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
