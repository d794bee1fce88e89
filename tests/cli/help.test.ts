// Help, version, and what wrong usage is told.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { OPTIONS, optionsOf } from '../../src/cli/options.ts';
import { etl, ROOT, type EtlResult } from '../support/etl.ts';

const run = (...args: readonly string[]): Promise<EtlResult> => etl(args, { cwd: tmpdir() });
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

test('etl --help names every command and shows examples', async () => {
  const { code, stdout, stderr } = await run('--help');
  expect(code).toBe(0);
  expect(stderr).toBe('');
  for (const { name } of COMMANDS)
    expect(stdout).toMatch(new RegExp(`^ {2}${name.split(' ')[0]}\\b`, 'm'));
  expect(stdout).toContain('Examples:');
  expect(stdout).toContain('etl build --target clickhouse');
});

test.each(COMMANDS.map((c) => c.name))(
  'etl %s --help shows an example and its options',
  async (name) => {
    const { code, stdout, stderr } = await run(...name.split(' '), '--help');
    const spec = COMMANDS.find((c) => c.name === name);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain(`Example:\n  ${spec?.example}`);
    expect(spec?.example).toMatch(new RegExp(`^etl ${name}`));
    for (const option of optionsOf(name).filter((o) => o.ignored === undefined))
      expect(stdout).toContain(option.flags.split(/[ ,<]/)[0]);
    // one name may mean one thing here and another there: --output
    const own = new Set(optionsOf(name).map((o) => o.key));
    const foreign = OPTIONS.filter((o) => !own.has(o.key) && o.flags.startsWith('--'));
    for (const option of foreign)
      expect(stdout).not.toMatch(new RegExp(`${option.flags.split(' ')[0]}[ ,]`));
  },
);

test('etl docs --help names its command', async () => {
  const { code, stdout } = await run('docs', '--help');
  expect(code).toBe(0);
  expect(stdout).toContain('generate');
});

test.each(['--version', '-V', '-v'])('%s prints the version of the package', async (flag) => {
  expect(await run(flag)).toMatchObject({ code: 0, stdout: `etl ${version}\n`, stderr: '' });
});

describe('wrong usage ends with 2 and says what may be meant', () => {
  test.each([
    [['biuld'], 'build'],
    [['build', '--ful-refresh'], '--full-refresh'],
    [['run', '--threads', 'many'], 'whole number'],
    [['run', '--target'], 'argument missing'],
    [['ls', '--output', 'jsno'], 'json'],
    [['seed', '--inline', 'select 1'], 'etl seed --help'],
  ] as const)('%j', async (args, hint) => {
    const { code, output, stdout } = await etl(args, { cwd: ROOT });
    expect(code).toBe(2);
    expect(output).toContain('ETL1001');
    expect(output).toContain(hint);
    expect(stdout).not.toContain('at ');
  });

  test('no command at all', async () => {
    const { code, output } = await run();
    expect(code).toBe(2);
    expect(output).toContain('etl build');
  });
});
