// Project files, property files and profiles that are wrong.
import { PASSWORD } from '../server.ts';
import { projectWith, type GalleryCase } from '../gallery-case.ts';

const MODEL = { 'models/orders.sql': 'select 1 as id\n' };
const profile = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
/** A profile with a password in it, and one more line. */
const withPassword = (line: string): string =>
  profile(
    'shop:',
    '  target: dev',
    '  outputs:',
    '    dev:',
    '      type: postgres',
    '      host: localhost',
    '      user: me',
    `      password: ${PASSWORD}`,
    line,
    '      dbname: shop',
    '      schema: public',
  );

export const PROJECTS: readonly GalleryCase[] = [
  {
    name: 'no-project',
    files: { 'dbt_project.yml': null },
    args: ['build'],
    exit: 2,
    codes: ['ETL1002'],
  },
  {
    name: 'yaml-tab',
    files: {
      ...MODEL,
      'dbt_project.yml': 'name: shop\nmodels:\n\tshop:\n\t\t+materialized: table\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1003'],
  },
  {
    name: 'yaml-bad-indent',
    files: {
      ...MODEL,
      'models/schema.yml':
        'models:\n  - name: orders\n    columns:\n      - name: id\n     description: the key\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1003'],
  },
  {
    name: 'yaml-unclosed-quote',
    files: {
      ...MODEL,
      'models/schema.yml': 'models:\n  - name: orders\n    description: "the orders\n',
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1003'],
  },
  {
    name: 'yaml-two-files-wrong',
    files: {
      ...MODEL,
      'models/a.yml': 'models: [\n',
      'models/b.yml': 'models:\n  - name: orders\n    columns: id\n',
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL1003', 'ETL1004'],
  },
  {
    name: 'yaml-duplicate-key',
    files: {
      'models/schema.yml':
        'models:\n  - name: orders\n    description: one\n    description: two\n',
      'models/orders.sql': "select * from {{ ref('order') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3001', 'ETL1003'],
  },
  {
    name: 'project-empty',
    files: { ...MODEL, 'dbt_project.yml': '' },
    args: ['build'],
    exit: 2,
    codes: ['ETL1004'],
  },
  {
    name: 'project-without-name',
    files: { ...MODEL, 'dbt_project.yml': "version: '1.0'\nmodel-paths: [models]\n" },
    args: ['build'],
    exit: 2,
    codes: ['ETL1004'],
  },
  {
    name: 'project-value-of-wrong-kind',
    files: { ...MODEL, 'dbt_project.yml': 'name: shop\nmodel-paths: {here: models}\n' },
    args: ['build'],
    exit: 2,
    codes: ['ETL1004'],
  },
  {
    name: 'project-unknown-key',
    files: {
      'dbt_project.yml': 'name: shop\nmodel-path: [models]\n',
      'models/orders.sql': "select * from {{ ref('customers') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1005', 'ETL3001'],
  },
  {
    name: 'unknown-config-key',
    files: {
      'models/schema.yml': 'models:\n  - name: orders\n    config:\n      materialised: table\n',
      'models/orders.sql': "select * from {{ ref('customers') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL3001', 'ETL1005'],
  },
  {
    name: 'unknown-config-in-model',
    files: {
      'models/orders.sql':
        "{{ config(materialzed='table') }}\nselect * from {{ ref('customers') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1005', 'ETL3001'],
  },
  {
    name: 'config-path-of-nothing',
    files: {
      'dbt_project.yml': 'name: shop\nmodels:\n  shop:\n    silver:\n      +materialized: table\n',
      'models/gold/orders.sql': "select * from {{ ref('customers') }}\n",
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1013', 'ETL3001'],
  },
  {
    name: 'property-without-name',
    files: { ...MODEL, 'models/schema.yml': 'models:\n  - nmae: orders\n' },
    args: ['build'],
    exit: 2,
    codes: ['ETL1004'],
  },
  {
    name: 'property-list-expected',
    files: { ...MODEL, 'models/schema.yml': 'models:\n  name: orders\n' },
    args: ['build'],
    exit: 2,
    codes: ['ETL1004'],
  },
  {
    name: 'profile-not-found',
    files: {
      ...MODEL,
      'dbt_project.yml': 'name: shop\nprofile: shpo\n',
      'profiles.yml': withPassword('      port: 5432'),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1006'],
  },
  {
    name: 'target-unknown',
    files: {
      ...MODEL,
      'dbt_project.yml': projectWith(),
      'profiles.yml': withPassword('      port: 5432'),
    },
    args: ['build', '--target', 'dve'],
    exit: 2,
    codes: ['ETL1007'],
  },
  {
    name: 'target-unknown-of-the-embedded',
    files: MODEL,
    args: ['build', '--target', 'clickhose'],
    exit: 2,
    codes: ['ETL1007'],
  },
  {
    name: 'connection-type-unknown',
    files: {
      ...MODEL,
      'dbt_project.yml': projectWith(),
      'profiles.yml': profile(
        'shop:',
        '  target: dev',
        '  outputs:',
        '    dev:',
        `      password: ${PASSWORD}`,
        '      type: postgress',
      ),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1008'],
  },
  {
    name: 'connection-port-wrong',
    files: {
      ...MODEL,
      'dbt_project.yml': projectWith(),
      'profiles.yml': withPassword('      port: fivethousand'),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1008'],
  },
  {
    name: 'connection-key-missing',
    files: {
      ...MODEL,
      'dbt_project.yml': projectWith(),
      'profiles.yml': profile(
        'shop:',
        '  target: dev',
        '  outputs:',
        `    dev: {password: ${PASSWORD}, type: postgres, host: localhost, dbname: shop, schema: public}`,
      ),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1008'],
  },
  {
    name: 'connection-yaml-wrong-beside-the-password',
    files: {
      ...MODEL,
      'dbt_project.yml': projectWith(),
      'profiles.yml': withPassword('       port: 5432'),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1003'],
  },
  {
    name: 'environment-variable-missing',
    files: {
      ...MODEL,
      'dbt_project.yml': projectWith(),
      'profiles.yml': withPassword(`      port: "{{ env_var('SHOP_PORT') }}"`),
    },
    args: ['build'],
    exit: 2,
    codes: ['ETL1009'],
  },
  {
    name: 'environment-secret-in-a-model',
    files: { 'models/orders.sql': "select '{{ env_var('DBT_ENV_SECRET_TOKEN') }}' as token\n" },
    env: { DBT_ENV_SECRET_TOKEN: PASSWORD },
    args: ['build'],
    exit: 2,
    codes: ['ETL1009'],
  },
  {
    name: 'profiles-dir-empty',
    files: { ...MODEL, 'dbt_project.yml': projectWith(), 'elsewhere/readme.txt': 'nothing\n' },
    args: ['build', '--profiles-dir', 'elsewhere'],
    exit: 2,
    codes: ['ETL1010'],
  },
  {
    name: 'microbatch-without-begin',
    files: {
      'models/daily.sql':
        "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='week') }}\nselect 1 as at\n",
    },
    args: ['parse'],
    exit: 2,
    codes: ['ETL4040', 'ETL4040'],
  },
  {
    name: 'microbatch-without-a-time-to-read-by',
    files: {
      'models/orders.sql': 'select 1 as at\n',
      'models/daily.sql':
        "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2024-01-01', batch_size='day') }}\nselect * from {{ ref('orders') }}\n",
    },
    args: ['parse', '--warn-error-options', '{error: [MicrobatchModelNoEventTimeInputs]}'],
    exit: 2,
    codes: ['ETL4045'],
  },
];
