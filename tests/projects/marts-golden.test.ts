// The numbers of the golden fixture, built with the command line on both embedded engines, and the document's example queries.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/adapter/contract.ts';
import { readCsv } from '../../src/sql/csv.ts';
import { etl, referenceProject, ROOT, type Scratch } from '../support/etl.ts';
import { asText, ENGINES, hold, rowsOn } from './support/bench.ts';

const FIXTURE = join(ROOT, 'tests/fixtures/marts-golden');
const VARS = ['--vars', '{data_referencia: 2024-08-31}'];

const MARTS: readonly { mart: string; key: readonly string[]; where?: string; file?: string }[] = [
  { mart: 'vw_margem_lucro_produtos_mensal', key: ['cod_prod', 'ano_mes'] },
  { mart: 'vw_cumprimento_metas_mensal_vendedor', key: ['id_employee', 'month'] },
  { mart: 'cross_sell', key: ['product_a', 'product_b'] },
  { mart: 'cross_sell_top', key: ['cod_prod', 'posicao'] },
  { mart: 'comparativo_lojas', key: ['cod_loja', 'ano_mes'] },
  {
    mart: 'metas_vendedor_diario',
    key: ['id_employee', 'data'],
    where: 'vendido_dia <> 0',
    file: 'metas_vendedor_diario_dias_com_movimento',
  },
];

/** Only these may differ in a last digit; everything else is exact. */
const TOLERANCE: Readonly<Record<string, number>> = {
  margem_lucro_mensal: 0.00005,
  margem_real_pct: 0.00005,
  preco_medio_dia: 0.00005,
  custo_medio_dia: 0.00005,
  atingimento_pct: 0.005,
  suporte: 0.00005,
  conf_ab: 0.00005,
  conf_ba: 0.00005,
  confianca: 0.00005,
  lift: 0.00005,
};

interface Table {
  readonly columns: readonly string[];
  /** cells by key; an empty field is NULL */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

const keyed = (
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  key: readonly string[],
): Table => ({
  columns,
  rows: new Map(rows.map((row) => [key.map((k) => row[columns.indexOf(k)]).join(' '), row])),
});

function expectedOf(file: string, key: readonly string[]): Table {
  const text = readFileSync(join(FIXTURE, 'expected', `${file}.csv`), 'utf8');
  const [head = [], ...rows] = [...readCsv(text)].map((r) => r.fields.map((f) => f.text));
  return keyed(head, rows, key);
}

const isSame = (column: string, actual: string, wanted: string): boolean => {
  if (wanted === '' || actual === 'NULL') return wanted === '' && actual === 'NULL';
  const tolerance = TOLERANCE[column];
  if (tolerance === undefined) return actual === asText(wanted);
  return Math.abs(Number(actual) - Number(wanted)) <= tolerance;
};

/** Every cell that is not as expected, and every row too many or missing. */
function differences(actual: Table, wanted: Table): readonly string[] {
  const found: string[] = [];
  for (const key of actual.rows.keys())
    if (!wanted.rows.has(key)) found.push(`${key}: not expected`);
  for (const [key, row] of wanted.rows) {
    const cells = actual.rows.get(key);
    if (cells === undefined) found.push(`${key}: missing`);
    else
      wanted.columns.forEach((column, i) => {
        if (!isSame(column, cells[i] ?? '', row[i] ?? ''))
          found.push(`${key}: ${column} is ${cells[i]}, not ${row[i] === '' ? 'NULL' : row[i]}`);
      });
  }
  return found;
}

test('the comparison itself tells a wrong cell, a wrong NULL, a missing row and one too many', () => {
  const wanted = keyed(
    ['k', 'receita', 'lift'],
    [
      ['1', '10.00', '0.3333'],
      ['2', '', '1'],
      ['3', '0', ''],
    ],
    ['k'],
  );
  const actual = keyed(
    ['k', 'receita', 'lift'],
    [
      ['1', '10.01', '0.33334'],
      ['2', 'NULL', '1.0001'],
      ['4', '0', '1'],
    ],
    ['k'],
  );
  expect(differences(actual, wanted)).toEqual([
    '4: not expected',
    '1: receita is 10.01, not 10.00',
    '2: lift is 1.0001, not 1',
    '3: missing',
  ]);
  expect(isSame('lift', '0', '')).toBe(false);
  expect(isSame('lift', 'NULL', '0')).toBe(false);
});

/** Lets the commands of the project go to the engine over HTTP until the returned function is called. */
const served = (cwd: string): Promise<() => Promise<unknown>> =>
  new Promise((ready, failed) => {
    const args = ['serve', '--target', 'clickhouse', '--port', '0'];
    const ended = etl(args, {
      cwd,
      started: (child) =>
        child.stdout?.on('data', (text: Buffer) => {
          if (!text.toString().includes('Ctrl+C')) return;
          ready(() => {
            child.kill('SIGINT');
            return ended;
          });
        }),
    });
    void ended.then(({ output }) => failed(new Error(output)));
  });

describe.each([
  ...ENGINES.map((engine) => [engine, engine] as const),
  ['clickhouse over HTTP', 'clickhouse'] as const,
])('%s', (way, engine) => {
  let project: Scratch;
  let connection: Connection;
  beforeAll(async () => {
    project = await referenceProject(FIXTURE);
    const stop = way === engine ? undefined : await served(project.dir);
    for (const verb of ['seed', 'run']) {
      const done = await etl([verb, '--target', engine, ...VARS], { cwd: project.dir });
      expect(done.code, done.output).toBe(0);
    }
    await stop?.();
    connection = await hold(engine, project.dir);
  });
  afterAll(async () => {
    await connection.close();
    await project.dispose();
  });
  const rows = (sql: string): Promise<readonly string[]> => rowsOn(connection, sql);

  test.each(MARTS)('$mart', async ({ mart, key, where, file }) => {
    const wanted = expectedOf(file ?? mart, key);
    expect(wanted.rows.size).toBeGreaterThan(0);
    const actual = await rows(
      `select ${wanted.columns.join(', ')} from gold.${mart}${where === undefined ? '' : ` where ${where}`}`,
    );
    const table = keyed(
      wanted.columns,
      actual.map((row) => row.split('|')),
      key,
    );
    expect(table.rows.size).toBe(actual.length);
    expect(differences(table, wanted)).toEqual([]);
  });

  test('no line is lost, and every mart with revenue sums to the same', async () => {
    expect(await rows('select count(*) from bronze.vw_transaction_fact_v6_all')).toEqual(['9']);
    expect(await rows('select count(*) from silver.vendas_itens')).toEqual(['9']);
    for (const [mart, column] of [
      ['vw_cumprimento_metas_mensal_vendedor', 'total_vendido'],
      ['vw_margem_lucro_produtos_mensal', 'receita'],
      ['comparativo_lojas', 'receita'],
      ['metas_vendedor_diario', 'vendido_dia'],
    ] as const)
      expect(await rows(`select sum(${column}) from gold.${mart}`), mart).toEqual(['611']);
  });

  describe('the example queries of the document', () => {
    test('margin of a month', async () => {
      const found = await rows(
        `SELECT cod_prod, margem_lucro_mensal FROM gold.vw_margem_lucro_produtos_mensal WHERE ano_mes='2024-08' ORDER BY 1`,
      );
      const rounded = found.map((row) => {
        const [product, margin = ''] = row.split('|');
        return [product, margin === 'NULL' ? null : Number(margin).toFixed(4)];
      });
      expect(rounded).toEqual([
        ['1', '33.3333'],
        ['2', '60.0000'],
        ['3', '69.6970'],
        ['4', null],
      ]);
    });

    test('targets under the name that is spelt wrongly', async () => {
      const of = (month: string): Promise<readonly string[]> =>
        rows(
          `SELECT id_employee FROM gold.vw_cuprimento_metas_mensal_vendedor WHERE ano_mes='${month}' ORDER BY 1`,
        );
      expect(await of('2024-08')).toEqual([]);
      expect(await of('2024-03')).toEqual(['1', '2', '3', '9']);
    });

    test('what is bought together with a product', async () => {
      const of = (product: number): Promise<readonly string[]> =>
        rows(
          `SELECT product_a, product_b, times_bought_together FROM gold.cross_sell WHERE product_a = ${product} ORDER BY times_bought_together DESC LIMIT 5`,
        );
      expect(await of(1)).toEqual(['1|2|2']);
      expect(await of(2)).toEqual([]);
    });

    test('the strongest pair', async () => {
      const found = await rows(
        'SELECT * FROM gold.cross_sell ORDER BY times_bought_together DESC LIMIT 1',
      );
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(/^1\|2\|2\|/);
    });
  });
});
