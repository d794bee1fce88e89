// .env, env_var() in profiles, and that no secret reaches a file or the screen.
import { chmod, readdir, readFile } from 'node:fs/promises';
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

test('a password that a model uses too is sent to the engine, and is in no artifact and no output', async () => {
  const own = await scratch({
    ...files(),
    'profiles.yml': `mine:
  target: server
  outputs:
    server:
      type: postgres
      host: 127.0.0.1
      port: ${server.port}
      user: me
      password: "{{ env_var('MYPASS') }}"
      dbname: postgres
      schema: leaky
`,
    'models/good.sql': `select '{{ env_var("MYPASS") }}' as p, length('{{ env_var("MYPASS") }}') as n`,
    'models/loud.sql': `select 1 as x from nowhere_{{ env_var("MYPASS") | replace('-', '_') }} where '{{ env_var("MYPASS") }}' = 'x'`,
    'models/schema.yml': `models:
  - name: good
    description: "connects with {{ env_var('MYPASS') }}"
    config: {meta: {owner: "<{{ env_var('MYPASS') }}>"}}
    columns:
      - name: p
        data_tests:
          - accepted_values: {values: ["{{ env_var('MYPASS') }}"]}
`,
    'tests/alone.sql': `select * from {{ ref('good') }} where p <> '{{ env_var("MYPASS") }}'`,
  });
  const tell = (args: readonly string[]): Promise<EtlResult> =>
    etl(args, { cwd: own.dir, env: { MYPASS: password } });
  try {
    for (const [args, wanted] of [
      [['build'], 1],
      [['build', '--log-format', 'json', '--debug'], 1],
      [['build', '--debug', '--exclude', 'loud'], 0],
      [['compile'], 0],
      [['compile', '-s', 'good', 'alone'], 0],
      [['compile', '-s', 'good', '--output', 'json'], 0],
      [['compile', '--inline', `select '{{ env_var("MYPASS") }}'`], 0],
      [['show', '-s', 'good'], 0],
      [['show', '-s', 'good', '--output', 'json'], 0],
      [['show', '--output', 'json', '--inline', `select 1 as "{{ env_var('MYPASS') }}"`], 0],
      [['plan', '--output', 'json'], 0],
      [['plan'], 0],
      [['parse'], 0],
      [['docs', 'generate'], 0],
    ] as const) {
      const { code, output } = await tell(args);
      expect(code, output).toBe(wanted);
      expect(output.includes(password), `${args.join(' ')}\n${output}`).toBe(false);
      for (const file of await filesBelow(join(own.dir, 'target'))) {
        expect(file).not.toContain(password);
        expect((await readFile(file, 'utf8')).includes(password), `${args[0]}: ${file}`).toBe(
          false,
        );
      }
    }
    const { stdout } = await tell(['show', '-s', 'good', '--output', 'json', '-q']);
    // what the engine was sent is the password itself
    expect(JSON.parse(stdout)).toEqual({ show: [{ p: '*****', n: password.length }] });
    const page = await readFile(join(own.dir, 'target/index.html'), 'utf8');
    expect(page).toContain('connects with *****');
    expect(page).toContain("length('*****')");
  } finally {
    await own.dispose();
  }
});

const PLAIN = `      host: 127.0.0.1
      port: <port>
      user: me
      dbname: postgres
`;
test.each([
  ['a command', `${PLAIN}      password_command: cat token\n`],
  ['the password file', `${PLAIN}      passfile: <dir>/passwords\n`],
  ['a URL', '      url: "postgres://me:{{ env_var(\'MYPASS\') }}@127.0.0.1:<port>/postgres"\n'],
  ['PGPASSWORD', PLAIN],
])('a password that comes from elsewhere is as secret: %s', async (what, output) => {
  const halves = `'${password.slice(0, 4)}' || '${password.slice(4)}'`;
  const own = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: mine\n',
    // put together by the engine: what a command prints is not known before somebody connects
    'models/good.sql': `select ${halves} as p`,
    'models/loud.sql': `{{ config(materialized='table') }} select (${halves})::int as boom`,
  });
  await own.write({
    token: `${password}\n`,
    passwords: `*:*:*:me:${password}\n`,
    'profiles.yml':
      `mine:\n  target: server\n  outputs:\n    server:\n      type: postgres\n${output}      schema: elsewhere\n`
        .replaceAll('<port>', String(server.port))
        .replaceAll('<dir>', own.dir),
  });
  await chmod(join(own.dir, 'passwords'), 0o600);
  try {
    for (const args of [
      ['build', '--debug'],
      ['debug'],
      ['docs', 'generate'],
      ['show', '-s', 'good'],
    ]) {
      const { code, output: told } = await etl(args, {
        cwd: own.dir,
        env: {
          HOME: own.dir,
          ...(what === 'a URL' ? { MYPASS: password } : {}),
          ...(what === 'PGPASSWORD' ? { PGPASSWORD: password } : {}),
        },
      });
      expect(code, told).toBe(args[0] === 'build' ? 1 : 0);
      expect(told.includes(password), told).toBe(false);
      for (const file of [
        ...(await filesBelow(join(own.dir, 'target'))),
        ...(await filesBelow(join(own.dir, 'logs'))),
      ])
        expect((await readFile(file, 'utf8')).includes(password), file).toBe(false);
    }
  } finally {
    await own.dispose();
  }
});

test.each([
  ['a text over several lines', 'password: >-\n        hunter2xyz\n      port: abc', 'port: *****'],
  ['a template that is not quoted', 'password: {{ env_var("X") }}hunter2xyz', 'password: *****'],
  ['a URL as host', 'host: "postgres://u:hunter2xyz@h/d"', 'host: *****'],
  ['a key in another spelling', 'pwd: hunter2xyz\n      port: abc', 'port: *****'],
  ['a line that is no key', 'password: |\n        a:\n      hunter2xyz\n      b', '*****'],
])('a frame of profiles.yml tells no value: %s', async (_, lines, shown) => {
  const own = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: mine\n',
    'profiles.yml': `mine:\n  outputs:\n    default:\n      type: postgres\n      user: u\n      ${lines}\n`,
  });
  const texts = [];
  for (const command of ['debug', 'parse']) {
    const { code, output } = await etl([command], { cwd: own.dir });
    expect(code, output).toBe(command === 'debug' ? 1 : 2);
    texts.push(output);
  }
  await own.dispose();
  expect(texts.join('\n')).toContain(shown);
  expect(texts.join('\n')).not.toContain('hunter2xyz');
});

test('a frame of .env tells no value', async () => {
  const own = await scratch({
    'dbt_project.yml': 'name: shop\n',
    '.env': 'A_TOKEN=hunter2xyz\nMY PASS=hunter2xyz\nB="hunter2xyz\n',
    'models/a.sql': 'select 1 as x',
  });
  const { output } = await etl(['parse'], { cwd: own.dir });
  await own.dispose();
  expect(output).toContain('not a KEY=VALUE line');
  expect(output).toContain('B=*****');
  expect(output).not.toContain('hunter2xyz');
  expect(output).not.toContain('A_TOKEN');
});

test('an error of a project that cannot be read tells no secret of its connection', async () => {
  await project.write({
    'models/raises.sql': `{{ config(enabled=exceptions.raise_compiler_error('it is ${password} ${SECRET_VAR}')) }}`,
  });
  const { output } = await run(['parse']);
  await project.write({ 'models/raises.sql': 'select 1 as x' });
  expect(output).toContain('it is ***** *****');
  expect(output).not.toContain(password);
  expect(output).not.toContain(SECRET_VAR);
});

test('a variable whose name says that it is secret is not written down', async () => {
  const own = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/a.sql': 'select 1 as id',
  });
  const vars = '{DBT_ENV_SECRET_key: hunter2xyz, plain: seen}';
  const { code, output } = await etl(['run', '--vars', vars], { cwd: own.dir });
  expect(code, output).toBe(0);
  const text = await readFile(join(own.dir, 'target/run_results.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({
    args: { vars: { DBT_ENV_SECRET_key: '*****', plain: 'seen' } },
  });
  await own.dispose();
});
