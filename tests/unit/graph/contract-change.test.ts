// What breaks a contract since an earlier manifest; the rules are those of dbt-core 1.11.
import { expect, test } from 'vitest';
import { brokenContracts } from '../../../src/graph/select/contract-change.ts';
import type { ModelNode } from '../../../src/manifest/node.ts';
import type { PreviousNode } from '../../../src/manifest/previous-state.ts';
import { aManifest, aModel } from '../../support/a-manifest.ts';

const constraint = (type: string, more: object = {}): object => ({
  type,
  name: null,
  expression: null,
  warn_unenforced: true,
  warn_unsupported: true,
  to: null,
  to_columns: [],
  ...more,
});
const column = (name: string, type: string, constraints: readonly object[] = []): object => ({
  name,
  description: '',
  data_type: type,
  quote: null,
  meta: {},
  tags: [],
  doc_blocks: [],
  constraints,
});
const model = (change: object): ModelNode => aModel('orders', change);
const promised = {
  contract: { enforced: true, alias_types: true, checksum: 'a' },
  columns: {
    id: column('id', 'int', [constraint('not_null')]),
    price: column('price', 'numeric(10,2)'),
  },
  constraints: [constraint('check', { columns: [], name: 'positive', expression: 'price > 0' })],
} as const;
const changed = { ...promised, contract: { ...promised.contract, checksum: 'b' } };

function told(now: object | undefined, before: object = promised): readonly string[] {
  const old = model(before) as unknown as PreviousNode;
  const manifest = aManifest(now === undefined ? [] : [model(now)]);
  return brokenContracts(manifest, new Map([['model.shop.orders', old]])).map(
    ({ severity, message }) => {
      const [head, ...changes] = message.split('\n  - ');
      expect(head).toMatch(
        /^While comparing to previous project state, dbt detected a breaking change to (an unversioned model|an enforced contract): orders$/,
      );
      return `${severity}: ${changes.join('; ')}`;
    },
  );
}

test.each([
  ['nothing', promised, []],
  [
    'a new column',
    { ...changed, columns: { ...promised.columns, more: column('more', 'text') } },
    [],
  ],
  [
    'another precision',
    { ...changed, columns: { ...promised.columns, price: column('price', 'NUMERIC(12, 4)') } },
    [],
  ],
  [
    'a column less',
    { ...changed, columns: { id: promised.columns.id } },
    ['Columns were removed: price'],
  ],
  [
    'another type',
    { ...changed, columns: { ...promised.columns, price: column('price', 'text') } },
    ['Columns with data_type changes: price (numeric(10,2) -> text)'],
  ],
  [
    'a constraint less',
    { ...changed, columns: { ...promised.columns, id: column('id', 'int') }, constraints: [] },
    [
      'Enforced column level constraints were removed: not_null on id; Enforced model level constraints were removed: positive',
    ],
  ],
  [
    'no table any more',
    { ...changed, config: { materialized: 'view' } },
    ['Materialization changed with enforced constraints: table -> view'],
  ],
  [
    'no contract any more',
    { ...changed, contract: { enforced: false, alias_types: true, checksum: null } },
    ['Contract enforcement was removed'],
  ],
  ['the model', undefined, ["Contracted model 'model.shop.orders' was deleted or renamed."]],
])('%s', (_, now, expected) => {
  expect(told(now)).toEqual(expected.map((text) => `warning: ${text}`));
});

test('with versions it is an error; what was deprecated may go; what was not promised too', () => {
  const versioned = { ...promised, version: 1 };
  expect(told({ ...changed, version: 1, columns: { id: promised.columns.id } }, versioned)).toEqual(
    ['error: Columns were removed: price'],
  );
  expect(told(undefined, { ...promised, deprecation_date: '2020-01-01T00:00:00+00:00' })).toEqual(
    [],
  );
  expect(told(undefined, { ...promised, contract: { enforced: false } })).toEqual([]);
});
