// Options of `build` and `test` that change what happens with data: publishing, failing rows, columns that would be lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { hold } from '../projects/support/bench.ts';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

describe.each(['postgres', 'clickhouse'])('%s', (engine) => {
  let project: Scratch;
  let held: Connection | undefined;
  const run = (...args: readonly string[]): Promise<EtlResult> =>
    etl([...args, '-t', engine], { cwd: project.dir });
  const id = async (): Promise<unknown> =>
    (await rowsOf(`select id from {{ ref('checked') }}`, project.dir, '-t', engine))[0]?.['id'];
  const model = (n: number): Record<string, string> => ({
    'models/checked.sql': `{{ config(materialized='table') }} select ${n} as id`,
  });
  beforeAll(async () => {
    project = await scratch({
      'dbt_project.yml': 'name: shop\nprofile: etl\n',
      ...model(1),
      'models/_tests.yml': `version: 2
models:
  - name: checked
    columns: [{name: id, data_tests: [{accepted_values: {name: small, arguments: {values: [1], quote: false}}}]}]
`,
    });
    // keeps the embedded server up, so that not every call starts one
    if (engine === 'postgres') held = await hold(engine, project.dir);
    expect((await run('build')).code).toBe(0);
  });
  afterAll(async () => {
    await held?.close();
    await project.dispose();
  });

  test('a failing test keeps the table from being published, and the message names where the new rows are', async () => {
    await project.write(model(2));
    const { code, stdout } = await run('build');
    expect(code).toBe(1);
    expect(stdout).toContain('was not published');
    const staged = /kept in (\S*__etl_\w+\S*) until/.exec(stdout)?.[1] ?? '';
    expect(await id()).toBe(1);
    expect(await rowsOf(`select id from ${staged}`, project.dir, '-t', engine)).toEqual([
      { id: 2 },
    ]);
  });

  test('--no-test-before-publish publishes all the same', async () => {
    await project.write(model(3));
    const { code, stdout } = await run('build', '--no-test-before-publish');
    expect(code).toBe(1);
    expect(stdout).not.toContain('was not published');
    expect(await id()).toBe(3);
  });

  test('--store-failures keeps the failing rows and says where', async () => {
    const { code, stdout } = await run('test', '--store-failures');
    expect(code).toBe(1);
    const query =
      /failing rows: (select \* from \S*dbt_test__audit\S*small\S*)$/m.exec(stdout)?.[1] ?? '';
    expect(query, stdout).not.toBe('');
    expect(await rowsOf(query, project.dir, '-t', engine)).toHaveLength(1);
  });

  test('the switch in the environment is the same', async () => {
    await project.write(model(4));
    const { code } = await etl(['build', '-t', engine], {
      cwd: project.dir,
      env: { ETL_STORE_FAILURES: '1' },
    });
    expect(code).toBe(1);
    expect(await id()).toBe(3);
    await project.write(model(1));
    expect((await run('build')).code).toBe(0);
    expect(await id()).toBe(1);
  });
});
