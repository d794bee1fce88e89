import { dispatchers } from './dispatcher.ts';

const DISPATCHED = dispatchers({
  get_merge_sql: ['target', 'source', 'unique_key', 'dest_columns', 'incremental_predicates=none'],
  get_delete_insert_merge_sql: [
    'target',
    'source',
    'unique_key',
    'dest_columns',
    'incremental_predicates=none',
  ],
  get_insert_overwrite_merge_sql: [
    'target',
    'source',
    'dest_columns',
    'predicates',
    'include_sql_header=false',
  ],
  get_merge_unique_key_match: ['source_unique_key', 'target_unique_key'],
  get_merge_update_columns: ['merge_update_columns', 'merge_exclude_columns', 'dest_columns'],
  get_incremental_append_sql: ['arg_dict'],
  get_incremental_delete_insert_sql: ['arg_dict'],
  get_incremental_merge_sql: ['arg_dict'],
  get_incremental_insert_overwrite_sql: ['arg_dict'],
  get_incremental_default_sql: ['arg_dict'],
  get_incremental_microbatch_sql: ['arg_dict'],
  check_for_schema_changes: ['source_relation', 'target_relation'],
  sync_column_schemas: ['on_schema_change', 'target_relation', 'schema_changes_dict'],
  process_schema_changes: ['on_schema_change', 'source_relation', 'target_relation'],
  diff_column_data_types: ['source_columns', 'target_columns'],
});

const STRATEGIES = `
{% macro default__get_incremental_append_sql(arg_dict) %}
  {{ return(get_insert_into_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.dest_columns)) }}
{% endmacro %}

{% macro default__get_incremental_delete_insert_sql(arg_dict) %}
  {{ return(get_delete_insert_merge_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.unique_key, arg_dict.dest_columns, arg_dict.incremental_predicates)) }}
{% endmacro %}

{% macro default__get_incremental_merge_sql(arg_dict) %}
  {{ return(get_merge_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.unique_key, arg_dict.dest_columns, arg_dict.incremental_predicates)) }}
{% endmacro %}

{% macro default__get_incremental_insert_overwrite_sql(arg_dict) %}
  {{ return(get_insert_overwrite_merge_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.dest_columns, arg_dict.incremental_predicates)) }}
{% endmacro %}

{% macro default__get_incremental_default_sql(arg_dict) %}
  {{ return(get_incremental_append_sql(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_microbatch_sql(arg_dict) %}
  {{ exceptions.raise_not_implemented('the incremental strategy microbatch is not there for ' ~ adapter.type()) }}
{% endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
insert into {{ target_relation }} ({{ columns }})
select {{ columns }}
from {{ temp_relation }}
{%- endmacro %}

{% macro default__get_merge_unique_key_match(source_unique_key, target_unique_key) -%}
{{ source_unique_key }} = {{ target_unique_key }}
{%- endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set keys = [] if not unique_key else ([unique_key] if unique_key is string else unique_key) -%}
  {%- set conditions = [] -%}
  {%- for key in keys -%}
    {%- do conditions.append('(' ~ get_merge_unique_key_match('DBT_INTERNAL_SOURCE.' ~ key, 'DBT_INTERNAL_DEST.' ~ key) ~ ')') -%}
  {%- endfor -%}
  {%- if not keys -%}
    {%- do conditions.append('false') -%}
  {%- endif -%}
  {%- for predicate in ([incremental_predicates] if incremental_predicates is string else incremental_predicates or []) -%}
    {%- do conditions.append('(' ~ predicate ~ ')') -%}
  {%- endfor -%}
{{ config.get('sql_header', none) or '' }}
merge into {{ target }} as DBT_INTERNAL_DEST
using {{ source }} as DBT_INTERNAL_SOURCE
on {{ conditions | join(' and ') }}
{%- if keys %}
when matched then update set
  {%- for column in get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) %}
  {{ column }} = DBT_INTERNAL_SOURCE.{{ column }}{{ ',' if not loop.last }}
  {%- endfor %}
{%- endif %}
when not matched then insert ({{ columns }})
values ({{ columns }})
{%- endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {{ exceptions.raise_compiler_error('set merge_update_columns or merge_exclude_columns, not both') }}
  {%- elif merge_update_columns -%}
    {{ return(merge_update_columns) }}
  {%- endif -%}
  {%- set excluded = (merge_exclude_columns or []) | map('lower') | list -%}
  {%- set names = [] -%}
  {%- for column in dest_columns if column.name | lower not in excluded -%}
    {%- do names.append(column.quoted) -%}
  {%- endfor -%}
  {{ return(names) }}
{%- endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- if unique_key -%}
    {%- set keys = [unique_key] if unique_key is string else unique_key %}
delete from {{ target }} as DBT_INTERNAL_DEST
where ({{ keys | join(', ') }}) in (
  select distinct {{ keys | join(', ') }}
  from {{ source }} as DBT_INTERNAL_SOURCE
)
    {%- for predicate in ([incremental_predicates] if incremental_predicates is string else incremental_predicates or []) %}
  and {{ predicate }}
    {%- endfor -%};
  {%- endif %}
insert into {{ target }} ({{ columns }})
select {{ columns }}
from {{ source }}
{%- endmacro %}

{% macro default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
{{ (config.get('sql_header', none) or '') if include_sql_header else '' }}
merge into {{ target }} as DBT_INTERNAL_DEST
using {{ source }} as DBT_INTERNAL_SOURCE
on false
when not matched by source{{ ' and ' ~ (predicates | join(' and ')) if predicates }} then delete
when not matched then insert ({{ columns }})
values ({{ columns }})
{%- endmacro %}
`;

const SCHEMA_CHANGES = `
{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {%- if on_schema_change in ('sync_all_columns', 'append_new_columns', 'fail', 'ignore') -%}
    {{ return(on_schema_change) }}
  {%- endif -%}
  {%- if on_schema_change -%}
    {%- do exceptions.warn('on_schema_change "' ~ on_schema_change ~ '" is not known; "' ~ default ~ '" is used') -%}
  {%- endif -%}
  {{ return(default) }}
{% endmacro %}

{% macro get_quoted_csv(column_names) %}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}

{% macro diff_columns(source_columns, target_columns) %}
  {%- set known = target_columns | map(attribute='name') | list -%}
  {%- set missing = [] -%}
  {%- for column in source_columns if column.name not in known -%}
    {%- do missing.append(column) -%}
  {%- endfor -%}
  {{ return(missing) }}
{% endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) %}
  {%- set changed = [] -%}
  {%- for column in source_columns -%}
    {%- set own = target_columns | selectattr('name', 'equalto', column.name) | first -%}
    {%- if own and column.expanded_data_type != own.expanded_data_type and not own.can_expand_to(other_column=column) -%}
      {%- do changed.append({'column_name': own.name, 'new_type': column.expanded_data_type}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(changed) }}
{% endmacro %}

{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {%- set source_columns = get_columns_in_relation(source_relation) -%}
  {%- set target_columns = get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(source_columns, target_columns) -%}
  {%- set gone = diff_columns(target_columns, source_columns) -%}
  {%- set retyped = diff_column_data_types(source_columns, target_columns) -%}
  {{ return({
    'schema_changed': (added or gone or retyped) | length > 0,
    'source_not_in_target': added,
    'target_not_in_source': gone,
    'source_columns': source_columns,
    'target_columns': target_columns,
    'new_target_types': retyped
  }) }}
{% endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {%- set added = schema_changes_dict.source_not_in_target -%}
  {%- set gone = schema_changes_dict.target_not_in_source if on_schema_change == 'sync_all_columns' else [] -%}
  {%- if added or gone -%}
    {%- do alter_relation_add_remove_columns(target_relation, added, gone) -%}
  {%- endif -%}
  {%- if on_schema_change == 'sync_all_columns' -%}
    {%- for change in schema_changes_dict.new_target_types -%}
      {%- do alter_column_type(target_relation, change.column_name, change.new_type) -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {%- if on_schema_change == 'ignore' -%}
    {{ return({}) }}
  {%- endif -%}
  {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
  {%- if changes.source_columns | length == 0 -%}
    {#- it was made just now, so it has some; nothing may be dropped because nobody tells them -#}
    {%- set problem = 'Could not read any columns of ' ~ source_relation ~ ', which holds the new rows of ' ~ target_relation
      ~ ': a metadata failure, for every relation has columns' -%}
    {%- if on_schema_change == 'append_new_columns' -%}
      {%- do exceptions.warn(problem ~ '; columns that are new are not added in this run') -%}
      {{ return([]) }}
    {%- endif -%}
    {{ exceptions.raise_compiler_error(problem ~ '; see get_columns_in_relation, or set on_schema_change to ignore') }}
  {%- endif -%}
  {%- if changes.schema_changed and on_schema_change == 'fail' -%}
    {{ exceptions.raise_compiler_error(
      'the columns of ' ~ target_relation ~ ' differ from those of the query and on_schema_change is "fail": '
      ~ 'new ' ~ (changes.source_not_in_target | map(attribute='name') | list)
      ~ ', gone ' ~ (changes.target_not_in_source | map(attribute='name') | list)
      ~ ', of another type ' ~ (changes.new_target_types | map(attribute='column_name') | list)) }}
  {%- elif changes.schema_changed -%}
    {%- do sync_column_schemas(on_schema_change, target_relation, changes) -%}
  {%- endif -%}
  {{ return(changes.source_columns) }}
{% endmacro %}
`;

/** Incremental models: the SQL of the strategies, and columns that change. */
export const INCREMENTAL: string = `${DISPATCHED}${STRATEGIES}${SCHEMA_CHANGES}`;
