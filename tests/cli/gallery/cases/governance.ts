// Versions of models, groups and access, contracts as they are written.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GalleryCase } from '../gallery-case.ts';

const VERSIONS = {
  'models/orders_v1.sql': 'select 1 as id\n',
  'models/orders_v2.sql': 'select 1 as id, 2 as price\n',
};
const GROUPS =
  'groups:\n  - name: finance\n    owner: {name: Ana}\n  - name: sales\n    owner: {name: Rui}\n';

const PROMISED = [
  'models:',
  '  - name: orders',
  '    config: {contract: {enforced: true}}',
  '    columns:',
  '      - {name: id, data_type: int, constraints: [{type: not_null}]}',
  '      - {name: price, data_type: int}',
  '    versions: [{v: 1}]',
  '  - name: plain',
  '    config: {contract: {enforced: true}}',
  '    columns: [{name: id, data_type: numeric}]',
  '',
].join('\n');

export const GOVERNANCE: readonly GalleryCase[] = [
  {
    name: 'version-missing',
    files: {
      ...VERSIONS,
      'models/orders.yml': 'models:\n  - name: orders\n    versions:\n      - v: 1\n      - v: 2\n',
      'models/revenue.sql': "select * from {{ ref('orders', v=3) }}\n",
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL3030'],
  },
  {
    name: 'versions-wrong',
    files: {
      ...VERSIONS,
      'models/orders.yml':
        'models:\n  - name: orders\n    latest_version: 4\n    versions:\n      - v: 1\n      - v: 2\n      - v: 1\n',
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL1030', 'ETL1030'],
  },
  {
    name: 'versions-and-a-model-of-the-name',
    files: {
      ...VERSIONS,
      'models/orders.sql': 'select 1 as id\n',
      'models/orders.yml': 'models:\n  - name: orders\n    versions:\n      - v: 1\n      - v: 2\n',
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL3005'],
  },
  {
    name: 'version-file-missing-and-newer-one-there',
    files: {
      ...VERSIONS,
      'models/orders.yml':
        'models:\n  - name: orders\n    latest_version: 1\n    versions:\n      - v: 1\n      - v: 2\n      - v: 3\n',
      'models/revenue.sql': "select * from {{ ref('orders') }}, {{ ref('orders', v=3) }}\n",
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL3010', 'ETL3034', 'ETL3030'],
  },
  {
    name: 'model-private',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'models/revenue.sql': "select * from {{ ref('orders') }}\n",
      'models/models.yml': `${GROUPS}models:\n  - name: orders\n    group: finance\n    access: private\n  - name: revenue\n    group: sales\n`,
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL3031'],
  },
  {
    name: 'group-missing',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'models/models.yml': `${GROUPS}models:\n  - name: orders\n    config: {group: finances, access: publik}\n`,
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL1004', 'ETL3032'],
  },
  {
    name: 'model-deprecated',
    files: {
      'models/orders.sql': 'select 1 as id\n',
      'models/orders.yml': 'models:\n  - name: orders\n    deprecation_date: 2020-01-31\n',
      'models/revenue.sql': "select * from {{ ref('orders') }}, {{ ref('nothing') }}\n",
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL3033', 'ETL3033', 'ETL3001'],
  },
  {
    name: 'constraints-wrong',
    files: {
      'models/orders.sql': "{{ config(materialized='view') }}\nselect 1 as id, 2 as line\n",
      'models/revenue.sql': "{{ config(materialized='incremental') }}\nselect 1 as id\n",
      'models/models.yml': [
        'models:',
        '  - name: orders',
        '    config: {contract: {enforced: true}}',
        '    columns:',
        '      - {name: id, data_type: int, constraints: [{type: primary_key}]}',
        '      - {name: line, data_type: int, constraints: [{type: primary_key}, {type: uniqe}]}',
        '  - name: revenue',
        '    config: {contract: {enforced: true}}',
        '    columns:',
        '      - {name: id, data_type: int, constraints: [{type: foreign_key, to: orders, to_columns: [id]}]}',
        '',
      ].join('\n'),
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL1031', 'ETL4031', 'ETL1031', 'ETL1031', 'ETL1031'],
  },
  {
    name: 'name-with-a-space',
    files: { 'models/my orders.sql': 'select 1 as id\n' },
    args: ['parse'],
    exit: 2,
    codes: ['ETL3035'],
  },
  {
    name: 'contract-numeric-without-precision',
    files: {
      'models/revenue.sql': 'select 1.5 as price\n',
      'models/revenue.yml': [
        'models:',
        '  - name: revenue',
        '    config: {contract: {enforced: true}}',
        '    columns: [{name: price, data_type: numeric}]',
        '',
      ].join('\n'),
    },
    args: ['run'],
    exit: 0,
    codes: ['ETL4020'],
  },
  {
    name: 'contract-numeric-without-precision-as-error',
    files: {
      'models/revenue.sql': 'select 1.5 as price\n',
      'models/revenue.yml': [
        'models:',
        '  - name: revenue',
        '    config: {contract: {enforced: true}}',
        '    columns: [{name: price, data_type: numeric}]',
        '',
      ].join('\n'),
    },
    args: ['run', '--warn-error'],
    exit: 1,
    codes: ['ETL4020'],
  },
  {
    name: 'contract-broken',
    files: {
      'models/orders.sql':
        "{{ config(materialized='table') }}\nselect 1 as id, 'red' as colour, 2 as price\n",
      'models/orders.yml': [
        'models:',
        '  - name: orders',
        '    config: {contract: {enforced: true}}',
        '    columns:',
        '      - {name: id, data_type: text}',
        '      - {name: colour, data_type: text}',
        '      - {name: day, data_type: date}',
        '',
      ].join('\n'),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL4030'],
  },
  {
    name: 'foreign-key-not-validated',
    files: {
      'models/parents.sql': "{{ config(materialized='table') }}\nselect 1 as id\n",
      'models/children.sql':
        "{{ config(materialized='table') }}\nselect id from {{ ref('parents') }}\n",
      'models/models.yml': [
        'models:',
        '  - name: parents',
        '    config: {contract: {enforced: true}}',
        '    columns: [{name: id, data_type: int, constraints: [{type: primary_key}]}]',
        '  - name: children',
        '    config: {contract: {enforced: true}}',
        '    columns:',
        "      - {name: id, data_type: int, constraints: [{type: foreign_key, to: ref('parents'), to_columns: [id]}]}",
        '',
      ].join('\n'),
    },
    prepare: async ({ project, etl }) => {
      await etl('build');
      await writeFile(
        join(project, 'models/parents.sql'),
        "{{ config(materialized='table') }}\nselect 2 as id\n",
      );
      await writeFile(join(project, 'models/broken.sql'), 'select nothing as id\n');
    },
    args: ['run', '-s', 'parents', 'broken', '--threads', '1'],
    exit: 1,
    codes: ['ETL4032', 'ETL5001'],
  },
  {
    name: 'contract-broken-since',
    files: {
      'models/orders_v1.sql': "{{ config(materialized='table') }}\nselect 1 as id, 2 as price\n",
      'models/plain.sql': "{{ config(materialized='table') }}\nselect 1 as id\n",
      'models/orders.yml': PROMISED,
    },
    prepare: async ({ project, etl }) => {
      await etl('parse', '--target-path', 'old');
      await writeFile(
        join(project, 'models/orders.yml'),
        PROMISED.replace('data_type: int, constraints: [{type: not_null}]', 'data_type: bigint')
          .replace('      - {name: price, data_type: int}\n', '')
          .replace('{name: id, data_type: numeric}', '{name: id, data_type: text}'),
      );
    },
    args: ['ls', '-s', 'state:modified', '--state', 'old'],
    exit: 2,
    codes: ['ETL3036'],
  },
  {
    name: 'contract-of-an-unversioned-model-broken',
    files: {
      'models/plain.sql': "{{ config(materialized='table') }}\nselect 1 as id\n",
      'models/plain.yml':
        'models:\n  - name: plain\n    config: {contract: {enforced: true}}\n    columns: [{name: id, data_type: int}]\n',
    },
    prepare: async ({ project, etl }) => {
      await etl('parse', '--target-path', 'old');
      await rm(join(project, 'models/plain.yml'));
    },
    args: ['ls', '-s', 'state:modified', '--exclude', 'state:unmodified', '--state', 'old'],
    exit: 0,
    codes: ['ETL3036', 'ETL3008'],
  },
  {
    name: 'seed-too-large-to-compare',
    files: { 'seeds/codes.csv': 'id,name\n1,a\n' },
    prepare: async ({ project, etl }) => {
      await etl('parse', '--target-path', 'old');
      await writeFile(
        join(project, 'seeds/codes.csv'),
        `id,name\n${'1,a\n'.repeat(1024 * 256 + 1)}`,
      );
    },
    args: ['ls', '-s', 'state:modified', '--state', 'old'],
    exit: 0,
    codes: ['ETL3080'],
  },
];
