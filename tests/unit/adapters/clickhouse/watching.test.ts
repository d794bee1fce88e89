import { expect, it } from 'vitest';
import { factsOf, type Facts } from '../../../../src/adapters/clickhouse/facts.ts';
import { watching } from '../../../../src/adapters/clickhouse/survey.ts';

const table = { schema: 's', name: 't' };
const facts = (more: Partial<Facts>): Facts => ({
  ...factsOf({ relation: table, kind: 'table', columns: [], facts: {} }),
  engine: 'MergeTree',
  ...more,
});
const fedBy = (definition: string): Partial<Facts> => ({
  fedBy: [{ schema: 's', name: 'v', select: 'SELECT 1', definition }],
});

it('a glance is enough for a table that only statements and feeders write to', () => {
  expect(watching(table, facts({})).glance).toBeDefined();
  expect(
    watching(table, facts(fedBy('CREATE MATERIALIZED VIEW s.v TO s.t AS SELECT 1'))).glance,
  ).toBeDefined();
});

it('not where rows are not in parts, or the engine puts another table in its place by a clock', () => {
  expect(watching(table, facts({ engine: 'Log' })).glance).toBeUndefined();
  const refreshed = 'CREATE MATERIALIZED VIEW s.v REFRESH EVERY 1 YEAR TO s.t AS SELECT 1';
  expect(watching(table, facts(fedBy(refreshed))).glance).toBeUndefined();
});
