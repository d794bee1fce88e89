// What `etl lineage` is asked and cannot tell.
import type { GalleryCase } from '../gallery-case.ts';

const BASE = {
  'models/orders.sql': 'select 1 as id, 10 as amount\n',
  'models/revenue.sql': "select sum(amount) as total from {{ ref('orders') }}\n",
};

export const LINEAGE: readonly GalleryCase[] = [
  {
    name: 'lineage-unknown-column',
    files: BASE,
    args: ['lineage', 'revenue.totl'],
    exit: 2,
    codes: ['ETL6080'],
  },
  {
    name: 'lineage-not-known',
    files: {
      ...BASE,
      'models/wrong.sql': "select amout from {{ ref('orders') }}\n",
      'models/below.sql': "select * from {{ ref('wrong') }}\n",
    },
    args: ['lineage', 'orders', '--down'],
    exit: 0,
    codes: ['ETL6081', 'ETL6081'],
  },
];
