// .env, env_var() in profiles, and that no secret reaches a file or the screen.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

const SECRET_VAR = 'marker-of-a-secret-variable';
let server: PostgresServer;
let project: Scratch;
let password: string;
const files = (): Record<string, string> => ({
  'dbt_project.yml': 'name: shop\nprofile: mine\n',
  'profiles.yml': `mine:
  target: "{{ env_var('WHICH_TARGET', 'server') }}"
  outputs:
    server:
      type: postgres
      host: 127.0.0.1
      port: "{{ env_var('PG_PORT') | as_number }}"
      user: "{{ env_var('PG_USER') }}"
      password: "{{ env_var('DBT_ENV_SECRET_PASSWORD') }}"
      dbname: postgres
      schema: "{{ env_var('PG_SCHEMA', 'from_default') }}"
    broken: {type: postgres, host: "{{ env_var('NOT_SET_ANYWHERE') }}", user: u, password: x, dbname: d, schema: s}
`,
  '.env': `# settings
export PG_PORT=${server.port}
PG_USER="me"
DBT_ENV_SECRET_PASSWORD='${password}'
DBT_ENV_SECRET_TOKEN=${SECRET_VAR}
PG_SCHEMA=from_file
`,
  'models/good.sql': `select '{{ target.schema }}' as s, '{{ target.user }}' as u, '{{ env_var("PG_USER") }}' as v`,
  'models/loud.sql': `{{ log('password is ${password}', info=true) }} select '${password}'::int as boom`,
});
const run = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<EtlResult> => etl(args, { cwd: project.dir, env });

beforeAll(async () => {
  server = await postgresServer();
  password = String(server.output['password']);
  project = await scratch(files());
});
afterAll(async () => {
  await server.stop();
  await project.dispose();
});

async function filesBelow(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
}

test('.env of the project folder is read, quotes and export too', async () => {
  const { code, stdout, output } = await run(['show', '-s', 'good', '--output', 'json', '-q']);
  expect(code, output).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ show: [{ s: 'from_file', u: 'me', v: 'me' }] });
});

test('the environment wins over .env, also from another folder', async () => {
  const { stdout, output } = await etl(
    [
      'show',
      '-s',
      'good',
      '--output',
      'json',
      '-q',
      '--project-dir',
      project.dir,
      '--profiles-dir',
      project.dir,
    ],
    { cwd: '/', env: { PG_SCHEMA: 'from_process' } },
  );
  expect(JSON.parse(stdout || output)).toMatchObject({ show: [{ s: 'from_process' }] });
});

test('no secret is in the artifacts, in compiled files, in logs or in error messages', async () => {
  const results: EtlResult[] = [];
  for (const args of [
    ['debug'],
    ['build', '--exclude', 'loud'],
    ['build', '--log-format', 'json', '--exclude', 'loud'],
    ['build', '--debug', '--exclude', 'loud'],
    ['docs', 'generate', '--exclude', 'loud'],
    ['plan', '--exclude', 'loud', '--output', 'json'],
    ['ls', '--output', 'json', '-s', 'good'],
  ]) {
    const result = await run(args);
    expect(result.code, result.output).toBe(0);
    results.push(result);
  }
  for (const { output } of results) {
    expect(output).not.toContain(password);
    expect(output).not.toContain(SECRET_VAR);
  }
  const written = await filesBelow(join(project.dir, 'target'));
  expect(written.map((f) => f.split('/').at(-1))).toEqual(
    expect.arrayContaining([
      'manifest.json',
      'run_results.json',
      'catalog.json',
      'index.html',
      'good.sql',
    ]),
  );
  for (const file of written) {
    const text = await readFile(file, 'utf8');
    expect(text.includes(SECRET_VAR), file).toBe(false);
    if (!file.includes('loud') && !file.endsWith('manifest.json') && !file.endsWith('index.html'))
      expect(text.includes(password), file).toBe(false);
  }
});

test('a password that a message would show is masked', async () => {
  for (const more of [[], ['--log-format', 'json'], ['--quiet']]) {
    const { code, output } = await run(['run', '-s', 'loud', ...more]);
    expect(code).toBe(1);
    expect(output).toContain('*****');
    expect(output).not.toContain(password);
  }
});

test('a secret cannot be used where it would be written down', async () => {
  await project.write({
    'models/leaks.sql': `select '{{ env_var("DBT_ENV_SECRET_TOKEN") }}' as t`,
  });
  const { code, output } = await run(['compile', '-s', 'leaks']);
  await project.write({ 'models/leaks.sql': 'select 1 as t' });
  expect(code).toBe(2);
  expect(output).toContain('DBT_ENV_SECRET_TOKEN');
  expect(output).not.toContain(SECRET_VAR);
});

test('a variable that is not set is an error that names it, but only for the target that uses it', async () => {
  const { code, output } = await run(['parse', '-t', 'broken']);
  expect(code).toBe(2);
  expect(output).toContain('NOT_SET_ANYWHERE');
  expect(output).toMatch(/profiles\.yml:\d+/);
  expect((await run(['parse'], { WHICH_TARGET: 'server' })).code).toBe(0);
});
