// Projects of any size for the parse benchmark: the same files for the same number of models.

/** The generator of ANSI C: even enough to spread refs, and the same everywhere. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const LAYERS = ['staging', 'intermediate', 'marts'];
const PER_FOLDER = 25;

const MACROS = `{% macro cents_to_units(column, digits=2) %}
  round({{ column }} / 100.0, {{ digits }})
{% endmacro %}

{% macro limit_days(column, days=none) %}
  {%- set n = days if days is not none else var('days', 3) -%}
  {%- if target.name == 'ci' -%} {{ column }} >= current_date - {{ n }} {%- else -%} true {%- endif -%}
{% endmacro %}

{% macro keys(columns) %}
  md5({% for column in columns %}coalesce(cast({{ column }} as text), ''){% if not loop.last %} || '-' || {% endif %}{% endfor %})
{% endmacro %}
`;

const modelName = (layer, i) => `${layer.slice(0, 3)}_${String(i).padStart(5, '0')}`;

const staging = (i) => `{{ config(tags=['staging', 'group_${i % 10}']) }}

with source as (
  select * from {{ source('erp_${i % 20}', 'table_${i % 200}') }}
)
select
  id,
  {{ keys(['id', 'code']) }} as row_key,
  {{ cents_to_units('amount') }} as amount,
  created_at
from source
where {{ limit_days('created_at') }}
`;

const inner = (parents, i, kind) => `{{ config(
    materialized='${kind}',
    tags=['group_${i % 10}']
) }}

with a as (
  select * from {{ ref('${parents[0]}') }}
),
b as (
  select * from {{ ref('${parents[1]}') }}
)
select
  a.id,
  {% for column in ['amount', 'quantity'] %}
  sum(b.{{ column }}) as {{ column }}_total,
  {% endfor %}
  {{ keys(['a.id']) }} as row_key
from a
join b on b.id = a.id
{% if is_incremental() %}
where a.created_at > (select max(created_at) from {{ this }})
{% endif %}
group by a.id
`;

const propertiesOf = (names) =>
  [
    'version: 2',
    'models:',
    ...names.map(
      (name) => `  - name: ${name}
    description: "What ${name} holds, in a sentence or two as people write them."
    config:
      meta: {owner: data, priority: 2}
    columns:
      - name: id
        description: The key.
        data_tests:
          - not_null
          - unique
      - name: amount
        description: "In units of the currency, see {{ doc('amount') }}"`,
    ),
    '',
  ].join('\n');

const sources = () => {
  const all = Array.from({ length: 20 }, (_, s) => {
    const tables = Array.from({ length: 10 }, (_t, t) => `      - name: table_${t * 20 + s}`);
    return `  - name: erp_${s}\n    schema: raw_${s}\n    tables:\n${tables.join('\n')}`;
  });
  return `version: 2\nsources:\n${all.join('\n')}\n`;
};

/**
 * A project as people write them: three layers in folders of 25 models with a property file each, two refs or a source a model, two
 * tests a model, macros, sources and a docs block. Returns path → text.
 */
export function layeredProject(count) {
  const next = numbers(count);
  const files = {
    'macros/shared.sql': MACROS,
    'models/staging/_sources.yml': sources(),
    'models/docs.md': '{% docs amount %}\nAlways net of taxes.\n{% enddocs %}\n',
  };
  const first = Math.ceil(count * 0.4);
  const made = [];
  const byFile = new Map();
  for (let i = 0; i < count; i++) {
    const layer = LAYERS[i < first ? 0 : i < first + Math.ceil(count * 0.3) ? 1 : 2];
    const name = modelName(layer, i);
    const folder = `models/${layer}/part_${Math.floor(i / PER_FOLDER)}`;
    // near ones, so that the graph is as deep as it is wide
    const parents = [0, 1].map(() => made[Math.max(0, made.length - 1 - next(Math.max(first, 1)))]);
    const kind = i % 7 === 0 ? 'incremental' : i % 3 === 0 ? 'table' : 'view';
    files[`${folder}/${name}.sql`] = layer === 'staging' ? staging(i) : inner(parents, i, kind);
    byFile.set(folder, [...(byFile.get(folder) ?? []), name]);
    made.push(name);
  }
  for (const [folder, names] of byFile) files[`${folder}/_models.yml`] = propertiesOf(names);
  return files;
}

/** Many small models in pairs, a select and a view of it, and nothing else. Returns path → text. */
export function simpleProject(count) {
  const files = {};
  for (let i = 0; i < count; i++) {
    const isSecond = i % 2 === 1;
    files[`models/path_${Math.floor(i / 200)}/node_${i}.sql`] = isSecond
      ? `select * from {{ ref('node_${i - 1}') }}\n`
      : `select 1 as id\nunion all\nselect 2 as id\n`;
  }
  const names = Object.keys(files).map((path) => /(node_\d+)/.exec(path)[1]);
  files['models/schema.yml'] = [
    'version: 2',
    'models:',
    ...names.map(
      (name) =>
        `  - name: ${name}\n    columns:\n      - name: id\n        data_tests:\n          - unique\n          - not_null`,
    ),
    '',
  ].join('\n');
  return files;
}
