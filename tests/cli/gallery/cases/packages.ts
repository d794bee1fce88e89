// Packages that cannot be had, or do not go together.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GalleryCase } from '../gallery-case.ts';

const list = (...lines: readonly string[]): Readonly<Record<string, string>> => ({
  'packages.yml': `packages:\n${lines.map((line) => `  ${line}\n`).join('')}`,
});
/** Nobody listens there. */
const HUB = { DBT_PACKAGE_HUB_URL: 'http://127.0.0.1:65535/' };

export const PACKAGES: readonly GalleryCase[] = [
  {
    name: 'package-replaces-a-materialization',
    files: {
      'dbt_project.yml':
        'name: shop\nprofile: etl\nflags: {require_explicit_package_overrides_for_builtin_materializations: false}\n',
      'models/orders.sql': 'select 1 as id\n',
      'dbt_packages/house/dbt_project.yml': 'name: house\n',
      'dbt_packages/house/macros/own.sql':
        "{% materialization view, default %}{{ return({'relations': [this]}) }}{% endmaterialization %}\n" +
        "{% materialization table, default %}{{ return({'relations': [this]}) }}{% endmaterialization %}\n",
    },
    args: ['parse'],
    exit: 0,
    codes: ['ETL2010'],
  },
  {
    name: 'package-hub-unreachable',
    files: list('- package: dbt-labs/dbt_utils', '  version: [">=1.0.0", "<2.0.0"]'),
    args: ['deps'],
    env: HUB,
    exit: 2,
    codes: ['ETL1040'],
  },
  {
    name: 'package-local-missing',
    files: list('- local: ../shared'),
    args: ['deps'],
    exit: 2,
    codes: ['ETL1040'],
    masks: [[/there is no folder \S+/g, 'there is no folder <folder>']],
  },
  {
    name: 'package-private',
    files: list('- private: acme/tools'),
    args: ['deps'],
    exit: 2,
    codes: ['ETL1004'],
  },
  {
    name: 'package-bad-version',
    files: list('- package: dbt-labs/dbt_utils', '  version: "~1.0"'),
    args: ['deps'],
    exit: 2,
    codes: ['ETL1004'],
  },
  {
    name: 'package-same-name',
    files: list('- local: one', '- local: two'),
    prepare: async ({ project }) => {
      for (const folder of ['one', 'two']) {
        await mkdir(join(project, folder));
        await writeFile(join(project, folder, 'dbt_project.yml'), 'name: tools\n');
      }
    },
    args: ['deps'],
    exit: 2,
    codes: ['ETL1041'],
  },
  {
    name: 'package-not-pinned',
    files: list('- git: ./gone'),
    args: ['deps'],
    exit: 2,
    codes: ['ETL1042', 'ETL1040'],
  },
  {
    name: 'packages-not-installed',
    files: list('- package: dbt-labs/dbt_utils', '  version: 1.3.0'),
    args: ['parse'],
    exit: 2,
    codes: ['ETL1043'],
  },
  {
    name: 'another-dbt-version',
    files: { 'dbt_project.yml': 'name: shop\nrequire-dbt-version: [">=2.0.0", "<3.0.0"]\n' },
    args: ['parse'],
    exit: 2,
    codes: ['ETL1044'],
  },
];
