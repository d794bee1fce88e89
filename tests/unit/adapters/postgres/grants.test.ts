// Which grants are sent to a relation that stays: what it has already is not granted again.
import { NO_BELONGINGS } from '../../../support/no-belongings.ts';
import { expect, test } from 'vitest';
import { configuredGrants, revokedGrants } from '../../../../src/adapters/postgres/carry.ts';
import type { Facts, Grant } from '../../../../src/adapters/postgres/facts.ts';

const at = { database: 'etl', schema: 's', name: 't' };
const factsWith = (grants: readonly Grant[]): Facts => ({
  version: '1',
  oid: '1',
  relkind: 'r',
  owner: 'etl',
  options: [],
  comment: null,
  columnComments: {},
  grants,
  defaultGrants: [],
  columnGrants: [],
  indexes: [],
  isUnlogged: false,
  partitionKey: null,
  belongings: NO_BELONGINGS,
  dependents: [],
  foreignKeys: [],
  numberings: [],
  ownConstraints: [],
  publishedWithAll: [],
  partitions: [],
  obstacles: [],
});
const grant = (to: string | null, privilege: string): Grant => ({
  to,
  privilege,
  grantable: false,
});
const sent = (wanted: Readonly<Record<string, readonly string[]>>, there: Facts): string[] => [
  ...revokedGrants(at, there, wanted).map((s) => s.sql),
  ...configuredGrants(at, wanted, there).map((s) => s.sql),
];

test('nothing is sent for what is granted already', () => {
  const there = factsWith([grant('ann', 'SELECT'), grant(null, 'SELECT')]);
  expect(sent({ select: ['ann', 'public'] }, there)).toEqual([]);
  expect(sent({ ' Select ': ['ann', 'PUBLIC'] }, there)).toEqual([]);
});

test('what is new is granted, what is not configured any more is taken back', () => {
  expect(sent({ select: ['bob'] }, factsWith([grant('ann', 'SELECT')]))).toEqual([
    'revoke SELECT on table "etl"."s"."t" from "ann"',
    'grant select on table "etl"."s"."t" to "bob"',
  ]);
});

test('the server judges words; what could be more than words is refused', () => {
  expect(sent({ fake_privilege: ['bob'] }, factsWith([]))).toEqual([
    'grant fake_privilege on table "etl"."s"."t" to "bob"',
  ]);
  expect(() => configuredGrants(at, { 'select on x to y; drop': ['bob'] })).toThrow(
    '"select on x to y; drop" in grants is not a privilege',
  );
});
