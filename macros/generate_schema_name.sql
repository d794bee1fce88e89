{#- The layers are called bronze, silver and gold on the shared targets. On any other target they get the target's own
    schema as a prefix, so that two analysts on one warehouse do not overwrite each other. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- elif target.name in ['postgres', 'clickhouse', 'prod'] -%}
        {{ custom_schema_name | trim }}
    {%- else -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
