import { expect, test } from 'vitest';
import { loadFiles, toldAs } from '../../support/load-files.ts';

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: shop\nrequire-dbt-version: [">=1.0.0", "<1.5.0"]\n',
  'dbt_packages/x/dbt_project.yml': 'name: x\nrequire-dbt-version: ">=1.0"\n',
  'dbt_packages/y/dbt_project.yml': 'name: y\nrequire-dbt-version: ">=1.3.0,<2.0.0"\n',
};

test('another dbt version is asked for, or one that is none', async () => {
  const { diagnostics } = await loadFiles(FILES);
  expect(toldAs(diagnostics.filter(({ severity }) => severity === 'error'))).toEqual([
    'ETL1004 dbt_packages/x/dbt_project.yml:2:22 ">=1.0" in require-dbt-version is not a version | Write three numbers with what is asked of them: ">=1.3.0".',
    'ETL1044 dbt_project.yml:3:22 "shop" asks for dbt >=1.0.0, <1.5.0, and this is like dbt 1.11.16 | Change require-dbt-version, or try it with --no-version-check.',
  ]);
});

test('--no-version-check takes both', async () => {
  const { diagnostics } = await loadFiles(FILES, { versionCheck: false });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
});
