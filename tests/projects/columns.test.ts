// The columns as the engine sees them: shown, written into property files, and compared with what these say.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columns, type ColumnsOptions, type ColumnsReport } from '../../src/api/index.ts';
import { ENGINES, type Engine } from './support/bench.ts';
import { bed, standings, type Bed } from './support/checked.ts';

const WORDS = {
  postgres: { id: 'integer', label: 'text', other: 'int4', amount: 'numeric(12,2)', short: 'numeric', code: 'character varying(10)' },
  clickhouse: {
    id: 'Int32',
    label: 'String',
    other: 'INT',
    amount: 'Decimal(12, 2)',
    short: 'Nullable(Decimal(12, 2))',
    code: 'String',
  },
} as const;

const filesOf = (engine: Engine): Readonly<Record<string, string>> => {
  const { other, short } = WORDS[engine];
  return {
    'models/orders.sql':
      "select cast(1 as integer) as id, 'a' as label, cast(2 as numeric(12, 2)) as amount, cast('a' as varchar(10)) as code",
    'models/props.yml': `models:
  - name: orders  # the facts
    columns:
      - {name: id, data_type: ${other}}
      - name: amount
        description: In reais.
        data_type: ${short}
      - {name: code, data_type: varchar(10)}
      - name: gone
`,
    'models/mart/by_label.sql': "select label, id from {{ ref('orders') }}",
    'models/mart/beside.sql': "select id from {{ ref('orders') }}",
    'models/mart/beside.yml': 'models:\n- name: beside\n',
    'models/new/first.sql': "select id from {{ ref('orders') }}",
    'models/new/broken.sql': "select nothing from {{ ref('orders') }}",
    'models/templated/typed.sql': "select id from {{ ref('orders') }}",
    'models/templated/typed.yml':
      'models:\n  - name: typed\n    columns: [{name: id, data_type: "{{ \'text\' }}"}]\n',
  };
};

describe.each(ENGINES)('%s', (engine) => {
  let project: Bed;
  beforeAll(async () => {
    project = await bed(engine, filesOf(engine));
  });
  afterAll(() => project.dispose());
  const ask = (more: ColumnsOptions = {}): Promise<ColumnsReport> =>
    columns({
      projectDir: project.dir,
      cwd: project.dir,
      target: engine,
      env: { ...process.env, HOME: project.dir },
      ...more,
    });
  const text = (file: string): Promise<string> => readFile(join(project.dir, file), 'utf8');
  const differing = ({ nodes }: ColumnsReport): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(
      nodes.filter((n) => n.differences.length > 0).map((n) => [n.name, n.differences.map((d) => d.name)]),
    );

  test('shown as the engine has them; another word for a type is no difference', async () => {
    const { id, label, amount, code } = WORDS[engine];
    const report = await ask();
    expect(report.nodes.find((n) => n.name === 'orders')?.columns).toEqual([
      { name: 'id', type: id },
      { name: 'label', type: label },
      { name: 'amount', type: amount },
      { name: 'code', type: code },
    ]);
    expect(differing(report)).toEqual({
      orders: ['label', 'amount', 'gone'],
      by_label: ['label', 'id'],
      beside: ['id'],
      first: ['id'],
      typed: ['id'],
    });
    expect(report.diagnostics.map((d) => d.code)).toEqual(['ETL6041']);
    expect(report.ok).toBe(false);
    expect(report.written).toEqual([]);
  });

  test('written where the model stands, beside its neighbours, or into a file of the folder', async () => {
    const { id, label, other, amount } = WORDS[engine];
    const report = await ask({ write: true });
    expect(await text('models/props.yml')).toBe(`models:
  - name: orders  # the facts
    columns:
      - {name: id, data_type: ${other}}
      - name: label
        data_type: ${label}
      - name: amount
        description: In reais.
        data_type: ${amount}
      - {name: code, data_type: varchar(10)}
      - name: gone
`);
    expect(await text('models/mart/beside.yml')).toBe(`models:
- name: beside
  columns:
    - name: id
      data_type: ${id}
- name: by_label
  columns:
    - name: label
      data_type: ${label}
    - name: id
      data_type: ${id}
`);
    expect(await text('models/new/schema.yml')).toBe(
      `models:\n  - name: first\n    columns:\n      - name: id\n        data_type: ${id}\n`,
    );
    expect(report.diagnostics.map((d) => `${d.code} ${d.at?.file} ${d.message}`)).toEqual([
      expect.stringMatching(/^ETL6041 models\/new\/broken.sql/),
      'ETL6091 models/orders.sql not everything of orders could be written: gone is described and not given',
      'ETL6091 models/templated/typed.sql not everything of typed could be written: the type of id is a template',
    ]);
    expect(differing(await ask())).toEqual({ orders: ['gone'], typed: ['id'] });
    const again = await ask({ write: true });
    expect(again.written).toEqual([]);
  });

  test('what was written is a contract that holds', async () => {
    const report = await project.check(
      {
        'dbt_project.yml':
          'name: shop\nprofile: etl\nmodels: {+materialized: view, shop: {mart: {+contract: {enforced: true}}}}\n',
      },
      { select: ['mart'] },
    );
    expect(standings(report)).toEqual({ by_label: 'ok', beside: 'ok' });
  });
});
