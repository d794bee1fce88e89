// The ledger of a project for who only wants to read it: models may be broken, and are not read.
import type { HistoryRun } from '../artifacts/run-history.ts';
import { readOutline } from '../project/outline.ts';
import { connect } from './connect.ts';
import type { Invocation } from './invocation.ts';
import { ledgerRuns } from './ledger-history.ts';
import { loadInput } from './load-input.ts';
import { tellOutline } from './open-project.ts';
import { openTarget } from './open-target.ts';
import type { ApiOptions } from './options.ts';

export interface OpenLedger {
  readonly target: string;
  /** the last runs of the project there, the oldest first */
  readonly read: (wish: {
    readonly schema: string;
    readonly target: string;
    readonly limit: number;
  }) => Promise<readonly HistoryRun[]>;
}

/** Opens it; undefined for an embedded engine where only a server is wanted. Throws an EtlError when the profile cannot be used. */
export async function openLedger(
  options: ApiOptions,
  dir: string,
  invocation: Invocation,
  onlyServer: boolean,
): Promise<OpenLedger | undefined> {
  const { adapter, target, targetName } = await openTarget(options, 'history');
  if (onlyServer && !adapter.isServer(target)) return undefined;
  const { value } = await readOutline(await loadInput(dir, options, invocation, 'history'));
  const project = value?.project.name ?? '';
  return {
    target: targetName,
    read: async (wish) => {
      const learnSecret = (secret: string): void =>
        tellOutline(options, dir, [...target.secrets, secret]);
      const place = { adapter, dir, learnSecret, target, targetName, threads: 1 };
      const connection = await connect(place, invocation);
      try {
        return await ledgerRuns(connection, adapter.dialect(target), { ...wish, project });
      } finally {
        await connection.close();
      }
    },
  };
}
