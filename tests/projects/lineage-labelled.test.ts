// Lineage of columns against what people say of the same queries: tests/fixtures/lineage.
import { expect, test } from 'vitest';
import { lineage, type LineageReport } from '../../src/api/index.ts';
import { referenceProject } from '../support/etl.ts';
import { ENGINES } from './support/bench.ts';
import { scoreOf } from './support/labelled.ts';

test.each(ENGINES)('%s: precision and recall are at least 0.98', async (engine) => {
  const { columns, precision, recall, misses } = await scoreOf(engine);
  const report = [`${columns} columns, precision ${precision}, recall ${recall}`, ...misses];
  expect(columns).toBeGreaterThanOrEqual(150);
  expect(Math.min(precision, recall), report.join('\n')).toBeGreaterThanOrEqual(0.98);
});

test('both engines say the same of every column of the reference project', async () => {
  const project = await referenceProject();
  try {
    const [a, b] = await Promise.all(
      ENGINES.map(async (target) =>
        summaryOf(
          await lineage({
            projectDir: project.dir,
            cwd: project.dir,
            target,
            env: { ...process.env, HOME: project.dir },
          }),
        ),
      ),
    );
    expect(a?.length).toBeGreaterThan(200);
    expect(a).toEqual(b);
  } finally {
    await project.dispose();
  }
});

/** `model.column feeds: a.x, b.y decides: c.z`, in the order of their names. */
const summaryOf = ({ nodes }: LineageReport): readonly string[] =>
  nodes
    .flatMap((node) =>
      node.columns.map(({ name, feeds, decides, unknown = '' }) => {
        const list = (all: readonly { readonly node?: string; readonly column: string }[]) =>
          all
            .map((one) => `${one.node}.${one.column}`)
            .sort()
            .join(', ');
        return `${node.id}.${name} feeds: ${list(feeds)} decides: ${list(decides)} ${unknown}`;
      }),
    )
    .sort();
