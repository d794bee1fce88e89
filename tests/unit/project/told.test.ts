import { expect, test } from 'vitest';
import { loadFiles, toldAs } from '../../support/load-files.ts';

test('what is read over is said: unit tests, versions, enforced contracts', async () => {
  const { diagnostics } = await loadFiles({
    'models/a.sql': "{{ config(contract={'enforced': true}) }} select 1 as id",
    'models/m.yml':
      'models:\n  - name: a\n    versions:\n      - v: 1\nunit_tests:\n  - name: u\n    model: a\n    given: []\n    expect: {rows: []}\n',
  });
  const told = toldAs(diagnostics).filter((line) => line.includes('ETL4002'));
  expect(told.map((line) => line.split(' | ')[0])).toEqual([
    'ETL4002 models/a.sql:1:1 contracts are not enforced yet: a',
    'ETL4002 models/m.yml:2:11 model versions are not supported yet: "a"',
    'ETL4002 models/m.yml:5:1 unit tests are not supported yet: models/m.yml',
  ]);
});

test('a profile that was asked for must exist, also without any profiles.yml', async () => {
  const { value, diagnostics } = await loadFiles({}, { profile: 'nope' });
  expect(value).toBeUndefined();
  expect(toldAs(diagnostics)[0]).toMatch(
    /^ETL1006 - there is no profile "nope": no profiles.yml was found/,
  );
});
