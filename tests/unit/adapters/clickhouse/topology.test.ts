import { describe, expect, it } from 'vitest';
import { engineOn, placed, topologyOf } from '../../../../src/adapters/clickhouse/topology.ts';
import type { Statement } from '../../../../src/adapter/statement.ts';

const cluster = topologyOf({ cluster: 'my cluster' });
const replicated = topologyOf({
  cluster: 'c',
  databaseEngine: "Replicated('/x', '{shard}', '{replica}')",
});
const shared = topologyOf({ databaseEngine: 'Shared' });
const single = topologyOf({});
const statement = (sql: string, verb: Statement['verb'] = 'alter'): Statement => ({
  sql,
  verb,
  repeatable: true,
});
const C = ' ON CLUSTER `my cluster`';

describe('a topology', () => {
  it('is read from an output', () => {
    expect([cluster, replicated, shared, single].map((t) => t.kind)).toEqual([
      'on_cluster',
      'replicated_database',
      'shared',
      'single',
    ]);
    expect(topologyOf({ cluster: ' ', databaseEngine: 'Atomic' }).kind).toBe('single');
  });

  it.each([
    [{}, '_local', ''],
    [{ localSuffix: '_part', localDbPrefix: 'on_' }, '_part', 'on_'],
    [{ localSuffix: 'part', localDbPrefix: 'on' }, '_part', 'on_'],
    [{ localSuffix: '' }, '', ''],
  ])('names the parts of a distributed table: %j', (keys, suffix, prefix) => {
    const { localSuffix, localDbPrefix } = topologyOf(keys);
    expect([localSuffix, localDbPrefix]).toEqual([suffix, prefix]);
  });

  it('waits for what its writes need', () => {
    expect(single.settings).toEqual({});
    expect(shared.settings).toEqual({ select_sequential_consistency: 1 });
    expect(cluster.settings['insert_quorum']).toBe('auto');
    expect(replicated.settings['database_replicated_enforce_synchronous_settings']).toBe(1);
    expect(topologyOf({ clusterMode: true }).settings['insert_quorum']).toBe('auto');
  });
});

describe('engines', () => {
  const engine = (topology: typeof single, written?: string): unknown =>
    engineOn(topology, written === undefined ? {} : { engine: written })['engine'];
  it.each([
    [cluster, undefined, "ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')"],
    [cluster, 'MergeTree()', 'MergeTree()'],
    [replicated, undefined, 'ReplicatedMergeTree'],
    [replicated, 'ReplacingMergeTree(v)', 'ReplicatedReplacingMergeTree(v)'],
    [replicated, 'ReplicatedMergeTree', 'ReplicatedMergeTree'],
    [replicated, 'SharedMergeTree', 'SharedMergeTree'],
    [replicated, 'Memory', 'Memory'],
    [shared, undefined, undefined],
    [single, undefined, undefined],
  ])('%#', (topology, written, expected) => {
    expect(engine(topology, written)).toBe(expected);
  });
});

describe('ON CLUSTER', () => {
  it.each([
    ['CREATE TABLE `a`.`b c` ENGINE = X', `CREATE TABLE \`a\`.\`b c\`${C} ENGINE = X`],
    [
      'CREATE TABLE IF NOT EXISTS `a`.`b` AS `a`.`c`',
      `CREATE TABLE IF NOT EXISTS \`a\`.\`b\`${C} AS \`a\`.\`c\``,
    ],
    [
      'CREATE OR REPLACE VIEW `a`.`b` AS SELECT',
      `CREATE OR REPLACE VIEW \`a\`.\`b\`${C} AS SELECT`,
    ],
    ['CREATE OR REPLACE DICTIONARY `a`.`b` (', `CREATE OR REPLACE DICTIONARY \`a\`.\`b\`${C} (`],
    [
      'CREATE MATERIALIZED VIEW `a`.`b` TO `a`.`c`',
      `CREATE MATERIALIZED VIEW \`a\`.\`b\`${C} TO \`a\`.\`c\``,
    ],
    ['CREATE DATABASE IF NOT EXISTS `a`', `CREATE DATABASE IF NOT EXISTS \`a\`${C}`],
    [
      'DROP TABLE IF EXISTS `a`.`b`, `a`.`c` SYNC',
      `DROP TABLE IF EXISTS \`a\`.\`b\`, \`a\`.\`c\`${C} SYNC`,
    ],
    ['ALTER TABLE `a`.`b\\`c` ADD COLUMN d', `ALTER TABLE \`a\`.\`b\\\`c\`${C} ADD COLUMN d`],
    ['EXCHANGE TABLES `a`.`b` AND `a`.`c`', `EXCHANGE TABLES \`a\`.\`b\` AND \`a\`.\`c\`${C}`],
    ['RENAME TABLE `a`.`b` TO `a`.`c`', `RENAME TABLE \`a\`.\`b\` TO \`a\`.\`c\`${C}`],
    ['SYSTEM SYNC REPLICA `a`.`b`', `SYSTEM SYNC REPLICA${C} \`a\`.\`b\``],
    ['GRANT select ON `a`.`b` TO `r`', `GRANT${C} select ON \`a\`.\`b\` TO \`r\``],
  ])('%s', (sql, expected) => {
    expect(placed(cluster, statement(sql)).sql).toBe(expected);
    expect(placed(single, statement(sql)).sql).toBe(sql);
    expect(placed(shared, statement(sql)).sql).toBe(sql);
  });

  it('is not said where one replica does it for all, and of no rows', () => {
    for (const sql of [
      'ALTER TABLE `a`.`b` ATTACH PARTITION ALL FROM `a`.`c`',
      'ALTER TABLE `a`.`b` REPLACE PARTITION 1 FROM `a`.`c`',
    ])
      expect(placed(cluster, statement(sql, 'swap')).sql).toBe(sql);
    expect(placed(cluster, statement('ALTER TABLE `a`.`b` DROP COLUMN `c`')).sql).toContain(C);
    for (const verb of ['write', 'read', 'hook'] as const)
      expect(placed(cluster, statement('DELETE FROM `a`.`b` WHERE 1', verb)).sql).not.toContain(C);
  });

  it('is said of databases only where their tables spread by themselves', () => {
    expect(
      placed(replicated, statement('CREATE DATABASE IF NOT EXISTS `a`', 'create')).sql,
    ).toContain('ON CLUSTER');
    expect(placed(replicated, statement('CREATE TABLE `a`.`b` AS', 'create')).sql).not.toContain(
      'ON CLUSTER',
    );
  });

  it('moves what the author wrote with it', () => {
    const sql = 'CREATE VIEW `a`.`b` AS SELECT * FROM (select 1';
    const at = sql.indexOf('select 1');
    const moved = placed(cluster, { ...statement(sql, 'create'), authoredAt: at });
    expect(moved.sql.slice(moved.authoredAt)).toBe('select 1');
  });

  it('is never left out in silence', () => {
    expect(() => placed(cluster, statement('UNDROP TABLE `a`.`b`'))).toThrow(/not known where/);
  });
});
