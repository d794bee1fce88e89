// What etl clean deletes, and what it never does.
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { etl, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

let project: Scratch;
const at = (path: string): string => join(project.dir, 'shop', path);
const clean = (): Promise<EtlResult> => etl(['clean'], { cwd: at('.') });
const projectFile = (targets: string, more = ''): Promise<void> =>
  project.write({ 'shop/dbt_project.yml': `name: shop\nclean-targets: [${targets}]\n${more}` });

beforeEach(async () => {
  project = await scratch({
    'shop/models/gold/margin.sql': 'select 1 as x',
    'shop/seeds/prices.csv': 'a\n1\n',
    'shop/docs/about.md': 'about',
    'shop/conf/profiles.yml': 'etl: {outputs: {}}\n',
    'shop/.git/HEAD': 'ref: refs/heads/x\n',
    'shop/packages.yml': 'packages: []\n',
    'shop/target/manifest.json': '{}',
    'shop/dbt_packages/other/dbt_project.yml': 'name: other\n',
    'outside/precious.txt': 'x',
  });
});
afterEach(() => project.dispose());

test('generated folders are deleted, also with a trailing slash, twice named, or not there', async () => {
  await projectFile('target/, dbt_packages, target, logs');
  const { code, output } = await clean();
  expect(code, output).toBe(0);
  expect(output).toContain('Deleted target/, dbt_packages');
  expect(existsSync(at('target'))).toBe(false);
  expect(existsSync(at('dbt_packages'))).toBe(false);
  expect((await clean()).output).toContain('Nothing to clean.');
});

test.each([
  ['models/gold', 'lies in the source folder "models"'],
  ['models', 'is the source folder "models"'],
  ['seeds/', 'is the source folder "seeds"'],
  ['snapshots', 'is the source folder "snapshots"'],
  ['docs', 'is the source folder "docs"'],
  ['dbt_project.yml', 'is dbt_project.yml'],
  ['packages.yml', 'is packages.yml'],
  ['profiles.yml', 'is profiles.yml'],
  ['.git', 'is .git'],
  ['.git/hooks', 'lies in .git'],
  ['../outside', 'is outside the project'],
  ['..', 'holds the project'],
  ['.', 'is the project itself'],
  ['""', 'is the project itself'],
  ['target/manifest.json', 'is not a folder'],
  ['link', 'is a link to outside the project'],
  ['link/deeper', 'is a link to outside the project'],
  ['to_models', 'is the source folder "models"'],
  ['conf', 'holds'],
])('nothing is deleted when %s is named', async (target, why) => {
  await projectFile(`target, ${target}`, 'docs-paths: [docs]\n');
  await symlink('../outside', at('link'));
  await symlink('models', at('to_models'));
  const { code, output } = await etl(['clean', '--profiles-dir', 'conf'], { cwd: at('.') });
  expect(code, output).toBe(2);
  expect(output).toContain('error[ETL1004] dbt_project.yml:2');
  expect(output).toContain(why);
  for (const path of [
    'target/manifest.json',
    'models/gold/margin.sql',
    'seeds/prices.csv',
    'docs/about.md',
    'dbt_project.yml',
    'packages.yml',
    '.git/HEAD',
    'conf/profiles.yml',
    '../outside/precious.txt',
  ])
    expect(existsSync(at(path)), path).toBe(true);
});

test('only dbt_project.yml is read: models may be broken, and no connection is needed', async () => {
  await project.write({
    'shop/dbt_project.yml': `name: shop\nprofile: nowhere\nclean-targets: [target]\nmodels: {+schema: "{{ oops }}"}\n`,
    'shop/profiles.yml': 'nowhere: {outputs: {default: {type: postgres}}}\n',
    'shop/models/broken.sql': "select {{ ref('gone') }",
  });
  const { code, output } = await clean();
  expect(code, output).toBe(0);
  expect(existsSync(at('target'))).toBe(false);
});

test('a project whose source folder is its own folder may clean what is generated', async () => {
  await projectFile('target', 'model-paths: ["."]\n');
  expect((await clean()).code).toBe(0);
  await mkdir(at('gold'));
  await projectFile('gold', 'model-paths: ["."]\n');
  expect((await clean()).output).toContain('lies in the source folder "."');
});

test('a secret in the name of a folder is not told', async () => {
  await projectFile(`"{{ env_var('MYPASS') }}", models`, 'profile: mine\n');
  await project.write({
    'shop/.env': 'MYPASS=hunter2xyz\n',
    'shop/profiles.yml': `mine: {outputs: {default: {type: postgres, host: h, user: u, dbname: d, schema: s, password: "{{ env_var('MYPASS') }}"}}}\n`,
    'shop/hunter2xyz/a.txt': 'x',
  });
  const refused = await clean();
  expect(refused.code).toBe(2);
  await projectFile(`"{{ env_var('MYPASS') }}"`, 'profile: mine\n');
  const cleaned = await clean();
  expect(cleaned.code, cleaned.output).toBe(0);
  expect(cleaned.output).toContain('Deleted *****');
  expect(refused.output + cleaned.output).not.toContain('hunter2xyz');
});
