// Archives of strangers: what is in them stays in its folder.
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ArchiveProblem, escapingLink, unpack } from '../../../src/deps/unpack.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-unpack-'));
  await mkdir(join(dir, 'into'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

interface Entry {
  readonly path: string;
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory' | 'FIFO' | 'CharacterDevice';
  readonly linkpath?: string;
  readonly text?: string;
}

/** An archive with entries that no tar program would write. */
async function archive(entries: readonly Entry[]): Promise<string> {
  const blocks = entries.map(({ path, type = 'File', linkpath, text = '' }) => {
    const head = Buffer.alloc(512);
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    body.write(text);
    const size = text.length;
    new Header({
      path,
      type,
      size,
      mode: 0o644,
      mtime: new Date(0),
      ...(linkpath && { linkpath }),
    }).encode(head);
    return Buffer.concat([head, body]);
  });
  const file = join(dir, 'x.tar.gz');
  await writeFile(file, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return file;
}

const unpackOf = async (entries: readonly Entry[]): Promise<string> =>
  unpack(await archive(entries), join(dir, 'into'));

test('an archive of a real tar program is unpacked, with links inside the package', async () => {
  await mkdir(join(dir, 'pkg/macros'), { recursive: true });
  await writeFile(join(dir, 'pkg/dbt_project.yml'), 'name: pkg\n');
  await symlink('../dbt_project.yml', join(dir, 'pkg/macros/link.yml'));
  await create({ file: join(dir, 'pkg.tgz'), cwd: dir, gzip: true }, ['pkg']);
  const folder = await unpack(join(dir, 'pkg.tgz'), join(dir, 'into'));
  expect(folder).toBe(join(dir, 'into/pkg'));
  expect(await readFile(join(folder, 'macros/link.yml'), 'utf8')).toBe('name: pkg\n');
  expect(await escapingLink(folder)).toBeUndefined();
  await symlink('../../..', join(folder, 'macros/out'));
  expect(await escapingLink(folder)).toBe(join('macros', 'out'));
});

const GOOD: Entry = { path: 'p/a.sql', text: 'x' };
test.each<[string, readonly Entry[], string]>([
  ['a path upwards', [GOOD, { path: 'p/../../evil', text: 'x' }], 'outside the package'],
  ['an absolute path', [GOOD, { path: '/tmp/evil', text: 'x' }], 'outside the package'],
  [
    'a link out of it, and a file through it',
    [
      { path: 'p/l', type: 'SymbolicLink', linkpath: '../..' },
      { path: 'p/l/evil', text: 'x' },
    ],
    'leads outside',
  ],
  [
    'a link to /etc',
    [GOOD, { path: 'p/l', type: 'SymbolicLink', linkpath: '/etc' }],
    'leads outside',
  ],
  [
    'a hard link out of it',
    [GOOD, { path: 'p/l', type: 'Link', linkpath: '../evil' }],
    'leads outside',
  ],
  ['a pipe', [GOOD, { path: 'p/pipe', type: 'FIFO' }], 'neither a file nor a folder'],
  ['a device', [GOOD, { path: 'p/tty', type: 'CharacterDevice' }], 'neither a file nor a folder'],
  ['two folders', [GOOD, { path: 'q/b.sql', text: 'x' }], 'one folder'],
  ['no folder', [{ path: 'a.sql', text: 'x' }], 'one folder'],
  ['nothing', [], 'Unrecognized'],
])('%s is refused', async (_, entries, words) => {
  await expect(unpackOf(entries)).rejects.toThrow(ArchiveProblem);
  await rm(join(dir, 'into'), { recursive: true });
  await mkdir(join(dir, 'into'));
  await expect(unpackOf(entries)).rejects.toThrow(words);
  expect((await readdir(dir)).toSorted()).toEqual(['into', 'x.tar.gz']);
});

test('what is no archive is refused', async () => {
  await writeFile(join(dir, 'page.tgz'), '<html>not found</html>'.repeat(100));
  await expect(unpack(join(dir, 'page.tgz'), join(dir, 'into'))).rejects.toThrow(ArchiveProblem);
  const whole = await readFile(await archive([{ path: 'p/a', text: 'x'.repeat(5000) }]));
  await writeFile(join(dir, 'half.tgz'), whole.subarray(0, 60));
  await expect(unpack(join(dir, 'half.tgz'), join(dir, 'into'))).rejects.toThrow(ArchiveProblem);
});
