import type { OwnServer, OwnServerState, ServerWish } from '../adapter/own-server.ts';
import { EtlError } from '../kernel/error.ts';
import { openTarget } from './open-target.ts';
import type { ApiOptions } from './options.ts';

/** The server that the target's engine runs itself. */
async function serverOf(options: ApiOptions): Promise<OwnServer> {
  const { adapter, target, targetName, world } = await openTarget(options, 'db');
  const server = await adapter.ownServer?.(target, world);
  if (server !== undefined) return server;
  throw new EtlError([
    {
      code: 'ETL1033',
      severity: 'error',
      message: `the target "${targetName}" has no embedded server that etl db could handle`,
      hint:
        adapter.serve === undefined
          ? 'Choose an output of type postgres with "embedded: true" with --target.'
          : 'The embedded ClickHouse is served by etl serve. Otherwise choose an output of type postgres with "embedded: true" with --target.',
    },
  ]);
}

/** What the embedded server of the target is doing. */
export const dbState = async (options: ApiOptions = {}): Promise<OwnServerState> =>
  (await serverOf(options)).state();

/** Starts the embedded server to stay. */
export const dbStart = async (
  options: ApiOptions,
  wish: ServerWish = { port: undefined },
): Promise<OwnServerState> => (await serverOf(options)).start(wish);

/** Lets the embedded server go. */
export const dbStop = async (options: ApiOptions = {}): Promise<OwnServerState> =>
  (await serverOf(options)).stop();
