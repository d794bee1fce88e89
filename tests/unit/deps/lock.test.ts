// What both tools must agree on: the hash of packages.yml and the text of package-lock.yml.
import { expect, test } from 'vitest';
import { readNewPackage, withPackage } from '../../../src/deps/add-package.ts';
import { hashOf, lockText } from '../../../src/deps/lock.ts';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import { packageSpecsOf } from '../../../src/project/package-list.ts';
import type { PackageSpec } from '../../../src/project/package-specs.ts';
import { parseYaml } from '../../../src/project/yaml.ts';

const render = (text: string): unknown => text.replace("{{ 'é' }}", 'é');

function specs(text: string): readonly PackageSpec[] {
  const diagnostics: Diagnostic[] = [];
  const { value } = parseYaml(text, 'packages.yml');
  const read = value === undefined ? [] : packageSpecsOf(value, render, diagnostics);
  expect(diagnostics).toEqual([]);
  return read;
}

test('the hash is the one that dbt 1.11 makes', () => {
  const text = `
packages:
  - package: dbt-labs/dbt_utils
    version: [">=1.0.0", "<2.0.0"]
  - package: a/b
    version: 1.1.0
    install_prerelease: true
  - git: "https://x/{{ 'é' }}.git"
    revision: 1.0
    warn-unpinned: false
  - git: https://y
    revision: "12"
    subdirectory: s
    name: hey
  - git: https://z
  - local: ../x
  - tarball: https://t
    name: tt
`;
  expect(hashOf(specs(text))).toBe('3fd4bc141ad14909b80ab244f41ac444a8640fa2');
});

test('the lock file has the text that dbt writes', () => {
  const [spec] = specs('packages: [{local: x}]');
  if (spec === undefined) throw new Error('no spec');
  const pinned = (name: string, entry: Readonly<Record<string, string>>) => ({
    spec,
    name,
    entry,
    requires: [],
    shown: '',
    files: () => Promise.resolve(''),
    stays: false,
  });
  const reported: Diagnostic[] = [];
  const text = lockText(
    {
      env: { DBT_ENV_SECRET_TOKEN: 'hunter2' },
      report: (d: Diagnostic) => void reported.push(d),
    } as never,
    [
      pinned('x', { git: 'https://x', revision: '1.0' }),
      pinned('on', { local: '../' }),
      pinned('n', { package: 'a/b', version: '1.0.0' }),
      pinned('y', { git: "{{ env_var('X') }}/a", revision: '12e45' }),
      pinned('z', { git: 'https://hunter2@z', revision: '123' }),
    ],
    [spec],
  );
  expect(text).toBe(`packages:
  - git: https://x
    name: x
    revision: '1.0'
  - local: ../
    name: 'on'
  - name: n
    package: a/b
    version: 1.0.0
  - git: '{{ env_var(''X'') }}/a'
    name: y
    revision: 12e45
  - git: https://*****@z
    name: z
    revision: '123'
sha1_hash: ${hashOf([spec])}
`);
  expect(reported.map(({ code }) => code)).toEqual(['ETL1042']);
});

test.each([
  ['dbt-labs/dbt_utils@1.3.0', 'hub', { name: 'dbt-labs/dbt_utils', version: '1.3.0' }],
  ['a/b@>=1.0.0,<2.0.0', 'hub', { name: 'a/b', version: '>=1.0.0,<2.0.0' }],
  ['https://me@host/a.git@v1', 'git', { name: 'https://me@host/a.git', version: 'v1' }],
  ['git@github.com:a/b.git', 'git', { name: 'git@github.com:a/b.git', version: undefined }],
  ['../shared', 'local', { name: '../shared', version: undefined }],
] as const)('--add-package %s --source %s', (text, source, expected) => {
  expect(readNewPackage(text, source)).toEqual({ ...expected, source });
});

test('a package is added, and comments and other entries stay', () => {
  const before = `# ours
packages:
  - git: https://github.com/dbt-labs/dbt-utils.git # old
    revision: 1.0.0
  - package: dbt-labs/dbt_utils_more # stays
    version: 1.0.0
`;
  const added = readNewPackage('dbt-labs/dbt_utils@>=1.0.0,<2.0.0', 'hub');
  const { text, removed } = withPackage(before, added);
  expect(removed).toEqual(['https://github.com/dbt-labs/dbt-utils.git']);
  expect(text).toContain('# ours');
  expect(text).toContain('- package: dbt-labs/dbt_utils_more # stays');
  expect(specs(text).map(({ label }) => label)).toEqual([
    'dbt-labs/dbt_utils_more',
    'dbt-labs/dbt_utils',
  ]);
  expect(specs(withPackage('', readNewPackage('../x', 'local')).text)).toHaveLength(1);
});
