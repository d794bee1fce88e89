// selectors.yml through the command line.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { etl, scratch } from '../support/etl.ts';

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: etl\n',
  'models/a.sql': `{{ config(tags=['nightly']) }} select 1 as id`,
  'models/b.sql': `select * from {{ ref('a') }}`,
  'selectors.yml': `selectors:
  - name: nightly
    description: What runs at night
    definition: {method: tag, value: nightly, children: true}
  - name: usual
    default: "{{ target.type == 'postgres' }}"
    definition: {union: [{fqn: a}]}
`,
};

test('--selector, the default, and the manifest', async () => {
  const project = await scratch(FILES);
  const ls = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { stdout, code, output } = await etl(['ls', '--output', 'name', ...args], {
      cwd: project.dir,
    });
    expect(code, output).toBe(0);
    return stdout.trim().split('\n');
  };
  expect(await ls('--selector', 'nightly')).toEqual(['a', 'b']);
  expect(await ls('-s', 'selector:nightly', '--exclude', 'a')).toEqual(['b']);
  expect(await ls()).toEqual(['a']);
  expect(await ls('-t', 'clickhouse')).toEqual(['a', 'b']);
  await etl(['parse'], { cwd: project.dir });
  const manifest = JSON.parse(
    await readFile(join(project.dir, 'target/manifest.json'), 'utf8'),
  ) as { selectors: unknown };
  expect(manifest.selectors).toEqual({
    nightly: {
      name: 'nightly',
      description: 'What runs at night',
      definition: { method: 'tag', value: 'nightly', children: true },
    },
    usual: {
      name: 'usual',
      description: '',
      definition: { union: [{ method: 'fqn', value: 'a' }] },
    },
  });
  const { code, output } = await etl(['ls', '--selector', 'nigthly'], { cwd: project.dir });
  expect(code).toBe(2);
  expect(output).toContain('Did you mean "nightly"?');
  await project.dispose();
});

test.each([
  ['no list', 'selectors: {a: b}', 'needs a list'],
  ['no definition', 'selectors: [{name: a}]', 'a "definition"'],
  [
    'twice the same name',
    'selectors: [{name: a, definition: x}, {name: a, definition: y}]',
    'two selectors are called',
  ],
  [
    'two defaults',
    'selectors: [{name: a, definition: x, default: true}, {name: b, definition: y, default: true}]',
    'two selectors are the default',
  ],
])('refused: %s', async (_, text, words) => {
  const project = await scratch({ ...FILES, 'selectors.yml': text });
  const { code, output } = await etl(['parse'], { cwd: project.dir });
  await project.dispose();
  expect(code).toBe(2);
  expect(output).toContain(words);
});
