import { expect, test } from 'vitest';
import type { Granted } from '../../../src/adapter/catalog.ts';
import type { Grants } from '../../../src/adapter/contract.ts';
import { compareGrants } from '../../../src/plan/compare-grants.ts';

const granted = (role: string, privilege: string, isDefault = false): Granted => ({
  relation: { schema: 'gold', name: 'm' },
  role,
  privilege,
  isDefault,
});
const compared = (
  declared: Grants | undefined,
  there: readonly Granted[],
  isThere = true,
): readonly string[] =>
  compareGrants({
    node: 'm',
    relation: 'gold.m',
    isThere,
    declared,
    granted: there,
    role: (written) => written.toLowerCase(),
  }).map((g) => `${g.role} ${g.privilege}: ${g.state}${g.differs ? ' !' : ''}`);

test('what is declared, what is there, and what differs', () => {
  expect(
    compared({ SELECT: ['Bi', 'ana'], insert: [] }, [
      granted('bi', 'select'),
      granted('rui', 'insert'),
      granted('eva', 'select', true),
      granted('eva', 'update (id)'),
    ]),
  ).toEqual([
    'ana select: missing !',
    'bi select: as declared',
    'eva select: by default',
    'eva update (id): not managed',
    'rui insert: not declared !',
  ]);
});

test('a node without grants has nothing that could differ; one that was never built lacks all', () => {
  expect(compared(undefined, [granted('ana', 'select')])).toEqual(['ana select: not managed']);
  expect(compared({ select: ['bi'] }, [], false)).toEqual(['bi select: not built !']);
});
