import { expect, test } from 'vitest';
import {
  compareVersions,
  fulfils,
  readCondition,
  readVersion,
  type Version,
} from '../../../src/kernel/semver.ts';

const version = (text: string): Version => {
  const read = readVersion(text);
  if (read === undefined) throw new Error(text);
  return read;
};

test('versions come in the order of semver, whatever they are given in', () => {
  const ordered = [
    '0.9.10',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
    '10.0.0',
  ];
  const mixed = ordered.toReversed().map(version).toSorted(compareVersions);
  expect(mixed.map(({ text }) => text)).toEqual(ordered);
  expect(compareVersions(version('1.0.0+a'), version('1.0.0+b'))).toBe(0);
});

test.each([
  ['1.2.3', '1.2.3', true],
  ['=1.2.3', '1.2.4', false],
  ['>=1.2.3', '1.2.3', true],
  ['>1.2.3', '1.2.3', false],
  ['<=1.2.3', '1.2.3', true],
  ['<1.2.3', '1.2.2', true],
  // a prerelease of what is left out is left out
  ['<2.0.0', '2.0.0-rc1', false],
  ['<2.0.0-rc2', '2.0.0-rc1', true],
  ['<2.0.0', '1.9.9-rc1', true],
  ['>=2.0.0', '2.0.0-rc1', false],
  // as dbt reads it
  ['>=1.0.0rc1', '1.0.0', true],
])('%s of %s: %s', (condition, text, expected) => {
  const read = readCondition(condition);
  expect(read !== undefined && fulfils(version(text), read)).toBe(expected);
});

test.each(['1', '1.0', '01.0.0', '1.0.0.0', '~1.0.0', '', 'latest', '>= 1.0.0'])(
  '"%s" is no version',
  (text) => {
    expect(readCondition(text)).toBeUndefined();
  },
);
