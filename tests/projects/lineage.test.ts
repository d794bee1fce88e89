// `etl lineage` over several models: what is above and below a column, and what is not known.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  lineage,
  type LineageNode,
  type LineageOptions,
  type LineageReport,
} from '../../src/api/index.ts';
import { scratch, type Scratch } from '../support/etl.ts';
import { ENGINES } from './support/bench.ts';

const FILES = {
  'dbt_project.yml': 'name: shop\nprofile: etl\nmodels: {+materialized: table}\n',
  'models/sources.yml': `sources:
  - name: erp
    schema: raw
    tables:
      - name: sales
        columns:
          - {name: id, data_type: bigint}
          - {name: shop, data_type: integer}
          - {name: amount, data_type: "numeric(12, 2)"}
          - {name: sold_on, data_type: date}
      - {name: nobody_knows}
  - {name: files, schema: "{{ target.schema }}", tables: [{name: shops}]}
`,
  'seeds/shops.csv': 'shop,state\n1,SP\n2,RJ\n',
  'models/lines.sql':
    "select id, shop, amount, sold_on from {{ source('erp', 'sales') }} where amount > 0\n",
  'models/places.sql': "select shop as place, state from {{ source('files', 'shops') }}\n",
  'models/named.sql':
    "{{ config(materialized='ephemeral') }}\nselect l.amount, p.state from {{ ref('lines') }} as l join {{ ref('places') }} as p on p.place = l.shop\n",
  'models/totals.sql':
    "select state, sum(amount) as total from {{ ref('named') }} group by state\n",
  'models/share.sql':
    "select state, total / 100 as share from {{ ref('totals') }} order by total limit 5\n",
  'models/wrong.sql': "select totl from {{ ref('totals') }}\n",
  'models/below_wrong.sql': "select * from {{ ref('wrong') }}\n",
  'models/unjudged.sql': "select * from {{ source('erp', 'nobody_knows') }}\n",
  'snapshots/totals.sql': `{% snapshot totals_history %}
{{ config(unique_key='state', strategy='check', check_cols=['total']) }}
select * from {{ ref('totals') }}
{% endsnapshot %}
`,
};

describe.each(ENGINES)('%s', (engine) => {
  let project: Scratch;
  let whole: LineageReport;
  const ask = (options: LineageOptions = {}): Promise<LineageReport> =>
    lineage({
      projectDir: project.dir,
      cwd: project.dir,
      target: engine,
      env: { ...process.env, HOME: project.dir },
      ...options,
    });
  beforeAll(async () => {
    project = await scratch(FILES);
    whole = await ask();
  });
  afterAll(() => project.dispose());

  const columnsOf = (nodes: readonly LineageNode[]): readonly string[] =>
    nodes.flatMap((node) => node.columns.map((column) => `${node.name}.${column.name}`)).sort();
  const columnOf = (name: string, column: string) =>
    whole.nodes.find((node) => node.name === name)?.columns.find((one) => one.name === column);

  test('each column with what it is made of, in the words of its direct parents', () => {
    const sources = (list: readonly object[] | undefined) =>
      list?.map(({ node, column, how }: { node?: string; column?: string; how?: string }) =>
        [node, column, how].join(' '),
      );
    const total = columnOf('totals', 'total');
    expect(sources(total?.feeds)).toEqual(['model.shop.lines amount aggregated']);
    expect(sources(total?.decides)?.sort()).toEqual([
      'model.shop.lines shop join',
      'model.shop.places place join',
      'model.shop.places state group',
    ]);
    expect(total?.unknown).toBeUndefined();
    expect(columnOf('share', 'share')?.feeds.map((one) => one.how)).toEqual(['computed']);
    // the source is what the seed makes
    expect(sources(columnOf('places', 'place')?.feeds)).toEqual(['seed.shop.shops shop copied']);
    expect(columnOf('shops', 'shop')).toMatchObject({ feeds: [], decides: [] });
  });

  test('a snapshot comes from its query, and makes the columns of its versions', () => {
    expect(columnOf('totals_history', 'total')?.feeds).toMatchObject([
      { node: 'model.shop.totals', column: 'total', how: 'copied' },
    ]);
    expect(columnOf('totals_history', 'dbt_valid_from')?.unknown).toBe('the snapshot makes it');
  });

  test('up: the way to the sources, and nothing beside it', async () => {
    const { nodes, of } = await ask({ of: ['share.share'], direction: 'up' });
    expect(of).toEqual([{ node: 'model.shop.share', column: 'share' }]);
    expect(columnsOf(nodes)).toEqual(
      [
        ...['erp.sales.amount', 'erp.sales.shop', 'lines.amount', 'lines.shop'],
        ...['places.place', 'places.state', 'share.share', 'shops.shop', 'shops.state'],
        'totals.total',
      ].sort(),
    );
  });

  test('down: all that is made of a column, and readers of which nothing is known', async () => {
    const { nodes, diagnostics } = await ask({ of: ['erp.sales.sold_on'], direction: 'down' });
    expect(columnsOf(nodes)).toEqual(['erp.sales.sold_on', 'lines.sold_on']);
    expect(nodes.filter((node) => node.unknown !== undefined).map((node) => node.name)).toEqual([
      'wrong',
      'below_wrong',
    ]);
    expect(diagnostics.map((d) => d.code)).toEqual(['ETL6081', 'ETL6081']);
  });

  test('up and down tell the same, for every column', () => {
    const known = whole.nodes.filter((node) => node.unknown === undefined);
    const edges = known.flatMap((node) =>
      node.columns.flatMap((column) =>
        [...column.feeds, ...column.decides].map((one) => ({ from: one, to: node.id })),
      ),
    );
    for (const { from } of edges) {
      const parent = whole.nodes.find((node) => node.id === from.node);
      expect(parent?.columns.map((column) => column.name)).toContain(from.column);
    }
    expect(edges.length).toBeGreaterThan(15);
  });

  test('what cannot be judged is told with its reason', () => {
    expect(whole.nodes.find((node) => node.name === 'unjudged')?.unknown).toBe(
      'erp.nobody_knows has no declared columns',
    );
    expect(whole.nodes.find((node) => node.name === 'wrong')?.unknown).toMatch(/refuses it: .*totl/);
  });

  test.each([
    ['totals.totl', 'totals has no column "totl"'],
    ['nothing', 'there is no model, seed, snapshot or source "nothing"'],
    ['wrong.totl', 'the columns of "wrong" are not known'],
  ])('%s is not known', async (name, message) => {
    await expect(ask({ of: [name] })).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL6080', message }],
    });
  });
});
