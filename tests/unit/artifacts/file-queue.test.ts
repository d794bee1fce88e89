import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileQueue } from '../../../src/artifacts/file-queue.ts';
import { unmasked } from '../../../src/kernel/mask.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-queue-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const at = (queue: FileQueue, path: readonly string[], text: string): void => {
  const file = { path: join(dir, ...path), mask: unmasked };
  queue.add(path.join('/'), () => file, text);
};

test('everything is there once it is settled, and of one file the last text', async () => {
  const queue = new FileQueue();
  for (let i = 0; i < 60; i++) at(queue, ['deep', `${i % 20}.sql`], String(i));
  expect(await queue.settled()).toEqual([]);
  const names = await readdir(join(dir, 'deep'));
  expect(names).toHaveLength(20);
  for (const name of names)
    expect(await readFile(join(dir, 'deep', name), 'utf8')).toBe(
      String(40 + Number.parseInt(name, 10)),
    );
});

test('what cannot be written is told once, and keeps nothing else from being written', async () => {
  await writeFile(join(dir, 'taken'), 'not a folder');
  const queue = new FileQueue();
  at(queue, ['taken', 'a.sql'], 'x');
  at(queue, ['b.sql'], 'y');
  expect(await queue.settled()).toMatchObject([{ code: 'ETL8001' }]);
  expect(await queue.settled()).toEqual([]);
  expect(await readFile(join(dir, 'b.sql'), 'utf8')).toBe('y');
});

test('many files that cannot be written for one reason are told in one line', async () => {
  await writeFile(join(dir, 'taken'), 'not a folder');
  const queue = new FileQueue();
  for (let i = 0; i < 30; i++) at(queue, ['taken', `${i}.sql`], 'x');
  const told = await queue.settled();
  expect(told.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^Cannot write .*\d+\.sql: a file stands where a folder is needed; nor 29 other files$/,
    ),
  ]);
});

test('an empty queue is settled, and one that was settled goes on', async () => {
  const queue = new FileQueue();
  expect(await queue.settled()).toEqual([]);
  await mkdir(join(dir, 'later'));
  at(queue, ['later', 'a.sql'], 'z');
  await queue.settled();
  expect(await readFile(join(dir, 'later/a.sql'), 'utf8')).toBe('z');
});
