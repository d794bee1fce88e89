import { expect, test } from 'vitest';
import { loadFiles, toldAs } from '../../support/load-files.ts';

test('what nothing here carries out is named: the semantic layer, functions, Python models', async () => {
  const { value, diagnostics } = await loadFiles({
    'models/a.sql': 'select 1 as id',
    'models/b.py': "def model(dbt, session):\n    return dbt.ref('a')\n",
    'models/m.yml':
      "metrics:\n  - name: n\nsemantic_models:\n  - {name: s, model: ref('a')}\nsaved_queries:\n  - name: q\n",
    'functions/f.yml': 'functions:\n  - name: f\n',
    'models/empty.yml': 'metrics: []\n',
  });
  expect(Object.keys(value?.manifest.nodes ?? {})).toEqual(['model.shop.a']);
  expect(toldAs(diagnostics).map((line) => line.split(' | ')[0])).toEqual([
    'ETL4002 functions/f.yml:1:1 functions are read but not created: functions/f.yml',
    'ETL4002 models/b.py:1:1 Python models are not executed: models/b.py',
    'ETL4002 models/m.yml:1:1 metrics are read but not executed: models/m.yml',
    'ETL4002 models/m.yml:3:1 semantic models are read but not executed: models/m.yml',
    'ETL4002 models/m.yml:5:1 saved queries are read but not executed: models/m.yml',
  ]);
});

test('a profile that was asked for must exist, also without any profiles.yml', async () => {
  const { value, diagnostics } = await loadFiles({}, { profile: 'nope' });
  expect(value).toBeUndefined();
  expect(toldAs(diagnostics)[0]).toMatch(
    /^ETL1006 - Could not find profile named 'nope': no profiles.yml was found/,
  );
});
