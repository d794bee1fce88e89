import { dispatchers } from './dispatcher.ts';

/** How a data test is run: its query wrapped, its failing rows kept. */
export const TEST_MATERIALIZATION: string = `${dispatchers({
  get_test_sql: ['main_sql', 'fail_calc', 'warn_if', 'error_if', 'limit'],
})}
{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
select
  {{ fail_calc }} as failures,
  {{ fail_calc }} {{ warn_if }} as should_warn,
  {{ fail_calc }} {{ error_if }} as should_error
from (
{{ main_sql }}
{{ 'limit ' ~ limit if limit is not none }}
) dbt_internal_test
{%- endmacro %}

{% materialization test, default %}
  {%- set relations = [] -%}
  {%- set limit = config.get('limit') -%}
  {%- set main_sql = sql -%}
  {%- if should_store_failures() -%}
    {%- set kind = config.get('store_failures_as') or 'table' -%}
    {%- set target_relation = api.Relation.create(database=database, schema=schema, identifier=model.alias, type=kind) -%}
    {% do drop_relation_if_exists(load_cached_relation(target_relation)) %}
    {% call statement(auto_begin=True) -%}
      {{ get_create_sql(target_relation, sql) }}
    {%- endcall %}
    {%- do relations.append(target_relation) -%}
    {%- set main_sql = 'select * from ' ~ target_relation -%}
    {{ adapter.commit() }}
  {%- endif -%}
  {% call statement('main', fetch_result=True) -%}
    {{ get_test_sql(main_sql, config.get('fail_calc') or 'count(*)', config.get('warn_if') or '!= 0', config.get('error_if') or '!= 0', limit) }}
  {%- endcall %}
  {{ return({'relations': relations}) }}
{% endmaterialization %}
`;
