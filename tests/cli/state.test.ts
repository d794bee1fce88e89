// --state, state:…, result:… and --defer.
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { hold } from '../projects/support/bench.ts';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const FILES: Readonly<Record<string, string>> = {
  'dbt_project.yml': `name: shop
profile: shop
models: {shop: {+materialized: table}}
`,
  'profiles.yml': `shop:
  target: prod
  outputs:
    prod: {type: postgres, embedded: true, schema: prod}
    dev: {type: postgres, embedded: true, schema: dev}
    prod_ch: {type: clickhouse, embedded: true, schema: prod}
    dev_ch: {type: clickhouse, embedded: true, schema: dev}
`,
  'macros/m.sql': `{% macro inner() %}1{% endmacro %}
{% macro outer() %}{{ inner() }}{% endmacro %}
{% macro unused() %}1{% endmacro %}`,
  'seeds/raw.csv': 'id\n1\n2\n',
  'models/base.sql': `select * from {{ ref('raw') }}`,
  'models/calc.sql': `select {{ outer() }} as one, id from {{ ref('base') }}`,
  'models/top.sql': `select count(*) as n, '{{ target.name }}' as t from {{ ref('calc') }}`,
  'models/wrong.sql': `{{ config(materialized='view') }} select * from {{ source('erp', 'nothing') }}`,
  'models/_m.yml': `version: 2
sources: [{name: erp, schema: "{{ target.schema }}_erp", tables: [{name: nothing}]}]
models: [{name: base, description: all, config: {meta: {a: 1}}, columns: [{name: id, data_tests: [not_null]}]}]
`,
};
let project: Scratch;
let held: Connection;
const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });
beforeAll(async () => {
  project = await scratch(FILES);
  // keeps the embedded server up, so that not every call starts one
  held = await hold('postgres', project.dir);
  for (const target of ['prod_ch', 'prod']) {
    const { code, output } = await run('build', '-t', target);
    expect(code, output).toBe(1);
    await cp(join(project.dir, 'target'), join(project.dir, `state_${target}`), {
      recursive: true,
    });
  }
});
afterAll(async () => {
  await held.close();
  await project.dispose();
});

async function names(...selection: readonly string[]): Promise<readonly string[]> {
  const fixed = ['-t', 'dev', '--state', 'state_prod', '--indirect-selection', 'empty'];
  const { code, stdout, output } = await run(
    'ls',
    '--output',
    'name',
    ...fixed,
    '-s',
    ...selection,
  );
  expect(code, output).toBe(0);
  return stdout.split('\n').filter((line) => line !== '');
}
/** Runs with some files changed and puts them back. */
async function changing(
  files: Readonly<Record<string, string>>,
  then: () => Promise<void>,
): Promise<void> {
  await project.write(files);
  try {
    await then();
  } finally {
    for (const file of Object.keys(files)) await rm(join(project.dir, file));
    await project.write(
      Object.fromEntries(Object.entries(FILES).filter(([file]) => file in files)),
    );
  }
}

describe('state', () => {
  test('another target alone changes nothing', async () => {
    expect(await names('state:modified')).toEqual([]);
    expect(await names('state:new')).toEqual([]);
    expect((await names('state:unmodified')).length).toBe(
      await names('state:old').then((n) => n.length),
    );
    expect(await names('state:old')).toContain('top');
  });
  test.each<
    readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, readonly string[]>>]
  >([
    [
      'a body',
      { 'models/top.sql': 'select 2 as n' },
      { 'state:modified': ['top'], 'state:modified.body': ['top'], 'state:modified.configs': [] },
    ],
    [
      'a new model',
      { 'models/fresh.sql': 'select 1 as id' },
      { 'state:new': ['fresh'], 'state:modified': ['fresh'] },
    ],
    [
      'a config',
      { 'models/top.sql': `{{ config(materialized='view') }} ${FILES['models/top.sql'] ?? ''}` },
      { 'state:modified.configs': ['top'], 'state:modified.relation': [] },
    ],
    [
      'an alias',
      {
        'models/_m.yml': (FILES['models/_m.yml'] ?? '').replace(
          'meta: {a: 1}',
          'meta: {a: 1}, alias: b2',
        ),
      },
      { 'state:modified.relation': ['base'], 'state:modified.configs': [] },
    ],
    [
      'a macro that another one calls',
      { 'macros/m.sql': (FILES['macros/m.sql'] ?? '').replace('inner() %}1', 'inner() %}2') },
      { 'state:modified': ['calc'], 'state:modified.macros': ['calc'], 'state:modified.body': [] },
    ],
    [
      'a macro that nobody calls',
      { 'macros/m.sql': (FILES['macros/m.sql'] ?? '').replace('unused() %}1', 'unused() %}2') },
      { 'state:modified': [] },
    ],
    [
      'a seed',
      { 'seeds/raw.csv': 'id\n1\n2\n3\n' },
      { 'state:modified': ['raw'], 'state:modified+1': ['base', 'raw'] },
    ],
    [
      'a description that is not persisted',
      {
        'models/_m.yml': (FILES['models/_m.yml'] ?? '').replace(
          'description: all',
          'description: x',
        ),
      },
      { 'state:modified': [] },
    ],
  ])('%s', async (_, files, expected) => {
    await changing(files, async () => {
      for (const [selection, found] of Object.entries(expected))
        expect(await names(selection), selection).toEqual(found);
    });
  });
  test('result', async () => {
    expect(await names('result:error')).toEqual(['wrong']);
    expect(await names('result:success')).toEqual(['base', 'calc', 'top', 'raw']);
    expect(await names('result:pass')).toEqual(['not_null_base_id']);
  });
});

describe('refused', () => {
  const refused = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await run('ls', ...args);
    expect(code, output).toBe(2);
    return output;
  };
  test('without a state, and with one that is not there', async () => {
    expect(await refused('-s', 'state:modified')).toContain('--state <dir>');
    expect(await refused('-s', 'result:error')).toContain('--state <dir>');
    expect(await refused('-s', 'state:modifed', '--state', 'state_prod')).toContain(
      'Did you mean "modified"?',
    );
    const output = await refused('-s', 'state:modified', '--state', 'nowhere');
    expect(output).toContain('ETL3007');
    expect(output).toContain('nowhere');
  });
  test('a folder without artifacts, broken JSON, another version', async () => {
    await project.write({ 'empty/x': '', 'broken/manifest.json': '{"metadata"' });
    expect(await refused('-s', 'state:new', '--state', 'empty')).toContain('no manifest.json');
    expect(await refused('-s', 'state:new', '--state', 'broken')).toContain('is no JSON');
    const version = (v: number): Record<string, string> => ({
      'other/manifest.json': JSON.stringify({
        metadata: { dbt_schema_version: `https://schemas.getdbt.com/dbt/manifest/v${v}.json` },
        nodes: {},
      }),
    });
    await project.write(version(20));
    expect(await refused('-s', 'state:new', '--state', 'other')).toContain('version 20');
    await project.write(version(3));
    expect(await refused('-s', 'state:new', '--state', 'other')).toContain('ETL8002');
    await project.write(version(7));
    expect((await run('ls', '-s', 'state:new', '--state', 'other')).code).toBe(0);
  });
  test('--defer without a state', async () => {
    const { code, output } = await run('run', '--defer');
    expect(code).toBe(2);
    expect(output).toContain('--defer-state');
  });
});

describe.each([
  ['postgres', 'dev', 'state_prod'],
  ['clickhouse', 'dev_ch', 'state_prod_ch'],
])('--defer on %s', (_, target, state) => {
  const count = async (): Promise<unknown> =>
    (await rowsOf(`select n from {{ ref('top') }}`, project.dir, '-t', target))[0]?.['n'];

  test('what is not there is read from the state; without it the run fails', async () => {
    expect((await run('run', '-s', 'top', '-t', target)).code).toBe(1);
    const { code, output } = await run(
      'run',
      '-s',
      'top',
      '-t',
      target,
      '--defer',
      '--state',
      state,
    );
    expect(code, output).toBe(0);
    expect(await count()).toBe(2);
    const sql = await readFile(join(project.dir, 'target/run/shop/models/top.sql'), 'utf8').catch(
      () => readFile(join(project.dir, 'target/compiled/shop/models/top.sql'), 'utf8'),
    );
    expect(sql).toMatch(/["`]?prod["`]?\.["`]?calc/);
  });
  test('what is there is read there, unless the state is favoured', async () => {
    const args = ['-t', target, '--defer', '--defer-state', state];
    expect((await run('seed', '-t', target)).code).toBe(0);
    expect((await run('run', '-s', 'base', 'calc', '-t', target)).code).toBe(0);
    const compiled = async (...more: readonly string[]): Promise<string> =>
      (await run('compile', '-s', 'top', ...args, ...more)).stdout;
    expect(await compiled()).toMatch(/dev["`]?\.["`]?calc/);
    expect(await compiled('--favor-state')).toMatch(/prod["`]?\.["`]?calc/);
  });
  test('tests are deferred too', async () => {
    const fixed = ['-s', 'not_null_base_id', '-t', target, '--defer', '--state', state];
    const { code, output } = await run('test', ...fixed, '--favor-state');
    expect(code, output).toBe(0);
  });
});

test('a manifest that dbt wrote is understood', async () => {
  const path = join(project.dir, 'state_prod/manifest.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as {
    nodes: Record<string, Record<string, unknown>>;
    macros: Record<string, unknown>;
    metadata: Record<string, unknown>;
  };
  // dbt's own macros have other texts, its nodes more keys, and it has macros that are not here
  json.macros['macro.dbt.test_not_null'] = { macro_sql: 'another text' };
  json.macros['macro.dbt_postgres.something'] = { macro_sql: 'x' };
  json.metadata['dbt_version'] = '1.7.19';
  for (const node of Object.values(json.nodes)) node['config_call_dict'] = { x: 1 };
  await project.write({ 'by_dbt/manifest.json': JSON.stringify(json) });
  const { stdout, code } = await run('ls', '-s', 'state:modified', '--state', 'by_dbt');
  expect(code).toBe(0);
  expect(stdout.trim()).toBe('');
  await writeFile(path, JSON.stringify(json));
});

test('show, plan and docs generate defer too', async () => {
  const defer = ['-t', 'dev', '--state', 'state_prod', '--defer'];
  const shown = await run('show', '-s', 'calc', ...defer, '--favor-state');
  expect(shown.code, shown.output).toBe(0);
  expect(shown.stdout).toContain('Previewing node');
  const planned = await run('plan', '-s', 'calc', ...defer, '--favor-state', '--output', 'json');
  expect(planned.stdout, planned.output).toMatch(/\\"prod\\"\.\\"base\\"/);
  expect((await run('docs', 'generate', ...defer, '--favor-state')).code).toBe(0);
  const manifest = JSON.parse(
    await readFile(join(project.dir, 'target/manifest.json'), 'utf8'),
  ) as {
    nodes: Record<string, { compiled_code?: string }>;
  };
  expect(manifest.nodes['model.shop.calc']?.compiled_code).toContain('"prod"."base"');
});

test('docs generate: --empty-catalog, --no-compile, --static, --select', async () => {
  const generated = async (...args: readonly string[]): Promise<readonly [string, number]> => {
    const { code, output } = await run('docs', 'generate', '-t', 'prod', ...args);
    expect(code, output).toBe(0);
    const read = async (file: string): Promise<{ nodes: Record<string, { compiled?: boolean }> }> =>
      JSON.parse(await readFile(join(project.dir, 'target', file), 'utf8')) as never;
    const compiled = Object.values((await read('manifest.json')).nodes).filter((n) => n.compiled);
    return [Object.keys((await read('catalog.json')).nodes).join(), compiled.length];
  };
  // without compiling, the manifest of the last command stays as it is
  expect((await run('compile', '-t', 'prod')).code).toBe(0);
  const before = await readFile(join(project.dir, 'target/manifest.json'), 'utf8');
  expect((await generated('--empty-catalog', '--no-compile', '--static'))[0]).toBe('');
  expect(await readFile(join(project.dir, 'target/manifest.json'), 'utf8')).toBe(before);
  expect(await readFile(join(project.dir, 'target/static_index.html'), 'utf8')).toContain('<html');
  const [nodes, compiled] = await generated('--select', 'base');
  expect(nodes).toBe('model.shop.base');
  expect(compiled).toBeGreaterThan(0);
});

test('compile shows what is selected, and not the tests that come along', async () => {
  const { stdout } = await run('compile', '-s', 'base', '-t', 'prod');
  expect(stdout).toContain("Compiled node 'base' is:");
  expect(stdout).not.toContain('not_null');
  expect((await run('compile', '-s', 'not_null_base_id', '-t', 'prod')).stdout).toContain(
    "Compiled node 'not_null_base_id' is:",
  );
});

test.each([
  ['as written: another value of a variable is no change', 'true', []],
  ['as computed, with the flag off', 'false', ['by_config', 'by_entry']],
])('configs %s', async (_, flag, expected) => {
  const own = await scratch({
    'dbt_project.yml': `name: shop\nprofile: etl\nflags: {state_modified_compare_more_unrendered_values: ${flag}}\n`,
    'models/by_config.sql': `{{ config(materialized=env_var('KIND')) }} select 1 as id`,
    'models/by_entry.sql': 'select 1 as id',
    'models/by_entry.yml': `models: [{name: by_entry, config: {materialized: "{{ env_var('KIND') }}"}}]\n`,
  });
  try {
    const at = (kind: string, ...args: readonly string[]): Promise<EtlResult> =>
      etl(args, { cwd: own.dir, env: { KIND: kind } });
    expect((await at('table', 'parse', '--target-path', 'old')).code).toBe(0);
    const args = ['ls', '--output', 'name', '-s', 'state:modified', '--state', 'old'];
    expect((await at('table', ...args)).stdout).toBe('');
    const { code, stdout, output } = await at('view', ...args);
    expect(code, output).toBe(0);
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual(expected);
  } finally {
    await own.dispose();
  }
});
