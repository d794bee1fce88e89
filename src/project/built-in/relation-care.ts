import { dispatchers } from './dispatcher.ts';

const DISPATCHED = dispatchers({
  copy_grants: [],
  support_multiple_grantees_per_dcl_statement: [],
  get_show_grant_sql: ['relation'],
  get_grant_sql: ['relation', 'privilege', 'grantees'],
  get_revoke_sql: ['relation', 'privilege', 'grantees'],
  get_dcl_statement_list: ['relation', 'grant_config', 'get_dcl_macro'],
  call_dcl_statements: ['dcl_statement_list'],
  apply_grants: ['relation', 'grant_config', 'should_revoke'],
  alter_column_comment: ['relation', 'column_dict'],
  alter_relation_comment: ['relation', 'relation_comment'],
  persist_docs: ['relation', 'model', 'for_relation=true', 'for_columns=true'],
  validate_doc_columns: ['relation', 'column_dict', 'existing_column_names'],
  get_create_index_sql: ['relation', 'index_dict'],
  create_indexes: ['relation'],
  get_drop_index_sql: ['relation', 'index_name'],
  get_show_indexes_sql: ['relation'],
});

const GRANTS = `
{% macro default__copy_grants() %}
  {{ return(true) }}
{% endmacro %}

{% macro default__support_multiple_grantees_per_dcl_statement() %}
  {{ return(true) }}
{% endmacro %}

{#- what is made anew has no grants to take back, unless the engine copies those of the old relation -#}
{% macro should_revoke(existing_relation, full_refresh_mode=True) %}
  {{ return(existing_relation is not none and (copy_grants() or not full_refresh_mode)) }}
{% endmacro %}

{% macro default__get_show_grant_sql(relation) -%}
show grants on {{ relation.render() }}
{%- endmacro %}

{% macro default__get_grant_sql(relation, privilege, grantees) -%}
grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro %}

{% macro default__get_revoke_sql(relation, privilege, grantees) -%}
revoke {{ privilege }} on {{ relation.render() }} from {{ grantees | join(', ') }}
{%- endmacro %}

{% macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
  {%- set statements = [] -%}
  {%- for privilege, grantees in grant_config.items() -%}
    {%- set listed = [grantees] if grantees is string else grantees -%}
    {%- if support_multiple_grantees_per_dcl_statement() and listed -%}
      {%- do statements.append(get_dcl_macro(relation, privilege, listed)) -%}
    {%- else -%}
      {%- for grantee in listed -%}
        {%- do statements.append(get_dcl_macro(relation, privilege, [grantee])) -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(statements) }}
{% endmacro %}

{% macro default__call_dcl_statements(dcl_statement_list) %}
  {% call statement('grants') -%}
    {%- for dcl_statement in dcl_statement_list %}
{{ dcl_statement }};
    {%- endfor -%}
  {%- endcall %}
{% endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=True) %}
  {%- if not grant_config -%}
    {{ return('') }}
  {%- endif -%}
  {%- set wanted = grant_config -%}
  {%- set unwanted = {} -%}
  {%- if should_revoke -%}
    {%- set present = adapter.standardize_grants_dict(run_query(get_show_grant_sql(relation))) -%}
    {%- set wanted = diff_of_two_dicts(grant_config, present) -%}
    {%- for privilege, grantees in diff_of_two_dicts(present, grant_config).items() -%}
      {%- do unwanted.update({privilege: grantees}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set statements = get_dcl_statement_list(relation, unwanted, get_revoke_sql) + get_dcl_statement_list(relation, wanted, get_grant_sql) -%}
  {%- if statements -%}
    {% do call_dcl_statements(statements) %}
  {%- endif -%}
{% endmacro %}
`;

const COMMENTS = `
{% macro default__alter_column_comment(relation, column_dict) -%}
  {{ exceptions.raise_not_implemented('comments of columns are not there for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) -%}
  {{ exceptions.raise_not_implemented('comments of relations are not there for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__validate_doc_columns(relation, column_dict, existing_column_names) %}
  {%- set found = {} -%}
  {%- set missing = [] -%}
  {%- set folded = existing_column_names | map('lower') | list -%}
  {%- for name, column in column_dict.items() -%}
    {%- if name in existing_column_names or (not column.get('quote') and name | lower in folded) -%}
      {%- do found.update({name: column}) -%}
    {%- else -%}
      {%- do missing.append(name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if missing -%}
    {%- do exceptions.warn('In ' ~ relation ~ ': The following columns are specified in the schema but are not present in the database: ' ~ missing | join(', ')) -%}
  {%- endif -%}
  {{ return(found) }}
{% endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) %}
  {%- if for_relation and config.persist_relation_docs() and model.description -%}
    {% do run_query(alter_relation_comment(relation, model.description)) %}
  {%- endif -%}
  {%- if for_columns and config.persist_column_docs() and model.columns -%}
    {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- set text = alter_column_comment(relation, validate_doc_columns(relation, model.columns, names)) -%}
    {%- if text | trim -%}
      {% do run_query(text) %}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
`;

const INDEXES = `
{% macro default__get_create_index_sql(relation, index_dict) -%}
  {{ return(none) }}
{%- endmacro %}

{% macro default__create_indexes(relation) %}
  {%- for index in config.get('indexes', default=[]) or [] -%}
    {%- set text = get_create_index_sql(relation, index) -%}
    {%- if text -%}
      {% do run_query(text) %}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{% macro default__get_drop_index_sql(relation, index_name) -%}
  {{ exceptions.raise_not_implemented('there is no dropping of indexes for ' ~ adapter.type()) }}
{%- endmacro %}

{% macro default__get_show_indexes_sql(relation) -%}
  {{ exceptions.raise_not_implemented('there is no list of indexes for ' ~ adapter.type()) }}
{%- endmacro %}
`;

/** What a relation gets besides its rows: grants, comments, indexes. */
export const RELATION_CARE: string = `${DISPATCHED}${GRANTS}${COMMENTS}${INDEXES}`;
