// `etl lineage` over several models: what is above and below a column, and what is not known.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  lineage,
  type LineageNode,
  type LineageOptions,
  type LineageReport,
} from '../../src/api/index.ts';
import { manifestSchema } from '../support/artifact-schemas.ts';
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

  test('the whole project is written for others, in the words of OpenLineage', async () => {
    expect(whole.file).toBe('target/column_lineage.json');
    const { events } = JSON.parse(await readFile(join(project.dir, whole.file ?? ''), 'utf8')) as {
      events: readonly { dataset: { name: string; facets: Record<string, unknown> } }[];
    };
    const share = events.find(({ dataset }) => dataset.name.endsWith('.share'));
    const isPostgres = engine === 'postgres';
    const name = isPostgres ? 'etl.public.totals' : 'default.totals';
    const namespace = `${engine}://embedded`;
    const input = (field: string, type: string, subtype: string) => ({
      ...{ namespace, name, field },
      transformations: [{ type, subtype }],
    });
    expect(share?.dataset.facets['columnLineage']).toMatchObject({
      _schemaURL: expect.stringMatching(/ColumnLineageDatasetFacet$/),
      fields: {
        state: {
          inputFields: [
            input('state', 'DIRECT', 'IDENTITY'),
            input('total', 'INDIRECT', 'SORT'),
          ],
        },
        share: { inputFields: [input('total', 'DIRECT', 'TRANSFORMATION')] },
      },
    });
    const wrong = events.find(({ dataset }) => dataset.name.endsWith('.wrong'));
    expect(wrong?.dataset.facets['etl_node']).toMatchObject({
      unique_id: 'model.shop.wrong',
      unknown: expect.stringMatching(/refuses it/),
    });
    expect(events.filter(({ dataset }) => dataset.name.endsWith('.named'))).toEqual([]);
    // fields that are named are described somewhere
    const described = new Set(events.map(({ dataset }) => dataset.name));
    for (const { dataset } of events) {
      const { fields } = dataset.facets['columnLineage'] as {
        fields: Record<string, { inputFields: readonly { name: string }[] }>;
      };
      for (const { inputFields } of Object.values(fields))
        for (const one of inputFields) expect(described).toContain(one.name);
    }
  });

  test('a manifest keeps what it has, and gets the lineage under meta', async () => {
    const path = join(project.dir, 'target/manifest.json');
    await ask({ inManifest: true });
    const text = await readFile(path, 'utf8');
    expect(() => manifestSchema.parse(JSON.parse(text))).not.toThrow();
    const { nodes } = JSON.parse(text) as {
      nodes: Record<string, { meta: Record<string, unknown>; config: { meta: unknown } }>;
    };
    expect(nodes['model.shop.share']?.meta['etl_column_lineage']).toEqual({
      columns: {
        state: {
          feeds: [{ unique_id: 'model.shop.totals', column: 'state', how: 'copied' }],
          decides: [{ unique_id: 'model.shop.totals', column: 'total', how: 'order' }],
        },
        share: {
          feeds: [{ unique_id: 'model.shop.totals', column: 'total', how: 'computed' }],
          decides: [],
        },
      },
    });
    expect(nodes['model.shop.share']?.config.meta).toEqual({});
    await writeFile(path, text.replace('"fqn":["shop","share"]', '"fqn":["shop","kept"]'));
    await ask({ inManifest: true });
    expect(await readFile(path, 'utf8')).toContain('"kept"');
    await expect(ask({ inManifest: true, of: ['share'] })).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL1001' }],
    });
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
