// Lineage of columns against what people say of the same queries: tests/fixtures/lineage.
import { expect, test } from 'vitest';
import { ENGINES } from './support/bench.ts';
import { scoreOf } from './support/labelled.ts';

test.each(ENGINES)('%s: precision and recall are at least 0.98', async (engine) => {
  const { columns, precision, recall, misses } = await scoreOf(engine);
  const report = [`${columns} columns, precision ${precision}, recall ${recall}`, ...misses];
  expect(columns).toBeGreaterThanOrEqual(150);
  expect(Math.min(precision, recall), report.join('\n')).toBeGreaterThanOrEqual(0.98);
});
