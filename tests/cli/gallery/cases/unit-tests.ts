// Unit tests that are wrong, and one that fails.
import type { GalleryCase } from '../gallery-case.ts';

const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const MODELS = {
  'models/orders.sql': "select 1 as id, 'open' as state, 10 as amount\n",
  'models/totals.sql':
    "select state, sum(amount) as total\nfrom {{ ref('orders') }}\ngroup by state\n",
};
const unitTest = (...lines: readonly string[]): Readonly<Record<string, string>> => ({
  ...MODELS,
  'models/totals.yml': text(
    'unit_tests:',
    '  - name: sums_by_state',
    '    model: totals',
    ...lines.map((line) => `    ${line}`),
  ),
});

const record = (
  name: string,
  codes: GalleryCase['codes'],
  files: GalleryCase['files'] = {},
  more: Partial<GalleryCase> = {},
): GalleryCase => ({
  name: `record-${name}`,
  on: 'server',
  before: "create table orders as select 1 as id, 'open' as state, 10 as amount",
  files: { ...MODELS, ...files },
  args: ['test', '--record', 'totals'],
  exit: 2,
  codes,
  ...more,
});
const RECORDED: readonly GalleryCase[] = [
  record('no-model', ['ETL6074'], {}, { args: ['test', '--record', 'totols'] }),
  record('and-run', ['ETL1001'], {}, { args: ['test', '--record', 'totals', '-s', 'orders'] }),
  record('once-more', ['ETL6075'], {
    'models/totals.yml': text(
      'unit_tests:',
      '  - name: recorded_totals',
      '    model: totals',
      "    given: [{input: ref('orders'), rows: []}]",
      '    expect: {rows: []}',
    ),
  }),
  record(
    'no-rows',
    ['ETL6076'],
    {},
    {
      exit: 0,
      before: "create table orders as select 1 as id, 'open' as state, 10 as amount limit 0",
    },
  ),
  record('by-chance', ['ETL6077'], {
    'models/totals.sql': "select state, random() as total from {{ ref('orders') }}\n",
  }),
  record('in-brackets', ['ETL6078'], {
    'models/totals.yml': text('models: [{name: totals}]', 'unit_tests: []'),
  }),
  record('of-a-person', ['ETL6079'], {
    'models/totals.yml': text(
      'models: [{name: totals, columns: [{name: who, config: {tags: [pii]}}]}]',
    ),
    'models/totals.sql':
      "select state as who, sum(amount) as total from {{ ref('orders') }} group by state\n",
  }),
  record('not-built', ['ETL6120'], {}, { before: 'select 1' }),
];

export const UNIT_TESTS: readonly GalleryCase[] = [
  {
    name: 'unit-tests-offline-without-data-tests',
    files: {
      ...unitTest(
        "given: [{input: ref('orders'), rows: [{state: open, amount: 2}]}]",
        'expect: {rows: [{state: open, total: 2}]}',
      ),
      'tests/no_rows.sql': "select * from {{ ref('totals') }} where total < 0\n",
    },
    args: ['test', '--offline'],
    exit: 0,
    codes: ['ETL6111'],
  },
  {
    name: 'unit-test-of-no-cte',
    files: unitTest(
      'config: {meta: {etl: {cte: sums}}}',
      "given: [{input: ref('orders'), rows: []}]",
      'expect: {rows: []}',
    ),
    args: ['test', '--offline'],
    exit: 1,
    codes: ['ETL6110'],
  },
  ...RECORDED,
  {
    name: 'unit-test-fails',
    on: 'server',
    before: 'create table totals as select 7 as id union all select 8',
    keeps: { totals: 2 },
    files: unitTest(
      'given:',
      "  - input: ref('orders')",
      '    rows:',
      '      - {id: 1, state: open, amount: 10}',
      '      - {id: 2, state: open, amount: 5}',
      '      - {id: 3, state: paid, amount: 7}',
      '      - {id: 4, state: late, amount: }',
      'expect:',
      '  rows:',
      '    - {state: open, total: 10}',
      '    - {state: paid, total: 7}',
      '    - {state: lost, total: 1}',
    ),
    args: ['build'],
    exit: 1,
    codes: ['ETL6020'],
    noHint: 'the table of differing rows stands where the hint would',
  },
  {
    name: 'unit-test-invalid',
    files: unitTest(
      'given:',
      "  - input: ref('orders')",
      '    format: cvs',
      '    rows: []',
      'expect: {rows: []}',
    ),
    args: ['parse'],
    exit: 2,
    codes: ['ETL1020'],
  },
  {
    name: 'unit-test-fixture-not-found',
    files: {
      ...unitTest(
        "given: [{input: ref('orders'), format: csv, fixture: order_rows}]",
        'expect: {rows: []}',
      ),
      'tests/fixtures/orders_rows.csv': 'id\n1\n',
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL1021'],
  },
  {
    name: 'unit-test-input-not-given',
    on: 'server',
    files: unitTest('given: []', 'expect: {rows: []}'),
    args: ['test'],
    exit: 1,
    codes: ['ETL2020'],
  },
  {
    name: 'unit-test-unknown-column',
    on: 'server',
    files: unitTest(
      "given: [{input: ref('orders'), rows: [{id: 1, stat: open}]}]",
      'expect: {rows: []}',
    ),
    args: ['test'],
    exit: 1,
    codes: ['ETL5020'],
  },
  {
    name: 'unit-test-columns-not-known',
    on: 'server',
    files: {
      ...unitTest(
        `given: [{input: "source('crm', 'orders')", rows: [{id: 1}]}]`,
        'expect: {rows: []}',
      ),
      'models/totals.sql': "select * from {{ source('crm', 'orders') }}\n",
      'models/sources.yml': 'sources: [{name: crm, schema: nowhere, tables: [{name: orders}]}]\n',
    },
    args: ['test'],
    exit: 1,
    codes: ['ETL5021'],
  },
];
