// What a scheduler does with the executable: a folder of links, its options before and after the command, several at once.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

/** Profiles as a scheduler makes them when nothing is to be connected to: no schema, keys that are not dbt's. */
const MOCKS = {
  postgres: `default:
  target: prod
  outputs:
    prod: {type: postgres, host: mock_value, port: 5432, user: mock_value, password: mock_value, dbname: mock_value}
`,
  clickhouse: `default:
  target: prod
  outputs:
    prod: {type: clickhouse, host: mock_value, port: 9000, user: mock_value, password: mock_value, schema: mock_value, driver: native, secure: false, clickhouse: mock_value}
`,
} as const;

let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'source/dbt_project.yml': 'name: shop\nprofile: default\nmodels: {+materialized: table}\n',
    'source/packages.yml': 'packages: []\n',
    'source/models/gold/one.sql': `select {{ var('n', 1) }} as id from {{ ref('raw') }}`,
    'source/models/gold/two.sql': `select id from {{ ref('one') }}`,
    'source/models/_m.yml': 'models: [{name: one, columns: [{name: id, data_tests: [unique]}]}]',
    'source/seeds/raw.csv': 'id\n1\n',
    'source/macros/deep/m.sql': '{% macro unused() %}1{% endmacro %}',
    'mock/postgres/profiles.yml': MOCKS.postgres,
    'mock/clickhouse/profiles.yml': MOCKS.clickhouse,
    'real/profiles.yml':
      'default:\n  target: prod\n  outputs:\n    prod: {type: postgres, embedded: true, schema: public}\n',
  });
});
afterAll(() => project.dispose());

/** A folder of its own in which every entry of the project is a link; gone afterwards. */
async function inLinks<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'etl-links-')));
  try {
    for (const name of await readdir(join(project.dir, 'source')))
      if (!['logs', 'target', 'package-lock.yml', 'profiles.yml'].includes(name))
        await symlink(join(project.dir, 'source', name), join(dir, name));
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Every file of the project with the hash of what is in it. */
async function contents(): Promise<Readonly<Record<string, string>>> {
  const root = join(project.dir, 'source');
  const all = await readdir(root, { recursive: true, withFileTypes: true });
  const files = all.filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name));
  const own = files.map((f) => relative(root, f)).filter((f) => !f.startsWith('.etl/'));
  return Object.fromEntries(
    await Promise.all(
      own.toSorted().map(async (f): Promise<[string, string]> => [
        f,
        createHash('sha256')
          .update(await readFile(join(root, f)))
          .digest('hex'),
      ]),
    ),
  );
}

const where = (dir: string, profiles: string): readonly string[] => [
  '--project-dir',
  dir,
  '--profiles-dir',
  join(project.dir, profiles),
  '--profile',
  'default',
  '--target',
  'prod',
];
const KEYS = 'name unique_id resource_type depends_on original_file_path tags config freshness fqn';
const env = { DO_NOT_TRACK: '1', DBT_SEND_ANONYMOUS_USAGE_STATS: 'False', AIRFLOW_CTX_DAG_ID: 'x' };

describe.each(['postgres', 'clickhouse'] as const)('ls with the mock profile of %s', (engine) => {
  test('prints one object a line with the keys that are read, and nothing else', async () => {
    await inLinks(async (dir) => {
      const args = ['ls', '--output', 'json', '--output-keys', ...KEYS.split(' ')];
      const more = ['--exclude', 'two', '--select', 'one', 'raw', '--vars', '{"n": 2}'];
      const given = [...args, ...where(dir, `mock/${engine}`), ...more, '--no-partial-parse'];
      const { code, stdout, output } = await etl(given, { cwd: dir, env });
      expect(code, output).toBe(0);
      expect(stdout).not.toContain('Error');
      const nodes = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(nodes.map((n) => n['unique_id'])).toEqual(
        expect.arrayContaining(['model.shop.one', 'seed.shop.raw']),
      );
      for (const node of nodes) {
        expect(String(node['unique_id']).split('.').length).toBeGreaterThan(2);
        for (const key of ['resource_type', 'depends_on', 'original_file_path', 'config', 'fqn'])
          expect(Object.keys(node)).toContain(key);
        expect(node).not.toHaveProperty('package_name');
        expect(Array.isArray(node['tags'])).toBe(true);
      }
    });
  });

  test('what needs the warehouse says what the profile lacks', async () => {
    await inLinks(async (dir) => {
      const { code, output } = await etl(['run', ...where(dir, `mock/${engine}`)], { cwd: dir });
      expect(code).toBe(2);
      expect(output).toMatch(/error\[ETL\d{4}\]/);
      if (engine === 'postgres') expect(output).toContain('"schema" of the Postgres output');
    });
  });

  test('deps and parse need no warehouse either', async () => {
    await inLinks(async (dir) => {
      for (const args of [['deps'], ['parse']]) {
        const ended = await etl([...args, ...where(dir, `mock/${engine}`)], { cwd: dir, env });
        expect(ended.code, ended.output).toBe(0);
      }
    });
  });
});

describe('a task', () => {
  const task = (
    dir: string,
    before: readonly string[],
    command: string,
    ...after: readonly string[]
  ): Promise<EtlResult> =>
    etl([...before, command, ...after, ...where(dir, 'real')], {
      cwd: dir,
      env: { ...env, DBT_TARGET_PATH: join(dir, 'target'), DBT_LOG_PATH: join(dir, 'logs') },
    });

  test('has its options before or after the command, lists as one text, vars as YAML of several lines', async () => {
    const unchanged = await contents();
    await inLinks(async (dir) => {
      const flags = ['--no-version-check', '--cache-selected-only', '--fail-fast', '--warn-error'];
      const seeded = await task(dir, ['--no-partial-parse', ...flags], 'seed', '--select', 'raw');
      expect(seeded.code, seeded.output).toBe(0);
      const vars = 'n: 3\ntext: |-\n  two\n  lines\n';
      const run = await task(
        dir,
        ['--no-partial-parse'],
        'run',
        '--select',
        'fqn:shop.gold.one fqn:shop.gold.two',
        '--exclude',
        'tag:never tag:later',
        '--vars',
        vars,
        '--full-refresh',
        '--no-version-check',
        '--cache-selected-only',
        '--fail-fast',
      );
      expect(run.code, run.output).toBe(0);
      expect(run.stdout).toMatch(/Done\..*\bWARN=0\b.*\bTOTAL=2\b/);
      const sql = await readFile(join(dir, 'target/compiled/shop/models/gold/one.sql'), 'utf8');
      expect(sql).toContain('select 3 as id');
      const indirect = ['--indirect-selection', 'cautious', '--models', 'one'];
      const tested = await task(dir, [], 'test', ...indirect, '--quiet', '--log-format', 'json');
      expect(tested.code, tested.output).toBe(0);
      expect(existsSync(join(dir, 'target/run_results.json'))).toBe(true);
    });
    expect(await contents()).toEqual(unchanged);
  });

  test('runs beside others: each in links of its own, on one warehouse', async () => {
    const ended = await Promise.all(
      ['one', 'two', 'one'].map((name) =>
        inLinks((dir) => task(dir, [], 'run', '--select', `fqn:shop.gold.${name}`)),
      ),
    );
    for (const { code, output } of ended) expect(code, output).toBe(0);
  });

  test('that builds a whole project tells each node in JSON, the manifest being there before', async () => {
    await inLinks(async (dir) => {
      const { code, stdout } = await task(
        dir,
        ['--log-level', 'debug'],
        'build',
        '--log-format',
        'json',
        '--vars',
        '{n: 1}',
      );
      expect(code).toBe(0);
      const events = stdout
        .trim()
        .split('\n')
        .map(
          (l) =>
            JSON.parse(l) as {
              info: { name: string; invocation_id: string };
              data: Record<string, never>;
            },
        );
      expect(new Set(events.map((e) => e.info.invocation_id)).size).toBe(1);
      const finished = events.filter((e) => e.info.name === 'NodeFinished');
      expect(finished).toHaveLength(4);
      for (const { data } of finished)
        expect(data['node_info']).toMatchObject({
          node_status: expect.stringMatching(/success|pass/) as string,
        });
    });
  });

  test('that fails ends with 1, one that cannot begin with 2', async () => {
    await inLinks(async (dir) => {
      expect((await task(dir, [], 'run', '--vars', '{n: nonsense}')).code).toBe(1);
      expect((await task(dir, [], 'run', '--select', 'nonsense:x')).code).toBe(2);
      await mkdir(join(dir, 'nothing'), { recursive: true });
    });
  });
});
