import { expect, test } from 'vitest';
import { loadFiles, loadedFiles, toldAs } from '../../support/load-files.ts';

const profile = (schema: string): string =>
  `shop:\n  outputs:\n    default: {type: postgres, schema: ${schema}, threads: 2, host: "{{ env_var('H', 'h') }}"}\n    ch: {type: clickhouse, schema: ${schema}}\n`;
const SHOP = { 'dbt_project.yml': 'name: shop\nprofile: shop\n' };

test.each([
  [
    'the project',
    { 'profiles.yml': profile('project'), '/home/ana/.dbt/profiles.yml': profile('home') },
    {},
    'project',
  ],
  [
    'the working directory',
    { '/w/profiles.yml': profile('cwd'), '/home/ana/.dbt/profiles.yml': profile('home') },
    { cwd: '/w' },
    'cwd',
  ],
  ['the home folder', { '/home/ana/.dbt/profiles.yml': profile('home') }, {}, 'home'],
  [
    'DBT_PROFILES_DIR',
    { 'profiles.yml': profile('project'), '/e/profiles.yml': profile('env') },
    { env: { DBT_PROFILES_DIR: '/e' } },
    'env',
  ],
  [
    'ETL_PROFILES_DIR',
    { 'profiles.yml': profile('project'), '/e/profiles.yml': profile('env') },
    { env: { ETL_PROFILES_DIR: '/e' } },
    'env',
  ],
  [
    '--profiles-dir',
    { 'profiles.yml': profile('project'), '/f/profiles.yml': profile('flag') },
    { profilesDir: '/f', env: { DBT_PROFILES_DIR: '/e' } },
    'flag',
  ],
])('profiles.yml of %s', async (_, files, more, schema) => {
  const { target } = await loadedFiles({ ...SHOP, ...files } as Record<string, string>, more);
  expect(target.schema).toBe(schema);
});

test('the built-in profile, its outputs, and what overrides them', async () => {
  const builtIn = await loadedFiles({});
  expect(builtIn.profile).toMatchObject({
    profileName: 'etl',
    targetName: 'postgres',
    file: undefined,
  });
  const { value, diagnostics } = await loadFiles(SHOP, { target: 'clickhouse', threads: 7 });
  expect(value?.profile).toMatchObject({ profileName: 'shop', targetName: 'clickhouse' });
  expect(value?.target).toMatchObject({ type: 'clickhouse', threads: 7, schema: 'default' });
  expect(diagnostics.map((d) => [d.code, d.severity])).toEqual([['ETL1010', 'info']]);
  // a profiles.yml may define it, and need not
  expect((await loadFiles({ 'profiles.yml': profile('x') })).diagnostics).toEqual([]);
  const own = await loadedFiles({ 'profiles.yml': profile('mine').replace('shop:', 'etl:') });
  expect(own.target.schema).toBe('mine');
});

test('--profile and --target', async () => {
  const files = {
    ...SHOP,
    'profiles.yml': `${profile('a')}${profile('b').replace('shop:', 'other:')}`,
  };
  expect((await loadedFiles(files, { profile: 'other', target: 'ch' })).target).toMatchObject({
    type: 'clickhouse',
    schema: 'b',
  });
  const { diagnostics } = await loadFiles(files, { profile: 'othr' });
  expect(toldAs(diagnostics)).toEqual([
    'ETL1006 profiles.yml:1:1 Could not find profile named \'othr\' in profiles.yml | Did you mean "other"? The file defines: shop, other.',
  ]);
});

test('a secret is put in as it is, behind all filters', async () => {
  const { target } = await loadedFiles(
    {
      ...SHOP,
      'profiles.yml':
        "shop:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      schema: s\n      host: \"{{ env_var('DBT_ENV_SECRET_H') | trim }}.{{ env_var('DBT_ENV_SECRET_H') | join('-') }}\"\n",
    },
    { env: { DBT_ENV_SECRET_H: 'hidden' } },
  );
  expect(target.shown['host']).toMatch(/^hidden\./);
  expect(target.shown['host']).toContain('S-E-C-R-E-T');
  expect(target.shown['host']).not.toContain('h-i-d-d-e-n');
});

test('filters give numbers and booleans, secrets may be read, and target shows no secret', async () => {
  const { target, session } = await loadedFiles(
    {
      ...SHOP,
      'profiles.yml':
        "shop:\n  target: \"{{ env_var('T', 'dev') }}\"\n  outputs:\n    dev:\n      type: postgres\n      schema: s\n      threads: \"{{ env_var('N') | as_number }}\"\n      host: \"{{ env_var('DBT_ENV_SECRET_H') }}\"\n",
    },
    { env: { N: '3', DBT_ENV_SECRET_H: 'hidden' } },
  );
  expect(target.threads).toBe(3);
  expect(target.shown['host']).toBe('hidden');
  expect(session.target).toEqual({
    host: 'hidden',
    database: 'db',
    dbname: 'db',
    type: 'postgres',
    schema: 's',
    threads: 3,
    name: 'dev',
    target_name: 'dev',
    profile_name: 'shop',
  });
});
