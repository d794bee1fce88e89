// CSV files that do not load.
import { projectWith, type GalleryCase } from '../gallery-case.ts';

const PRICES = {
  before: 'create table prices as select 7 as id union all select 8',
  keeps: { prices: 2 },
};
const TYPED = projectWith(
  'seeds:',
  '  shop:',
  '    prices:',
  '      +column_types: {id: integer, day: date, price: "numeric(8,2)"}',
);
const csv = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export const SEEDS: readonly GalleryCase[] = [
  {
    name: 'seed-ragged-row',
    on: 'server',
    ...PRICES,
    files: {
      'seeds/prices.csv': csv(
        'id,day,price',
        '1,2024-01-01,9.50',
        '2,2024-01-02',
        '3,2024-01-03,8',
      ),
    },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7001'],
  },
  {
    name: 'seed-row-too-long',
    on: 'server',
    files: { 'seeds/prices.csv': csv('id,day,price', '1,2024-01-01,9,50') },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7001'],
  },
  {
    name: 'seed-bad-date',
    on: 'server',
    ...PRICES,
    files: {
      'dbt_project.yml': TYPED,
      'seeds/prices.csv': csv('id,day,price', '1,2024-01-01,9.50', '2,2024-02-30,8'),
    },
    args: ['build'],
    exit: 1,
    codes: ['ETL7002'],
  },
  {
    name: 'seed-wrong-type',
    on: 'server',
    ...PRICES,
    files: {
      'dbt_project.yml': TYPED,
      'seeds/prices.csv': csv('id,day,price', '1,2024-01-01,9.50', '2,2024-01-02,"1.234,50"'),
    },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7002'],
  },
  {
    name: 'seed-type-unknown',
    on: 'server',
    ...PRICES,
    files: {
      'dbt_project.yml': projectWith(
        'seeds:',
        '  shop:',
        '    prices:',
        '      +column_types: {id: interger}',
      ),
      'seeds/prices.csv': csv('id', '1'),
    },
    args: ['seed'],
    exit: 1,
    codes: ['ETL5001'],
  },
  {
    name: 'seed-header-twice',
    on: 'server',
    files: { 'seeds/prices.csv': csv('id,price,id', '1,9.50,1') },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7003'],
  },
  {
    name: 'seed-leading-zeros',
    on: 'server',
    files: {
      'seeds/stores.csv': csv('cep,name', '80010,Centro', '01310,Paulista', '01311,Bela Vista'),
    },
    args: ['seed'],
    exit: 0,
    codes: ['ETL7005'],
  },
  {
    name: 'seed-header-with-a-gap',
    on: 'server',
    files: { 'seeds/prices.csv': csv('id,,price', '1,,9.50') },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7003'],
  },
  {
    name: 'seed-delimiter-wrong',
    on: 'server',
    ...PRICES,
    files: {
      'dbt_project.yml': projectWith('seeds: {+delimiter: ";", +quote_columns: false}'),
      'seeds/prices.csv': csv('id|price', '1|9.50'),
    },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7003'],
  },
  {
    name: 'seed-delimiter-empty',
    on: 'server',
    ...PRICES,
    files: {
      'dbt_project.yml': projectWith('seeds: {+delimiter: ""}'),
      'seeds/prices.csv': csv('id,price', '1,9.50'),
    },
    args: ['seed'],
    exit: 1,
    codes: ['ETL4004'],
  },
  {
    name: 'seed-empty',
    on: 'server',
    ...PRICES,
    files: { 'seeds/prices.csv': '' },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7003'],
  },
  {
    name: 'seed-not-utf8',
    on: 'server',
    ...PRICES,
    files: { 'seeds/prices.csv': Buffer.from('id,name\n1,S\u00e3o Paulo\n', 'latin1') },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7004'],
  },
  {
    name: 'seed-quote-not-closed',
    on: 'server',
    ...PRICES,
    files: { 'seeds/prices.csv': csv('id,name', '1,"Ana', '2,Rui') },
    args: ['seed'],
    exit: 1,
    codes: ['ETL7004'],
  },
];
