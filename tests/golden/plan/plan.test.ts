// What a run would send, for each materialization × what is live × engine. Golden texts say what changed; the conformance suites
// say on the real engines that it is true.
import { NO_BELONGINGS } from '../../support/no-belongings.ts';
import { describe, expect, test } from 'vitest';
import type { Dialect, ObservedRelation } from '../../../src/adapter/contract.ts';
import type { MergeFound, Merging } from '../../../src/adapter/merging.ts';
import type { Statement } from '../../../src/adapter/statement.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import type { Adapter } from '../../../src/adapter/contract.ts';
import type { ExecutableNode } from '../../../src/manifest/node.ts';
import { explainRecipe } from '../../../src/plan/explain.ts';
import { planNode, type PlanInputs } from '../../../src/plan/plan-node.ts';
import { aModel, aSeed } from '../../support/a-manifest.ts';

function dialectOf(adapter: Adapter, raw: Readonly<Record<string, unknown>>): Dialect {
  const target = adapter.parseTarget(raw).value;
  if (target === undefined) throw new Error('the target is not valid');
  return adapter.dialect(target);
}
const ENGINES: readonly (readonly [string, Dialect, string | null])[] = [
  ['postgres', dialectOf(postgres, { type: 'postgres', embedded: true, schema: 'public' }), 'db'],
  ['clickhouse', dialectOf(clickhouse, { type: 'clickhouse', embedded: true, schema: 'default' }), null],
];

const columns = [
  { name: 'id', type: 'integer', nullable: false },
  { name: 'name', type: 'text', nullable: true },
];
/** A view `reports.v` reads the live relation. */
const DEPENDENT = {
  schema: 'reports',
  name: 'v',
  kind: 'view',
  definition: ' SELECT id FROM gold.x;',
  options: ['security_barrier=true'],
  owner: 'etl',
  comment: null,
  grants: [{ to: 'analyst', privilege: 'SELECT', grantable: false }],
  indexes: [],
  populated: true,
  isRead: false,
  rule: '20000',
  ruleVersion: '777',
};
const FACTS: Readonly<Record<string, (kind: 'table' | 'view') => unknown>> = {
  postgres: (kind) => ({
    version: '7',
    oid: '16400',
    relkind: kind === 'table' ? 'r' : 'v',
    owner: 'etl',
    options: [],
    comment: null,
    columnComments: {},
    grants: [{ to: 'analyst', privilege: 'SELECT', grantable: false }],
    defaultGrants: [],
    columnGrants: [],
    indexes: [],
    isUnlogged: false,
    partitionKey: null,
    belongings: NO_BELONGINGS,
    dependents: [DEPENDENT],
    foreignKeys: [],
    numberings: [],
  ownConstraints: [],
  publishedWithAll: [],
  partitions: [],
    obstacles: [],
  }),
  clickhouse: (kind) => ({
    uuid: '5f3c0b0e-0000-4000-8000-000000000001',
    engine: kind === 'table' ? 'MergeTree' : 'View',
    partitionKey: '',
    sortingKey: 'id',
    readBy: [],
    computed: [],
  }),
};

const aSnapshot = (config: Readonly<Record<string, unknown>>): ExecutableNode => ({
  ...aModel('x', { config: { materialized: 'snapshot', ...config } }),
  resource_type: 'snapshot',
});
/** The live table of a snapshot; of anything else it has only the first two. */
const versionColumns = [
  ...columns,
  ...['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to', 'dbt_is_deleted'].map((name) => ({
    name,
    type: 'text',
    nullable: true,
  })),
];

const LIVE = ['absent', 'table', 'view'] as const;
const SELECT = 'select id, name\nfrom raw';
const MODELS: readonly (readonly [string, ExecutableNode])[] = [
  ['view', aModel('x', { config: { materialized: 'view' } })],
  ['table', aModel('x', { config: { materialized: 'table', indexes: [{ columns: ['id'], unique: true }], order_by: ['id'] } })],
  ['append', aModel('x', { config: { materialized: 'incremental' } })],
  ['delete+insert', aModel('x', { config: { materialized: 'incremental', unique_key: 'id' } })],
  ['seed', aSeed('x')],
  [
    'snapshot-timestamp',
    aSnapshot({ strategy: 'timestamp', unique_key: 'id', updated_at: 'changed_at' }),
  ],
  [
    'snapshot-check',
    aSnapshot({
      strategy: 'check',
      unique_key: ['id', 'name'],
      check_cols: 'all',
      hard_deletes: 'new_record',
      dbt_valid_to_current: "'9999-12-31'",
    }),
  ],
];

/** Two partitions of which the new rows touch one, and a table of which they touch all. */
const FOUND: readonly (readonly [string, MergeFound])[] = [
  [
    'one of two partitions',
    {
      marks: ['1', '2'].map((part) => ({ part, mark: '7', rows: 10, bytes: 100 })),
      touched: [{ part: '2', rows: 3 }],
      isTested: false,
    },
  ],
  ['all of it, with tests', { marks: [{ part: 'all', mark: '7', rows: 10, bytes: 100 }], touched: [{ part: 'all', rows: 3 }], isTested: true }],
];

function mergeText({ arrange, watch, survey, others, decide }: Merging): readonly string[] {
  const texts = (step: string, statements: readonly Statement[]): readonly string[] =>
    statements.map(({ sql }) => `-- ${step}\n${sql}\n`);
  return [
    ...texts('arrange', arrange),
    ...texts('watch', [watch.statement]),
    ...texts('survey', survey === undefined ? [] : [survey.statement]),
    ...FOUND.flatMap(([what, found]) => {
      const { how, prepare, attempts } = decide(found);
      const more = others?.(found);
      return [
        ...texts('survey of others', more === undefined ? [] : [more.statement]),
        `-- ${what}: ${how}\n`,
        ...texts('prepare', prepare),
        ...texts('publish', attempts[0]?.statements ?? []),
      ];
    }),
  ];
}

function planText(inputs: PlanInputs): string {
  const planned = planNode(inputs);
  if (planned.value === undefined) return planned.diagnostics.map((d) => `${d.code} ${d.message}\n`).join('');
  const recipe = planned.value;
  const lines = explainRecipe(inputs.node, recipe).statements.map(({ step, sql }) => `-- ${step}\n${sql}\n`);
  const decided = recipe.publish.kind === 'asks' ? recipe.publish.decide(columns) : undefined;
  const attempts = recipe.publish.kind === 'ready' ? recipe.publish.attempts.slice(1) : (decided?.value ?? []);
  const merged = recipe.publish.kind === 'merges' ? recipe.publish.decide(columns).value : undefined;
  const merging = merged === undefined ? [] : mergeText(merged);
  const others = attempts.map((a) => `-- or, publish\n${a.statements.map((s) => s.sql).join(';\n')}\n`);
  const tidy = recipe.tidy.flatMap((s) => s.statements.map(({ sql }) => `-- tidy\n${sql}\n`));
  return [`${recipe.action}\n`, ...lines, ...merging, ...others, ...tidy].join('\n');
}

describe.each(ENGINES)('%s', (engine, dialect, database) => {
  for (const [name, model] of MODELS)
    for (const live of LIVE) {
      test(`${name} over ${live}`, async () => {
        const node = { ...model, database, schema: 'gold' } as ExecutableNode;
        const relation = { ...(database === null ? {} : { database }), schema: 'gold', name: 'x' };
        const observed: ObservedRelation | undefined =
          live === 'absent'
            ? undefined
            : { relation, kind: live, columns: name.startsWith('snapshot') ? versionColumns : columns, facts: FACTS[engine]?.(live) };
        const text = planText({
          node,
          dialect,
          live: observed,
          invocationId: 'invocation',
          now: new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 678)),
          fullRefresh: false,
          hooks: {
            before: [{ sql: 'select 1 -- before', inTransaction: true }],
            after: [
              { sql: 'select 2 -- after', inTransaction: true },
              { sql: 'vacuum gold.x', inTransaction: false },
            ],
          },
          select: SELECT,
          ...(name === 'seed' ? { seed: { columns, delimiter: ',' } } : {}),
        });
        expect(text).not.toMatch(/\bcascade\b/i);
        await expect(text).toMatchFileSnapshot(`cases/${engine}-${name.replace('+', '-')}-over-${live}.sql`);
      });
    }
});
