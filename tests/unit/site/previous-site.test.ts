import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withChanges } from '../../../src/api/previous-site.ts';
import { siteData } from '../../../src/site/data/site-data.ts';
import { SMALL_MANIFEST } from '../../support/site-artifacts.ts';

test('a damaged site is no generation before, and a damaged log is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'etl-site-'));
  const data = siteData(
    { manifest: SMALL_MANIFEST },
    { generatedAt: new Date(0), madeBy: 'a test' },
  );
  await mkdir(join(folder, 'data/m'), { recursive: true });
  const put = (key: string, value: unknown): Promise<void> =>
    writeFile(
      join(folder, `data/${key}.js`),
      `etlSite(${JSON.stringify(key)},${JSON.stringify(value)});\n`,
    );
  await put('index', { ...data.index, nodes: [null, ...data.index.nodes.slice(1)] });
  for (const [i, details] of data.details.entries()) await put(`m/${i}`, details);
  await put('runs', data.runs);
  expect((await withChanges(data, folder)).changes).toEqual([]);
  await put('index', data.index);
  await put('changes', [null, { at: 'x' }]);
  expect((await withChanges(data, folder)).changes).toEqual([]);
  await rm(folder, { recursive: true });
});
