import type { Adapter } from '../../adapter/contract.ts';
import { dialect } from './dialect.ts';
import { parseTarget } from './target.ts';

/** Postgres: a server, or the embedded one. The driver is loaded by the first connection, so that `list` never pays for it. */
export const postgres: Adapter = {
  name: 'postgres',
  parseTarget,
  dialect: () => dialect,
  connect: async (target, options) => (await import('./connection.ts')).connect(target, options),
};
