// `etl check`: the embedded engine judges every query over empty relations; nothing is built and no warehouse is asked.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from './support/bench.ts';
import { bed, columnsOf, standings, told, type Bed } from './support/checked.ts';

const SOURCES = `sources:
  - name: erp
    schema: raw
    tables:
      - name: sales
        columns:
          - {name: id, data_type: bigint}
          - {name: shop, data_type: integer}
          - {name: amount, data_type: "numeric(12, 2)"}
          - {name: sold_on, data_type: date}
`;
const SOUND = {
  'models/sources.yml': SOURCES,
  'seeds/shops.csv': 'shop,state\n1,SP\n2,RJ\n',
  'models/lines.sql': "select id, shop, amount, sold_on from {{ source('erp', 'sales') }}\n",
  'models/named.sql':
    "{{ config(materialized='ephemeral') }}\nselect l.*, s.state from {{ ref('lines') }} as l\njoin {{ ref('shops') }} as s on s.shop = l.shop\n",
  'models/totals.sql':
    "{{ config(materialized='table') }}\nselect n.state as state, sum(n.amount) as total\nfrom {{ ref('named') }} as n\ngroup by n.state\n",
  'models/daily.sql': `{{ config(materialized='incremental', unique_key='day') }}
select l.sold_on as day, count(*) as sales from {{ ref('lines') }} as l
{% if is_incremental() %}where l.sold_on > (select max(day) from {{ this }}){% endif %}
group by l.sold_on
`,
  'snapshots/shops.sql': `{% snapshot shops_history %}
{{ config(unique_key='shop', strategy='check', check_cols=['state']) }}
select * from {{ ref('shops') }}
{% endsnapshot %}
`,
  'models/history.sql':
    "select shop, dbt_valid_from as since from {{ ref('shops_history') }} where dbt_valid_to is null\n",
  'models/models.yml': `models:
  - name: totals
    columns:
      - {name: state, data_tests: [not_null, unique]}
      - name: total
`,
  'tests/no_negative_total.sql': "select * from {{ ref('totals') }} where total < 0\n",
};

describe.each(ENGINES)('%s', (engine) => {
  const isPostgres = engine === 'postgres';
  let sound: Bed;
  let other: Bed;
  /** A project of these files, until the next one is made. */
  const make = async (files: Readonly<Record<string, string>>): Promise<Bed> => {
    await other.become(files);
    return other;
  };
  beforeAll(async () => {
    sound = await bed(engine, SOUND);
    other = await bed(engine);
  });
  afterAll(async () => {
    await sound.dispose();
    await other.dispose();
  });

  /** What is told of the sound project with these files in it, which are taken away afterwards. */
  const faulty = async (files: Readonly<Record<string, string>>) => {
    try {
      return await sound.check(files);
    } finally {
      await sound.write(
        Object.fromEntries(
          Object.keys(files).map((file) => [file, (SOUND as Record<string, string>)[file] ?? '']),
        ),
      );
    }
  };

  test('a sound project is well in every kind of node, and no warehouse is made', async () => {
    const report = await sound.check();
    expect(told(report)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(new Set(Object.values(standings(report)))).toEqual(new Set(['ok']));
    expect(Object.keys(standings(report))).toHaveLength(10);
    expect(report.where).toBe('embedded');
    const made = await readdir(join(sound.dir, '.etl'));
    expect(made.filter((name) => /^(pg\d+|ch)$/.test(name))).toEqual([]);
    expect(existsSync(join(sound.dir, 'target', 'run'))).toBe(false);
  });

  test('columns come with the types that the engine gives them', async () => {
    const report = await sound.check();
    expect(columnsOf(report, 'totals')).toEqual(
      isPostgres
        ? ['state text', 'total numeric']
        : ['state Nullable(String)', 'total Nullable(Decimal(38, 2))'],
    );
    expect(columnsOf(report, 'shops_history')[0]).toBe(
      isPostgres ? 'shop integer' : 'shop Nullable(Int64)',
    );
    expect(columnsOf(report, 'history').map((c) => c.split(' ')[0])).toEqual(['shop', 'since']);
  });

  test('a wrong column: its place in the file, what was meant, and what is below is not checked', async () => {
    const report = await faulty({
      'models/lines.sql':
        "{# a comment #}\nselect id, shop, amuont as amount, sold_on\nfrom {{ source('erp', 'sales') }}\n",
    });
    expect(report.ok).toBe(false);
    const [first, ...others] = report.diagnostics;
    expect(first).toMatchObject({
      code: 'ETL6041',
      at: { file: 'models/lines.sql', line: 2, column: 18, endColumn: 24 },
      hint: 'Did you mean "amount"? erp.sales gives: id, shop, amount, sold_on.',
    });
    expect(others.map((d) => d.code)).toEqual(['ETL6045']);
    expect(others[0]?.message).toMatch(
      /^not checked, because lines is wrong: 3 nodes and 3 tests \(.*totals.*\)$/,
    );
    expect(standings(report)).toMatchObject({
      lines: 'wrong',
      daily: 'unchecked',
      totals: 'unchecked',
      history: 'ok',
      shops: 'ok',
    });
  });

  test('every independent mistake is told, each once', async () => {
    const report = await faulty({
      'models/totals.sql': "select stat from {{ ref('named') }}\n",
      'models/history.sql': "select shop, since_when from {{ ref('shops_history') }}\n",
      'models/daily.sql': "select sold_at from {{ ref('lines') }}\n",
    });
    expect(report.diagnostics.map((d) => `${d.code} ${d.at?.file ?? ''}`)).toEqual([
      'ETL6041 models/daily.sql',
      'ETL6041 models/history.sql',
      'ETL6041 models/totals.sql',
      'ETL6045 ',
    ]);
  });

  test('a mistake in an ephemeral model is told in its file, and not again in its readers', async () => {
    const report = await faulty({
      'models/named.sql':
        "{{ config(materialized='ephemeral') }}\nselect l.*, l.nothing from {{ ref('lines') }} as l\n",
    });
    expect(told(report)[0]).toMatch(/^ETL6041 models\/named\.sql:2:1[35] /);
    expect(standings(report)).toMatchObject({ named: 'wrong', totals: 'unchecked' });
  });

  test('a column that got lost on its way is looked for above', async () => {
    const { check } = await make({
      'models/sources.yml': SOURCES,
      'models/lines.sql':
        "select id, shop, amount, amount * 2 as twice from {{ source('erp', 'sales') }}\n",
      'models/daily.sql': "select count(*) as n from {{ ref('lines') }} where sold_on is not null\n",
    });
    const report = await check();
    expect(report.diagnostics[0]?.related).toEqual([
      {
        message: 'erp.sales has "sold_on", and lines does not pass it on',
        at: { file: 'models/lines.sql', line: 1, column: 1 },
      },
    ]);
  });

  test('the second form of an incremental model is judged too', async () => {
    const report = await faulty({
      'models/daily.sql': `{{ config(materialized='incremental') }}
select l.sold_on as day from {{ ref('lines') }} as l
{% if is_incremental() %}
where l.sold_on > (select max(dia) from {{ this }})
{% endif %}
`,
    });
    expect(told(report)[0]).toMatch(/^ETL6041 models\/daily\.sql:4:31 /);
  });

  test.each([
    ['an unknown table', "select * from raw.salles", 'ETL6042'],
    ['an unknown function', "select totally_unknown(id) as x from {{ ref('lines') }}", 'ETL6044'],
    ['types that do not fit', "select id + sold_on + 'a' as x from {{ ref('lines') }}", 'ETL6043'],
    ['a comma too many', "select id,, shop from {{ ref('lines') }}", 'ETL6040'],
    ['a column that is not grouped', "select id, sum(amount) as x from {{ ref('lines') }}", 'ETL6040'],
    ['an aggregate in where', "select id from {{ ref('lines') }} where sum(amount) > 1", 'ETL6040'],
    ['unions of other widths', "select id from {{ ref('lines') }} union all select id, shop from {{ ref('lines') }}", isPostgres ? 'ETL6040' : 'ETL6043'],
    ['arguments too many', "select lower('a', 'b', 'c') as x from {{ ref('lines') }}", 'ETL6043'],
  ])('%s', async (_, sql, code) => {
    const report = await faulty({ 'models/totals.sql': `${sql}\n` });
    expect(report.diagnostics[0]).toMatchObject({ code, severity: 'error' });
    expect(report.diagnostics[0]?.at?.file).toBe('models/totals.sql');
    expect(report.diagnostics[0]?.hint).toBeDefined();
  });

  test('a text that goes on behind its statement never reaches the engine', async () => {
    const report = await faulty({
      'models/totals.sql': 'select 1 as state,\n 2 as total; commit; create table leak (a int)\n',
    });
    expect(told(report)[0]).toBe(
      'ETL6040 models/totals.sql:2:12 syntax error at or near ";": the text goes on behind the end of its statement',
    );
    expect((await sound.check()).ok).toBe(true);
  });

  test('data tests are judged: of columns that are not there, and singular ones', async () => {
    const report = await faulty({
      'models/models.yml':
        'models:\n  - name: totals\n    columns:\n      - {name: stait, data_tests: [not_null]}\n',
      'tests/no_negative_total.sql': "select *\nfrom {{ ref('totals') }} where totl < 0\n",
    });
    expect(told(report).map((line) => line.replace(/ (?!models|tests).*$/, ''))).toEqual([
      'ETL6041 models/models.yml:4:36',
      'ETL6049 models/totals.sql:1:1',
      'ETL6041 tests/no_negative_total.sql:2:32',
    ]);
  });

  test('only what is selected is told, and what it reads is there', async () => {
    const report = await sound.check(
      { 'models/history.sql': 'select nothing from nowhere\n' },
      { select: ['totals'] },
    );
    await sound.write({ 'models/history.sql': SOUND['models/history.sql'] });
    expect(report.ok).toBe(true);
    expect(Object.keys(standings(report)).toSorted()).toEqual([
      'no_negative_total',
      'not_null_totals_state',
      'totals',
      'unique_totals_state',
    ]);
  });

  test('a template that asks for rows cannot be judged, nor what is below it; one that asks for columns can', async () => {
    const { check } = await make({
      'models/base.sql': 'select 1 as a, 2 as b\n',
      'models/by_rows.sql': `{% set found = run_query('select a from ' ~ ref('base')) %}
select {% for row in found.rows %}{{ row[0] }} as c{{ loop.index }},{% endfor %} 1 as x`,
      'models/below.sql': "select c1 from {{ ref('by_rows') }}",
      'models/by_columns.sql':
        "select {% for c in adapter.get_columns_in_relation(ref('base')) %}{{ c.name }} as the_{{ c.name }}{{ ',' if not loop.last }}{% endfor %} from {{ ref('base') }}",
      'models/reads_columns.sql': "select the_a, the_b from {{ ref('by_columns') }}",
      'models/constant.sql':
        "{% set n = run_query('select 40 + 2').rows[0][0] %}select {{ n }} as n",
      'models/reads_constant.sql': "select n, m from {{ ref('constant') }}",
    });
    const report = await check();
    expect(standings(report)).toEqual({
      base: 'ok',
      by_rows: 'unjudged',
      below: 'unjudged',
      by_columns: 'ok',
      reads_columns: 'ok',
      constant: 'ok',
      reads_constant: 'wrong',
    });
    expect(told(report).at(-1)).toBe(
      'ETL6046 models/by_rows.sql:1:1 cannot be judged without the warehouse, because its template asks the warehouse for rows: 2 nodes (by_rows, below)',
    );
  });

  test('a text that lacks the rows it is made of is not taken for a mistake', async () => {
    const { check } = await make({
      'models/base.sql': 'select 1 as a\n',
      'models/listed.sql': `{% set found = run_query('select a from ' ~ ref('base')) %}
select a from {{ ref('base') }} where a in ({% for row in found.rows %}{{ row[0] }}{{ ',' if not loop.last }}{% endfor %})`,
      'models/summed.sql': `{% set found = run_query('select a from ' ~ ref('base')) %}
select {% for row in found.rows %}sum(case when a = {{ row[0] }} then 1 else 0 end) as a_{{ row[0] }}{{ ',' if not loop.last }}{% endfor %}
from {{ ref('base') }}`,
    });
    const report = await check();
    expect(standings(report)).toEqual({ base: 'ok', listed: 'unjudged', summed: 'unjudged' });
    expect(report.ok).toBe(true);
  });

  test('a source without columns is told once, and only the syntax of its readers is judged', async () => {
    const { check } = await make({
      'models/sources.yml':
        'sources:\n  - name: erp\n    schema: raw\n    tables: [{name: sales}, {name: shops}]\n',
      'models/a.sql': "select anything from {{ source('erp', 'sales') }}",
      'models/b.sql': "select x from {{ ref('a') }} join {{ source('erp', 'shops') }} using (x)",
      'models/c.sql': "select from where {{ source('erp', 'shops') }} 1 1",
      'models/d.sql': 'select 1 as one',
    });
    const report = await check();
    expect(standings(report)).toEqual({ a: 'unjudged', b: 'unjudged', c: 'wrong', d: 'ok' });
    expect(report.diagnostics.map((d) => d.code)).toEqual(['ETL6040', 'ETL6047']);
    expect(report.diagnostics[1]?.message).toBe(
      'the source erp has no declared columns (sales, shops): what reads it is checked for syntax only, 2 nodes',
    );
  });

  test('schema.lock.yml gives sources their columns, and goes before YAML', async () => {
    const type = isPostgres ? 'bigint' : 'Int64';
    const { check } = await make({
      'models/sources.yml': SOURCES,
      'schema.lock.yml': `${engine}:\n  version: "1.0"\n  sources:\n    shop.erp.sales:\n      - id: ${type}\n      - "Strange name": ${type}\n`,
      'models/a.sql': `select id, ${isPostgres ? '"Strange name"' : '`Strange name`'} as s from {{ source('erp', 'sales') }}`,
      'models/b.sql': "select amount from {{ source('erp', 'sales') }}",
    });
    const report = await check();
    expect(standings(report)).toEqual({ a: 'ok', b: 'wrong' });
    expect(columnsOf(report, 'a')).toEqual([`id ${type}`, `s ${type}`]);
    expect(report.diagnostics.map((d) => d.code)).toEqual(['ETL6041', 'ETL6051']);
  });

  test('a source that a seed of the project stands for has the columns of the seed', async () => {
    const schema = isPostgres ? 'public' : 'default';
    const { check } = await make({
      'models/sources.yml': `sources: [{name: erp, schema: ${schema}, tables: [{name: sales, identifier: sales_data}]}]`,
      'seeds/sales_data.csv': 'id,amount\n1,2\n',
      'models/a.sql': "select id, amount from {{ source('erp', 'sales') }}",
      'models/b.sql': "select shop from {{ source('erp', 'sales') }}",
    });
    const report = await check();
    expect(standings(report)).toMatchObject({ a: 'ok', b: 'wrong' });
  });

  test.runIf(isPostgres)('what depends on a declared primary key of a source is grouped', async () => {
    const { check } = await make({
      'models/sources.yml': SOURCES.replace(
        '{name: id, data_type: bigint}',
        '{name: id, data_type: bigint, constraints: [{type: primary_key}]}',
      ),
      'models/a.sql': "select s.id, s.shop, count(*) as n from {{ source('erp', 'sales') }} as s group by s.id",
      'models/b.sql': "select s.id, s.shop, count(*) as n from {{ source('erp', 'sales') }} as s group by s.shop",
    });
    expect(standings(await check())).toEqual({ a: 'ok', b: 'wrong' });
    expect(standings(await check({ 'models/c.sql': "select id, shop from {{ source('erp', 'sales') }} group by id" }))).toMatchObject({ a: 'ok', c: 'ok' });
  });

  test('a contract is compared in names and types; a broken model with a contract stands for its readers', async () => {
    const { check } = await make({
      'models/a.sql': "select 1 as id, 'x' as name",
      'models/b.sql': 'select nothing_at_all as id',
      'models/reads_b.sql': "select id, other from {{ ref('b') }}",
      'models/c.yml': `models:
  - name: a
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: text}, {name: nom, data_type: text}]
  - name: b
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: integer}]
`,
    });
    const report = await check();
    expect(standings(report)).toEqual({ a: 'wrong', b: 'wrong', reads_b: 'wrong' });
    const [broken] = report.diagnostics;
    expect(broken?.code).toBe('ETL6048');
    expect(broken?.message).toContain('missing in contract');
    expect(broken?.message).toContain('data type mismatch');
    expect(broken?.message).toContain('missing in definition');
    expect(told(report).some((line) => line.startsWith('ETL6041 models/reads_b.sql'))).toBe(true);
  });

  test('functions come from hooks of the project and from the file of stubs', async () => {
    const create = (name: string): string =>
      isPostgres
        ? `create or replace function ${name}(a integer) returns integer language sql as 'select a'`
        : `create function if not exists ${name} as (a) -> a`;
    const { check, dir } = await make({
      'dbt_project.yml': `name: shop
profile: etl
flags: {check_stubs: stubs.sql}
on-run-start: "${create('from_hook')}"
`,
      'stubs.sql': `-- of the warehouse\n${create('from_stub')};\n`,
      'models/a.sql': 'select from_hook(1) as a, from_stub(2) as b',
    });
    const report = await check();
    expect(told(report)).toEqual([]);
    expect(report.ok).toBe(true);
    const wrong = await check({ 'stubs.sql': 'create nonsense;' });
    expect(wrong.diagnostics.map((d) => d.code)).toEqual(['ETL6052', 'ETL6044']);
    expect(dir).toBeDefined();
  });
});
