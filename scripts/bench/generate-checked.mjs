// Projects whose every model is right on both engines, with typed sources: what a check has to find nothing wrong with.

const COLUMNS = { id: 'integer', code: 'text', amount: 'numeric(18, 2)', created_at: 'timestamp' };
const SOURCES = 20;
const PER_LAYER = 5;

const name = (i) => `m${String(i).padStart(5, '0')}`;

const fromSource = (i) => `select
    id,
    lower(code) as code,
    amount * ${1 + (i % 7)} as amount,
    created_at
from {{ source('erp', 'table_${i % SOURCES}') }}
where id > ${i}
`;

const fromModels = (left, right) => `with a as (
    select * from {{ ref('${left}') }}
),
b as (
    select id, sum(amount) as total, count(*) as entries from {{ ref('${right}') }} group by id
)
select
    a.id as id,
    a.code as code,
    cast(a.amount + b.total as numeric(18, 2)) as amount,
    case when b.entries > 1 then a.created_at end as created_at
from a
inner join b on b.id = a.id
`;

/** `count` models in five layers over twenty sources: path → text; `changed` is one that others read. */
export function checkedProject(count) {
  const width = Math.ceil(count / PER_LAYER);
  const files = {
    'models/sources.yml': JSON.stringify({
      sources: [
        {
          name: 'erp',
          tables: Array.from({ length: SOURCES }, (_, i) => ({
            name: `table_${i}`,
            columns: Object.entries(COLUMNS).map(([column, type]) => ({
              name: column,
              data_type: type,
            })),
          })),
        },
      ],
    }),
  };
  for (let i = 0; i < count; i++) {
    const layer = Math.floor(i / width);
    const above = (offset) => name((layer - 1) * width + ((i * 7 + offset) % width));
    files[`models/l${layer}/${name(i)}.sql`] =
      layer === 0 ? fromSource(i) : fromModels(above(0), above(3));
  }
  return { files, changed: `models/l1/${name(width)}.sql` };
}
