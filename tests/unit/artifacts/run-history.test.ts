import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { historyRun, keepRun, readHistory } from '../../../src/artifacts/run-history.ts';
import { maskOf, unmasked } from '../../../src/kernel/mask.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-history-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const START = Date.parse('2026-01-02T03:04:05.678Z');
const runAt = (minute: number, target = 'dev', name = 'orders') =>
  historyRun(
    [
      {
        id: nodeId(`model.shop.${name}`),
        status: 'success',
        startedAt: new Date(START),
        finishedAt: new Date(START + 1500),
        thread: 'Thread-1',
        message: 'SELECT 12',
        compiledCode: 'select secret_text',
        rows: 12,
        diagnostics: [],
      },
      {
        id: nodeId('test.shop.unique'),
        status: 'fail',
        startedAt: new Date(START),
        finishedAt: new Date(START + 20),
        thread: 'Thread-1',
        failures: 3,
        diagnostics: [],
      },
    ],
    {
      invocation: `call-${minute}`,
      at: new Date(START + minute * 60_000).toISOString(),
      seconds: 2,
      command: 'build',
      target,
      cancelled: false,
    },
  );
const files = (): Promise<readonly string[]> => readdir(join(dir, '.etl/history'));

test('a run comes back as it was, without texts', async () => {
  expect(await keepRun(dir, runAt(0), unmasked)).toBeUndefined();
  const [read] = await readHistory(dir);
  expect(read).toEqual(runAt(0));
  expect(read?.results).toEqual([
    { id: 'model.shop.orders', status: 'success', seconds: 1.5, rows: 12 },
    { id: 'test.shop.unique', status: 'fail', seconds: 0.02, failures: 3 },
  ]);
  const [name = ''] = await files();
  const text = await readFile(join(dir, '.etl/history', name), 'utf8');
  expect(text).not.toMatch(/secret_text|SELECT/);
  expect(text.split('\n')).toHaveLength(1);
});

test('runs at the same time are all kept, in the order in which they began', async () => {
  const minutes = Array.from({ length: 24 }, (_, i) => i);
  await Promise.all(minutes.toReversed().map((minute) => keepRun(dir, runAt(minute), unmasked)));
  const read = await readHistory(dir);
  expect(read.map(({ invocation }) => invocation)).toEqual(minutes.map((m) => `call-${m}`));
  expect((await readHistory(dir, { limit: 3 })).at(0)?.invocation).toBe('call-21');
});

test('a target has runs of its own, and a damaged file counts as absent', async () => {
  await keepRun(dir, runAt(1), unmasked);
  await keepRun(dir, runAt(2, 'prod'), unmasked);
  await keepRun(dir, runAt(3), unmasked);
  const last = (await files()).toSorted().at(-1) ?? '';
  await writeFile(join(dir, '.etl/history', last), '{"v":1,"results":[[');
  await writeFile(join(dir, '.etl/history/notes.txt'), 'mine');
  expect((await readHistory(dir, { target: 'dev' })).map((r) => r.invocation)).toEqual(['call-1']);
  expect((await readHistory(dir, { target: 'prod' })).map((r) => r.invocation)).toEqual(['call-2']);
});

test('the oldest go: 200 stay', async () => {
  await keepRun(dir, runAt(0), unmasked);
  const [name = ''] = await files();
  const text = await readFile(join(dir, '.etl/history', name), 'utf8');
  for (let i = 1; i <= 205; i++)
    await writeFile(
      join(dir, '.etl/history', `20260103T${String(i).padStart(9, '0')}Z-x.json`),
      text,
    );
  await keepRun(dir, runAt(3 * 24 * 60), unmasked);
  expect(await files()).toHaveLength(200);
  expect(await files()).not.toContain(name);
  expect((await readHistory(dir)).at(-1)?.invocation).toBe(`call-${3 * 24 * 60}`);
});

test('no secret gets in, and a folder in the way is told of', async () => {
  await keepRun(dir, runAt(0, 'dev', 'hunter2hunter2'), maskOf(['hunter2hunter2']));
  const [name = ''] = await files();
  expect(await readFile(join(dir, '.etl/history', name), 'utf8')).not.toContain('hunter2');
  await rm(join(dir, '.etl'), { recursive: true });
  await writeFile(join(dir, '.etl'), 'a file');
  expect(await keepRun(dir, runAt(1), unmasked)).toMatchObject({
    code: 'ETL8062',
    severity: 'info',
  });
});
