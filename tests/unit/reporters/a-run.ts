import type { NodeOutcome, RunEvent } from '../../../src/events/event.ts';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';
import type { NodeFacts, Reporter, ReporterOptions } from '../../../src/reporters/reporter.ts';

const KNOWN: Readonly<Record<string, NodeFacts>> = {
  'seed.shop.prices': {
    resourceType: 'seed',
    materialized: 'seed',
    label: 'gold.prices',
    name: 'prices',
    path: 'seeds/prices.csv',
  },
  'model.shop.margin': {
    resourceType: 'model',
    materialized: 'table',
    label: 'gold.margin',
    name: 'margin',
    path: 'models/gold/margin.sql',
    nodePath: 'gold/margin.sql',
    schema: 'gold',
    alias: 'margin',
    compiledPath: () => 'target/compiled/shop/models/gold/margin.sql',
  },
  'model.shop.sales': {
    resourceType: 'model',
    materialized: 'view',
    label: 'gold.sales',
    name: 'sales',
    path: 'models/gold/sales.sql',
    schema: 'gold',
  },
  'test.shop.not_null_margin_id': {
    resourceType: 'test',
    materialized: 'test',
    label: 'not_null_margin_id',
    name: 'not_null_margin_id',
    path: 'models/gold/_gold.yml',
    compiledPath: () => 'target/compiled/shop/models/gold/_gold.yml/not_null_margin_id.sql',
  },
};

const describeNode = (id: NodeId): NodeFacts => {
  const facts = KNOWN[id];
  if (facts === undefined) throw new Error(`unknown node ${id}`);
  return facts;
};

const SOURCE = `{{ config(materialized='table') }}\nselect x\nfrom {{ ref('sales') }}\n`;

/** Collects what a reporter writes; the clock stands still. */
export function collect(
  make: (options: ReporterOptions) => Reporter,
  change: Partial<ReporterOptions> = {},
): { readonly reporter: Reporter; readonly text: () => string } {
  let written = '';
  const reporter = make({
    write: (text) => {
      written += text;
    },
    colour: false,
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    readSource: (file) => (file === 'models/gold/margin.sql' ? SOURCE : undefined),
    redact: (text) => text.replaceAll('hunter2', '***'),
    describe: describeNode,
    target: 'dev',
    processId: 42,
    ...change,
  });
  return { reporter, text: () => written };
}

export const anOutcome = (id: string, change: Partial<NodeOutcome> = {}): NodeOutcome => ({
  id: nodeId(id),
  status: 'success',
  startedAt: new Date('2026-01-02T03:04:05.000Z'),
  finishedAt: new Date('2026-01-02T03:04:05.120Z'),
  thread: 'Thread-1',
  diagnostics: [],
  ...change,
});

export const seeded: NodeOutcome = anOutcome('seed.shop.prices', { message: 'INSERT 3', rows: 3 });
export const built: NodeOutcome = anOutcome('model.shop.margin', {
  message: 'SELECT 12',
  rows: 12,
});
export const passed: NodeOutcome = anOutcome('test.shop.not_null_margin_id', {
  status: 'pass',
  failures: 0,
});
export const failed: NodeOutcome = anOutcome('test.shop.not_null_margin_id', {
  status: 'fail',
  failures: 3,
  message: 'Got 3 results, configured to fail if != 0',
  sample: {
    columns: ['id', 'name'],
    rows: [
      [1, 'ana'],
      [20, null],
    ],
  },
  diagnostics: [
    {
      code: 'ETL6001',
      severity: 'error',
      message: 'not_null_margin_id: Got 3 results, configured to fail if != 0',
    },
  ],
});
export const warned: NodeOutcome = {
  ...failed,
  status: 'warn',
  failures: 1,
  message: 'Got 1 result, configured to warn if != 0',
};
export const broken: NodeOutcome = anOutcome('model.shop.margin', {
  status: 'error',
  message: 'column "x" does not exist',
  diagnostics: [
    {
      code: 'ETL5001',
      severity: 'error',
      message: 'column "x" does not exist',
      at: { file: 'models/gold/margin.sql', line: 2, column: 8, endColumn: 9 },
      hint: 'Look at the columns of gold.sales.',
    },
  ],
});
export const skipped: NodeOutcome = anOutcome('model.shop.sales', {
  status: 'skipped',
  because: nodeId('model.shop.margin'),
});

/** The windows of a model: one that went well, one that failed, one that was not tried. */
export const batches: readonly RunEvent[] = (['success', 'error', 'skipped'] as const).flatMap(
  (status, i): readonly RunEvent[] => {
    const id = nodeId('model.shop.margin');
    const batch = { label: `2026-01-0${i + 1}`, position: i + 1, total: 3 };
    const at = new Date('2026-01-02T03:04:05.000Z');
    const finishedAt = new Date('2026-01-02T03:04:06.500Z');
    const message = status === 'success' ? 'INSERT 7' : '';
    return [
      ...(status === 'skipped' ? [] : [{ kind: 'batch_started', id, batch, at } as const]),
      { kind: 'batch_finished', id, batch, startedAt: at, finishedAt, status, message },
    ];
  },
);

/** All events of a run with these outcomes. */
export const aRun = (outcomes: readonly NodeOutcome[], cancelled = false): readonly RunEvent[] => [
  {
    kind: 'run_started',
    invocation: 'inv-1',
    total: outcomes.length,
    threads: 4,
    command: 'build',
  },
  ...outcomes.flatMap((outcome, i): readonly RunEvent[] => [
    { kind: 'node_started', id: outcome.id, position: i + 1, at: outcome.startedAt },
    { kind: 'node_finished', outcome, position: i + 1, total: outcomes.length },
  ]),
  { kind: 'run_finished', outcomes, cancelled, seconds: 2.314 },
];
