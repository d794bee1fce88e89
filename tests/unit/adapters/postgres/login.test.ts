// When the command that prints the password is asked again. What it prints and how it fails: tests/conformance and tests/cli.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loginOf } from '../../../../src/adapters/postgres/login.ts';
import { credentialsOf, parseTarget } from '../../../../src/adapters/postgres/target.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-login-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true, force: true });
});

test('a call that fails late does not forget what a newer one found', async () => {
  // the first waits to be let go and fails; the others answer at once
  const command = [
    'if mkdir first 2>/dev/null; then',
    'echo x >> calls; while [ ! -e go ]; do sleep 0.02; done; exit 1',
    'fi',
    'echo x >> calls; echo "password $(wc -l < calls | tr -d " ")"',
  ].join('\n');
  const { value } = parseTarget({
    type: 'postgres',
    host: 'db.example',
    user: 'me',
    dbname: 'shop',
    schema: 'gold',
    password_command: command,
  });
  if (value === undefined) throw new Error('refused');
  const { password, renew } = loginOf(credentialsOf(value), {
    projectDir: dir,
    threads: 1,
    env: { PATH: process.env['PATH'] ?? '' },
    invocationId: 'login',
  });
  const calls = (): Promise<string> => readFile(join(dir, 'calls'), 'utf8').catch(() => '');
  const first = password().catch((error: unknown) => error);
  await expect.poll(calls).toBe('x\n');
  const real = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => real() + 2000);
  expect(renew()).toBe(true);
  expect(await password()).toBe('password 2');
  await appendFile(join(dir, 'go'), '');
  expect(await first).toBeInstanceOf(Error);
  expect(await password()).toBe('password 2');
  expect(await calls()).toBe('x\nx\n');
});
