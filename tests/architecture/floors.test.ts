// `src` keeps the rules of the house, and every rule has been seen biting on a seeded violation.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CEILING, FLOORS, SAYS, sources, violations } from './floors.ts';

const root = fileURLToPath(new URL('../../src', import.meta.url));
const src = sources(root);

test('the guard reads the source: an empty reading would prove nothing', () => {
  expect(src.length).toBeGreaterThan(50);
  const rooms = new Set(src.map(({ file }) => file.split('/')[0]));
  for (const folder of readdirSync(root)) expect(rooms).toContain(folder);
});

test('every file of src keeps the rules of the house', () => {
  expect(violations(src)).toEqual([]);
});

/** One file that breaks exactly one rule, and the rule. */
type Seed = readonly [says: string, file: string, text: string];
const SEEDS: readonly Seed[] = [
  [SAYS.tooLong, 'plan/a.ts', '\n'.repeat(CEILING)],
  [SAYS.noRoom, 'utils/a.ts', ''],
  [SAYS.driver, 'run/a.ts', "import pg from 'pg';"],
  [SAYS.driver, 'ingest/a.ts', "const { Chdb } = await import('chdb/connection');"],
  [SAYS.driver, 'api/a.ts', "import type { ClickHouseClient } from '@clickhouse/client';"],
  [SAYS.driver, 'cli/a.ts', "import copy from 'pg-copy-streams';"],
  [SAYS.io, 'plan/a.ts', "import { readFileSync } from 'node:fs';"],
  [SAYS.io, 'graph/select/a.ts', "import { readFileSync } from 'fs';"],
  [SAYS.io, 'adapters/postgres/dialect.ts', "import pg from 'pg';"],
  [SAYS.package, 'graph/a.ts', "import { z } from 'zod';"],
  [SAYS.package, 'kernel/a.ts', "export * from 'nunjucks';"],
  [SAYS.package, 'site/a.ts', "import { Chalk } from 'chalk';"],
  [SAYS.strangers, 'adapters/postgres/a.ts', "import { c } from '../clickhouse/dialect.ts';"],
  [SAYS.naming, 'plan/a.ts', "import { p } from '../adapters/postgres/dialect.ts';"],
  [SAYS.naming, 'cli/a.ts', "await import('../adapters/postgres/adapter.ts');"],
  [SAYS.up, 'plan/a.ts', "import type { X } from '../run/x.ts';"],
  [SAYS.up, 'plan/a.ts', "import '../run/x.ts';"],
  [SAYS.up, 'plan/a.ts', "export { x } from '../run/x.ts';"],
  [SAYS.up, 'api/a.ts', "const m = await import('../cli/main.ts');"],
  [SAYS.up, 'graph/select/a.ts', "import type { P } from '../../plan/plan.ts';"],
  [SAYS.sideways, 'run/a.ts', "import {\n  y,\n} from '../ingest/y.ts';"],
  [SAYS.sideways, 'reporters/a.ts', "import { s } from '../site/build.ts';"],
  [SAYS.outside, 'run/a.ts', "import p from '../../package.json';"],
  [SAYS.exit, 'run/a.ts', 'process.exit(1);'],
  [SAYS.exit, 'cli/program.ts', 'process.exit(1);'],
  [SAYS.terminal, 'run/a.ts', "console.log('hello');"],
  [SAYS.terminal, 'site/a.ts', "process.stdout.write('hello');"],
  [SAYS.ambient, 'plan/a.ts', 'const t = Date.now();'],
  [SAYS.ambient, 'artifacts/a.ts', 'const t = new Date();'],
  [SAYS.ambient, 'run/a.ts', 'process.env["HOME"];'],
  [SAYS.cascade, 'adapters/postgres/a.ts', 'const s = `drop table ${t} CASCADE`;'],
  [SAYS.socket, 'api/a.ts', 'await fetch(url);'],
  [SAYS.socket, 'site/a.ts', "import { createServer } from 'node:http';"],
  [SAYS.socket, 'reporters/a.ts', "import { request } from 'node:http';"],
];

test.each(SEEDS)('the guard bites, and says only: %s (%s)', (says, file, text) => {
  const found = violations([{ file, text }]);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(`${file}: ${says}`);
});

test('every rule has a seed', () => {
  expect(new Set(SEEDS.map(([says]) => says))).toEqual(new Set(Object.values(SAYS)));
});

/** Files that look like a violation and are none. */
const LAWFUL: readonly (readonly [file: string, text: string])[] = [
  ['plan/a.ts', "import type { Node } from '../manifest/node.ts';"],
  ['plan/a.ts', '\n'.repeat(CEILING - 1)],
  ['jinja/tokens.ts', "import { Lexer } from 'nunjucks/src/lexer.js';"],
  ['graph/select/a.ts', "import { graphOf } from '../graph.ts';"],
  ['kernel/hash.ts', "import { createHash } from 'node:crypto';"],
  ['api/adapters.ts', "export const postgres = () => import('../adapters/postgres/adapter.ts');"],
  ['adapters/postgres/session.ts', "import pg from 'pg';"],
  ['adapters/postgres/dialect.ts', "import type { Dialect } from '../../adapter/contract.ts';"],
  ['adapters/postgres/analysis.ts', "import { parse } from 'libpg-query';"],
  ['adapters/postgres/embedded/cluster.ts', "import { spawn } from 'node:child_process';"],
  ['site/serve.ts', "import { createServer } from 'node:http';"],
  ['artifacts/write.ts', "import { open } from 'node:fs/promises';"],
  ['reporters/text.ts', 'const at = new Date();'],
  ['cli/main.ts', "process.exit(0); console.error('x');"],
  ['run/a.ts', '// a comment may say process.exit and Date.now()\nexport const a = 1;'],
  ['run/a.ts', '/** Never drops anything with cascade. */\nexport const a = 1;'],
];

test.each(LAWFUL)('the guard does not cry wolf: %s %j', (file, text) => {
  expect(violations([{ file, text }])).toEqual([]);
});

test('no room is named twice', () => {
  const rooms = FLOORS.flat();
  expect(new Set(rooms).size).toBe(rooms.length);
});
