import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compiledPath, writeCompiled } from '../../../src/artifacts/compiled.ts';
import { writeJson, writeText } from '../../../src/artifacts/write.ts';
import { writeProblem } from '../../../src/artifacts/write-problem.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import { maskOf, unmasked } from '../../../src/kernel/mask.ts';
import { aModel, aTest } from '../../support/a-manifest.ts';

const enospc = Object.assign(new Error('full'), { code: 'ENOSPC' });
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-write-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const file = (...path: string[]) => ({ path: join(dir, ...path), mask: unmasked });
const problemOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  return isEtlError(error) ? error.diagnostics[0] : error;
};

test('folders are made, and nothing but the file is left', async () => {
  await writeJson(file('target', 'deep', 'a.json'), { a: 1 });
  expect(await readFile(join(dir, 'target/deep/a.json'), 'utf8')).toBe('{"a":1}');
  expect(await readdir(join(dir, 'target/deep'))).toEqual(['a.json']);
});

test('a file is replaced whole, also when many write it at once', async () => {
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000));
  await Promise.all(texts.map((text) => writeText(file('a.txt'), text)));
  expect(texts).toContain(await readFile(join(dir, 'a.txt'), 'utf8'));
  expect(await readdir(dir)).toEqual(['a.txt']);
});

test('a file where a folder is needed is told with the path', async () => {
  await writeFile(join(dir, 'target'), 'not a folder');
  expect(await problemOf(writeText(file('target', 'a.json'), ''))).toMatchObject({
    code: 'ETL8001',
    severity: 'error',
    message: expect.stringMatching(/^Cannot write .*target.a\.json: a /),
    hint: expect.stringContaining('--target-path'),
  });
});

test('a folder where the file is needed is told, and no temporary file stays', async () => {
  await mkdir(join(dir, 'a.json', 'inside'), { recursive: true });
  expect(await problemOf(writeText(file('a.json'), 'x'))).toMatchObject({ code: 'ETL8001' });
  expect(await readdir(dir)).toEqual(['a.json']);
});

test('a full disk has a code of its own', async () => {
  // no test can fill a disk, but every write to this device fails as on a full one
  const full = process.platform === 'linux' ? writeFile('/dev/full', 'x') : Promise.reject(enospc);
  const error = await full.catch((e: unknown) => e);
  expect(writeProblem('target/manifest.json', error)).toMatchObject({
    code: 'ETL5005',
    message: 'Cannot write target/manifest.json: there is no space left on the device',
  });
});

test('an error without a known code is told in its own words', () => {
  expect(writeProblem('a.json', new Error('odd'))).toMatchObject({
    code: 'ETL8001',
    message: 'Cannot write a.json: odd',
  });
});

test('generic tests are written below their YAML file, everything else at its own path', () => {
  const generic = aTest('not_null_margin_id', {
    path: 'not_null_margin_id.sql',
    original_file_path: 'models/gold/_gold.yml',
  });
  expect(compiledPath(aModel('margin'), 'compiled')).toBe('compiled/shop/models/gold/margin.sql');
  expect(compiledPath(aModel('margin'), 'run')).toBe('run/shop/models/gold/margin.sql');
  expect(compiledPath(aTest('sums'), 'compiled')).toBe('compiled/shop/tests/sums.sql');
  expect(compiledPath(generic, 'compiled')).toBe(
    'compiled/shop/models/gold/_gold.yml/not_null_margin_id.sql',
  );
});

test('a path never leaves the folder of its package', () => {
  const node = aModel('x', { path: 'x.sql', original_file_path: '../../../etc/x.sql' });
  expect(compiledPath(node, 'compiled')).toBe('compiled/shop/etc/x.sql');
});

test('compiled SQL lands below the target folder', async () => {
  expect(writeCompiled(file, aModel('margin'), 'compiled', 'select 1')).toBe(
    join(dir, 'compiled/shop/models/gold/margin.sql'),
  );
  expect(await readFile(join(dir, 'compiled/shop/models/gold/margin.sql'), 'utf8')).toBe(
    'select 1',
  );
});

test('secrets are taken out of texts, and out of JSON before quotes are escaped', async () => {
  const mask = maskOf(['hunt"er\n2', 'name', 'xy']);
  const value = { name: 'a hunt"er\n2', 'name.of': ['xy', 1n, { at: 'hunt"er\n2' }], n: 3 };
  await writeJson({ ...file('a.json'), mask }, value);
  expect(JSON.parse(await readFile(join(dir, 'a.json'), 'utf8'))).toEqual({
    name: 'a *****',
    '*****.of': ['xy', 1, { at: '*****' }],
    n: 3,
  });
  await writeText({ ...file('a.sql'), mask }, "select 'hunt\"er\n2'");
  expect(await readFile(join(dir, 'a.sql'), 'utf8')).toBe("select '*****'");
});
