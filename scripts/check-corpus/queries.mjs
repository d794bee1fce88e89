// Valid queries of the corpus's own, for both engines, over two sources with typed columns.

export const SOURCES = `sources:
  - name: corpus
    schema: corpus
    tables:
      - name: orders
        columns:
          - {name: id, data_type: bigint}
          - {name: customer, data_type: integer}
          - {name: amount, data_type: "numeric(12, 2)"}
          - {name: day, data_type: date}
          - {name: state, data_type: text}
      - name: customers
        columns:
          - {name: id, data_type: integer}
          - {name: name, data_type: text}
          - {name: city, data_type: text}
`;

const ORDERS = "{{ source('corpus', 'orders') }}";
const CUSTOMERS = "{{ source('corpus', 'customers') }}";

/** By name. */
export const QUERIES = {
  plain: `select
  o.id as id,
  o.amount as amount
from ${ORDERS} as o
where o.amount > 10`,
  grouped: `select
  o.state as state,
  o.day as day,
  sum(o.amount) as total
from ${ORDERS} as o
where o.id > 0
group by o.state, o.day`,
  joined: `select
  o.id as order_id,
  c.name as name,
  c.city as city
from ${ORDERS} as o
join ${CUSTOMERS} as c on c.id = o.customer
where c.city = 'Lima'`,
  chained: `with paid as (
  select o.id as id, o.customer as customer, o.amount as amount
  from ${ORDERS} as o
  where o.state = 'paid'
),
sums as (
  select p.customer as customer, sum(p.amount) as total, count(p.id) as orders
  from paid as p
  group by p.customer
)
select s.customer as customer, s.total as total, s.orders as orders
from sums as s
where s.total > 100`,
  windowed: `select
  o.id as id,
  row_number() over (partition by o.customer order by o.day) as nth,
  sum(o.amount) over (partition by o.customer) as total
from ${ORDERS} as o`,
  united: `select o.id as id, o.state as what
from ${ORDERS} as o
union all
select c.id as id, c.name as what
from ${CUSTOMERS} as c`,
  nested: `select t.city as city, max(t.total) as best
from (
  select c.city as city, c.id as id, sum(o.amount) as total
  from ${ORDERS} as o
  join ${CUSTOMERS} as c on c.id = o.customer
  group by c.city, c.id
) as t
group by t.city`,
  cased: `select
  o.id as id,
  case when o.amount > 100 then 'big' else 'small' end as size,
  coalesce(o.state, 'none') as state
from ${ORDERS} as o
where lower(o.state) = 'paid'`,
  distincts: `select distinct
  lower(c.city) as city,
  length(c.name) as letters
from ${CUSTOMERS} as c`,
  having: `select
  o.customer as customer,
  min(o.day) as first_day,
  max(o.day) as last_day
from ${ORDERS} as o
group by o.customer
having count(o.id) > 1`,
  starred: `with all_of_it as (
  select o.* from ${ORDERS} as o
)
select a.id as id, a.day as day
from all_of_it as a
order by a.id`,
  subselected: `select
  c.id as id,
  c.name as name
from ${CUSTOMERS} as c
where c.id in (select o.customer from ${ORDERS} as o where o.amount > 5)`,
};
