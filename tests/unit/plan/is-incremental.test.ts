import { expect, test } from 'vitest';
import type { ObservedRelation } from '../../../src/adapter/contract.ts';
import { isIncrementalRun } from '../../../src/plan/plan-node.ts';
import { aModel } from '../../support/a-manifest.ts';

const live = (kind: ObservedRelation['kind']): ObservedRelation => ({
  relation: { schema: 'gold', name: 'x' },
  kind,
  columns: [],
  facts: {},
});

test.each([
  ['incremental', 'table', {}, false, true],
  ['incremental', 'view', {}, false, false],
  ['incremental', 'table', {}, true, false],
  ['incremental', 'table', { full_refresh: false }, true, true],
  ['incremental', 'external', {}, false, false],
  ['distributed_incremental', 'external', {}, false, true],
  ['distributed_incremental', 'external', {}, true, false],
  ['distributed_incremental', 'table', {}, false, false],
  ['table', 'table', {}, false, false],
] as const)('%s over a %s, %j, full refresh %j: %j', (materialized, kind, config, full, is) => {
  const node = aModel('x', { config: { materialized, ...config } });
  expect(isIncrementalRun(node, live(kind), full)).toBe(is);
});
