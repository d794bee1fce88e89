// What dbt's artifacts say of foreign keys, of what is compiled and of what is selected; found by running dbt's own tests.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
const run = async (...args: readonly string[]): Promise<EtlResult> => {
  const done = await etl(args, { cwd: project.dir });
  expect(done.code, done.output).toBe(0);
  return done;
};
const artifact = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(join(project.dir, 'target', name), 'utf8')) as T;

beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'seeds/codes.csv': 'id\n1\n',
    'models/a_last.sql': "select * from {{ ref('between') }}",
    'models/between.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('codes') }}",
    'models/keyed.sql': 'select 1 as id',
    'models/x.yml': `sources:
  - name: own
    schema: "{{ target.schema }}"
    tables: [{name: codes}]
models:
  - name: keyed
    constraints:
      - {type: foreign_key, columns: [id], to: "ref('codes')", to_columns: [id]}
    columns:
      - name: id
        constraints: [{type: foreign_key, to: "source('own', 'codes')", to_columns: [id]}]
`,
  });
  await run('build');
});
afterAll(() => project.dispose());

interface Keyed {
  readonly constraints: readonly { readonly to: string }[];
  readonly columns: Readonly<Record<string, { readonly constraints: readonly { to: string }[] }>>;
}

test('foreign keys lead to relations in the manifest of what was compiled, and to their text else', async () => {
  const keys = async (): Promise<readonly (string | undefined)[]> => {
    const { nodes } = await artifact<{ nodes: Record<string, Keyed> }>('manifest.json');
    const node = nodes['model.shop.keyed'];
    return [node?.constraints[0]?.to, node?.columns['id']?.constraints[0]?.to];
  };
  await run('parse');
  expect(await keys()).toEqual(["ref('codes')", "source('own', 'codes')"]);
  await run('compile');
  expect(await keys()).toEqual(['"etl"."public"."codes"', '"etl"."public"."codes"']);
});

test('compile goes from parents to children, and has no result for an ephemeral model', async () => {
  await run('compile');
  const { results } = await artifact<{ results: { unique_id: string }[] }>('run_results.json');
  const ids = results.map((r) => r.unique_id);
  expect(ids.toSorted()).toEqual(['model.shop.a_last', 'model.shop.keyed', 'seed.shop.codes']);
  expect(ids.indexOf('seed.shop.codes')).toBeLessThan(ids.indexOf('model.shop.a_last'));
});

test('of a source and a seed that are one relation the catalog holds what is selected', async () => {
  interface Catalog {
    readonly nodes: object;
    readonly sources: object;
  }
  const catalog = async (...names: readonly string[]): Promise<readonly string[]> => {
    await run('docs', 'generate', '-s', ...names);
    const { nodes, sources } = await artifact<Catalog>('catalog.json');
    return [...Object.keys(nodes), ...Object.keys(sources)];
  };
  expect(await catalog('codes')).toEqual(['seed.shop.codes']);
  expect(await catalog('source:own')).toEqual(['source.shop.own.codes']);
});

test('docs generate --no-compile leaves the manifest of an earlier call alone', async () => {
  const compiledOf = async (): Promise<unknown> =>
    (await artifact<{ nodes: Record<string, { compiled: boolean }> }>('manifest.json')).nodes[
      'model.shop.keyed'
    ]?.compiled;
  await run('docs', 'generate');
  expect(await compiledOf()).toBe(true);
  await run('docs', 'generate', '--no-compile');
  expect(await compiledOf()).toBe(true);
  await rm(join(project.dir, 'target/manifest.json'));
  await run('docs', 'generate', '--no-compile');
  await expect(compiledOf()).rejects.toThrow('ENOENT');
});
