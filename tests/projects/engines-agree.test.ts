// The reference project with its own seeds: the same rows on both engines, and the same again after a second build.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { catalogSchema, manifestSchema, runResultsSchema } from '../support/artifact-schemas.ts';
import { etl, referenceProject, type EtlResult, type Scratch } from '../support/etl.ts';
import { DEFAULT_SCHEMA, ENGINES, type Engine, hold, RELATIONS, rowsOn } from './support/bench.ts';

const GOLD = [
  'comparativo_lojas',
  'cross_sell',
  'cross_sell_top',
  'metas_vendedor_diario',
  'vw_cumprimento_metas_mensal_vendedor',
  'vw_cuprimento_metas_mensal_vendedor',
  'vw_margem_lucro_produtos_mensal',
];

interface Built {
  readonly project: Scratch;
  readonly results: readonly EtlResult[];
  /** rows of every relation that was built, sorted; after each build */
  readonly contents: readonly ReadonlyMap<string, readonly string[]>[];
  readonly relations: readonly string[];
}

async function contentsOf(
  engine: Engine,
  dir: string,
): Promise<Pick<Built, 'relations'> & { rows: Map<string, readonly string[]> }> {
  const connection = await hold(engine, dir);
  try {
    const relations = await rowsOn(connection, RELATIONS[engine]);
    const rows = new Map<string, readonly string[]>();
    for (const relation of relations) {
      const name = relation.split(' ')[0] ?? '';
      // the order of a select * is the order of the columns: they are compared too
      rows.set(name, (await rowsOn(connection, `select * from ${name}`)).toSorted());
    }
    return { relations, rows };
  } finally {
    await connection.close();
  }
}

async function buildTwice(engine: Engine): Promise<Built> {
  const project = await referenceProject();
  const results: EtlResult[] = [];
  const contents: Map<string, readonly string[]>[] = [];
  let relations: readonly string[] = [];
  for (let i = 0; i < 2; i++) {
    results.push(await etl(['build', '--target', engine], { cwd: project.dir }));
    const found = await contentsOf(engine, project.dir);
    contents.push(found.rows);
    relations = found.relations;
  }
  return { project, results, contents, relations };
}

const built = new Map<Engine, Built>();
const of = (engine: Engine): Built => {
  const found = built.get(engine);
  if (found === undefined) throw new Error(`${engine} was not built`);
  return found;
};
beforeAll(async () => {
  await Promise.all(ENGINES.map(async (engine) => built.set(engine, await buildTwice(engine))));
});
afterAll(() => Promise.all([...built.values()].map(({ project }) => project.dispose())));

test.each(GOLD)('%s holds equal rows on both engines', (mart) => {
  const [pg, ch] = ENGINES.map((engine) => of(engine).contents[0]?.get(`gold.${mart}`));
  expect(pg?.length).toBeGreaterThan(0);
  expect(ch).toEqual(pg);
});

test('the list of marts is complete', () => {
  for (const engine of ENGINES) {
    const gold = of(engine).relations.filter((r) => r.startsWith('gold.'));
    expect(gold.map((r) => r.replace(/^gold\.(\S+) .*/, '$1'))).toEqual(GOLD);
  }
});

describe.each(ENGINES)('%s', (engine) => {
  test('both builds succeed with every node', () => {
    for (const { code, stdout } of of(engine).results) {
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
        /Done\. PASS=290 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=290$/,
      );
      expect(code).toBe(0);
    }
  });

  test('the second build leaves the same rows in every relation, seeds and silver too', () => {
    const [first, second] = of(engine).contents;
    expect(first?.size).toBe(31);
    expect(second).toEqual(first);
  });

  test('nothing temporary is left', () => {
    const { relations } = of(engine);
    expect(relations.filter((r) => r.includes('__'))).toEqual([]);
    expect(new Set(relations.map((r) => r.split('.')[0]))).toEqual(
      new Set(['bronze', 'silver', 'gold']),
    );
    expect(relations.some((r) => r.startsWith(`${DEFAULT_SCHEMA[engine]}.`))).toBe(false);
  });

  test('the artifacts of a real run are what readers of them expect', async () => {
    const { project } = of(engine);
    const docs = await etl(['docs', 'generate', '--target', engine], { cwd: project.dir });
    expect(docs.code, docs.output).toBe(0);
    const artifacts: readonly (readonly [string, z.ZodType])[] = [
      ['run_results.json', runResultsSchema],
      ['manifest.json', manifestSchema],
      ['catalog.json', catalogSchema],
    ];
    for (const [file, schema] of artifacts) {
      const json: unknown = JSON.parse(await readFile(join(project.dir, 'target', file), 'utf8'));
      const checked = schema.safeParse(json);
      expect(checked.error?.issues.slice(0, 5) ?? [], file).toEqual([]);
    }
    const catalog = JSON.parse(
      await readFile(join(project.dir, 'target/catalog.json'), 'utf8'),
    ) as {
      nodes: Record<string, { columns: Record<string, unknown> }>;
    };
    expect(Object.keys(catalog.nodes)).toHaveLength(31);
    expect(
      Object.keys(catalog.nodes['model.cosmeticco.comparativo_lojas']?.columns ?? {}),
    ).toContain('ticket_medio');
    expect(await readFile(join(project.dir, 'target/index.html'), 'utf8')).toContain(
      'comparativo_lojas',
    );
  });
});
