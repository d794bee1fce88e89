import { expect, test } from 'vitest';
import { clickhouseDialect } from '../../../src/adapters/clickhouse/dialect.ts';
import { topologyOf } from '../../../src/adapters/clickhouse/topology.ts';
import { dialect as postgres } from '../../../src/adapters/postgres/dialect.ts';
import type { NodeOutcome } from '../../../src/events/event.ts';
import { maskOf } from '../../../src/kernel/mask.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { lastRuns, nodesOf } from '../../../src/ledger/read.ts';
import { INVOCATIONS, NODES, TABLES } from '../../../src/ledger/schema.ts';
import { ledgerSetting } from '../../../src/ledger/setting.ts';
import {
  beginning,
  ending,
  settingUp,
  type BegunRun,
  type EndedRun,
} from '../../../src/ledger/write.ts';

const clickhouse = clickhouseDialect({ ansiSettings: false, hasGrants: true });
const cluster = clickhouseDialect({
  ansiSettings: false,
  hasGrants: true,
  topology: topologyOf({ cluster: 'main' }),
});
const AT = new Date('2026-03-01T02:00:00.000Z');
const RUN: BegunRun = {
  invocation: 'i-1',
  project: "o'shop",
  target: 'prod',
  command: 'build',
  selection: '--select gold s3cret',
  fullRefresh: false,
  startedAt: AT,
  host: 'ci',
  version: '0.1.0',
};
const place = (dialect: typeof postgres | typeof clickhouse, schema = 'etl_meta') => ({
  dialect,
  setting: { schema },
  mask: maskOf(['s3cret']),
});
const outcome = (more: Partial<NodeOutcome>): NodeOutcome => ({
  id: nodeId('model.shop.orders'),
  status: 'success',
  startedAt: AT,
  finishedAt: new Date('2026-03-01T02:00:01.500Z'),
  thread: 'Thread-1',
  diagnostics: [],
  ...more,
});
const ended = (...outcomes: readonly NodeOutcome[]): EndedRun => ({
  status: 'success',
  finishedAt: new Date('2026-03-01T02:00:02.000Z'),
  outcomes,
});
const facts = () => ({
  resourceType: 'model',
  layer: 'gold',
  path: 'models/o.sql',
  relation: null,
});

test('a run that begins is one row, names and secrets escaped and masked', () => {
  expect(beginning(place(postgres, 'my"meta'), RUN).sql).toBe(
    'insert into "my""meta"."invocations" ("invocation_id", "status", "ledger_version", "project", "target", "command", "selection", ' +
      '"full_refresh", "started_at", "finished_at", "seconds", "nodes", "user_name", "host", "etl_version") values\n' +
      "('i-1', 'started', 1, 'o''shop', 'prod', 'build', '--select gold *****', false, '2026-03-01T02:00:00.000Z', null, null, null, " +
      "current_user, 'ci', '0.1.0')\non conflict do nothing",
  );
  expect(beginning(place(clickhouse, 'my`meta'), RUN).sql).toBe(
    'INSERT INTO `my\\`meta`.`invocations` (`invocation_id`, `status`, `ledger_version`, `project`, `target`, `command`, `selection`, ' +
      '`full_refresh`, `started_at`, `finished_at`, `seconds`, `nodes`, `user_name`, `host`, `etl_version`) VALUES\n' +
      "('i-1', 'started', 1, 'o\\'shop', 'prod', 'build', '--select gold *****', false, '2026-03-01 02:00:00.000', NULL, NULL, NULL, " +
      "currentUser(), 'ci', '0.1.0')",
  );
});

test('its end comes behind its nodes, in one transaction where there are some', () => {
  const many = Array.from({ length: 501 }, (_, i) => outcome({ id: nodeId(`model.shop.m${i}`) }));
  const segment = ending(place(postgres), RUN, ended(...many), facts);
  expect(segment.atomicity).toBe('transaction');
  expect(segment.statements.map((s) => s.sql.split(' ', 3)[2])).toEqual([
    '"etl_meta"."nodes"',
    '"etl_meta"."nodes"',
    '"etl_meta"."invocations"',
  ]);
  expect(segment.statements.at(-1)?.sql).toContain("2026-03-01T02:00:02.000Z', 2, 501,");
  expect(ending(place(clickhouse), RUN, ended(), facts).atomicity).toBe('none');
});

test("an error is told by its title and place: the engine's own words may quote a row", () => {
  const failed = outcome({
    status: 'error',
    message: 'invalid input syntax: "123.456.789-09"',
    diagnostics: [
      {
        code: 'ETL5001',
        severity: 'error',
        message: 'invalid input syntax: "123.456.789-09"',
        at: { file: 'models/o.sql', line: 3, column: 7 },
      },
    ],
  });
  const { sql } = ending(place(postgres), RUN, ended(failed), facts).statements[0] ?? { sql: '' };
  expect(sql).toContain("'ETL5001', 'The engine rejected the SQL (models/o.sql:3:7)')");
  expect(sql).not.toContain('123.456');
});

test('what is set up is safe with several at once, reaches a cluster, and adds what is missing', () => {
  const missing = NODES.columns.slice(-1);
  const tables = [
    { table: INVOCATIONS, missing: [] },
    { table: NODES, missing },
  ];
  const mine = settingUp(place(postgres), tables);
  expect(mine.atomicity).toBe('transaction');
  expect(mine.statements[0]?.sql).toContain('pg_advisory_xact_lock');
  expect(mine.statements.map((s) => s.sql)).toContain(
    'alter table "etl_meta"."nodes" add column if not exists "message" text',
  );
  const everywhere = settingUp(place(cluster), tables).statements.map((s) => s.sql);
  expect(everywhere.every((sql) => sql.includes('ON CLUSTER'))).toBe(true);
  expect(everywhere.filter((sql) => sql.includes('ENGINE = ReplicatedMergeTree('))).toHaveLength(2);
  expect(everywhere.at(3)).toMatch(/^ALTER TABLE .*ADD COLUMN IF NOT EXISTS `message` Nullable/);
});

test('keys are columns, and only they are never NULL', () => {
  for (const { columns, key } of TABLES)
    expect(columns.slice(0, 2).map((c) => c.name)).toEqual(key);
});

test('runs are read back with their moments, the last row of each', () => {
  const wish = { schema: 'etl_meta', project: "o'shop", target: 'prod', limit: 20 };
  const query = lastRuns(postgres, wish);
  expect(query.statement.sql).toContain("r.project = 'o''shop' and r.target = 'prod'");
  expect(
    query.decode({
      invocation: 'i-1',
      target_name: 'prod',
      verb: 'build',
      started_ms: '1772330400000',
      took: null,
      outcome: 'started',
      machine: 'ci',
      how_many: null,
    }),
  ).toEqual({
    invocation: 'i-1',
    target: 'prod',
    command: 'build',
    at: AT.toISOString(),
    seconds: 0,
    status: 'started',
    host: 'ci',
    nodes: 0,
  });
  expect(nodesOf(clickhouse, 'etl_meta', ["i'1"]).statement.sql).toContain("in ('i\\'1')");
});

test('the setting is off, on, or names a schema; anything else is told and keeps nothing', () => {
  const read = (flag: unknown) => {
    const { value, diagnostics } = ledgerSetting(flag);
    return value?.schema ?? diagnostics.map((d) => d.message).join();
  };
  expect([undefined, null, false].map(read)).toEqual(['', '', '']);
  expect([true, {}, { schema: 'audit' }].map(read)).toEqual(['etl_meta', 'etl_meta', 'audit']);
  expect([[], { scheme: 'x' }, { schema: 7 }].map(read)).toEqual([
    'run_ledger is true, false or a mapping: no run ledger is kept',
    'run_ledger has no key "scheme": no run ledger is kept',
    'schema below run_ledger is the name of a schema: no run ledger is kept',
  ]);
});
