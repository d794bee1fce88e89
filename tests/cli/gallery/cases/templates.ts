// Jinja that cannot be read or run.
import type { GalleryCase } from '../gallery-case.ts';

const model = (...lines: readonly string[]): Readonly<Record<string, string>> => ({
  'models/orders.sql': lines.map((line) => `${line}\n`).join(''),
});

export const TEMPLATES: readonly GalleryCase[] = [
  {
    name: 'jinja-unclosed-block',
    files: model("{% if target.name == 'dev' %}", 'select 1 as id'),
    args: ['build'],
    exit: 2,
    codes: ['ETL2001'],
  },
  {
    name: 'jinja-unclosed-expression',
    files: model('select 1 as id', "from {{ ref('customers') }"),
    args: ['build'],
    exit: 2,
    codes: ['ETL2001'],
  },
  {
    name: 'jinja-unknown-tag',
    files: model('select 1 as id', '{% fro x in [1] %}{% endfor %}'),
    args: ['build'],
    exit: 2,
    codes: ['ETL2001'],
  },
  {
    name: 'jinja-undefined-variable',
    files: model('select', '  {{ culumns + 1 }}', 'from t'),
    args: ['build'],
    exit: 2,
    codes: ['ETL2002'],
  },
  {
    name: 'jinja-undefined-macro',
    files: {
      ...model('select', "  {{ cents_to_euro('price') }} as price"),
      'macros/money.sql': '{% macro cents_to_euros(c) %}{{ c }} / 100.0{% endmacro %}\n',
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL2051', 'ETL2002'],
  },
  {
    name: 'jinja-undefined-package',
    files: model("{{ config(materialized='table') }}", "select {{ dbt_utls.star('t') }}"),
    args: ['build', '--warn-error'],
    exit: 2,
    codes: ['ETL2051'],
  },
  {
    name: 'query-comment-ends-itself',
    on: 'server',
    files: {
      'dbt_project.yml':
        "name: shop\nversion: '1.0.0'\nquery-comment: 'from {{ target.name }} */ drop'\n",
      ...model('select 1 as id'),
    },
    args: ['run'],
    exit: 2,
    codes: ['ETL2052'],
  },
  {
    name: 'jinja-fails-inside-a-macro',
    files: {
      ...model('select', "  {{ price('amount') }} as price"),
      'macros/price.sql': '{% macro price(c) %}\n  {{ rounded(c, digts) }}\n{% endmacro %}\n',
      'macros/rounded.sql':
        '{% macro rounded(c, n) %}\n  round({{ c }}, {{ n.upper() }})\n{% endmacro %}\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL2002'],
  },
  {
    name: 'jinja-wrong-argument',
    files: {
      ...model('select', "  {{ twice('amount', by=3) }} as price"),
      'macros/twice.sql': '{% macro twice(c) %}{{ c }} * 2{% endmacro %}\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL2003'],
  },
  {
    name: 'jinja-raises',
    files: {
      ...model('{{ require_positive(-1) }}', 'select 1 as id'),
      'macros/require_positive.sql':
        "{% macro require_positive(n) %}\n  {% if n < 0 %}{{ exceptions.raise_compiler_error('the number must be positive, not ' ~ n) }}{% endif %}\n{% endmacro %}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL2004'],
  },
  {
    name: 'jinja-var-missing',
    files: model('select 1 as id', "where day > '{{ var('first_day') }}'"),
    args: ['build', '--vars', '{firstday: 2024-01-01}'],
    exit: 1,
    codes: ['ETL2005'],
  },
  {
    name: 'jinja-publishes-outside-a-materialization',
    on: 'server',
    before: 'create table orders as select 7 as id',
    keeps: { orders: 1 },
    files: model(
      "{{ config(materialized='table') }}",
      '{% if execute %}{% do adapter.publish_relation(this, this) %}{% endif %}',
      'select 1 as id',
    ),
    args: ['build'],
    exit: 1,
    codes: ['ETL2006'],
  },
  {
    name: 'materialization-without-relations',
    on: 'server',
    files: {
      'macros/silent.sql':
        "{% materialization silent, default %}{% call statement('main') %}select 1{% endcall %}{% endmaterialization %}\n",
      ...model("{{ config(materialized='silent') }}", 'select 1 as id'),
    },
    args: ['run'],
    exit: 1,
    codes: ['ETL2050'],
  },
  {
    name: 'test-query-without-a-verdict',
    on: 'server',
    files: {
      'macros/get_test_sql.sql':
        "{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}\n  select {{ fail_calc }} as failures, 'maybe' as should_warn, 'maybe' as should_error from ({{ main_sql }}) rows\n{% endmacro %}\n",
      ...model('select 1 as id'),
      'models/orders.yml':
        'models:\n  - name: orders\n    columns: [{name: id, data_tests: [unique]}]\n',
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL2050'],
  },
  {
    name: 'materialization-without-commit',
    on: 'server',
    files: {
      'macros/lost.sql':
        "{% materialization lost, default %}\n  {% call statement('main') %}create table {{ this }} as {{ sql }}{% endcall %}\n  {{ return({'relations': [this]}) }}\n{% endmaterialization %}\n",
      ...model("{{ config(materialized='lost') }}", 'select 1 as id'),
      'models/refunds.sql': "-- depends_on: {{ ref('orders') }}\nselect nothing\n",
    },
    args: ['run'],
    exit: 1,
    codes: ['ETL4050', 'ETL5001'],
  },
  {
    name: 'jinja-endless-recursion',
    files: {
      ...model('select {{ again(1) }}'),
      'macros/again.sql': '{% macro again(n) %}{{ again(n + 1) }}{% endmacro %}\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL2003'],
  },
  {
    name: 'ref-with-a-dynamic-wrong-kind',
    files: model('select * from {{ ref(1, 2, 3) }}'),
    args: ['build'],
    exit: 2,
    codes: ['ETL2003'],
  },
];
