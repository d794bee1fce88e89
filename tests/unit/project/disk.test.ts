import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { disk } from '../../../src/project/disk.ts';

const root = mkdtempSync(join(tmpdir(), 'disk-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text = ''): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

write('models/b.sql', '\uFEFFselect 1');
write('models/a/c.sql');
write('models/inner/dbt_project.yml');
write('models/inner/d.sql');
write('models/target/e.sql');
write('models/node_modules/f.sql');
write('shared/g.sql');
symlinkSync(join(root, 'shared'), join(root, 'models/linked'));
symlinkSync(join(root, 'models'), join(root, 'models/a/loop'));
symlinkSync(join(root, 'nowhere'), join(root, 'models/dangling.sql'));

test('lists files, follows links, leaves out what is no source, and ends', async () => {
  expect(await disk.list(join(root, 'models'))).toEqual(['a/c.sql', 'b.sql', 'linked/g.sql']);
  expect(await disk.list(join(root, 'absent'))).toEqual([]);
  expect(await disk.folders(join(root, 'models'))).toEqual([
    'a',
    'inner',
    'linked',
    'node_modules',
    'target',
  ]);
  expect(await disk.folders(join(root, 'absent'))).toEqual([]);
});

test('reads texts, with and without their byte-order mark', async () => {
  expect(await disk.readText(join(root, 'models/b.sql'))).toBe('select 1');
  expect(await disk.readExactText(join(root, 'models/b.sql'))).toBe('\uFEFFselect 1');
  expect(await disk.exists(join(root, 'models'))).toBe(true);
  expect(await disk.exists(join(root, 'absent'))).toBe(false);
  expect(await disk.stat(join(root, 'models/b.sql'))).toEqual({ size: 11, isFolder: false });
  expect(await disk.stat(join(root, 'models'))).toMatchObject({ isFolder: true });
  expect(await disk.stat(join(root, 'absent'))).toBeUndefined();
});
