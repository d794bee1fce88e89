// etl docs generate: the site as a folder, and from artifacts alone.
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Generation, SiteIndex } from '../../src/site/data/format.ts';
import { etl, scratch, type Scratch } from '../support/etl.ts';
import {
  SMALL_CATALOG,
  SMALL_MANIFEST,
  SMALL_RESULTS,
  SMALL_SOURCES,
} from '../support/site-artifacts.ts';

const of = (kind: string, version: number, json: object): string =>
  JSON.stringify({
    ...json,
    metadata: {
      ...('metadata' in json ? (json.metadata as object) : {}),
      dbt_schema_version: `https://schemas.getdbt.com/dbt/${kind}/v${version}.json`,
    },
  });

let folder: Scratch;
beforeAll(async () => {
  folder = await scratch({
    'target/manifest.json': of('manifest', 12, SMALL_MANIFEST),
    'target/catalog.json': of('catalog', 1, SMALL_CATALOG),
    'target/run_results.json': of('run-results', 6, SMALL_RESULTS),
    'target/sources.json': of('sources', 3, SMALL_SOURCES),
    'target/index.html': 'the page of dbt',
  });
});
afterAll(() => folder.dispose());

/** What a data file of the site gives to its page. */
async function dataOf<T>(dir: string, file: string): Promise<T> {
  const text = await readFile(join(dir, 'data', file), 'utf8');
  let given: unknown;
  runInNewContext(text, { etlSite: (_: string, value: unknown) => (given = value) });
  return given as T;
}

test("dbt's artifacts become a site without a project; the page of dbt stays", async () => {
  const { code, output } = await etl(
    ['docs', 'generate', '--from-artifacts', 'target', '--static'],
    { cwd: folder.dir },
  );
  expect(code, output).toBe(0);
  expect(output).toContain('Wrote target/docs/index.html');
  const docs = join(folder.dir, 'target/docs');
  expect((await readdir(docs)).toSorted()).toEqual(['app.css', 'app.js', 'data', 'index.html']);
  const index = await dataOf<SiteIndex>(docs, 'index.js');
  expect(index).toMatchObject({ project: 'shop', madeBy: 'dbt 1.11.0' });
  expect(index.nodes.map(({ name }) => name)).toContain('margin');
  expect(await dataOf(docs, 'runs.js')).toMatchObject({ run: { command: 'build' } });
  expect(await readFile(join(folder.dir, 'target/index.html'), 'utf8')).toBe('the page of dbt');
  expect(await readFile(join(folder.dir, 'target/static_index.html'), 'utf8')).toContain('margin');
});

test('twice the same, into another folder; what an earlier project left goes', async () => {
  const run = (): Promise<unknown> =>
    etl(['docs', 'generate', '--from-artifacts', 'target', '--target-path', 'out'], {
      cwd: folder.dir,
    });
  await run();
  const out = join(folder.dir, 'out/docs');
  const before = await readFile(join(out, 'data/index.js'), 'utf8');
  await writeFile(join(out, 'data/m/7.js'), 'old');
  await run();
  expect(existsSync(join(out, 'data/m/7.js'))).toBe(false);
  expect(await readFile(join(out, 'data/index.js'), 'utf8')).toBe(before);
  expect(existsSync(join(folder.dir, 'out/index.html'))).toBe(false);
  // nothing has changed: nothing to tell; then a model goes, and is told of until the log is full
  expect(await dataOf(out, 'changes.js')).toEqual([]);
  const { 'model.shop.orders': gone, ...nodes } = SMALL_MANIFEST['nodes'] as Record<string, object>;
  expect(gone).toBeDefined();
  const manifest = join(folder.dir, 'target/manifest.json');
  await writeFile(manifest, of('manifest', 12, { ...SMALL_MANIFEST, nodes }));
  await run();
  await run();
  const log = await dataOf<readonly Generation[]>(out, 'changes.js');
  expect(log.map(({ changes }) => changes)).toEqual([
    [{ id: 'model.shop.orders', name: 'orders', type: 'model', what: 'removed' }],
  ]);
  expect(await dataOf(out, 'runs.js')).toMatchObject({ changed: { count: 1 } });
  // a damaged site is none
  await writeFile(join(out, 'data/index.js'), 'etlSite("index",{"format":1,"nodes":[{');
  expect(await run()).toMatchObject({ code: 0 });
  expect(await dataOf(out, 'changes.js')).toEqual([]);
  await writeFile(manifest, of('manifest', 12, SMALL_MANIFEST));
});

test('a damaged file is told of, and nothing is written', async () => {
  const broken = await scratch({
    'a/manifest.json': of('manifest', 12, SMALL_MANIFEST),
    'a/run_results.json': '{"metadata":',
  });
  const { code, output } = await etl(['docs', 'generate', '--from-artifacts', 'a'], {
    cwd: broken.dir,
  });
  expect(code).toBe(2);
  expect(output).toContain('ETL8002');
  expect(existsSync(join(broken.dir, 'a/docs'))).toBe(false);
  await broken.write({
    'a/run_results.json': of('run-results', 6, {}),
    'a/column_lineage.json': '[]',
  });
  const lineage = await etl(['docs', 'generate', '--from-artifacts', 'a'], { cwd: broken.dir });
  expect(lineage.code).toBe(2);
  expect(lineage.output).toContain('a/column_lineage.json is not what etl lineage writes');
  await broken.dispose();
});
