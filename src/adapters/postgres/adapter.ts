import type { Adapter } from '../../adapter/contract.ts';
import { dialect } from './dialect.ts';
import { withNavigator } from './load-driver.ts';
import { credentialsOf, parseTarget } from './target.ts';

const loadConnection = () => withNavigator(() => import('./connection.ts'));

/** Postgres: a server, or the embedded one. The driver is loaded by the first connection, so that `list` never pays for it. */
export const postgres: Adapter = {
  name: 'postgres',
  parseTarget,
  dialect: () => dialect,
  ownServer: async (target, world) => {
    const credentials = credentialsOf(target);
    if (!credentials.embedded) return undefined;
    return (await withNavigator(() => import('./embedded/own-server.ts'))).ownServer(
      credentials,
      world,
    );
  },
  connect: async (target, options) => (await loadConnection()).connect(target, options),
  isServer: (target) => !credentialsOf(target).embedded,
  startsBeside: true,
  scratch: async (target, options) => (await loadConnection()).connectScratch(target, options),
};
