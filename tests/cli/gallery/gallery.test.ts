// Bad inputs and what is said about each, word for word; the files in golden/ are written by vitest's `--update`.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CODES } from '../../../src/kernel/codes.ts';
import { CASES } from './cases/index.ts';
import { ENVIRONMENT_SECRET, runCase } from './run-case.ts';
import { PASSWORD, startServer, type Server } from './server.ts';

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));
const SECRETS = [PASSWORD, ENVIRONMENT_SECRET];
vi.setConfig({ maxConcurrency: Math.max(2, availableParallelism()) });

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe.concurrent('every bad input gets one clear message', () => {
  for (const given of CASES)
    test(given.name, async ({ expect: expects }) => {
      const { code, output, raw, written, kept } = await runCase(given, server);

      await expects(output).toMatchFileSnapshot(join(GOLDEN, `${given.name}.txt`));
      expects(code, 'exit code').toBe(given.exit);
      expects(codesOf(output), 'codes').toEqual(given.codes);
      expects(output, 'no stack').not.toMatch(/^\s+at \S+ ?\(|^\s+at \S+:\d+:\d+$|node:internal/m);
      if (given.noHint === undefined) expects(withoutHint(output), 'hints').toEqual([]);
      for (const secret of SECRETS) {
        expects(raw, 'secrets in the output').not.toContain(secret);
        for (const text of written) expects(text.includes(secret), 'secrets in files').toBe(false);
      }
      expects(kept, 'the warehouse as it was').toEqual(given.keeps ?? {});
    });
});

test('no two cases have one name, and no golden file is left over', () => {
  const names = new Set(CASES.map(({ name }) => name));
  expect(names.size).toBe(CASES.length);
  const files = existsSync(GOLDEN) ? readdirSync(GOLDEN) : [];
  expect(files.filter((file) => !names.has(file.replace(/\.txt$/, '')))).toEqual([]);
});

test('the gallery shows every code', () => {
  const shown = new Set<string>(CASES.flatMap(({ codes }) => codes));
  expect(Object.keys(CODES).filter((code) => !shown.has(code))).toEqual([]);
});

/** The codes of the messages, in the order of the output. */
const codesOf = (output: string): readonly string[] =>
  [...output.matchAll(/(?:error|warning|note)\[(ETL\d{4})\]/g)].map(([, code]) => code ?? '');

/** The errors without a hint: a message goes from its code to the name of its page, or to the end of the output. */
const withoutHint = (output: string): readonly string[] =>
  output
    .split(/(?=error\[ETL\d{4}\])/)
    .slice(1)
    .map((text) => text.split(/docs\/errors\/ETL\d{4}\.md|warning\[|note\[/)[0] ?? '')
    .filter((text) => !/^ *hint: \S/m.test(text));
