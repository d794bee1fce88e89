// dbt.log, the levels and formats of what is told, and what is printed whatever they are.
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { hold } from '../projects/support/bench.ts';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
let held: Connection;
let logs = '';
let number = 0;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/good.sql': `{{ print('printed') }}{{ log('logged', info=true) }}{{ log('traced') }}select 1 as id`,
    'models/secret.sql': `select '{{ "hunter2-of-the-" ~ "environment" }}' as id`,
    'models/bad.sql': 'select nonsense',
    'tests/none.sql': `{{ config(severity='warn') }} select 'failing-row' as word from {{ ref('good') }}`,
  });
  held = await hold('postgres', project.dir);
});
afterAll(async () => {
  await held.close();
  await project.dispose();
});
beforeEach(() => {
  logs = join(project.dir, `logs-${++number}`);
});
const run = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<EtlResult> => etl(args, { cwd: project.dir, env: { DBT_LOG_PATH: logs, ...env } });
const log = (): Promise<string> => readFile(join(logs, 'dbt.log'), 'utf8');

describe('the log file', () => {
  test('tells everything with times, levels and threads, and begins with the id of the call', async () => {
    expect((await run(['build', '-s', 'good', '-q'])).stdout).toBe('printed\n');
    const text = await log();
    expect(text).toMatch(
      /^\n\n={30} \d\d:\d\d:\d\d\.\d{6} \| [0-9a-f-]{36} ={30}\n\d\d:\d\d:\d\d\.\d{6} \[info \] \[MainThread\]: Running with etl/,
    );
    expect(text).toMatch(/\[info \] \[MainThread\]: logged/);
    expect(text).toMatch(/\[debug\] \[MainThread\]: traced/);
    expect(text).toMatch(
      /\[debug\] \[MainThread\]: On model\.shop\.good:\n\/\* .* \*\/\ncreate or replace view/,
    );
    expect(text).toMatch(/\[warn \] \[MainThread\]: .*WARN 1 none/);
    expect(text).not.toContain('failing-row |');
    expect((await run(['ls'])).code).toBe(0);
    expect((await log()).match(/={30} \d/g)).toHaveLength(2);
  });

  test('is in the folder logs of the project, or where the project says', async () => {
    const env = { DBT_LOG_PATH: '' };
    expect((await run(['ls'], env)).code).toBe(0);
    expect(existsSync(join(project.dir, 'logs/dbt.log'))).toBe(true);
    await project.write({
      'other/dbt_project.yml': 'name: other\nprofile: etl\nlog-path: mine\n',
      'other/models/one.sql': 'select 1 as id',
    });
    expect((await run(['ls', '--project-dir', 'other'], env)).code).toBe(0);
    expect(existsSync(join(project.dir, 'other/mine/dbt.log'))).toBe(true);
    expect((await run(['ls', '--log-path', 'x/y'])).code).toBe(0);
    expect(existsSync(join(project.dir, 'x/y/dbt.log'))).toBe(true);
  });

  test('has the level and format that are asked for', async () => {
    await run(['run', '-s', 'good', '--log-level-file', 'info', '--log-format-file', 'json']);
    const lines = (await log()).trim().split('\n');
    const levels = lines.map((l) => (JSON.parse(l) as { info: { level: string } }).info.level);
    expect([...new Set(levels)]).toEqual(['info']);
    expect((await run(['run', '-s', 'good', '--log-level', 'error'])).stdout).toBe('printed\n');
    logs = join(project.dir, 'none');
    expect((await run(['ls', '--log-level-file', 'none'])).code).toBe(0);
    expect(existsSync(logs)).toBe(false);
  });

  test('holds no secrets', async () => {
    const env = { DBT_ENV_SECRET_WORD: 'hunter2-of-the-environment' };
    await run(['run', '-s', 'secret', '--debug'], env);
    expect(await log()).toContain('*****');
    expect(await log()).not.toContain('hunter2-of-the-environment');
  });

  test('is put aside when it is full; five are kept', async () => {
    for (let i = 0; i < 8; i++) await run(['ls', '--log-file-max-bytes', '100']);
    const files = (await readdir(logs)).toSorted();
    expect(files).toEqual([
      'dbt.log',
      'dbt.log.1',
      'dbt.log.2',
      'dbt.log.3',
      'dbt.log.4',
      'dbt.log.5',
    ]);
  });

  test('that cannot be written is a warning, and the list stays a list', async () => {
    await writeFile(logs, 'a file');
    const { code, stdout, stderr } = await run(['ls', '--resource-type', 'model', '-s', 'good']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'shop.good\n' });
    expect(stderr).toContain('warning[ETL8060]');
    await mkdir(`${logs}-`, { recursive: true });
  });
});

describe('the terminal', () => {
  test('--log-level says how much', async () => {
    const told = async (...args: readonly string[]): Promise<string> =>
      (await run(['build', '-s', 'good', ...args])).output;
    expect(await told('--log-level', 'debug')).toMatch(/traced[^]*create or replace view/);
    expect(await told()).toMatch(/^(?![^]*(traced|create or replace))[^]*logged/);
    expect(await told('--log-level', 'warn')).toMatch(/^printed\nWarning in test none/);
    expect(await told('--log-level', 'error')).toBe('printed\n');
    expect(await told('--log-level', 'none')).toBe('');
  });

  test('print() is shown bare, also under --quiet, and not with --no-print', async () => {
    expect((await run(['run', '-s', 'good'])).stdout).toMatch(/^printed$/m);
    expect((await run(['run', '-s', 'good', '--quiet'])).stdout).toBe('printed\n');
    expect((await run(['run', '-s', 'good', '--quiet', '--no-print'])).stdout).toBe('');
    expect((await run(['run', '-s', 'good', '--quiet'], { DBT_NO_PRINT: '1' })).stdout).toBe('');
  });

  test('--log-format json with --quiet: errors, and what is printed', async () => {
    const { stdout } = await run(['run', '--quiet', '--log-format', 'json']);
    const names = stdout
      .trim()
      .split('\n')
      .map((l) => (JSON.parse(l) as { info: { name: string } }).info.name);
    expect(new Set(names)).toEqual(
      new Set(['PrintEvent', 'LogModelResult', 'RunResultFailure', 'RunResultError']),
    );
  });

  test('show and compile tell machines in the events of dbt', async () => {
    const lines = async (...args: readonly string[]): Promise<Record<string, unknown>[]> =>
      (await run([...args, '--log-format', 'json'])).stdout
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l) as { info: { name: string }; data: Record<string, unknown> })
        .filter((l) => ['ShowNode', 'CompiledNode'].includes(l.info.name))
        .map((l) => l.data);
    expect(await lines('show', '--inline', 'select 1 as n', '--output', 'json')).toMatchObject([
      { is_inline: true, output_format: 'json', preview: '[{"n":1}]', sql: 'select 1 as n' },
    ]);
    expect(await lines('compile', '-s', 'bad')).toMatchObject([
      { node_name: 'bad', unique_id: 'model.shop.bad', compiled: 'select nonsense' },
    ]);
  });
});
