// Names that lead to nothing, to two things, or in a circle.
import type { GalleryCase } from '../gallery-case.ts';

const ORDERS = { 'models/orders.sql': 'select 1 as id\n' };

export const GRAPH: readonly GalleryCase[] = [
  {
    name: 'ref-missing',
    files: {
      ...ORDERS,
      'models/revenue.sql': "with o as (\n  select * from {{ ref('order') }}\n)\nselect * from o\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3001'],
  },
  {
    name: 'refs-missing-in-two-models',
    files: {
      'models/a.sql': "select * from {{ ref('nowhere') }}\n",
      'models/b.sql': "select * from {{ ref('nothing') }}, {{ ref('nothing') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3001', 'ETL3001', 'ETL3001'],
  },
  {
    name: 'source-missing',
    files: {
      'models/sources.yml': 'sources:\n  - name: raw\n    tables:\n      - name: orders\n',
      'models/orders.sql': "select * from {{ source('raw', 'order') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3002'],
  },
  {
    name: 'ref-disabled',
    files: {
      'models/orders.sql': '{{ config(enabled=false) }}\nselect 1 as id\n',
      'models/revenue.sql': "select * from {{ ref('orders') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3003'],
  },
  {
    name: 'cycle',
    files: {
      'models/a.sql': "select * from {{ ref('c') }}\n",
      'models/b.sql': "select * from {{ ref('a') }}\n",
      'models/c.sql': "select *\nfrom {{ ref('b') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3004'],
  },
  {
    name: 'cycle-of-one',
    files: { 'models/a.sql': "select * from {{ ref('a') }}\n" },
    args: ['build'],
    exit: 2,
    codes: ['ETL3004'],
  },
  {
    name: 'model-twice',
    files: {
      'models/one/orders.sql': 'select 1 as id\n',
      'models/two/orders.sql': 'select 2 as id\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3005'],
  },
  {
    name: 'docs-block-twice',
    files: {
      'models/docs.md':
        '{% docs order %}One purchase{% enddocs %}\n\nText.\n\n  {% docs price %}In reais{% enddocs %}\n{% docs order %}A purchase{% enddocs %}\n',
      'models/more.md': '\n{% docs price %}In dollars{% enddocs %}\n',
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL3005', 'ETL3005'],
  },
  {
    name: 'described-twice',
    files: {
      ...ORDERS,
      'models/a.yml': 'models:\n  - name: orders\n    description: one\n',
      'models/b.yml': 'models:\n  - name: orders\n    description: two\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3005'],
  },
  {
    name: 'relation-twice',
    files: {
      ...ORDERS,
      'models/orders_new.sql': "{{ config(alias='orders') }}\nselect 2 as id\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3006'],
  },
  {
    name: 'generic-test-unknown',
    files: {
      ...ORDERS,
      'models/schema.yml':
        'models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests:\n          - not_nul\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3009'],
  },
  {
    name: 'generic-test-arguments-wrong',
    files: {
      ...ORDERS,
      'models/schema.yml':
        'models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests:\n          - accepted_values:\n              vals: [1]\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL2003'],
  },
  {
    name: 'patch-of-unknown-model',
    files: {
      'models/orders.sql': "select * from {{ ref('customers') }}\n",
      'models/schema.yml': 'models:\n  - name: ordres\n    description: the orders\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3001', 'ETL3010'],
  },
];
