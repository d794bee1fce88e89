// etl run-operation: macros called from the command line.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runResultsSchema } from '../support/artifact-schemas.ts';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'macros/operations.sql': `
{% macro greet(name, times=1) %}{% for i in range(times) %}{{ log('hello ' ~ name ~ ' ' ~ execute, info=true) }}{% endfor %}{% endmacro %}
{% macro count_up(to) %}
  {{ log('asking', info=true) }}
  {% set rows = run_query('select ' ~ to ~ ' + 1 as n') %}
  {{ log('got ' ~ rows.columns[0].values()[0], info=true) }}
{% endmacro %}
{% macro make(name) %}{% do run_query('create table ' ~ schema ~ '.' ~ name ~ (' engine = Log' if target.type == 'clickhouse' else '') ~ ' as select 7 as id') %}{% endmacro %}
{% macro told(name) %}{{ log('options: ' ~ tojson(invocation_args_dict), info=true) }}{% endmacro %}
{% macro refuse() %}{{ log('before', info=true) }}{{ exceptions.raise_compiler_error('not today') }}{% endmacro %}
{% macro broken() %}{% do run_query('select nonsense from nowhere_at_all') %}{% endmacro %}
`,
    'dbt_packages/tools/dbt_project.yml': 'name: tools\n',
    'dbt_packages/tools/macros/t.sql': `{% macro greet(name) %}{{ log('tools says ' ~ name, info=true) }}{% endmacro %}
{% macro only_there() %}{{ log('here', info=true) }}{% endmacro %}`,
  });
});
afterAll(() => project.dispose());
const operation = (...args: readonly string[]): Promise<EtlResult> =>
  etl(['run-operation', ...args], { cwd: project.dir });

describe('without a warehouse', () => {
  test('a macro with arguments; what it logs is shown once', async () => {
    const { code, output } = await operation('greet', '--args', '{name: ana, times: 2}');
    expect(code, output).toBe(0);
    expect(output.match(/hello ana True/g)).toHaveLength(2);
  });
  test('invocation_args_dict tells the options and flags of the call', async () => {
    const { output } = await operation('told', '--args', '{name: ana}', '--vars', '{day: 1}');
    const told = /options: (\{.*\})/.exec(output)?.[1] ?? '';
    expect(JSON.parse(told)).toMatchObject({
      which: 'run-operation',
      macro: 'told',
      args: { name: 'ana' },
      vars: { day: 1 },
      print: true,
      quiet: false,
      send_anonymous_usage_stats: false,
      indirect_selection: 'eager',
    });
    expect(told).not.toMatch(/"full_refresh"|"selector"|null/);
  });
  test('package.macro, and a macro of a package by its name alone', async () => {
    expect((await operation('tools.greet', '--args', 'name: bob')).output).toContain(
      'tools says bob',
    );
    expect((await operation('only_there')).output).toContain('here');
  });
  test('a macro that is not there ends with 2 and a suggestion', async () => {
    const { code, output } = await operation('gret');
    expect(code).toBe(2);
    expect(output).toContain('ETL3011');
    expect(output).toContain('Did you mean "greet"?');
    expect((await operation('tols.greet')).output).toContain('Did you mean "tools.greet"?');
  });
  test('arguments that are no mapping end with 2', async () => {
    const { code, output } = await operation('greet', '--args', '[1]');
    expect(code).toBe(2);
    expect(output).toContain('--args must be a YAML mapping');
  });
  test('what the macro raises ends with 1; what it logged before is shown', async () => {
    const { code, output } = await operation('refuse');
    expect(code).toBe(1);
    expect(output).toContain('before');
    expect(output).toContain('not today');
  });
  test('an argument the macro does not know ends with 1', async () => {
    expect((await operation('greet', '--args', '{nam: ana}')).code).toBe(1);
  });
  test('without a macro it is wrong usage', async () => {
    const { code, output } = await operation();
    expect(code).toBe(2);
    expect(output).toContain('Either a macro name or --sql must be passed');
  });
  test('a macro and SQL, or SQL and arguments, are wrong usage', async () => {
    expect((await operation('greet', '--sql', 'select 1')).code).toBe(2);
    const { code, output } = await operation('--sql', 'select 1', '--args', '{a: 1}');
    expect(code).toBe(2);
    expect(output).toContain('--args cannot be used with --sql');
  });
});

describe.each(['postgres', 'clickhouse'])('on %s', (engine) => {
  test('a macro asks the warehouse', async () => {
    const { code, output } = await operation('count_up', '--args', '{to: 41}', '-t', engine);
    expect(code, output).toBe(0);
    expect(output).toContain('got 42');
    expect(output.match(/asking/g)).toHaveLength(1);
  });
  test('a macro changes the warehouse, and run_results.json tells of it', async () => {
    const { code, output } = await operation('make', '--args', '{name: made}', '-t', engine);
    expect(code, output).toBe(0);
    expect(
      await rowsOf('select id from {{ target.schema }}.made', project.dir, '-t', engine),
    ).toEqual([{ id: 7 }]);
    const json = JSON.parse(
      await readFile(join(project.dir, 'target/run_results.json'), 'utf8'),
    ) as { args: Record<string, unknown>; results: Record<string, unknown>[] };
    expect(runResultsSchema.safeParse(json).error?.issues ?? []).toEqual([]);
    expect(json.args).toMatchObject({
      which: 'run-operation',
      macro: 'make',
      args: { name: 'made' },
    });
    expect(json.results).toMatchObject([{ unique_id: 'macro.shop.make', status: 'success' }]);
  });
  test('SQL is rendered and sent, and run_results.json tells of it', async () => {
    const sql = `create view {{ target.schema }}.by_sql as select {{ var('n', 3) }} as id`;
    const { code, output } = await operation('--sql', sql, '-t', engine, '--vars', '{n: 4}');
    expect(code, output).toBe(0);
    expect(output).toContain('START executing inline_query');
    expect(output).toContain('OK executed inline_query');
    expect(
      await rowsOf('select id from {{ target.schema }}.by_sql', project.dir, '-t', engine),
    ).toEqual([{ id: 4 }]);
    const json = JSON.parse(
      await readFile(join(project.dir, 'target/run_results.json'), 'utf8'),
    ) as { args: Record<string, unknown>; results: Record<string, unknown>[] };
    expect(runResultsSchema.safeParse(json).error?.issues ?? []).toEqual([]);
    expect(json.args).toMatchObject({ which: 'run-operation', sql });
    expect(json.results).toMatchObject([
      { unique_id: 'sql_operation.shop.inline_query', status: 'success' },
    ]);
  });
  test('SQL that only reads is sent too', async () => {
    const { code, output } = await operation('--sql', 'select 1 as id', '-t', engine);
    expect(code, output).toBe(0);
  });
  test('SQL that fails ends with 1, and etl retry sends it again', async () => {
    const sql = 'select nonsense from nowhere_at_all';
    const { code, output } = await operation('--sql', sql, '-t', engine);
    expect(code).toBe(1);
    expect(output).toContain('ERROR executing inline_query');
    expect(output).toContain('--inline:1:');
    const again = await etl(['retry', '-t', engine], { cwd: project.dir });
    expect(again.code).toBe(1);
    expect(again.output).toContain('ETL5001');
  });
  test('a statement that fails ends with 1', async () => {
    const { code, output } = await operation('broken', '-t', engine);
    expect(code).toBe(1);
    expect(output).toContain('ETL5001');
  });
});
