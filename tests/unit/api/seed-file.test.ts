import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedFile } from '../../../src/api/seed-file.ts';
import type { ExecutableNode } from '../../../src/manifest/node.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-seed-file-'));
});
afterAll(() => rm(dir, { recursive: true }));

const node = {
  unique_id: 'seed.p.s',
  original_file_path: 'seeds/s.csv',
} as unknown as ExecutableNode;

async function both(content: Buffer): Promise<readonly unknown[]> {
  const path = join(dir, 's.csv');
  await writeFile(path, content);
  const file = seedFile(path, node);
  const read = async (): Promise<void> => {
    for await (const block of file.blocks()) expect(block.length).toBeGreaterThan(0);
  };
  return Promise.all(
    [read, file.check].map((way) =>
      way().then(
        () => 'UTF-8',
        (e: { diagnostics: readonly { code: string; at?: { line: number } }[] }) =>
          e.diagnostics.map(({ code, at }) => `${code} ${at?.line}`).join(),
      ),
    ),
  );
}

const text = (s: string): Buffer => Buffer.from(s);
const lines = 'name,of,it\n'.repeat(300_000);

type Case = [what: string, content: Buffer, expected: string];

describe('reading a seed and only checking it come to the same', () => {
  test.each<Case>([
    ['an empty file', text(''), 'UTF-8'],
    ['a short one', text('\u{feff}a\nção\n'), 'UTF-8'],
    // wherever a block ends, a character goes on in the next one
    ...[0, 1, 2, 3].map((n): Case => [
      `characters of four bytes from ${n} on`,
      text('a'.repeat(n) + '😀'.repeat(600_000)),
      'UTF-8',
    ]),
    ['characters of three bytes', text('ab' + '語'.repeat(700_000)), 'UTF-8'],
    [
      'a byte far down',
      Buffer.concat([text(lines), Buffer.from([0xe7]), text('\n')]),
      'ETL7004 300001',
    ],
    [
      'half a character at the end',
      Buffer.concat([text(lines), text('😀').subarray(0, 3)]),
      'ETL7004 300001',
    ],
    ['half a character and nothing else', text('é').subarray(0, 1), 'ETL7004 1'],
  ])('%s', async (_, content, expected) => {
    expect(await both(content)).toEqual([expected, expected]);
  });

  test('a file that is not there', async () => {
    const file = seedFile(join(dir, 'none.csv'), node);
    await expect(file.check()).rejects.toMatchObject({ diagnostics: [{ code: 'ETL1012' }] });
  });
});
