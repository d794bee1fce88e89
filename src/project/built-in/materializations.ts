/**
 * The built-in materializations in dbt's words. Nodes are built by plans that do the same; these are run where a project brings a
 * version of its own of a macro that they call.
 */
export const MATERIALIZATIONS = `
{% materialization table, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set staged_relation = make_intermediate_relation(target_relation) -%}
  {%- set grant_config = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do drop_relation_if_exists(load_cached_relation(staged_relation)) %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% call statement('main') -%}
    {{ get_create_table_as_sql(False, staged_relation, sql) }}
  {%- endcall %}
  {% do create_indexes(staged_relation) %}
  {% do adapter.publish_relation(staged_relation, target_relation) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do apply_grants(target_relation, grant_config, should_revoke(existing_relation, full_refresh_mode=True)) %}
  {% do persist_docs(target_relation, model) %}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, default %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set staged_relation = make_intermediate_relation(target_relation) -%}
  {%- set grant_config = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do drop_relation_if_exists(load_cached_relation(staged_relation)) %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% call statement('main') -%}
    {{ get_create_view_as_sql(staged_relation, sql) }}
  {%- endcall %}
  {% do adapter.publish_relation(staged_relation, target_relation) %}
  {% do apply_grants(target_relation, grant_config, should_revoke(existing_relation, full_refresh_mode=True)) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization incremental, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set grant_config = config.get('grants') -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- set is_rebuilt = existing_relation is none or should_full_refresh() or not existing_relation.is_table -%}
  {%- set staged_relation = make_intermediate_relation(target_relation) -%}
  {%- set temp_relation = make_temp_relation(target_relation) -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {% do drop_relation_if_exists(load_cached_relation(staged_relation)) %}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if is_rebuilt %}
    {% call statement('main') -%}
      {{ get_create_table_as_sql(False, staged_relation, sql) }}
    {%- endcall %}
    {% do create_indexes(staged_relation) %}
    {% do adapter.publish_relation(staged_relation, target_relation) %}
  {% else %}
    {% call statement('create_temp_relation') -%}
      {{ get_create_table_as_sql(True, temp_relation, sql) }}
    {%- endcall %}
    {% do adapter.expand_target_column_types(from_relation=temp_relation, to_relation=target_relation) %}
    {%- set changed_columns = process_schema_changes(on_schema_change, temp_relation, existing_relation) -%}
    {%- set dest_columns = changed_columns or get_columns_in_relation(existing_relation) -%}
    {%- set strategy_sql = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}
    {% call statement('main') -%}
      {{ strategy_sql({
        'target_relation': target_relation,
        'temp_relation': temp_relation,
        'unique_key': config.get('unique_key'),
        'dest_columns': dest_columns,
        'incremental_predicates': config.get('predicates') or config.get('incremental_predicates')
      }) }}
    {%- endcall %}
    {% do drop_temp_relation(temp_relation) %}
  {% endif %}
  {% do apply_grants(target_relation, grant_config, should_revoke(existing_relation, full_refresh_mode=is_rebuilt)) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- a temporary table ends with its session, what takes its place elsewhere does not -#}
{% macro drop_temp_relation(relation) %}
  {{ return(adapter.dispatch('drop_temp_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__drop_temp_relation(relation) %}
  {% do drop_relation_if_exists(relation) %}
{% endmacro %}

{% macro run_hooks(hooks, inside_transaction=True) %}
  {%- for hook in hooks if hook.transaction == inside_transaction -%}
    {#- what has to run alone cannot run while a transaction is open -#}
    {%- if loop.first and not inside_transaction -%}
      {% do adapter.commit() %}
    {%- endif -%}
    {%- set text = render(hook.sql) | trim -%}
    {%- if text -%}
      {% call statement(auto_begin=inside_transaction) -%}
        {{ text }}
      {%- endcall %}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{% macro make_hook_config(sql, inside_transaction) %}
  {{ return(tojson({'sql': sql, 'transaction': inside_transaction})) }}
{% endmacro %}

{% macro before_begin(sql) %}
  {{ return(make_hook_config(sql, inside_transaction=False)) }}
{% endmacro %}

{% macro in_transaction(sql) %}
  {{ return(make_hook_config(sql, inside_transaction=True)) }}
{% endmacro %}

{% macro after_commit(sql) %}
  {{ return(make_hook_config(sql, inside_transaction=False)) }}
{% endmacro %}

{% macro set_sql_header(config) -%}
  {{ config.set('sql_header', caller()) }}
{%- endmacro %}
`;
