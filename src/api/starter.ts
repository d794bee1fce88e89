// The files of a new project: small, but a whole medallion with tests, which builds on both embedded engines as it is.

const project = (name: string): string => `name: ${name}
version: '1.0.0'
# the profile "etl" is built in: an embedded Postgres (default) and an embedded ClickHouse; servers: docs/guides/profiles-and-servers.md
profile: etl

model-paths: [models]
seed-paths: [seeds]
macro-paths: [macros]
test-paths: [tests]
clean-targets: [target]

models:
  ${name}:
    bronze:
      +schema: bronze
      +materialized: view
    silver:
      +schema: silver
      +materialized: table
    gold:
      +schema: gold
      +materialized: table

seeds:
  ${name}:
    +schema: bronze
`;

const SEED = `order_id,customer,ordered_on,amount
1,Ana,2024-01-05,120.50
2,Bruno,2024-01-05,80.00
3,Ana,2024-01-19,42.90
4,Carla,2024-02-02,310.00
5,Bruno,2024-02-11,15.25
6,Carla,2024-02-11,99.99
`;

const SEED_YML = `version: 2

seeds:
  - name: raw_orders
    description: Orders as they came from the shop, one row each.
    config:
      column_types:
        order_id: integer
        customer: text
        ordered_on: date
        amount: numeric(12,2)
    columns:
      - name: order_id
        description: Number of the order.
        data_tests: [unique, not_null]
`;

const BRONZE = `select
    order_id,
    customer,
    ordered_on,
    amount
from {{ ref('raw_orders') }}
`;

const SILVER = `-- one row per order, with clean text
select
    order_id,
    trim(customer) as customer,
    ordered_on,
    amount
from {{ ref('orders_raw') }}
where amount is not null
`;

const GOLD = `{{ config(materialized='table') }}

select
    customer,
    count(*) as orders,
    sum(amount) as revenue
from {{ ref('orders') }}
group by customer
`;

const MODELS_YML = `version: 2

models:
  - name: orders_raw
    description: The orders, as loaded.
  - name: orders
    description: One row per order.
    columns:
      - name: order_id
        description: Number of the order.
        data_tests: [unique, not_null]
      - name: customer
        description: Name of the customer.
        data_tests: [not_null]
  - name: customer_revenue
    description: Orders and revenue of every customer.
    columns:
      - name: customer
        description: Name of the customer.
        data_tests: [unique, not_null]
      - name: orders
        description: How many orders the customer made.
      - name: revenue
        description: Sum of the amounts.
`;

const DATA_TEST = `-- revenue is the same in silver and gold; a row here is a failure
select s.total as silver_total, g.total as gold_total
from (select sum(amount) as total from {{ ref('orders') }}) as s
cross join (select sum(revenue) as total from {{ ref('customer_revenue') }}) as g
where s.total <> g.total
`;

const GENERATE_SCHEMA = `{#- custom schemas are used as they are: bronze, silver, gold -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
`;

const IGNORE = `target/
.etl/
dbt_packages/
node_modules/
.env
`;

/** Path and text of every file of a new project called `name` (letters, digits, underscores). */
export const starterFiles = (name: string): ReadonlyMap<string, string> =>
  new Map([
    ['dbt_project.yml', project(name)],
    ['.gitignore', IGNORE],
    ['seeds/raw_orders.csv', SEED],
    ['seeds/_seeds.yml', SEED_YML],
    ['models/bronze/orders_raw.sql', BRONZE],
    ['models/silver/orders.sql', SILVER],
    ['models/gold/customer_revenue.sql', GOLD],
    ['models/_models.yml', MODELS_YML],
    ['macros/generate_schema_name.sql', GENERATE_SCHEMA],
    ['tests/revenue_is_conserved.sql', DATA_TEST],
  ]);
