// What a check of ClickHouse must not take for a mistake, and must not touch.
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl } from '../support/etl.ts';
import { bed, standings, told, type Bed } from './support/checked.ts';

let project: Bed;
beforeAll(async () => {
  project = await bed('clickhouse', {
    'models/sources.yml': `sources:
  - name: erp
    schema: raw
    tables:
      - name: sales
        columns: [{name: id, data_type: UInt64}, {name: at, data_type: DateTime}, {name: amount, data_type: "Decimal(12, 2)"}]
`,
  });
});
afterAll(() => project.dispose());

const SALES = "{{ source('erp', 'sales') }}";

test('FINAL, PREWHERE, virtual columns, SETTINGS and a closing comment are well, also below one another', async () => {
  const report = await project.check({
    'models/final.sql': `select id, amount from ${SALES} final`,
    'models/prewhere.sql': `select id, amount from ${SALES} prewhere amount > 1`,
    'models/virtual.sql': `select id, _part as part from ${SALES}`,
    'models/settings.sql': `select s.id from ${SALES} as s left join ${SALES} as t on s.id = t.id settings join_use_nulls = 1`,
    'models/comment.sql': `select id from ${SALES} -- the end`,
    'models/asof.sql': `select s.id, t.amount from ${SALES} as s asof left join ${SALES} as t on s.id = t.id and s.at >= t.at`,
    'models/below.sql': "select id, amount from {{ ref('final') }} final",
    'models/ansi.sql': `{{ config(ansi_settings=true) }} select id from ${SALES} union select id from ${SALES}`,
    'models/replacing.sql': `{{ config(materialized='table', engine='ReplacingMergeTree()', order_by='id') }} select id, amount from ${SALES}`,
  });
  expect(told(report)).toEqual([]);
  expect(new Set(Object.values(standings(report)))).toEqual(new Set(['ok']));
});

test('what leads outside is not contacted, and nothing is said of it', async () => {
  await project.check({
    'models/from_url.sql': "select * from url('http://127.0.0.1:9/x.csv', CSV)",
  });
  const started = performance.now();
  const report = await project.check({
    'models/from_url.sql': "select * from url('http://127.0.0.1:9/x.csv', CSV)",
    'models/from_bucket.sql': "select a from s3('http://127.0.0.1:9/bucket/x.parquet')",
    'models/from_server.sql': "select a from remote('127.0.0.1:9', 'a', 'b')",
    'models/from_dictionary.sql': `select dictGet('raw.names', 'name', id) as name from ${SALES}`,
    'models/below_url.sql': "select a from {{ ref('from_url') }}",
  });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(report.ok).toBe(true);
  expect(standings(report)).toMatchObject({
    from_url: 'unjudged',
    from_bucket: 'unjudged',
    from_server: 'unjudged',
    from_dictionary: 'unjudged',
    below_url: 'unjudged',
  });
  expect(
    told(report).map((line) => / because (.*?)(?: \(\w+\))?: /.exec(line)?.[1]),
  ).toEqual(expect.arrayContaining(['it asks a dictionary', 'it reads from outside']));
});

test('a second statement is refused before it reaches the engine', async () => {
  const report = await project.check({
    'models/leak.sql': `select id from ${SALES}\n; drop database raw`,
    'models/format.sql': `select id from ${SALES} format Null`,
  });
  expect(told(report).slice(0, 2)).toEqual([
    expect.stringMatching(/^ETL6040 models\/format\.sql:1:/),
    'ETL6040 models/leak.sql:2:1 syntax error at or near ";": the text goes on behind the end of its statement',
  ]);
});

test('a database that is not there is one mistake of one model', async () => {
  const report = await project.check({
    'models/leak.sql': 'select 1 as x',
    'models/format.sql': 'select * from nowhere.at_all',
  });
  expect(told(report)[0]).toBe('ETL6042 models/format.sql:1:15 Database nowhere does not exist');
  expect(standings(report)).toMatchObject({ format: 'wrong', leak: 'ok', final: 'ok' });
});

test('what builds is well: FINAL of its own table, a view of NULL, a snapshot in any schema', async () => {
  const report = await project.check({
    'models/leak.sql': 'select 1 as x',
    'models/format.sql': 'select 1 as x',
    'models/own_final.sql': `{{ config(materialized='incremental', engine='ReplacingMergeTree()', order_by='id') }}
select id, amount from ${SALES}
{% if is_incremental() %}where id > (select max(id) from {{ this }} final){% endif %}`,
    'models/below_own_final.sql': "select id from {{ ref('own_final') }} final",
    'models/nothing.sql': 'select null as n, 1 as x',
    'models/ephemeral_nothing.sql': "{{ config(materialized='ephemeral') }} select null as n",
    'models/reads_nothing.sql': "select x from {{ ref('nothing') }}",
    'models/table_of_nothing.sql': "{{ config(materialized='table') }} select null as n",
    'models/wants_more.sql': "select y from {{ ref('nothing') }}",
    'models/parameter.sql': 'select {a:Int32} as a settings param_a = 1',
    'snapshots/kept.sql': `{% snapshot kept %}
{{ config(schema='history', unique_key='id', strategy='check', check_cols=['amount']) }}
select id, amount from ${SALES}
{% endsnapshot %}
`,
    'models/reads_kept.sql': "select id from {{ ref('kept') }} where dbt_valid_to is null",
  });
  expect(standings(report)).toMatchObject({
    own_final: 'ok',
    below_own_final: 'ok',
    nothing: 'ok',
    ephemeral_nothing: 'ok',
    reads_nothing: 'ok',
    table_of_nothing: 'wrong',
    wants_more: 'wrong',
    parameter: 'unjudged',
    kept: 'ok',
    reads_kept: 'ok',
  });
  expect(report.nodes.find((n) => n.name === 'nothing')?.columns).toContainEqual({
    name: 'x',
    type: 'UInt8',
  });
  expect(told(report).join('\n')).toContain('because it has parameters');
});

test('several processes check one project at once; nothing of theirs stays, nor of one that was killed', async () => {
  await project.write({ 'models/wants_more.sql': 'select 1 as x', 'models/table_of_nothing.sql': 'select 1 as x' });
  const folder = join(project.dir, '.etl', 'check');
  const dead = join(folder, 'ch-2147483646');
  await mkdir(join(dead, 'data'), { recursive: true });
  await utimes(dead, 1, 1);
  const each = ['one', 'two', 'three'].map((name) =>
    etl(['check', '--target', 'clickhouse', '--target-path', name], {
      cwd: project.dir,
      env: { HOME: project.dir },
    }),
  );
  expect((await Promise.all(each)).map(({ code, output }) => (code === 0 ? 0 : output))).toEqual([
    0, 0, 0,
  ]);
  expect((await readdir(folder)).filter((name) => name.startsWith('ch'))).toEqual([]);
});
