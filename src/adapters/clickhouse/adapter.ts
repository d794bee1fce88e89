import { join } from 'node:path';
import type { Adapter, Connection, ConnectOptions, Target } from '../../adapter/contract.ts';
import type { Driver } from './driver.ts';
import { clickhouseDialect } from './dialect.ts';
import { DriverConnection } from './session.ts';
import { ANSI } from './settings.ts';
import { parseTarget, requireConnecting } from './target.ts';

/** Where the embedded engine of a project keeps its files. */
const rootOf = ({ projectDir }: Pick<ConnectOptions, 'projectDir'>): string =>
  join(projectDir, '.etl', 'ch');

/** Loads only the driver that is needed: the embedded engine is large. */
async function openDriver(target: Target, options: ConnectOptions): Promise<Driver> {
  const connecting = requireConnecting(target);
  if (connecting.embedded) {
    const { connectEmbedded } = await import('./embedded/driver.ts');
    return connectEmbedded(rootOf(options), options.env['UV_THREADPOOL_SIZE']);
  }
  const { connectHttp } = await import('./http/driver.ts');
  return connectHttp(connecting, options.threads);
}

async function connect(target: Target, options: ConnectOptions): Promise<Connection> {
  const connecting = requireConnecting(target);
  const driver = await openDriver(target, options);
  return new DriverConnection(driver, {
    prefix: options.invocationId,
    settings: { ...(connecting.ansiSettings ? ANSI : {}), ...connecting.settings },
    secrets: target.secrets,
    isPrivate: connecting.embedded,
  });
}

/** ClickHouse: the embedded engine, or any server over HTTP. */
export const clickhouse: Adapter = {
  name: 'clickhouse',
  parseTarget,
  dialect: (target) => {
    const { ansiSettings, embedded, databaseEngine } = requireConnecting(target);
    return clickhouseDialect({
      ansiSettings,
      hasGrants: !embedded,
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
};
