// SQL that an engine takes without a word and that may not mean what it seems to: each lint where it belongs, and not beside it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/api/index.ts';
import { bed, type Bed } from './support/checked.ts';

const sources = (number: string, text: string): string => `sources:
  - name: erp
    schema: raw
    tables:
      - name: sales
        columns: [{name: id, data_type: ${number}}, {name: shop, data_type: ${number}}, {name: amount, data_type: "numeric(12,2)"}, {name: label, data_type: ${text}}]
      - name: shops
        columns:
          - {name: id, data_type: ${number}, data_tests: [not_null]}
          - {name: owner, data_type: ${number}}
          - {name: label, data_type: ${text}, constraints: [{type: not_null}]}
`;
const SALES = "{{ source('erp', 'sales') }}";
const SHOPS = "{{ source('erp', 'shops') }}";

/** `name:line:column code`, sorted. */
const lints = ({ diagnostics }: CheckReport): readonly string[] =>
  diagnostics
    .filter((d) => d.severity !== 'info')
    .map(({ code, at }) => `${at?.file.replace(/^.*\/|\.\w+$/g, '')}:${at?.line}:${at?.column} ${code}`)
    .toSorted();

const models = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [`models/${name}.sql`, text]));

/** On both engines: `hit_...` is told, at the word that stands in `at`; `miss_...` is not. */
const BOTH = models({
  hit_limit: `select id from ${SALES} limit 10`,
  hit_limit_below: `select q.id from (\n  select id from ${SALES} limit 10\n) as q`,
  miss_limit_order: `select id from ${SALES} order by id limit 10`,
  miss_limit_zero: `select id from ${SALES} limit 0`,
  miss_limit_one_row: `select max(id) as id from ${SALES} limit 1`,
  miss_limit_inner: `select * from (select id from ${SALES} order by id) as q limit 1`,
  miss_limit_exists: `select 1 as x where exists (select id from ${SALES} limit 1)`,
  miss_limit_text: `select 'no limit 1' as x, id /* limit 1 */ from ${SALES} -- limit 2`,
  miss_limit_development: `select id from ${SALES}\n{% if target.name != 'prod' %}limit 10{% endif %}`,
  hit_order: `with a as (select id from ${SALES})\nselect id from a order by id`,
  miss_order_table: `{{ config(materialized='table') }} select id from ${SALES} order by id`,
  miss_order_window: `select id, row_number() over (order by id) as n from ${SALES}`,
  'gold/hit_star': `with s as (select * from ${SALES})\nselect\n  s.*\nfrom s`,
  'gold/miss_star_named': `with s as (select * from ${SALES}), t as (select id, shop from s) select * from t`,
  'gold/miss_star_count': `select count(*) as n from ${SALES}`,
  miss_star_not_gold: `select * from ${SALES}`,
  hit_not_in_null: `select id from ${SALES} where shop not in (1, null)`,
  miss_not_in: `select id from ${SALES} where shop not in (1, 2) and label not in ('null')`,
});

const JOIN = `select s.id as id, t.label as label from ${SALES} as s\nleft join ${SHOPS} as t on s.shop = t.id`;

describe('clickhouse', () => {
  let project: Bed;
  beforeAll(async () => {
    project = await bed('clickhouse', {
      'schema.lock.yml': `clickhouse:
  version: "26"
  sources:
    shop.erp.sales: [{id: UInt64}, {shop: UInt64}, {amount: "Decimal(12, 2)"}, {label: String}, {note: Nullable(String)}]
    shop.erp.shops: [{id: UInt64}, {owner: Nullable(UInt64)}, {label: String}]
`,
      'models/sources.yml': sources('UInt64', 'String'),
    });
  });
  afterAll(() => project.dispose());

  test('each lint is told at its word, and nothing else is', async () => {
    const files = {
      ...BOTH,
      ...models({
        hit_join: JOIN,
        miss_join_ansi: `{{ config(ansi_settings=true) }}${JOIN}`,
        miss_join_setting: `${JOIN} settings join_use_nulls = 1`,
        miss_join_nullable: `select s.id as id, t.owner as owner from ${SALES} as s left join ${SHOPS} as t on s.shop = t.id`,
        miss_join_only_left: `select s.id as id from ${SALES} as s left join ${SHOPS} as t on s.shop = t.id`,
        miss_join_inner: `select s.id as id, t.label as label from ${SALES} as s inner join ${SHOPS} as t on s.shop = t.id`,
        miss_join_anti: `select s.id as id from ${SALES} as s left anti join ${SHOPS} as t on s.shop = t.id`,
        hit_division: `select\n  sum(shop) over (partition by id) * 2 / count() over () as x, id\nfrom ${SALES} where id / 10 > 3`,
        miss_division: `select id / amount as a, round(id / shop, 2) as b, toFloat64(id) / shop as c, 100.0 * id / shop as d, 'a/b' as e, intDiv(id, 2) as f from ${SALES}`,
        hit_null: `select s.id as id from ${SALES} as s left join ${SHOPS} as t on s.shop = t.id\nwhere t.id is null`,
        hit_null_call: `select count() as n, isNotNull(label) as has from ${SALES} group by label`,
        miss_null: `select id, note is null as a, isNull(note) as b, (note || label) is not null as c from ${SALES}`,
        hit_union: `select id, label from ${SALES}\nunion all\nselect id,\n  id as label from ${SHOPS}`,
        miss_union: `select id, label from ${SALES} union all select id, label from ${SHOPS}`,
        miss_union_meant: `select if(id = 1, id, label) as x from ${SALES} union all select if(id = 2, id, label) as x from ${SALES}`,
        miss_not_in_query: `select id from ${SALES} where shop not in (select owner from ${SHOPS})`,
      }),
    };
    const report = await project.check(files);
    expect(report.ok).toBe(true);
    expect(lints(report)).toEqual([
      'hit_division:2:40 ETL6061',
      'hit_division:3:44 ETL6061',
      'hit_join:2:1 ETL6060',
      'hit_limit:1:45 ETL6067',
      'hit_limit_below:2:47 ETL6067',
      'hit_not_in_null:1:56 ETL6064',
      'hit_null:2:7 ETL6062',
      'hit_null_call:1:22 ETL6062',
      'hit_order:2:18 ETL6066',
      'hit_star:3:3 ETL6065',
      'hit_union:4:3 ETL6063',
    ]);
    const message = (code: string) => report.diagnostics.find((d) => d.code === code)?.message;
    expect(message('ETL6060')).toBe(
      `where the left join finds nothing, "label" holds an empty value such as 0 or '' instead of NULL`,
    );
    expect(message('ETL6062')).toBe('label cannot be NULL here: the condition is always true');
  });

  test('what the engine was asked is remembered, and told where the text is now', async () => {
    const only = { select: ['hit_null', 'hit_join'] };
    const before = await project.check({}, only);
    expect(lints(before)).toEqual(['hit_join:2:1 ETL6060', 'hit_null:2:7 ETL6062']);
    const again = await project.check({ 'models/hit_join.sql': `{# moved #}\n${JOIN}` }, only);
    expect(lints(again)).toEqual(['hit_join:3:1 ETL6060', 'hit_null:2:7 ETL6062']);
  });
});

describe('postgres', () => {
  let project: Bed;
  beforeAll(async () => {
    project = await bed('postgres', {
      'models/sources.yml': sources('integer', 'text'),
      'models/models.yml': 'models: [{name: miss_not_in_tested, columns: [{name: owner, data_tests: [not_null]}]}]\n',
    });
  });
  afterAll(() => project.dispose());

  test('each lint is told at its word, and nothing else is', async () => {
    const notIn = (query: string): string => `select id from ${SALES}\nwhere shop not in (${query})`;
    const report = await project.check({
      ...BOTH,
      ...models({
        hit_not_in: notIn(`select owner from ${SHOPS}`),
        owners: `with s as (select * from ${SHOPS}) select id, s.owner as holder from s`,
        hit_not_in_above: `with o as (select * from {{ ref('owners') }}) ${notIn('select o.holder from o')}`,
        miss_not_in_id: notIn(`select id from ${SHOPS}`),
        miss_not_in_constraint: `select id from ${SALES} where label not in (select label from ${SHOPS})`,
        miss_not_in_filtered: notIn(`select owner from ${SHOPS} where owner is not null`),
        miss_not_in_filled: notIn(`select coalesce(owner, 0) as owner from ${SHOPS}`),
        miss_not_in_tested: `select owner from ${SHOPS}`,
        miss_not_in_below: notIn("select owner from {{ ref('miss_not_in_tested') }}"),
        miss_order_distinct: `select distinct on (id) id, shop from ${SALES} order by id, shop`,
        miss_division: `select id / shop as x from ${SALES} as s`,
        miss_join: JOIN,
      }),
    });
    expect(report.ok).toBe(true);
    expect(lints(report)).toEqual([
      'hit_limit:1:45 ETL6067',
      'hit_limit_below:2:47 ETL6067',
      'hit_not_in:2:12 ETL6064',
      'hit_not_in_above:2:12 ETL6064',
      'hit_not_in_null:1:56 ETL6064',
      'hit_order:2:18 ETL6066',
      'hit_star:3:3 ETL6065',
    ]);
    expect(report.diagnostics.find((d) => d.at?.file === 'models/hit_not_in_above.sql')?.message).toBe(
      'nothing says that erp.shops.owner is never NULL: one NULL in it, and not in keeps no row at all',
    );
  });

  test('they are off by code or altogether, in a model, a folder or the project', async () => {
    const only = { select: ['hit_limit', 'hit_order', 'hit_star'] };
    const off = (lists: string): string => `{{ config(meta={'lints': {'ignore': ${lists}}}) }}\n`;
    const report = await project.check(
      {
        'models/hit_limit.sql': `${off("['ETL6067']")}select id from ${SALES} limit 10`,
        'models/hit_order.sql': `${off("'all'")}select id from ${SALES} order by id`,
        'dbt_project.yml':
          'name: shop\nprofile: etl\nmodels: {+materialized: view, shop: {gold: {+meta: {lints: {ignore: [ETL6065]}}}}}\n',
      },
      only,
    );
    expect(lints(report)).toEqual([]);
    const byProject = await project.check(
      {
        'models/hit_limit.sql': `select id from ${SALES} limit 10`,
        'models/hit_order.sql': `select id from ${SALES} order by id`,
        'dbt_project.yml':
          'name: shop\nprofile: etl\nflags: {lints: {ignore: [ETL6065, ETL6066]}}\nmodels: {+materialized: view}\n',
      },
      only,
    );
    expect(lints(byProject)).toEqual(['hit_limit:1:45 ETL6067']);
  });

  test('a setting that is not understood is told', async () => {
    const report = await project.check(
      {
        'models/hit_order.sql': `{{ config(meta={'lints': {'ignore': ['ETL6606']}}) }} select 1 as id`,
        'dbt_project.yml': 'name: shop\nprofile: etl\nflags: {lints: {ignor: []}}\n',
      },
      { select: ['hit_order'] },
    );
    expect(report.diagnostics.map((d) => `${d.code} ${d.message} ${d.hint}`)).toEqual([
      'ETL6070 flags: lints has no key "ignor" Write for example: lints: {ignore: [ETL6061]}, or ignore: all.',
      'ETL6070 the meta of hit_order: there is no lint "ETL6606" Did you mean "ETL6066"?',
    ]);
  });
});
