import { expect, test } from 'vitest';
import { layerOf } from '../../../src/site/layers.ts';
import { aModel } from '../../support/a-manifest.ts';

const plain = { fqn: ['shop', 'x'], schema: 'public' };

test.each([
  [{ ...plain, tags: ['Gold'] }, 'gold'],
  [{ ...plain, fqn: ['shop', 'silver', 'x'] }, 'silver'],
  [{ ...plain, schema: 'raw' }, 'bronze'],
  [{ ...plain, tags: ['service'], fqn: ['shop', 'bronze', 'x'] }, 'gold'],
  [{ ...plain, fqn: ['shop', 'gold'] }, undefined],
  [plain, undefined],
])('%j is %s', (change, layer) => {
  expect(layerOf(aModel('x', change))).toBe(layer);
});
