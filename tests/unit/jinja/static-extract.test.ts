import { expect, test } from 'vitest';
import { extractMentions } from '../../../src/jinja/static-extract.ts';

const TEXT = `{{ config(materialized='table', tags=['a', {'b': none}]) }}
select * from {{ ref('shop', 'orders', v=2) }}
{% if is_incremental() %}
  join {{ source('crm', 'customers') }} using (id)
{% endif %}
{% for name in names %}{{ ref(name) }}{% endfor %}
{% set first = tools.star(ref('inner')) %}{{ var('country', default='BR') | upper }}
{% macro local(x=ref('in_macro')) %}{{ env_var('HOME') }}{% endmacro %}
{% call statement('s') %}{{ ref('in_call') }}{% endcall %}{{ config(alias=alias_of()) }}`;

test('a template mentions refs, sources, configs, vars and macros, each with its place', () => {
  const found = extractMentions(TEXT, 'models/m.sql');
  const short = (calls: typeof found.refs) =>
    calls.map(({ args, line, column, conditional }) => [
      args.map(String).join('.'),
      line,
      column,
      conditional,
    ]);
  expect(short(found.refs)).toEqual([
    ['shop.orders', 2, 18, false],
    ['inner', 7, 27, false],
    ['in_macro', 8, 18, true],
    ['in_call', 9, 29, true],
  ]);
  expect(found.refs[0]?.kwargs).toEqual(new Map([['v', 2]]));
  expect(short(found.sources)).toEqual([['crm.customers', 4, 11, true]]);
  expect(found.configs.map((call) => [...call.kwargs])).toEqual([
    [
      ['materialized', 'table'],
      ['tags', ['a', new Map([['b', null]])]],
    ],
    [],
  ]);
  expect(short(found.vars)).toEqual([
    ['country', 7, 46, false],
    ['HOME', 8, 40, true],
  ]);
  expect(found.dynamic.map((call) => [call.name, call.line])).toEqual([
    ['ref', 6],
    ['config', 9],
  ]);
  expect([...found.calls].toSorted()).toEqual([
    'alias_of',
    'is_incremental',
    'statement',
    'tools.star',
  ]);
  expect(found.macros).toEqual(['local']);
});

test('a text that does not parse is an error with its place', () => {
  expect(() => extractMentions('\n{{ 1 + }}', 'models/m.sql')).toThrow(
    expect.objectContaining({
      diagnostics: [
        expect.objectContaining({
          code: 'ETL2001',
          at: { file: 'models/m.sql', line: 2, column: 8 },
        }),
      ],
    }),
  );
});
