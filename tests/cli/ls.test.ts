// etl ls: outputs, and every way to select.
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
beforeAll(async () => {
  project = await scratch({
    'dbt_project.yml': `name: shop
version: '1.0.0'
profile: etl
models: {shop: {mart: {+materialized: table, +schema: mart}}}
`,
    'seeds/raw.csv': 'id\n1\n',
    'models/staging/stg_a.sql': `{{ config(tags=['daily', 'cheap']) }} select * from {{ ref('raw') }}`,
    'models/staging/stg_b.sql': `{{ config(tags='daily') }} select * from {{ source('erp', 'orders') }}`,
    'models/mart/joined.sql': `select * from {{ ref('stg_a') }} union all select * from {{ ref('stg_b') }}`,
    'models/mart/top.sql': `select * from {{ ref('joined') }}`,
    'models/mart/other.sql': 'select 1 as id',
    'models/_all.yml': `version: 2
sources:
  - name: erp
    tables: [{name: orders}, {name: items}]
models:
  - name: joined
    config: {meta: {owner: ana}}
    columns:
      - {name: id, data_tests: [not_null, unique]}
exposures:
  - {name: board, type: dashboard, owner: {email: a@example.com}, depends_on: [ref('top')]}
`,
    'tests/no_negative.sql': `select * from {{ ref('top') }} where id < 0`,
  });
});
afterAll(() => project.dispose());

const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: project.dir });
/** Names of what a selection finds, sorted. */
async function names(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, output } = await run('ls', '--output', 'name', ...args);
  expect(code, output).toBe(0);
  return stdout
    .split('\n')
    .filter((l) => l !== '')
    .toSorted();
}
const models = (...args: readonly string[]): Promise<readonly string[]> =>
  names('--resource-type', 'model', ...args);

test('the manifest is written, as by every command that reads the project', async () => {
  const { code, output } = await run('ls', '--target-path', 'listed', '-s', 'top');
  expect(code, output).toBe(0);
  const { nodes } = JSON.parse(
    await readFile(join(project.dir, 'listed/manifest.json'), 'utf8'),
  ) as { readonly nodes: object };
  expect(Object.keys(nodes)).toContain('model.shop.top');
  expect((await run('ls', '--no-write-json', '--target-path', 'unwritten')).code).toBe(0);
  await expect(access(join(project.dir, 'unwritten/manifest.json'))).rejects.toThrow('ENOENT');
});

describe('what is printed', () => {
  test('selectors, by default', async () => {
    const { code, stdout, stderr } = await run('ls', '-s', '+joined');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      'shop.mart.joined',
      'shop.not_null_joined_id',
      'shop.raw',
      'shop.staging.stg_a',
      'shop.staging.stg_b',
      'shop.unique_joined_id',
      'source:shop.erp.orders',
    ]);
  });

  test('every printed selector selects just its node', async () => {
    const { stdout } = await run('ls');
    for (const line of [
      'exposure:shop.board',
      'source:shop.erp.items',
      'shop.mart.top',
      'shop.raw',
    ])
      expect(stdout.split('\n')).toContain(line);
    expect(await names('-s', 'exposure:shop.board', '--resource-type', 'exposure')).toEqual([
      'board',
    ]);
    expect(await names('-s', 'shop.mart.top', '--resource-type', 'model')).toEqual(['top']);
  });

  test('paths', async () => {
    const { stdout } = await run('ls', '-s', 'stg_a', 'raw', '--output', 'path');
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      'models/staging/stg_a.sql',
      'seeds/raw.csv',
    ]);
  });

  test('the keys of each kind of node are those of dbt, in its order', async () => {
    const { stdout } = await run('ls', '--output', 'json');
    const keys = new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .map((node) => [node['resource_type'], Object.keys(node).slice(5).join(' ')]),
    );
    expect(keys.get('model')).toBe('alias config tags depends_on direct_parents');
    expect(keys.get('seed')).toBe('alias config tags depends_on');
    expect(keys.get('source')).toBe('source_name tags config');
    expect(keys.get('exposure')).toBe('tags config depends_on');
    expect(keys.has('analysis')).toBe(false);
  });

  test('json is spaced and escaped as dbt prints it', async () => {
    const args = ['ls', '-s', 'raw', '--output', 'json', '--output-keys', 'name', 'alias'];
    expect((await run(...args)).stdout).toBe('{"name": "raw", "alias": "raw"}\n');
  });

  test('json, one object a line, with dbt default keys', async () => {
    const { stdout } = await run(
      'ls',
      '-s',
      'joined',
      '--resource-type',
      'model',
      '--output',
      'json',
    );
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({
      alias: 'joined',
      name: 'joined',
      package_name: 'shop',
      depends_on: { nodes: ['model.shop.stg_a', 'model.shop.stg_b'] },
      direct_parents: ['model.shop.stg_a', 'model.shop.stg_b'],
      tags: [],
      config: { materialized: 'table', schema: 'mart', meta: { owner: 'ana' } },
      resource_type: 'model',
      original_file_path: 'models/mart/joined.sql',
      unique_id: 'model.shop.joined',
    });
  });

  test('json with the keys that are asked for, nested ones too', async () => {
    const { stdout } = await run(
      'ls',
      '-s',
      'joined',
      '--resource-type',
      'model',
      '--output',
      'json',
      '--output-keys',
      'name',
      'config.materialized',
    );
    expect(JSON.parse(stdout)).toEqual({ name: 'joined', 'config.materialized': 'table' });
    const quoted = await run(
      'ls',
      '-s',
      'joined',
      '--resource-type',
      'model',
      '--output',
      'json',
      '--output-keys',
      'name unique_id',
    );
    expect(JSON.parse(quoted.stdout)).toEqual({ name: 'joined', unique_id: 'model.shop.joined' });
  });

  test('list is the same', async () => {
    expect((await run('list', '-s', 'stg_a')).stdout).toBe((await run('ls', '-s', 'stg_a')).stdout);
  });
});

describe('what is selected', () => {
  test.each([
    ['a name', ['-s', 'joined'], ['joined']],
    ['parents', ['-s', '+joined'], ['joined', 'stg_a', 'stg_b']],
    ['children', ['-s', 'stg_a+'], ['joined', 'stg_a', 'top']],
    ['one step of children', ['-s', 'stg_a+1'], ['joined', 'stg_a']],
    ['one step of parents', ['-s', '1+top'], ['joined', 'top']],
    ['both', ['-s', '1+joined+1'], ['joined', 'stg_a', 'stg_b', 'top']],
    ['the whole neighbourhood', ['-s', '@stg_a'], ['joined', 'stg_a', 'stg_b', 'top']],
    ['a tag', ['-s', 'tag:daily'], ['stg_a', 'stg_b']],
    ['a folder', ['-s', 'path:models/mart'], ['joined', 'other', 'top']],
    ['a folder as a plain path', ['-s', 'models/staging'], ['stg_a', 'stg_b']],
    ['a file', ['-s', 'stg_b.sql'], ['stg_b']],
    ['a package and folder', ['-s', 'shop.staging'], ['stg_a', 'stg_b']],
    ['wildcards', ['-s', '*stg_?'], ['stg_a', 'stg_b']],
    ['config', ['-s', 'config.materialized:table'], ['joined', 'other', 'top']],
    ['config, nested', ['-s', 'config.meta.owner:ana'], ['joined']],
    ['a source with its children', ['-s', 'source:erp+'], ['joined', 'stg_b', 'top']],
    ['parents of an exposure', ['-s', '+exposure:board'], ['joined', 'stg_a', 'stg_b', 'top']],
    ['a union', ['-s', 'stg_a', 'other'], ['other', 'stg_a']],
    ['a union in one argument', ['-s', 'stg_a other'], ['other', 'stg_a']],
    ['a repeated option', ['-s', 'stg_a', '-s', 'other'], ['other', 'stg_a']],
    ['an intersection', ['-s', 'stg_a+,config.materialized:table'], ['joined', 'top']],
    ['without something', ['-s', 'stg_a+', '--exclude', 'top'], ['joined', 'stg_a']],
    ['all but something', ['--exclude', 'tag:daily'], ['joined', 'other', 'top']],
  ] as const)('%s', async (_name, args, wanted) => {
    expect(await models(...args)).toEqual(wanted);
  });

  test('--models, which lists nothing but models', async () => {
    expect(await names('--models', 'tag:cheap+')).toEqual(['joined', 'stg_a', 'top']);
    expect(await names('-m', 'joined')).toEqual(['joined']);
    for (const rival of [
      ['-s', 'other'],
      ['--resource-type', 'test'],
    ]) {
      const { code, output } = await run('ls', '-m', 'joined', ...rival);
      expect(code).toBe(2);
      expect(output).toContain('exclude each other');
    }
  });

  test('resource types', async () => {
    expect(await names('--resource-type', 'seed')).toEqual(['raw']);
    expect(await names('--resource-type', 'source')).toEqual(['erp.items', 'erp.orders']);
    expect(await names('--resource-type', 'test')).toEqual([
      'no_negative',
      'not_null_joined_id',
      'unique_joined_id',
    ]);
    expect(await names('--resource-type', 'seed', 'exposure')).toEqual(['board', 'raw']);
    expect(await names('--exclude-resource-type', 'test', 'model', 'source')).toEqual([
      'board',
      'raw',
    ]);
  });

  test('tests of a model come along, or not', async () => {
    expect(await names('-s', 'joined')).toEqual([
      'joined',
      'not_null_joined_id',
      'unique_joined_id',
    ]);
    expect(await names('-s', 'joined', '--indirect-selection', 'empty')).toEqual(['joined']);
    expect(await names('-s', 'test_type:singular')).toEqual(['no_negative']);
    expect(await names('-s', 'test_name:unique')).toEqual(['unique_joined_id']);
  });

  test('a name that is not there is a warning that names it; nothing is printed', async () => {
    const { code, stdout, stderr } = await run('ls', '-s', 'joind', '--output', 'name');
    expect(code).toBe(0);
    expect(stderr).toContain('joind');
    expect(stderr).toContain('Did you mean');
    expect(stdout).toBe('');
  });

  test.each([['@joined+'], ['nonsense:x']])('%s cannot be read: exit 2', async (selector) => {
    const { code, stdout, stderr } = await run('ls', '-s', selector);
    expect(code, stderr).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(selector.replace(/:.*/, ''));
  });
});

test('--graph draws the selected nodes as a tree, and steps over what is not selected', async () => {
  const { code, stdout, output } = await run('ls', '--graph', '--output', 'name');
  expect(code, output).toBe(0);
  expect(stdout).toBe(`other
raw
└─ stg_a
   └─ joined
      └─ top
         └─ board
erp.items
erp.orders
└─ stg_b
   └─ joined (see above)
`);
  const part = await run('ls', '--graph', '--output', 'name', '-s', 'raw', 'top');
  expect(part.stdout).toBe('raw\n└┄ top\n');
});
