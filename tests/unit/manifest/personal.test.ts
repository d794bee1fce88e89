import { expect, test } from 'vitest';
import { personalData } from '../../../src/manifest/personal.ts';
import type { ColumnInfo } from '../../../src/manifest/node.ts';
import { aManifest, aModel } from '../../support/a-manifest.ts';

const column = (
  name: string,
  more: Pick<Partial<ColumnInfo>, 'tags' | 'meta'> = {},
): ColumnInfo => ({
  name,
  description: '',
  data_type: null,
  quote: null,
  meta: {},
  tags: [],
  constraints: [],
  doc_blocks: [],
  ...more,
});

test('a tag or meta pii marks a column of that name everywhere; one that says no does not', () => {
  const columns = [
    column('plain'),
    column('Tagged', { tags: ['PII'] }),
    column('by_meta', { meta: { pii: true } }),
    column('by_kind', { meta: { PII: 'email' } }),
    column('said_no', { meta: { pii: false } }),
    column('said_no_too', { meta: { pii: 'No' }, tags: ['pii_free'] }),
    column('said_nothing', { meta: { pii: null } }),
  ];
  const named = Object.fromEntries(columns.map((one) => [one.name, one]));
  const { nodes, columns: found } = personalData(aManifest([aModel('people', { columns: named })]));
  expect([...found]).toEqual(['tagged', 'by_meta', 'by_kind']);
  expect([...nodes]).toEqual([]);
});

test('a mark on a node is for all its columns', () => {
  const { nodes } = personalData(
    aManifest([aModel('a', { tags: ['pii'] }), aModel('b', { meta: { pii: 'yes' } }), aModel('c')]),
  );
  expect([...nodes]).toEqual(['model.shop.a', 'model.shop.b']);
});
