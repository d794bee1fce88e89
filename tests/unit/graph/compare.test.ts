// Configs of now and of an earlier manifest: spellings of dbt that are no change.
import { expect, test } from 'vitest';
import { sameConfigs } from '../../../src/graph/select/compare.ts';
import { aModel } from '../../support/a-manifest.ts';

const same = (now: object, before: object): boolean =>
  sameConfigs(aModel('orders', { unrendered_config: now as Record<string, unknown> }), {
    unrendered_config: before,
  });

test.each([
  [
    'hooks by both names',
    { 'pre-hook': 'a', 'post-hook': ['b'] },
    { pre_hook: 'a', post_hook: ['b'] },
  ],
  [
    'lists that are written twice',
    { grants: { select: ['ana', 'rui'] } },
    { grants: { select: ['ana', 'rui', 'ana', 'rui'] } },
  ],
  ['a meta that says nothing', {}, { meta: {} }],
])('%s', (_, now, before) => {
  expect(same(now, before)).toBe(true);
});

test('what differs beside that is a change', () => {
  expect(same({ 'pre-hook': 'a' }, { pre_hook: 'b' })).toBe(false);
  expect(same({ unique_key: ['a', 'b'] }, { unique_key: ['a', 'b', 'a'] })).toBe(false);
  expect(same({ 'pre-hook': ['a', 'a'] }, { pre_hook: ['a'] })).toBe(false);
  expect(same({ 'pre-hook': ['a'] }, { pre_hook: ['a', 'a', 'a'] })).toBe(false);
  expect(same({ meta: { a: 1 } }, { meta: {} })).toBe(false);
});
