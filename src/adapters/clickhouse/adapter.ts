import { join } from 'node:path';
import type { Adapter, Connection, ConnectOptions, Target } from '../../adapter/contract.ts';
import { isEtlError } from '../../kernel/error.ts';
import type { Driver } from './driver.ts';
import { clickhouseDialect } from './dialect.ts';
import { DriverConnection } from './session.ts';
import { ANSI } from './settings.ts';
import { type Connecting, parseTarget, requireConnecting } from './target.ts';

/** Where the embedded engine of a project keeps its files. */
const rootOf = ({ projectDir }: Pick<ConnectOptions, 'projectDir'>): string =>
  join(projectDir, '.etl', 'ch');

interface Opened {
  readonly driver: Driver;
  /** no other process can use the engine */
  readonly isPrivate: boolean;
}

/** Longer than any statement: an engine of one's own is waited for. */
const AS_LONG_AS_IT_TAKES = 864_000;

/** Nobody answers at that port, or somebody who does not know the login. */
const GONE: ReadonlySet<string> = new Set(['ETL5002', 'ETL5003']);

/** The engine in this process, or in the one that serves it (etl serve): only one can have the data open. */
async function openEmbedded(from: Connecting, options: ConnectOptions): Promise<Opened> {
  const root = rootOf(options);
  const { findServed } = await import('./front/served.ts');
  const served = await findServed(root);
  if (served !== undefined) {
    const { url, user, password } = served;
    options.onSecret?.(password);
    const { connectHttp } = await import('./http/driver.ts');
    const reach = { ...from, url, user, password, requestSeconds: AS_LONG_AS_IT_TAKES };
    const driver = await connectHttp(reach, options.threads, {}).catch((error: unknown) => {
      // it has ended meanwhile, and another may answer there by now; who has the data open is found out by opening them
      if (isEtlError(error) && GONE.has(error.diagnostics[0]?.code ?? '')) return undefined;
      throw error;
    });
    if (driver !== undefined) return { driver, isPrivate: false };
  }
  const { connectEmbedded } = await import('./embedded/driver.ts');
  const driver = await connectEmbedded(root, options.env['UV_THREADPOOL_SIZE']);
  return { driver, isPrivate: true };
}

/** Loads only the driver that is needed: the embedded engine is large. */
async function openDriver(from: Connecting, options: ConnectOptions): Promise<Opened> {
  if (from.embedded) return openEmbedded(from, options);
  const { connectHttp } = await import('./http/driver.ts');
  return { driver: await connectHttp(from, options.threads, options.env), isPrivate: false };
}

/** An embedded engine for checks alone, of this process: it begins empty and may read nothing from outside. */
async function openScratch({ projectDir, env }: ConnectOptions): Promise<Opened> {
  const { connectEmbedded } = await import('./embedded/driver.ts');
  const { scratchRoot } = await import('./embedded/scratch-root.ts');
  const root = await scratchRoot(join(projectDir, '.etl', 'check'));
  return { driver: await connectEmbedded(root, env['UV_THREADPOOL_SIZE'], true), isPrivate: true };
}

function connectionOver(
  { driver, isPrivate }: Opened,
  target: Target,
  options: ConnectOptions,
): Connection {
  const connecting = requireConnecting(target);
  return new DriverConnection(driver, {
    prefix: options.invocationId,
    settings: {
      ...(connecting.ansiSettings ? ANSI : {}),
      ...connecting.topology.settings,
      ...connecting.settings,
    },
    secrets: target.secrets,
    isPrivate,
  });
}

const connect = async (target: Target, options: ConnectOptions): Promise<Connection> =>
  connectionOver(await openDriver(requireConnecting(target), options), target, options);

/** ClickHouse: the embedded engine, or any server over HTTP. */
export const clickhouse: Adapter = {
  name: 'clickhouse',
  parseTarget,
  dialect: (target) => {
    const { ansiSettings, embedded, databaseEngine, topology } = requireConnecting(target);
    return clickhouseDialect({
      ansiSettings,
      hasGrants: !embedded,
      topology,
      ...(databaseEngine === undefined ? {} : { databaseEngine }),
    });
  },
  connect,
  serve: (target, world, wish) =>
    requireConnecting(target).embedded
      ? import('./front/serve.ts').then(({ serve }) =>
          serve(rootOf(world), world.env['UV_THREADPOOL_SIZE'], wish),
        )
      : undefined,
  isServer: (target) => !requireConnecting(target).embedded,
  scratch: async (target, options) => connectionOver(await openScratch(options), target, options),
};
