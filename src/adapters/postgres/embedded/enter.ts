// The door of the embedded server: from the settings of a target to credentials that a client can connect with.
import { realpathSync } from 'node:fs';
import type { ConnectOptions } from '../../../adapter/contract.ts';
import type { Wire } from '../client.ts';
import { fieldsOf } from '../errors.ts';
import { ident, quoted } from '../quote.ts';
import type { Credentials } from '../target.ts';
import { findBinaries } from './binaries.ts';
import { enter, leave } from './lease.ts';
import { DEFAULT_HOME, type EmbeddedPlace, preparePlace } from './place.ts';
import { trouble } from './trouble.ts';

/** Creates the database of a target unless it is there. */
export async function createDatabase(wire: Wire, name: string): Promise<void> {
  const { rows } = await wire.client.query(
    `select from pg_catalog.pg_database where datname = ${quoted(name)}`,
  );
  if (rows.length > 0) return;
  try {
    await wire.client.query(`create database ${ident(name)}`);
  } catch (error) {
    // Another process was faster.
    if (!['42P04', '23505'].includes(fieldsOf(error).code ?? '')) throw error;
  }
}

/** Where the embedded server of a project is or will be, and how it is spoken to. */
export async function embeddedPlace(
  credentials: Credentials,
  options: Pick<ConnectOptions, 'projectDir' | 'env' | 'home'>,
): Promise<{ readonly place: EmbeddedPlace; readonly own: Credentials }> {
  if (process.platform === 'win32')
    throw trouble(
      'ETL5008',
      'the embedded Postgres does not run on Windows yet',
      'Use WSL, or a server: a profiles.yml with host, user and dbname.',
    );
  const projectDir = realpathSync(options.projectDir);
  const binaries = await findBinaries(credentials.binaries, projectDir, credentials.major);
  const place = preparePlace(
    { projectDir, home: options.home ?? DEFAULT_HOME },
    binaries,
    options.env['XDG_RUNTIME_DIR'],
  );
  // A password is never asked for on this socket; a text keeps pg from looking for one elsewhere.
  return { place, own: { ...credentials, user: 'etl', password: 'none', connectTimeoutS: 10 } };
}

/** Starts the embedded server of the project if needed and registers with it; `leave` gives it up again. */
export async function enterEmbedded(
  credentials: Credentials,
  options: ConnectOptions,
): Promise<{ readonly credentials: Credentials; readonly leave: () => Promise<void> }> {
  const { place, own } = await embeddedPlace(credentials, options);
  const running = await enter(place, own, options.env);
  try {
    await createDatabase(running.wire, credentials.database);
  } catch (error) {
    await leave(place, running);
    throw error;
  }
  return {
    credentials: { ...own, host: running.socketDir, port: running.port },
    leave: () => leave(place, running),
  };
}
