// Seeds that are too large to be hashed: what a comparison says of them.
import { expect, test } from 'vitest';
import { largeSeeds } from '../../../src/graph/select/large-seeds.ts';
import type { PreviousNode } from '../../../src/manifest/previous-state.ts';
import { aManifest, aSeed } from '../../support/a-manifest.ts';

const large = { name: 'path', checksum: 'seeds/codes.csv' };
const told = (now: object, before: object | undefined): readonly string[] =>
  largeSeeds(
    aManifest([aSeed('codes', { checksum: now as typeof large })]),
    new Map(
      before === undefined ? [] : [['seed.shop.codes', { checksum: before } as PreviousNode]],
    ),
  ).map(({ severity, message }) => `${severity}: ${message}`);

test('the size it passed, the path it kept, the path it left', () => {
  const start = 'warning: Found a seed (shop.codes) >1MiB in size';
  expect(told(large, { name: 'sha256', checksum: 'c0ffee' })).toEqual([
    `${start}. The previous file was <=1MiB, so it has changed`,
  ]);
  expect(told(large, large)).toEqual([
    `${start} at the same path: nobody can tell if it has changed, assuming they are the same`,
  ]);
  expect(told(large, { name: 'path', checksum: 'data/codes.csv' })).toEqual([
    `${start}. The previous file was in a different location, assuming it has changed`,
  ]);
});

test('a seed of a usual size, and one that is new', () => {
  expect(told({ name: 'sha256', checksum: 'a' }, large)).toEqual([]);
  expect(told(large, undefined)).toEqual([]);
});
