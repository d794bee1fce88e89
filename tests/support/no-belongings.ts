import type { Belongings } from '../../src/adapters/postgres/facts.ts';

/** The facts of a relation to which nobody gave anything by hand. */
export const NO_BELONGINGS: Belongings = {
  indexes: [],
  clusteredOn: null,
  statistics: [],
  columns: [],
  rowSecurity: 'off',
  policies: [],
  publications: [],
  replicaIdentity: null,
};
