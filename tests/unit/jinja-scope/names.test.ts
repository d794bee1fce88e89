import { expect, test } from 'vitest';
import type { EtlError } from '../../../src/kernel/error.ts';
import { rendered } from './render.ts';

test.each([
  ["{{ var('day') }}", '2024-01-01'],
  ["{{ var('nested') }}", '2024-01-01!'],
  ["{{ var('none') is none }}", 'True'],
  ["{{ var('missing', 'x') }}{{ var('missing', none) is none }}", 'xTrue'],
  ["{{ var.has_var('day') }}{{ var.has_var('dya') }}", 'TrueFalse'],
  ["{{ env_var('HOME') }}{{ env_var('NOPE', 'd') }}", '/home/anad'],
  ['{{ target.schema }}.{{ target.name }}', 'analytics.dev'],
  ['{{ flags.FULL_REFRESH }}{{ flags.nothing is none }}', 'TrueTrue'],
  [
    "{{ ref('a') }} {{ ref('p', 'a') }} {{ ref('a', v=2) }}",
    '"db"."s"."a" "db"."p"."a" "db"."s"."a_v2"',
  ],
  ["{{ source('erp', 't') }}", '"db"."erp"."t"'],
  ["{{ builtins.ref('a').identifier }}", 'a'],
  [
    '{{ this }} {{ this.schema }} {{ schema }} {{ model.config.materialized }}',
    '"db"."s"."me" s s table',
  ],
  [
    "{{ graph.nodes['model.shop.a'].name }} {{ graph.nodes.values() | map(attribute='name') | list }}",
    "a ['a']",
  ],
  ['{{ execute }}{{ is_incremental() }}', 'TrueFalse'],
  [
    '{{ project_name }} {{ invocation_id }} {{ thread_id }} {{ selected_resources }}',
    "shop abc Thread-1 ['model.shop.a']",
  ],
  ['{{ run_started_at }}', '2024-02-29 13:05:09.120000+00:00'],
  ["{{ run_started_at.strftime('%Y-%m-%d') }}", '2024-02-29'],
  [
    "{{ tojson({'b': [1, 1.0, none, true], 'a': 'é\"'}) }}",
    '{"b": [1, 1.0, null, true], "a": "\\u00e9\\""}',
  ],
  [
    "{{ toyaml({'b': 1}, 'd') }} {{ toyaml({'b': adapter}, 'd') }} {{ toyaml([ref]) }}",
    '{"b":1} d None',
  ],
  ["{{ tojson({'b': 1, 'a': 2}, sort_keys=true) }}", '{"a": 2, "b": 1}'],
  ["{{ fromjson('{\"a\": [1, 2.5]}').a }}{{ fromjson('no', 'd') }}", '[1, 2.5]d'],
  ["{{ local_md5('hello') }}", '5d41402abc4b2a76b9719d911017c592'],
  ["{{ zip([1, 2], ['a', 'b', 'c']) | list }}", "[(1, 'a'), (2, 'b')]"],
  ['{{ set([1, 1, 2]) | length }}{{ set(1) is none }}', '2True'],
  ["{{ diff_of_two_dicts({'select': ['a', 'B']}, {'SELECT': ['b']}) }}", "{'select': ['a']}"],
  ["{{ log('x', info=true) }}{{ print('y') }}{{ debug() }}|", '|'],
  ['{{ adapter.type() }} {{ adapter.quote("a b") }}', 'postgres "a b"'],
  [
    "{{ api.Relation.create(database='d', schema='s', identifier='i', type='view').is_view }}",
    'True',
  ],
  ["{{ api.Relation.create(schema='s', identifier='i') }}", '"s"."i"'],
  ["{{ api.Column('a', 'varchar(10)').quoted }}", '"a"'],
  ['{{ render("{{ target.name }}") }}', 'dev'],
])('%s', (text, expected) => {
  expect(rendered(text)).toBe(expected);
});

const failureOf = (text: string): readonly [string, string, string | undefined] => {
  try {
    rendered(text);
  } catch (error) {
    const [diagnostic] = (error as EtlError).diagnostics;
    return [diagnostic?.code ?? '', diagnostic?.message ?? '', diagnostic?.hint];
  }
  throw new Error('nothing failed');
};

test.each([
  [
    "{{ var('dayy') }}",
    'ETL2005',
    "Required var 'dayy' not found in config",
    'Did you mean "day"?',
  ],
  ["{{ env_var('NOPE') }}", 'ETL1009', 'the environment variable "NOPE" is not set', undefined],
  ["{{ exceptions.raise_compiler_error('stop: ' ~ 1) }}", 'ETL2004', 'stop: 1', undefined],
  ["{{ config.require('x') }}", 'ETL4004', 'the config "x" is required', undefined],
  ['{{ ref() }}', 'ETL2003', 'ref() takes one or two names, 0 were given', undefined],
  ["{{ ref('a', x=1) }}", 'ETL2003', 'ref() got an unexpected keyword argument "x"', undefined],
  ["{{ source('a') }}", 'ETL2003', 'source() takes two names, 1 were given', undefined],
])('%s fails', (text, code, message, hint) => {
  const [gotCode, gotMessage, gotHint] = failureOf(text);
  expect([gotCode, gotMessage]).toEqual([code, message]);
  if (hint !== undefined) expect(gotHint).toBe(hint);
});

test('config: read in the run phase, empty while parsing, calls are told', () => {
  const calls: unknown[] = [];
  const config = {
    isParsing: false,
    get: (name: string): unknown =>
      ({ a: 1, n: null, persist_docs: { relation: true } } as Record<string, unknown>)[name],
    call: (values: ReadonlyMap<string, unknown>): void => void calls.push([...values]),
  };
  const text =
    "{{ config(x=1) }}{{ config({'y': 2}) }}{{ config.get('a') }}{{ config.get('n', 'd') }}{{ config.get('z', 'd') }}{{ config.persist_relation_docs() }}";
  expect(rendered(text, { config })).toBe('1NonedTrue');
  expect(calls).toEqual([[['x', 1]], [['y', 2]]]);
  expect(
    rendered("[{{ config.get('a', 'd') }}{{ config.require('z') }}]", {
      config: { ...config, isParsing: true },
    }),
  ).toBe('[]');
});

test('while parsing nothing is asked, and missing variables are None', () => {
  const parsing = {
    execute: false,
    vars: { get: () => undefined, names: () => [], forgiving: true },
  };
  const text =
    "{{ adapter.get_relation('d', 's', 'i') is none }}{{ adapter.get_columns_in_relation(this) }}{% call statement('q') %}x{% endcall %}{{ load_result('q') is none }}{{ var('m') is none }}";
  expect(rendered(text, parsing)).toBe('True[]TrueTrue');
});

test('warnings of the project are told', () => {
  const told: string[] = [];
  expect(
    rendered("{{ exceptions.warn('careful') }}", { warn: (message) => void told.push(message) }),
  ).toBe('');
  expect(told).toEqual(['careful']);
});
