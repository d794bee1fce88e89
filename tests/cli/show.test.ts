// etl show and etl compile.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { hold } from '../projects/support/bench.ts';
import { initialised } from '../support/data-folders.ts';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
let held: Connection;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': `name: shop
profile: etl
vars: {least: 3}
`,
    'seeds/raw.csv': 'id,price,day,flag\n1,1.50,2024-01-01,true\n2,,2024-01-02,false\n',
    'macros/twice.sql': '{% macro twice(x) %}({{ x }} * 2){% endmacro %}',
    'models/seven.sql': `{% for i in range(1, 8) %}select {{ i }} as id{% if not loop.last %} union all {% endif %}{% endfor %}`,
    'models/inner.sql': `{{ config(materialized='ephemeral') }} select id from {{ ref('seven') }} where id >= {{ var('least') }}`,
    'models/outer.sql': `select {{ twice('id') }} as id from {{ ref('inner') }}`,
    'models/zoned.sql': `{{ config(sql_header="set time zone 'Asia/Kolkata';") }} select current_setting('TimeZone') as zone`,
    'models/seasons_v1.sql': 'select 4 as n',
    'models/versions.yml': 'models: [{name: seasons, versions: [{v: 1}]}]\n',
    'models/broken.sql': 'select nonsense from nowhere_at_all',
    'models/headed.sql':
      '{% call set_sql_header(config) %}with eight as (select 8 as id){% endcall %}select id from eight',
  });
  // keeps the embedded server up, so that not every call starts one
  held = await hold('postgres', project.dir);
  for (const engine of ['postgres', 'clickhouse'])
    expect(
      (
        await etl(['build', '--exclude', 'broken', 'zoned', 'headed', '-t', engine], {
          cwd: project.dir,
        })
      ).code,
    ).toBe(0);
});
afterAll(async () => {
  await held.close();
  await project.dispose();
});
const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });

describe.each(['postgres', 'clickhouse'])('show on %s', (engine) => {
  const show = (...args: readonly string[]): Promise<EtlResult> =>
    run('show', '-t', engine, ...args);

  test('--quiet --limit -1 --output json prints only JSON, all rows', async () => {
    const { code, stdout, stderr } = await show(
      '--quiet',
      '--limit',
      '-1',
      '--output',
      'json',
      '--inline',
      `select id from {{ ref('seven') }} order by id`,
    );
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ show: [1, 2, 3, 4, 5, 6, 7].map((id) => ({ id })) });
  });

  test('five rows unless told otherwise', async () => {
    const rows = async (...args: readonly string[]): Promise<number> =>
      (
        JSON.parse((await show('-q', '--output', 'json', '-s', 'seven', ...args)).stdout) as {
          show: unknown[];
        }
      ).show.length;
    expect(await rows()).toBe(5);
    expect(await rows('--limit', '2')).toBe(2);
    expect(await rows('--limit', '-1')).toBe(7);
  });

  test('the log of a run shows the query-comment', async () => {
    const { stdout } = await run('run', '-t', engine, '--debug', '-s', 'seven');
    expect(stdout).toMatch(/\/\* \{"app": "dbt".*"node_id": "model\.shop\.seven"\} \*\/\n/);
  });

  test('a sql_header that begins the query stands before it', async () => {
    const { code, stdout } = await show('-q', '--output', 'json', '-s', 'headed');
    expect([code, JSON.parse(stdout)]).toEqual([0, { show: [{ id: 8 }] }]);
  });

  test('values keep their kinds: numbers, text, NULL, booleans', async () => {
    const { stdout } = await show(
      '-q',
      '--output',
      'json',
      '--inline',
      `select id, price, day, flag from {{ ref('raw') }} order by id`,
    );
    expect(JSON.parse(stdout)).toEqual({
      show: [
        { id: 1, price: 1.5, day: '2024-01-01', flag: true },
        { id: 2, price: null, day: '2024-01-02', flag: false },
      ],
    });
  });

  test('a model, with its ephemeral parents and its vars', async () => {
    const { code, stdout } = await show('-s', 'outer', '--vars', '{least: 6}');
    expect(code).toBe(0);
    expect(stdout).toContain(`Previewing node 'outer':`);
    expect(stdout).toMatch(/\| +id \|/);
    expect(
      stdout
        .match(/\| +\d+ \|/g)
        ?.map((l) => l.replaceAll(/\D/g, ''))
        .toSorted(),
    ).toEqual(['12', '14']);
  });

  test('a seed', async () => {
    const { stdout } = await show('-s', 'raw', '--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ node: 'raw', show: [{ id: 1 }, { id: 2 }] });
  });

  test('--inline-direct sends SQL as it is, and names the place in it', async () => {
    const sql = "select 1 as id, '{{ no template }}' as word;";
    const { code, stdout } = await show('--inline-direct', sql);
    expect(code).toBe(0);
    expect(stdout).toContain('Previewing inline node:');
    expect(stdout).toContain('{{ no template }}');
    const quiet = await show('--quiet', '--inline-direct', sql, '--limit', '-1');
    expect(quiet.stdout).not.toContain('Previewing');
    expect(quiet.stdout).toContain('{{ no template }}');
    const bad = await show('--inline-direct', 'select 1 as id,\n  nonsense from nowhere_at_all');
    expect(bad.code).toBe(2);
    expect(bad.output).toContain('--inline-direct:2:');
    expect((await show('--inline-direct', sql, '-s', 'seven')).code).toBe(2);
  });

  test('what the engine refuses ends with 2 and names the place', async () => {
    const { code, output } = await show('-s', 'broken');
    expect(code).toBe(2);
    expect(output).toMatch(/models\/broken\.sql:1:\d+/);
    const inline = await show('--inline', `select * from {{ ref('sevn') }}`);
    expect(inline.code).toBe(2);
    expect(inline.output).toContain('seven');
  });
});

test('the sql_header of a model is sent before its query', async () => {
  const { code, stdout } = await run('show', '-s', 'zoned', '-q', '--output', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ show: [{ zone: 'Asia/Kolkata' }] });
});

test('a model with versions is shown under the name of the version', async () => {
  const { code, stdout } = await run('show', '-s', 'seasons');
  expect(code).toBe(0);
  expect(stdout).toContain("Previewing node 'seasons.v1'");
});

test('show without anything to show is wrong usage', async () => {
  const { code, output } = await run('show');
  expect(code).toBe(2);
  expect(output).toContain('--inline');
});

describe('compile', () => {
  test('prints the SQL of a node that is asked for, and writes it to target/compiled', async () => {
    const { code, stdout } = await run('compile', '-s', 'outer');
    expect(code).toBe(0);
    expect(stdout).toContain(`Compiled node 'outer' is:`);
    const written = await readFile(
      join(project.dir, 'target/compiled/shop/models/outer.sql'),
      'utf8',
    );
    expect(written).toMatch(/with +__dbt__cte__inner as \(\s*select id from .*where id >= 3\s*\)/s);
    expect(written).toContain('select (id * 2) as id from __dbt__cte__inner');
    expect(stdout).toContain(written.trim());
  });

  test('--inline, with refs, macros and vars', async () => {
    const { code, stdout } = await run(
      'compile',
      '--inline',
      `select {{ twice(var('least')) }} from {{ ref('seven') }}`,
      '--vars',
      'least: 5',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('Compiled inline node is:');
    expect(stdout).toContain('select (5 * 2) from "etl"."public"."seven"');
  });

  test('--output json prints only JSON', async () => {
    const { stdout } = await run(
      'compile',
      '--inline',
      'select {{ 1 + 1 }}',
      '--output',
      'json',
      '-q',
    );
    expect(JSON.parse(stdout)).toEqual({ compiled: 'select 2' });
  });

  test('the relation names are those of the target', async () => {
    const { stdout } = await run(
      'compile',
      '--inline',
      `select * from {{ ref('seven') }}`,
      '-t',
      'clickhouse',
      '--output',
      'json',
    );
    expect(JSON.parse(stdout)).toEqual({ compiled: 'select * from `default`.`seven`' });
  });

  test('all nodes, when none is asked for', async () => {
    const { code, stdout } = await run('compile');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Compiled \d+ nodes/);
    expect(
      await readFile(join(project.dir, 'target/compiled/shop/models/broken.sql'), 'utf8'),
    ).toContain('nowhere_at_all');
  });
});

describe('compile of a model that reads an ephemeral one', () => {
  const compile = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await run('compile', '-s', 'outer', ...args);
    expect(code, output).toBe(0);
    return readFile(join(project.dir, 'target/compiled/shop/models/outer.sql'), 'utf8');
  };
  test('puts it in front of the SELECT, on its line', async () => {
    expect(await compile()).toMatch(/^with __dbt__cte__inner as \(\n[^)]*\n\) select \(id \* 2\)/);
  });
  test('--no-inject-ephemeral-ctes leaves its name alone', async () => {
    expect(await compile('--no-inject-ephemeral-ctes')).toBe(
      'select (id * 2) as id from __dbt__cte__inner',
    );
  });
});

test('a closing semicolon stays in what is compiled, and is not sent', async () => {
  const more = await scratch({
    'dbt_project.yml': 'name: stock\nprofile: etl\n',
    'models/closed.sql': 'select 1 as id -- one\n;\n',
  });
  try {
    await initialised(more.dir);
    const { code, output } = await etl(['run'], { cwd: more.dir });
    expect(code, output).toBe(0);
    expect(await readFile(join(more.dir, 'target/compiled/stock/models/closed.sql'), 'utf8')).toBe(
      'select 1 as id -- one\n;',
    );
  } finally {
    await more.dispose();
  }
});

test('what show sends stands in the log file, as in dbt', async () => {
  const { code } = await run('show', '--inline', 'select 11 as id', '--limit', '3');
  expect(code).toBe(0);
  const log = await readFile(join(project.dir, 'logs/dbt.log'), 'utf8');
  expect(log).toMatch(/On sql_operation\.inline_query:\n[^]*select 11 as id[^]*limit 3/);
});

test('an ephemeral model that is asked for is among the results of compile', async () => {
  const ids = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { code, output } = await run('compile', ...args);
    expect(code, output).toBe(0);
    const text = await readFile(join(project.dir, 'target/run_results.json'), 'utf8');
    const { results } = JSON.parse(text) as { results: { unique_id: string }[] };
    return results.map(({ unique_id: id }) => id);
  };
  expect(await ids('-s', 'inner')).toEqual(['model.shop.inner']);
  expect(await ids('--exclude', 'broken')).not.toContain('model.shop.inner');
});
