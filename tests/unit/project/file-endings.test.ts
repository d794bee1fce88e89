import { expect, test } from 'vitest';
import { loadedFiles } from '../../support/load-files.ts';

test('a file counts however its ending is written', async () => {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': 'name: shop\nprofile: etl\n',
    'models/loud.SQL': 'select 1 as id',
    'models/loud.YML': 'models: [{name: loud, description: told}]\n',
    'seeds/codes.Csv': 'id\n1\n',
  });
  expect(manifest.nodes).toMatchObject({
    'model.shop.loud': { original_file_path: 'models/loud.SQL', description: 'told' },
    'seed.shop.codes': { original_file_path: 'seeds/codes.Csv' },
  });
});
