// Every option that a caller of dbt may pass: taken before and after the command, from the environment and from the project.
import { join } from 'node:path';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IGNORED_OPTIONS } from '../../src/cli/ignored-options.ts';
import { namesOf } from '../../src/cli/options.ts';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'shop/dbt_project.yml': 'name: shop\nprofile: etl\nclean-targets: [target, ../outside]\n',
    'shop/models/one.sql': 'select {{ flags.PRINTER_WIDTH }} as n, {{ flags.FAIL_FAST }} as fast',
    'outside/kept.txt': '',
  });
});
afterAll(() => project.dispose());
const run = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = join(project.dir, 'shop'),
): Promise<EtlResult> => etl(args, { cwd, env });

test('options without effect are taken before and after the command, with their opposites', async () => {
  const args = IGNORED_OPTIONS.map((o) => [
    namesOf(o).at(-1) ?? '',
    ...(o.kind === 'flag' ? [] : ['1']),
  ]).flat();
  const plain = await run(['ls']);
  expect(plain.code, plain.output).toBe(0);
  for (const given of [
    [...args, 'ls'],
    ['ls', ...args],
  ]) {
    const { code, stdout, stderr } = await run(given);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: plain.stdout, stderr: '' });
  }
});

describe('flags: of dbt_project.yml', () => {
  beforeAll(async () => {
    await project.write({
      'flagged/dbt_project.yml':
        'name: flagged\nprofile: etl\nflags:\n  printer_width: 33\n  fail_fast: true\n  send_anonymous_usage_stats: false\n  state_modified_compare_vars: true\n',
      'flagged/models/one.sql':
        'select {{ flags.PRINTER_WIDTH }} as width, {{ flags.FAIL_FAST }} as fast',
    });
  });

  test('are weaker than the environment, and that is weaker than the command line', async () => {
    const compiled = async (
      args: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<string> => {
      const { code, stdout, output } = await run(
        ['compile', '-s', 'one', ...args],
        env,
        join(project.dir, 'flagged'),
      );
      expect(code, output).toBe(0);
      return stdout;
    };
    expect(await compiled([])).toContain('select 33 as width, True as fast');
    const env = { DBT_PRINTER_WIDTH: '44', DBT_ENGINE_FAIL_FAST: 'false' };
    expect(await compiled([], env)).toContain('select 44 as width, False as fast');
    const args = ['--printer-width', '55', '--fail-fast'];
    expect(await compiled(args, env)).toContain('select 55 as width, True as fast');
  });
});

test('.env of the working directory says the target, and the environment itself is stronger', async () => {
  await project.write({
    'away/.env': 'DBT_TARGET=clickhouse\nDBT_PROJECT_DIR=../shop\n',
    'away/below/readme.txt': '',
  });
  const type = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const cwd = join(project.dir, 'away/below');
    const args = ['compile', '--project-dir', '../../shop', '--inline', '{{ target.type }}'];
    const { stdout, output, code } = await run(args, env, cwd);
    expect(code, output).toBe(0);
    return /clickhouse|postgres/.exec(stdout)?.[0] ?? output;
  };
  expect(await type({})).toBe('clickhouse');
  expect(await type({ ETL_TARGET: 'postgres' })).toBe('postgres');
  const listed = await run(['ls', '--output', 'name'], {}, join(project.dir, 'away'));
  expect(listed.stdout).toBe('one\n');
});

test('--no-write-json writes no artifacts', async () => {
  const path = join(project.dir, 'shop/elsewhere');
  expect((await run(['parse', '--no-write-json', '--target-path', 'elsewhere'])).code).toBe(0);
  await expect(stat(join(path, 'manifest.json'))).rejects.toThrow('ENOENT');
  expect((await run(['parse', '--write-json', '--target-path', 'elsewhere'])).code).toBe(0);
  expect(await readFile(join(path, 'manifest.json'), 'utf8')).toContain('"model.shop.one"');
});

test('clean deletes outside the project only when it is told to', async () => {
  const outside = join(project.dir, 'outside');
  await mkdir(join(project.dir, 'shop/target'), { recursive: true });
  expect((await run(['clean'])).code).toBe(2);
  expect((await stat(outside)).isDirectory()).toBe(true);
  const { code, output } = await run(['clean', '--no-clean-project-files-only']);
  expect(code, output).toBe(0);
  await expect(stat(outside)).rejects.toThrow('ENOENT');
});

test('debug --config-dir, debug --connection', async () => {
  await project.write({ 'profiles/profiles.yml': 'etl:\n  outputs: {}\n' });
  const dir = await run(['debug', '--config-dir', '--profiles-dir', '../profiles']);
  expect(dir.stdout).toBe(`${join(project.dir, 'profiles')}\n`);
  const { stdout } = await run(['debug', '--connection']);
  expect(stdout).toContain('connection');
  expect(stdout).not.toContain('versions');
});

test('init takes the options of dbt', async () => {
  const { code, output } = await run(['init', 'made', '-s', '--skip-debug'], {}, project.dir);
  expect(code, output).toBe(0);
});
