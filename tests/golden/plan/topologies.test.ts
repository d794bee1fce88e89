// What a run sends to targets with several nodes: by materialization, topology and what is live. The conformance suite runs what one
// node can run; here every statement is looked at.
import { describe, expect, test } from 'vitest';
import type { ObservedRelation } from '../../../src/adapter/contract.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import type { ExecutableNode } from '../../../src/manifest/node.ts';
import type { Statement } from '../../../src/adapter/statement.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import type { Publish } from '../../../src/materializations/recipe.ts';
import { planNode, type PlanInputs } from '../../../src/plan/plan-node.ts';
import { aModel, aSeed } from '../../support/a-manifest.ts';

const TOPOLOGIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  cluster: { cluster: 'shards', local_suffix: 'part', local_db_prefix: 'on' },
  'replicated-database': { cluster: 'shards', database_engine: 'Replicated' },
  shared: { database_engine: 'Shared' },
};
const columns = [
  { name: 'id', type: 'UInt64', nullable: false },
  { name: 'name', type: 'String', nullable: false },
];
const versions = [
  ...columns,
  ...['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to'].map((name) => ({
    name,
    type: 'String',
    nullable: true,
  })),
];
const MV = { materialized: 'materialized_view', order_by: 'id' };
const model = (config: Readonly<Record<string, unknown>>): ExecutableNode => aModel('x', { config });
const MODELS: Readonly<Record<string, ExecutableNode>> = {
  view: model({ materialized: 'view' }),
  table: model({ materialized: 'table', order_by: 'id' }),
  'table-replacing': model({
    materialized: 'table',
    engine: 'ReplacingMergeTree(id)',
    order_by: 'id',
    indexes: [{ name: 'by_name', definition: 'name TYPE set(10) GRANULARITY 1' }],
  }),
  'table-alone': model({ materialized: 'table', disable_on_cluster: true }),
  append: model({ materialized: 'incremental' }),
  'delete-insert': model({ materialized: 'incremental', unique_key: 'id' }),
  // a materialized view reads it
  'delete-insert-listened': model({ materialized: 'incremental', unique_key: 'id' }),
  seed: aSeed('x'),
  snapshot: {
    ...model({ materialized: 'snapshot', strategy: 'check', unique_key: 'id', check_cols: 'all' }),
    resource_type: 'snapshot',
  } as ExecutableNode,
  'materialized-view': model(MV),
  dictionary: model({
    materialized: 'dictionary',
    fields: [['id', 'UInt64']],
    primary_key: 'id',
    layout: 'flat',
  }),
  'distributed-table': model({
    materialized: 'distributed_table',
    order_by: 'id',
    sharding_key: 'cityHash64(id)',
    grants: { select: ['reader'] },
  }),
  'distributed-append': model({ materialized: 'distributed_incremental', order_by: 'id' }),
  'distributed-merge': model({
    materialized: 'distributed_incremental',
    order_by: 'id',
    unique_key: 'id',
  }),
};

/** A plan that is refused tells why. */
function plan(inputs: PlanInputs): ReturnType<typeof planNode> {
  try {
    return planNode(inputs);
  } catch (error) {
    if (!isEtlError(error)) throw error;
    return { value: undefined, diagnostics: error.diagnostics };
  }
}

function observed(name: string, isReplicated: boolean): ObservedRelation {
  const isDistributed = name.startsWith('distributed');
  const kinds: Readonly<Record<string, ObservedRelation['kind']>> = {
    view: 'view',
    dictionary: 'dictionary',
  };
  return {
    relation: { schema: 'gold', name: 'x' },
    kind: isDistributed ? 'external' : (kinds[name] ?? 'table'),
    columns: name === 'snapshot' ? versions : columns,
    facts: {
      uuid: '5f3c0b0e-0000-4000-8000-000000000001',
      engine: isDistributed ? 'Distributed' : isReplicated ? 'ReplicatedMergeTree' : 'MergeTree',
      partitionKey: '',
      sortingKey: 'id',
      readBy: name.endsWith('listened') ? ['gold.reader'] : [],
      hasProjections: false,
      databaseEngine: 'Atomic',
      computed: [],
    },
  };
}

/** What is sent to publish, for new rows that touch one of two partitions. */
function published(publish: Publish): readonly Statement[] {
  if (publish.kind === 'ready') return publish.attempts[0]?.statements ?? [];
  if (publish.kind === 'compares') return [];
  if (publish.kind === 'asks') return publish.decide(columns).value?.[0]?.statements ?? [];
  const merging = publish.decide(columns).value;
  const merge = merging?.decide({
    marks: ['1', '2'].map((part) => ({ part, mark: '7', rows: 10, bytes: 100 })),
    touched: [{ part: '2', rows: 3 }],
    isTested: false,
  });
  return [
    ...(merging?.arrange ?? []),
    ...(merge?.prepare ?? []),
    ...(merge?.attempts[0]?.statements ?? []),
  ];
}

describe.each(Object.entries(TOPOLOGIES))('%s', (topology, output) => {
  const target = clickhouse.parseTarget({ type: 'clickhouse', host: 'ch', schema: 'gold', ...output });
  if (target.value === undefined) throw new Error(JSON.stringify(target.diagnostics));
  const dialect = clickhouse.dialect(target.value);
  const settings = (statement: Statement): string =>
    statement.settings?.['insert_deduplication_token'] === undefined
      ? ''
      : `  -- insert_deduplication_token = ${statement.settings['insert_deduplication_token']}`;

  for (const [name, node] of Object.entries(MODELS))
    for (const live of ['absent', 'live'] as const)
      test(`${name}, ${live}`, async () => {
        const planned = plan({
          node: { ...node, database: null, schema: 'gold' } as ExecutableNode,
          dialect,
          live: live === 'live' ? observed(name, topology !== 'shared') : undefined,
          invocationId: 'invocation',
          now: new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 678)),
          fullRefresh: false,
          hooks: { before: [], after: [] },
          select: 'select id, name\nfrom raw',
          ...(name === 'seed' ? { seed: { columns, delimiter: ',' } } : {}),
        });
        const recipe = planned.value;
        const lines: string[] = planned.diagnostics.map((d) => `-- ${d.code} ${d.message}`);
        if (recipe !== undefined) {
          const { publish } = recipe;
          const all = [
            ...recipe.build.flatMap((s) => s.statements),
            ...recipe.finish.flatMap((s) => s.statements),
            ...published(publish),
          ];
          lines.push(
            recipe.action,
            ...recipe.hazards.map((d) => `-- ${d.code} ${d.message}`),
            ...all.map((s) => `${s.sql};${settings(s)}`),
            ...recipe.tidy.flatMap((s) => s.statements.map(({ sql }) => `-- tidy\n${sql};`)),
          );
        }
        const text = `${lines.join('\n')}\n`;
        // a replica looks into its own copy of the other table, which may be empty there
        if (/DELETE FROM [^;]*SELECT/.test(text) && topology === 'cluster')
          expect(text).toMatch(/SYSTEM SYNC REPLICA ON CLUSTER `shards` `gold`.`__etl_\w+`;\nDELETE FROM/);
        expect(text).not.toMatch(/ON CLUSTER[^;]*ON CLUSTER/);
        if (topology !== 'cluster') expect(text).not.toContain('ON CLUSTER');
        await expect(text).toMatchFileSnapshot(`cases/topologies/${topology}-${name}-${live}.sql`);
      });
});

test('a database is made on every node, by its cluster', () => {
  const sqlOf = (output: Readonly<Record<string, unknown>>): string => {
    const { value } = clickhouse.parseTarget({ type: 'clickhouse', host: 'ch', schema: 'gold', ...output });
    if (value === undefined) throw new Error('the target is not valid');
    return clickhouse.dialect(value).createSchema('gold').sql;
  };
  expect(Object.values(TOPOLOGIES).map(sqlOf)).toEqual([
    'CREATE DATABASE IF NOT EXISTS `gold` ON CLUSTER `shards`',
    'CREATE DATABASE IF NOT EXISTS `gold` ON CLUSTER `shards` ENGINE = Replicated',
    'CREATE DATABASE IF NOT EXISTS `gold` ENGINE = Shared',
  ]);
});
