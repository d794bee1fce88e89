// Cross-sell on real baskets: the counts that are known for this data set.
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etl, referenceProject, ROOT, scratch, type Scratch } from '../support/etl.ts';
import { ENGINES, hold, rowsOn } from './support/bench.ts';

const baskets = readFileSync(join(ROOT, 'tests/fixtures/groceries/baskets.csv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split(','));
const items = [...new Set(baskets.flat())].toSorted();
const codeOf = new Map(items.map((item, i) => [item, i + 1]));

/** The seeds of the reference project: baskets as the sales of 2024, all other files with their header only. */
async function seedFolder(): Promise<Scratch> {
  const made = await scratch();
  await mkdir(join(made.dir, 'seeds'), { recursive: true });
  for (const file of await readdir(join(ROOT, 'seeds'))) {
    if (!file.endsWith('.csv')) continue;
    const [head = ''] = (await readFile(join(ROOT, 'seeds', file), 'utf8')).split('\n');
    const lines = file.endsWith('_2024.csv')
      ? baskets.flatMap((basket, i) =>
          basket.map((item) => `${i + 1},1,1,${codeOf.get(item)},2024-08-15 12:00:00,1,1.00`),
        )
      : [];
    await writeFile(join(made.dir, 'seeds', file), [head, ...lines, ''].join('\n'));
  }
  return made;
}

test('the fixture is the data set that is meant', () => {
  expect(baskets).toHaveLength(9835);
  expect(items).toHaveLength(169);
  expect(baskets.flat()).toHaveLength(43_367);
});

describe.each(ENGINES)('%s', (engine) => {
  let project: Scratch;
  beforeAll(async () => {
    const seeds = await seedFolder();
    project = await referenceProject(join(seeds.dir, 'seeds'));
    await seeds.dispose();
    const vars = ['--vars', '{data_referencia: 2024-08-31}'];
    for (const verb of ['seed', 'run']) {
      const done = await etl([verb, '--target', engine, ...vars], { cwd: project.dir });
      expect(done.code, done.output).toBe(0);
    }
  });
  afterAll(() => project.dispose());

  test('the three most frequent pairs, and no pair more frequent', async () => {
    const connection = await hold(engine, project.dir);
    const rows = await rowsOn(
      connection,
      'select product_a, product_b, times_bought_together, total_cestas from gold.cross_sell order by 3 desc limit 3',
    );
    const lines = await rowsOn(connection, 'select count(*) from silver.vendas_itens');
    await connection.close();
    const named = rows.map((row) => {
      const [a = 0, b = 0, times = 0, all = 0] = row.split('|').map(Number);
      return `${[items[a - 1] ?? '', items[b - 1] ?? ''].toSorted().join(' + ')} = ${times} of ${all}`;
    });
    expect(named).toEqual([
      'other vegetables + whole milk = 736 of 9835',
      'rolls/buns + whole milk = 557 of 9835',
      'whole milk + yogurt = 551 of 9835',
    ]);
    expect(lines).toEqual(['43367']);
  });
});
