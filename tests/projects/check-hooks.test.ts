// `etl check` of projects whose hooks make what models read.
import { afterAll, describe, expect, test } from 'vitest';
import { ENGINES } from './support/bench.ts';
import { bed, standings, told, type Bed } from './support/checked.ts';

describe.each(ENGINES)('%s', (engine) => {
  const isPostgres = engine === 'postgres';
  let project: Bed | undefined;
  afterAll(() => project?.dispose());

  test('what hooks make is there or cannot be judged: tables of on-run-start, and of a model itself', async () => {
    const table = (name: string): string =>
      `create table if not exists ${name} (id integer)${isPostgres ? '' : ' engine = Memory'}`;
    const schema = isPostgres ? 'public' : 'default';
    project = await bed(engine, {
      'dbt_project.yml': `name: shop
profile: etl
on-run-start:
  - "${table('audit_log')}"
  - "alter table audit_log add column at date"
  - "${table('by_node')}"
  - "${table(`{{ target.schema }}.log_source`)}"
`,
      'macros/make.sql': `{% macro make(name) %}${table('{{ name }}')}{% endmacro %}`,
      'models/sources.yml': `sources: [{name: logs, schema: ${schema}, tables: [{name: log_source}]}]`,
      'models/reads_log.sql': 'select id, at from audit_log',
      'models/by_node.sql': 'select 1 as other',
      'models/reads_node.sql': "select other from {{ ref('by_node') }}",
      'models/reads_source.sql': "select id from {{ source('logs', 'log_source') }}",
      'models/wrong_of_source.sql': "select nothing from {{ source('logs', 'log_source') }}",
      'models/own.sql': `{{ config(pre_hook="create temporary table tmp_x as select 1 as id") }} select id from tmp_x`,
      'models/own_macro.sql': `{{ config(pre_hook="{{ make('tmp_y') }}") }} select id from tmp_y`,
      'models/not_own.sql': `{{ config(pre_hook="create temporary table tmp_x as select 1 as id") }} select id from tmp_z`,
    });
    const { check } = project;
    const expected = {
      reads_log: 'ok',
      by_node: 'ok',
      reads_node: 'ok',
      reads_source: 'ok',
      wrong_of_source: 'wrong',
      own: 'unjudged',
      own_macro: 'unjudged',
      not_own: 'wrong',
    };
    expect(standings(await check())).toEqual(expected);
    const again = await check({ 'models/by_node.sql': 'select 2 as other' });
    expect(standings(again)).toEqual(expected);
    expect(told(again).join('\n')).toContain('because its hooks create "tmp_x"');
  });
});
