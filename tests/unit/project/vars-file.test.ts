// vars.yml: its values stand where those of dbt_project.yml would, and not beside them.
import { expect, test } from 'vitest';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

const PROJECT = `name: shop
profile: etl
models:
  +alias: "{{ var('alias') }}"
  +meta: {rate: "{{ var('rate', 'none') }}"}
`;
const files = (vars: string, project = PROJECT): Readonly<Record<string, string>> => ({
  'dbt_project.yml': project,
  'vars.yml': vars,
  'models/a.sql': `{{ config(tags=var('shop_tags', [])) }} select 1 as id`,
});

test('values for the project file and for templates, those of one package among them', async () => {
  const { manifest } = await loadedFiles(
    files('vars:\n  alias: orders\n  rate: 1.0\n  shop: {shop_tags: [daily]}\n'),
  );
  const node = manifest.nodes['model.shop.a' as keyof typeof manifest.nodes];
  expect(node).toMatchObject({ alias: 'orders', tags: ['daily'], config: { meta: { rate: 1 } } });
});

test('--vars is stronger', async () => {
  const { manifest } = await loadedFiles(files('vars: {alias: orders}'), {
    vars: { alias: 'given' },
  });
  expect(Object.values(manifest.nodes)[0]?.alias).toBe('given');
});

test.each([
  ['other keys only', 'other: 1'],
  ['nothing', ''],
  ['null', 'vars:'],
])('a file with %s leaves the word to dbt_project.yml', async (_, text) => {
  const { manifest } = await loadedFiles(
    files(text, 'name: shop\nprofile: etl\nvars: {shop_tags: [weekly]}\n'),
  );
  expect(Object.values(manifest.nodes)[0]?.tags).toEqual(['weekly']);
});

test.each<readonly [string, Readonly<Record<string, string>>, string]>([
  [
    'variables in both files',
    files('vars: {a: 1}', 'name: shop\nprofile: etl\nvars: {b: 2}\n'),
    'ETL1004 dbt_project.yml:3:1 Variables cannot be defined in both vars.yml and dbt_project.yml',
  ],
  [
    'a list',
    files('vars: [a]', 'name: shop\nprofile: etl\n'),
    'ETL1004 vars.yml:1:7 "vars" of vars.yml must be a mapping',
  ],
  ['broken YAML', files('vars: {a: 1', 'name: shop\nprofile: etl\n'), 'ETL1003 vars.yml:1:'],
])('refused: %s', async (_, given, words) => {
  expect(toldAs((await loadFiles(given)).diagnostics).join('\n')).toContain(words);
});
