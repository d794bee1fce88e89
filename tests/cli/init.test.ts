// From nothing to a built project, on both engines, and what `debug` tells.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etl, rowsOf, scratch, type Scratch } from '../support/etl.ts';

const done = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

describe.each(['postgres', 'clickhouse'])('%s', (engine) => {
  let folder: Scratch;
  beforeAll(async () => {
    folder = await scratch();
  });
  afterAll(() => folder.dispose());

  test('init and build in an empty folder', async () => {
    const made = await etl(['init'], { cwd: folder.dir });
    expect(made.code, made.output).toBe(0);
    expect(made.stdout).toContain('dbt_project.yml');
    expect(made.stdout).toContain('Next: etl build');
    const built = await etl(['build', '-t', engine], { cwd: folder.dir });
    expect(built.code, built.output).toBe(0);
    expect(built.stderr).toBe('');
    expect(done(built.stdout)).toMatch(
      /^\d\d:\d\d:\d\d {2}Done\. PASS=12 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=12$/,
    );
    expect(
      await rowsOf(
        `select customer, orders, revenue from {{ ref('customer_revenue') }} order by customer`,
        folder.dir,
        '--target',
        engine,
      ),
    ).toEqual([
      { customer: 'Ana', orders: 2, revenue: 163.4 },
      { customer: 'Bruno', orders: 2, revenue: 95.25 },
      { customer: 'Carla', orders: 2, revenue: 409.99 },
    ]);
  });

  test('debug checks everything and tells the engine', async () => {
    const { code, stdout } = await etl(['debug', '-t', engine], { cwd: folder.dir });
    expect(code).toBe(0);
    expect(stdout).toContain('All checks passed!');
    expect(stdout).toMatch(
      new RegExp(
        `OK +connection: ${engine} [\\d.]+ .*answers|OK +connection: ${engine} \\S+ answers`,
      ),
    );
    expect(stdout).toMatch(/OK +project: /);
    expect(stdout).toContain(`target ${engine} (built in)`);
  });
});

describe('init', () => {
  let folder: Scratch;
  beforeAll(async () => {
    folder = await scratch({ 'there/.gitignore': 'mine\n' });
  });
  afterAll(() => folder.dispose());

  test('with a name it makes a folder of that name', async () => {
    const { code, stdout } = await etl(['init', 'my_shop'], { cwd: folder.dir });
    expect(code).toBe(0);
    expect(stdout).toContain('Next: cd my_shop && etl build');
    expect(await readFile(join(folder.dir, 'my_shop/dbt_project.yml'), 'utf8')).toMatch(
      /^name: my_shop$/m,
    );
  });

  test('a second time it changes nothing and says so', async () => {
    const { code, output } = await etl(['init'], { cwd: join(folder.dir, 'my_shop') });
    expect(code).toBe(2);
    expect(output).toContain('ETL1002');
  });

  test('files that are there are left alone', async () => {
    const { code, stdout } = await etl(['init'], { cwd: join(folder.dir, 'there') });
    expect(code).toBe(0);
    expect(stdout).toContain('.gitignore (was there, left alone)');
    expect(await readFile(join(folder.dir, 'there/.gitignore'), 'utf8')).toBe('mine\n');
  });

  test('a name that cannot be one is refused', async () => {
    const { code, output } = await etl(['init', 'My-Shop'], { cwd: folder.dir });
    expect(code).toBe(2);
    expect(output).toContain('ETL1004');
  });
});

describe('debug finds what is wrong and ends with 1, without a project with 2', () => {
  test('a folder that is no project', async () => {
    const folder = await scratch();
    const { code, output } = await etl(['debug'], { cwd: folder.dir });
    await folder.dispose();
    expect(code).toBe(2);
    expect(output).toContain('dbt_project.yml');
    expect(output).toContain('1 check failed');
  });

  test('a server that does not answer', async () => {
    const folder = await scratch({
      'dbt_project.yml': 'name: shop\nprofile: p\n',
      'profiles.yml': `p:
  outputs:
    default: {type: postgres, host: 127.0.0.1, port: 1, user: u, password: marker-secret-1, dbname: d, schema: s, connect_timeout: 2}
`,
    });
    const { code, output } = await etl(['debug'], { cwd: folder.dir });
    await folder.dispose();
    expect(code).toBe(1);
    expect(output).toMatch(/ERROR connection[^]*cannot connect to 127\.0\.0\.1/);
    expect(output).not.toContain('marker-secret-1');
  });
});
