// Options that every command takes: where they may stand, where they come from, and what they do.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { hold } from '../projects/support/bench.ts';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const PROJECT = `name: shop
profile: etl
target-path: target
clean-targets: [target, generated]
`;
let project: Scratch;
let held: Connection;
beforeAll(async () => {
  project = await scratch({
    'shop/dbt_project.yml': PROJECT,
    'shop/models/one.sql': `select '{{ target.name }}' as target_name, {{ var('n', 1) }} as n`,
    'shop/models/two.sql': `{{ config(materialized='table') }} select n from {{ ref('one') }}`,
    'shop/models/deep/three.sql': 'select 3 as n',
    'shop/seeds/raw.csv': 'id\n1\n',
    'profiles/profiles.yml': `etl:
  target: elsewhere
  outputs:
    elsewhere: {type: clickhouse, embedded: true, schema: marts, threads: 2}
    other: {type: postgres, embedded: true, schema: other}
second:
  outputs:
    default: {type: postgres, embedded: true, schema: second_schema}
`,
    'empty/readme.txt': '',
  });
  // keeps the embedded server up, so that not every call starts one
  held = await hold('postgres', join(project.dir, 'shop'));
});
afterAll(async () => {
  await held.close();
  await project.dispose();
});
const shop = (): string => join(project.dir, 'shop');
const run = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = shop(),
): Promise<EtlResult> => etl(args, { cwd, env });
/** What `target.name` is, with these options. */
const targetName = async (...given: Parameters<typeof run>): Promise<string> => {
  const { code, stdout, output } = await run([...given[0]], given[1], given[2]);
  expect(code, output).toBe(0);
  return /select '(\w+)' as target_name/.exec(stdout)?.[1] ?? output;
};

describe('what a caller hands on', () => {
  test('the name of the call, for logs and artifacts', async () => {
    const id = '0b0c2a3e-6f5d-4c1f-9c53-5d2b8ef4a111';
    const { code, stdout } = await run(['parse', '--invocation-id', id, '--log-format', 'json']);
    expect(code).toBe(0);
    const manifest = JSON.parse(await readFile(join(shop(), 'target/manifest.json'), 'utf8')) as {
      metadata: { invocation_id: string };
    };
    expect(manifest.metadata.invocation_id).toBe(id);
    const lines = stdout.trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect((JSON.parse(line) as { info: { invocation_id: string } }).info.invocation_id).toBe(id);
  });

  test('what dbt says to the parser of its --v2-parser', async () => {
    const asked = 'parse --project-dir . --profiles-dir ../profiles --target-path handoff'.split(
      ' ',
    );
    const logs = '--log-format otel --log-level-file off'.split(' ');
    const { code, stdout } = await run([...asked, '--vars', '{n: 2}', ...logs]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('Wrote handoff/manifest.json');
    expect(existsSync(join(shop(), 'handoff/manifest.json'))).toBe(true);
  });

  test('the folder of the installed packages', async () => {
    await project.write({
      'shop/elsewhere/calendar/dbt_project.yml': 'name: calendar\n',
      'shop/elsewhere/calendar/models/days.sql': 'select 1 as day',
    });
    const listed = await run(['ls', '--packages-install-path', 'elsewhere', '-s', 'days', '-q']);
    expect(listed.stdout).toBe('calendar.days\n');
    expect((await run(['ls', '-s', 'days', '-q'])).stdout).toBe('');
  });
});

describe('where options stand and come from', () => {
  test('before and after the command', async () => {
    expect(await targetName(['compile', '-s', 'one', '--target', 'clickhouse'])).toBe('clickhouse');
    expect(await targetName(['--target', 'clickhouse', 'compile', '-s', 'one'])).toBe('clickhouse');
    expect(await targetName(['compile', '-s', 'one'])).toBe('postgres');
    expect((await run(['--quiet', 'docs', 'generate', '--help'])).code).toBe(0);
  });

  test('ETL_ before DBT_ENGINE_ before DBT_, the command line before all', async () => {
    const args = ['compile', '-s', 'one'];
    expect(await targetName(args, { DBT_TARGET: 'clickhouse' })).toBe('clickhouse');
    expect(await targetName(args, { DBT_TARGET: 'nowhere', DBT_ENGINE_TARGET: 'clickhouse' })).toBe(
      'clickhouse',
    );
    expect(await targetName(args, { DBT_TARGET: 'nowhere', ETL_TARGET: 'clickhouse' })).toBe(
      'clickhouse',
    );
    expect(await targetName([...args, '-t', 'postgres'], { ETL_TARGET: 'nowhere' })).toBe(
      'postgres',
    );
  });

  test('flags from the environment: true, false, and not set', async () => {
    const said = async (env: Readonly<Record<string, string>>): Promise<string> =>
      (await run(['parse'], env)).stdout;
    expect(await said({ ETL_QUIET: 'true' })).toBe('');
    expect(await said({ DBT_QUIET: '1' })).toBe('');
    expect(await said({ ETL_QUIET: 'false', DBT_QUIET: 'true' })).not.toBe('');
    expect(await said({ ETL_LOG_FORMAT: 'json' })).toMatch(/^\{/);
    expect(await said({})).toContain('Found 3 models');
  });

  test('--vars as YAML and as JSON', async () => {
    for (const vars of ['{n: 42}', 'n: 42', '{"n": 42}']) {
      const { stdout } = await run(['compile', '-s', 'one', '--vars', vars]);
      expect(stdout, vars).toContain('42 as n');
    }
    const { code, output } = await run(['compile', '-s', 'one', '--vars', '{n: [']);
    expect(code).toBe(2);
    expect(output).toContain('--vars');
  });
});

describe('folders', () => {
  test('--project-dir from another folder, and a folder below the project', async () => {
    const away = join(project.dir, 'empty');
    const { code, stdout } = await run(
      ['ls', '--project-dir', '../shop', '--output', 'name', '--resource-type', 'model'],
      {},
      away,
    );
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').toSorted()).toEqual(['one', 'three', 'two']);
    expect(
      (await run(['ls', '--output', 'name'], {}, join(shop(), 'models/deep'))).stdout,
    ).toContain('three');
    expect((await run(['ls'], { DBT_PROJECT_DIR: shop() }, away)).stdout).toContain('shop.one');
    const without = await run(['ls'], {}, away);
    expect(without.code).toBe(2);
    expect(without.output).toContain('dbt_project.yml');
  });

  test('--profiles-dir, --profile and the profile file beside the project', async () => {
    const dir = join(project.dir, 'profiles');
    expect(await targetName(['compile', '-s', 'one', '--profiles-dir', dir])).toBe('elsewhere');
    expect(
      await targetName(['compile', '-s', 'one', '--profiles-dir', '../profiles', '-t', 'other']),
    ).toBe('other');
    expect(await targetName(['compile', '-s', 'one'], { DBT_PROFILES_DIR: dir })).toBe('elsewhere');
    const second = await run([
      'compile',
      '-s',
      'two',
      '--profiles-dir',
      dir,
      '--profile',
      'second',
    ]);
    expect(second.stdout).toContain('"second_schema"."one"');
    const wrong = await run(['compile', '--profiles-dir', dir, '-t', 'elsewere']);
    expect(wrong.code).toBe(2);
    expect(wrong.output).toContain('Did you mean "elsewhere"?');
    expect((await run(['parse', '--profiles-dir', join(project.dir, 'empty')])).code).toBe(2);
  });

  test('--target-path, also from the environment; clean deletes only what clean-targets names', async () => {
    expect((await run(['parse', '--target-path', 'generated'])).code).toBe(0);
    expect(existsSync(join(shop(), 'generated/manifest.json'))).toBe(true);
    expect((await run(['parse'], { ETL_TARGET_PATH: 'by_env' })).code).toBe(0);
    expect(existsSync(join(shop(), 'by_env/manifest.json'))).toBe(true);
    expect((await run(['parse'])).code).toBe(0);
    const cleaned = await run(['clean']);
    expect(cleaned.code, cleaned.output).toBe(0);
    expect(
      ['target', 'generated', 'by_env', 'models', '.etl'].filter((f) =>
        existsSync(join(shop(), f)),
      ),
    ).toEqual(['by_env', 'models', ...(existsSync(join(shop(), '.etl')) ? ['.etl'] : [])]);
    expect((await run(['clean'])).stdout).toContain('Nothing to clean');
  });

  test('clean refuses what is outside the project or holds sources', async () => {
    for (const target of ['../empty', 'models', '.', '/']) {
      await project.write({
        'bad/dbt_project.yml': `name: bad\nprofile: etl\nclean-targets: ['${target}']\n`,
      });
      await mkdir(join(project.dir, 'bad/models'), { recursive: true });
      const { code, output } = await run(['clean'], {}, join(project.dir, 'bad'));
      expect(code, target).toBe(2);
      expect(output).toContain('ETL1004');
      expect(existsSync(join(project.dir, 'empty/readme.txt'))).toBe(true);
      expect(existsSync(join(project.dir, 'bad/models'))).toBe(true);
    }
  });
});

describe('what is printed', () => {
  test('no colours where there is no terminal, with --no-color and with NO_COLOR', async () => {
    for (const [args, env] of [
      [['parse'], {}],
      [['parse', '--no-color'], {}],
      [['parse'], { NO_COLOR: '1' }],
    ] as const) {
      const { stdout } = await run(args, env);
      expect(stdout).not.toContain('\u001b');
      expect(stdout).toContain('Found 3 models');
    }
  });

  test('--quiet: nothing when all is well, errors when not', async () => {
    const well = await run(['run', '-q']);
    expect(well).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await project.write({ 'shop/models/bad.sql': 'select nonsense' });
    const bad = await run(['run', '-q', '-s', 'bad', 'one']);
    await project.write({ 'shop/models/bad.sql': 'select 1 as n' });
    expect(bad.code).toBe(1);
    expect(bad.output).toContain('models/bad.sql');
    expect(bad.output).not.toContain('Running with');
  });

  test('--threads is told, and 1 and 4 give the same', async () => {
    for (const threads of ['1', '4']) {
      const { code, stdout } = await run(['build', '--threads', threads]);
      expect(code).toBe(0);
      expect(stdout).toContain(`Concurrency: ${threads} thread`);
      expect(stdout).toMatch(/Done\. PASS=5 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=5/);
    }
    const results = JSON.parse(await readFile(join(shop(), 'target/run_results.json'), 'utf8')) as {
      args: Record<string, unknown>;
    };
    expect(results.args).toMatchObject({ threads: 4, which: 'build' });
    for (const wrong of ['0', '-1', 'x'])
      expect((await run(['run', '--threads', wrong])).code, wrong).toBe(2);
  });
});
