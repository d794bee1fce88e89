// Property files that are committed: how they are replaced.
import { chmod, lstat, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaceFile } from '../../../src/api/property-files.ts';
import { scratch, type Scratch } from '../../support/etl.ts';

let files: Scratch;
beforeAll(async () => {
  files = await scratch({ 'shared/props.yml': 'before\n', 'locked.yml': 'before\n' });
});
afterAll(() => files.dispose());

test('a link stays one, and what it leads to keeps who may read it', async () => {
  const real = join(files.dir, 'shared/props.yml');
  const link = join(files.dir, 'props.yml');
  await chmod(real, 0o640);
  await symlink(real, link);
  await replaceFile(link, 'after\n');
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await readFile(real, 'utf8')).toBe('after\n');
  expect((await stat(real)).mode & 0o777).toBe(0o640);
});

test('a file that may only be read is left as it is', async () => {
  const path = join(files.dir, 'locked.yml');
  await chmod(path, 0o444);
  await expect(replaceFile(path, 'after\n')).rejects.toThrow(/permission denied/);
  expect(await readFile(path, 'utf8')).toBe('before\n');
});

test('nothing is left beside a place that cannot be written', async () => {
  await mkdir(join(files.dir, 'folder.yml'));
  await writeFile(join(files.dir, 'folder.yml/in-it'), '');
  await expect(replaceFile(join(files.dir, 'folder.yml'), 'after\n')).rejects.toThrow(
    /folder\.yml/,
  );
  expect((await readdir(files.dir)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
