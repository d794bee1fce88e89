import { join } from 'node:path';
import type { Adapter, Connection, ConnectOptions, Target } from '../../adapter/contract.ts';
import type { Driver } from './driver.ts';
import { clickhouseDialect } from './dialect.ts';
import { DriverConnection } from './session.ts';
import { ANSI } from './settings.ts';
import { parseTarget, requireConnecting } from './target.ts';

/** Loads only the driver that is needed: the embedded engine is large. */
async function openDriver(target: Target, options: ConnectOptions): Promise<Driver> {
  const connecting = requireConnecting(target);
  if (connecting.embedded) {
    const { connectEmbedded } = await import('./embedded/driver.ts');
    return connectEmbedded(
      join(options.projectDir, '.etl', 'ch'),
      options.env['UV_THREADPOOL_SIZE'],
    );
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
};
