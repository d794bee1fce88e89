// Configs as a file writes them: what is compared with an earlier state.
import { expect, test } from 'vitest';
import type { PreviousState } from '../../../src/manifest/previous-state.ts';
import { withWrittenConfigs, writtenCalls } from '../../../src/project/written-config.ts';

test.each([
  [`{{ config(materialized = 'table', tags=["a", 'b'], enabled=true, limit=-3) }} select 1`, {}],
  [
    `{{ config(materialized=env_var( "KIND" ), meta={'a': [var('x', 1), none]}) }}`,
    { materialized: `env_var('KIND')`, meta: `{'a': [var('x', 1), None]}` },
  ],
  [
    `{{ config(enabled=(target.name == 'prod'), schema='s_' ~ names[0] | upper) }}`,
    { enabled: `target.name == 'prod'`, schema: `'s_' ~ names[0] | upper` },
  ],
  [
    `{{ config(alias='a' if execute else 'b', x=not f(*g, **h), y=q[1:], z=w is divisibleby(2)) }}`,
    {
      alias: `'a' if execute else 'b'`,
      x: 'not f(*g, **h)',
      y: 'q[1:]',
      z: 'w is divisibleby(2)',
    },
  ],
  [
    `{% if var('small') %}{{ config(materialized='view') }}{% else %}{{ config(materialized='table') }}{% endif %}`,
    { materialized: 'view' },
  ],
  [`{%+ if var('small') %}{{ config(materialized='view') }}{% endif %}`, { materialized: 'view' }],
  [
    `{{ config(materialized='view') }} select 1 {% if is_incremental() %} where true {% endif %}`,
    {},
  ],
  ['{{ config({"materialized": kind}) }}', {}],
  ['{{ config(', {}],
  ['select 1 as config', {}],
])('%s', (text, expected) => {
  const calls = { materialized: 'rendered', tags: ['rendered'] };
  expect(writtenCalls(text, 'models/a.sql', calls)).toEqual({ ...calls, ...expected });
});

test('an earlier manifest: computed values, and values that dbt 1.12 writes as texts', () => {
  const node = {
    raw_code: `{{ config(materialized=var('kind'), tags=['a'], group='True', alias='x') }} select 1`,
    unrendered_config: {
      materialized: 'table',
      tags: "['a']",
      group: 'True',
      alias: "Keyword(key='alias', value=Const(value='x'))",
      schema: 'y',
    },
  };
  const plain = { raw_code: 'select 1', unrendered_config: { materialized: 'view' } };
  const state: PreviousState = {
    folder: 'old',
    manifest: {
      nodes: new Map<string, object>([
        ['model.shop.a', node],
        ['model.shop.b', plain],
      ]) as never,
      macros: new Map(),
    },
  };
  const nodes = withWrittenConfigs(state).manifest?.nodes;
  expect(nodes?.get('model.shop.a')?.['unrendered_config']).toEqual({
    materialized: `var('kind')`,
    tags: ['a'],
    group: 'True',
    alias: 'x',
    schema: 'y',
  });
  expect(nodes?.get('model.shop.b')).toBe(plain);
  expect(withWrittenConfigs(undefined)).toBeUndefined();
});
