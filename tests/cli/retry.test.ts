// etl retry: what failed or was skipped, once more.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const FILES: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shop\nprofile: etl\nmodels: {shop: {+materialized: table}}\n',
  'macros/op.sql': `{% macro op(n) %}{{ log('n is ' ~ n ~ ' ' ~ var('v', 'unset'), info=true) }}{% if var('v', 'unset') == 'unset' %}{{ exceptions.raise_compiler_error('v') }}{% endif %}{% endmacro %}`,
  'models/good.sql': 'select 1 as id',
  'models/bad.sql': `select {{ var('what', 'nonsense') }} as id from {{ ref('good') }}`,
  'models/below.sql': `select * from {{ ref('bad') }}`,
};
async function inProject(then: (project: Scratch, run: Run) => Promise<void>): Promise<void> {
  const project = await scratch(FILES);
  const run: Run = (...args) => etl(args, { cwd: project.dir });
  try {
    await then(project, run);
  } finally {
    await project.dispose();
  }
}
type Run = (...args: readonly string[]) => Promise<EtlResult>;

test('a run: the failed and the skipped model, until there is nothing left', () =>
  inProject(async (project, run) => {
    expect((await run('run', '-t', 'clickhouse')).code).toBe(1);
    const again = await run('retry');
    expect(again.code, again.output).toBe(1);
    expect(again.output).toContain("target='clickhouse'");
    expect(again.output).toContain('TOTAL=2');
    const mended = await run('retry', '--vars', '{what: 7}', '--threads', '1');
    expect(mended.code, mended.output).toBe(0);
    expect(mended.output).toContain('Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2');
    expect(
      await rowsOf(`select id from {{ ref('below') }}`, project.dir, '-t', 'clickhouse'),
    ).toEqual([{ id: 7 }]);
    const { args } = JSON.parse(
      await readFile(join(project.dir, 'target/run_results.json'), 'utf8'),
    ) as { args: Record<string, unknown> };
    expect(args).toMatchObject({ which: 'run', vars: { what: 7 }, threads: 1 });
    const done = await run('retry');
    expect(done.code).toBe(0);
    expect(done.output).toContain('Nothing to retry');
    // every one of these runs is kept, whatever becomes of the target folder
    await rm(join(project.dir, 'target'), { recursive: true });
    const history = await run('history', '--output', 'json', '-s', 'bad');
    const { target, runs } = JSON.parse(history.stdout) as {
      readonly target: string;
      readonly runs: readonly { readonly results: readonly { readonly status: string }[] }[];
    };
    expect(target).toBe('clickhouse');
    expect(runs.map(({ results }) => results.map(({ status }) => status))).toEqual([
      ['error'],
      ['error'],
      ['success'],
    ]);
    const shown = await run('history');
    expect(shown.code, shown.output).toBe(0);
    expect(shown.stdout).toMatch(/The last 3 runs on clickhouse[^]*\| bad +\| ✗✗✓ +\|/);
    const none = await run('history', '--target', 'nowhere');
    expect(none.stdout).toBe('No runs are kept on nowhere yet: etl build keeps one.\n');
  }));

test('a build with a test that fails', () =>
  inProject(async (project, run) => {
    await project.write({
      'models/bad.sql': `select 1 as id from {{ ref('good') }}`,
      'models/_m.yml':
        'models: [{name: bad, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}}}]}]}]\n',
    });
    expect((await run('build')).code).toBe(1);
    await project.write({ 'models/bad.sql': `select 2 as id from {{ ref('good') }}` });
    const { code, output } = await run('retry');
    expect(code, output).toBe(0);
    expect(output).not.toContain('public.good');
    expect(output).toContain('PASS accepted_values_bad_id__2');
    expect(output).toContain('public.below');
  }));

test('run-operation, with its arguments', () =>
  inProject(async (_, run) => {
    expect((await run('run-operation', 'op', '--args', '{n: 5}')).code).toBe(1);
    const { code, output } = await run('retry', '--vars', 'v: set');
    expect(code, output).toBe(0);
    expect(output).toContain('n is 5 set');
  }));

test('without a last run; the folder of --target-path', () =>
  inProject(async (_, run) => {
    const { code, output } = await run('retry');
    expect(code).toBe(2);
    expect(output).toContain('ETL8002');
    expect(output).toContain("Could not find previous run in 'target' target directory");
    expect((await run('run', '--target-path', 'other')).code).toBe(1);
    const again = await run('retry', '--target-path', 'other');
    expect(again.code).toBe(1);
    expect(again.output).toContain('TOTAL=2');
  }));

test('hooks of the run are results too; a retry runs them again, and only a broken template ends the command', () =>
  inProject(async (project, run) => {
    const hooks = (second: string): string =>
      `${FILES['dbt_project.yml'] ?? ''}on-run-start: ["select 1", "${second}", "select 3"]\non-run-end: ["select 4"]\n`;
    const statuses = async (): Promise<Record<string, string>> => {
      const text = await readFile(join(project.dir, 'target/run_results.json'), 'utf8');
      const { results } = JSON.parse(text) as { results: { unique_id: string; status: string }[] };
      return Object.fromEntries(results.map((r) => [r.unique_id, r.status]));
    };
    await project.write({ 'dbt_project.yml': hooks('select nonsense') });
    expect((await run('run', '-s', 'good')).code).toBe(1);
    const failed = {
      'operation.shop.shop-on-run-start-0': 'success',
      'operation.shop.shop-on-run-start-1': 'error',
      'operation.shop.shop-on-run-start-2': 'skipped',
      'model.shop.good': 'skipped',
      'operation.shop.shop-on-run-end-0': 'success',
    };
    expect(await statuses()).toEqual(failed);
    expect((await run('retry')).code).toBe(1);
    expect(await statuses()).toEqual(failed);
    await project.write({ 'dbt_project.yml': hooks('select {{ nonsense() }}') });
    const broken = await run('retry');
    expect(broken.code, broken.output).toBe(2);
    expect(broken.output).toContain('nonsense');
    await project.write({ 'dbt_project.yml': hooks('select 2') });
    const mended = await run('retry');
    expect(mended.code, mended.output).toBe(0);
    expect(new Set(Object.values(await statuses()))).toEqual(new Set(['success']));
    expect(mended.output).toContain('TOTAL=1');
  }));

test('what warned is run again where warnings are errors, which is not inherited', () =>
  inProject(async (project, run) => {
    await project.write({
      'models/bad.sql': `select 1 as id from {{ ref('good') }}`,
      'models/_m.yml':
        'models: [{name: bad, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}, config: {severity: warn}}}]}]}]\n',
    });
    expect((await run('build')).code).toBe(0);
    expect((await run('retry')).output).toContain('Nothing to retry');
    expect((await run('retry', '--warn-error')).code).toBe(1);
    const { code, output } = await run('retry');
    expect(code, output).toBe(0);
    expect(output).toContain('WARN=1');
    expect(output).toContain('TOTAL=1');
  }));

test('a node that is gone', () =>
  inProject(async (project, run) => {
    expect((await run('run')).code).toBe(1);
    await rm(join(project.dir, 'models/below.sql'));
    const { code, output } = await run('retry');
    expect(code, output).toBe(2);
    expect(output).toContain("Couldn't find model 'model.shop.below'");
  }));
