import { dispatchers } from './dispatcher.ts';

const DISPATCHED = dispatchers({
  create_csv_table: ['model', 'agate_table'],
  reset_csv_table: ['model', 'full_refresh', 'old_relation', 'agate_table'],
  get_csv_sql: ['create_or_truncate_sql', 'insert_sql'],
  get_binding_char: [],
  get_batch_size: [],
  load_csv_rows: ['model', 'agate_table'],
});

/** Seeds: the engine reads the file itself, so nothing is sent row by row. */
export const SEEDS: string = `${DISPATCHED}
{% macro default__create_csv_table(model, agate_table) %}
  {%- set types = model.config.get('column_types') or {} -%}
  {%- set columns = [] -%}
  {%- for column in adapter.seed_columns() -%}
    {%- do columns.append(adapter.quote_seed_column(column.name, model.config.get('quote_columns')) ~ ' ' ~ (types.get(column.name) or column.dtype)) -%}
  {%- endfor -%}
  {%- set sql -%}
create table {{ this.render() }} (
  {{ columns | join(',\\n  ') }}
)
  {%- endset -%}
  {% call statement('_') -%}
    {{ sql }}
  {%- endcall %}
  {{ return(sql) }}
{% endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {%- if full_refresh -%}
    {% do adapter.drop_relation(old_relation) %}
    {{ return(create_csv_table(model, agate_table)) }}
  {%- endif -%}
  {% do adapter.truncate_relation(old_relation) %}
  {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) -%}
{{ create_or_truncate_sql }};
-- seed the rows
{{ insert_sql }}
{%- endmacro %}

{% macro default__get_binding_char() %}
  {{ return('%s') }}
{% endmacro %}

{% macro default__get_batch_size() %}
  {{ return(10000) }}
{% endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) %}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote_seed_column(name, model.config.get('quote_columns'))) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}

{% macro default__load_csv_rows(model, agate_table) %}
  {% do adapter.load_seed(this) %}
  {{ return('') }}
{% endmacro %}

{% materialization seed, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set full_refresh_mode = should_full_refresh() -%}
  {%- if existing_relation is not none and existing_relation.is_view -%}
    {{ exceptions.raise_compiler_error('the seed ' ~ existing_relation ~ ' cannot be loaded: there is a view of that name') }}
  {%- endif -%}
  {%- set agate_table = load_agate_table() -%}
  {% do store_result('agate_table', response='OK', agate_table=agate_table) %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {#- the old rows must not be gone before the new ones are there -#}
  {% do adapter.begin() %}
  {%- if existing_relation is none -%}
    {%- set made = create_csv_table(model, agate_table) -%}
  {%- else -%}
    {%- set made = reset_csv_table(model, full_refresh_mode, existing_relation, agate_table) -%}
  {%- endif -%}
  {%- set rows_affected = agate_table.rows | length -%}
  {%- set loaded = load_csv_rows(model, agate_table) -%}
  {% call noop_statement('main', 'INSERT ' ~ rows_affected, 'INSERT', rows_affected) -%}
    {{ get_csv_sql(made, loaded) }}
  {%- endcall %}
  {%- if full_refresh_mode or existing_relation is none -%}
    {% do create_indexes(target_relation) %}
  {%- endif -%}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke(existing_relation, full_refresh_mode)) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
`;
