// One connection to the server: how it is opened, and what is remembered of it.
import pg from 'pg';
import { EtlError } from '../../kernel/error.ts';
import { requireChannelBinding } from './channel-binding.ts';
import type { Setting } from './conninfo/options.ts';
import { driverError, failure, fieldsOf } from './errors.ts';
import { fixedLogin, type Login } from './login.ts';
import type { Pooling } from './pooling.ts';
import type { Credentials } from './target.ts';
import { isTlsReason, type Tls, tlsAttempts } from './tls.ts';

/** A live connection with what the pool has to know about it. */
export interface Wire {
  readonly client: pg.Client;
  /** the backend that works for it, as far as it is known */
  pid: number;
  /** commands that the server has completed in the message it is working on */
  completed: number;
  /** a statement is running, so a cancel has something to stop */
  busy: boolean;
  /** several messages may wait in the server: one that is cancelled makes room for the next */
  isAhead: boolean;
  broken: boolean;
  /** the tag that the server shows for it */
  tag: string | undefined;
  /** what was prepared on it by name */
  readonly prepared: Set<string>;
  /** text of an author's has run on it, which may have thrown away what was prepared (`discard all`) */
  isSoiled: boolean;
  /** settings could not travel with the start-up message, so a reset would lose them */
  readonly plainStart: boolean;
  /** settings that go with every transaction, because sessions keep none */
  readonly local: readonly Setting[] | undefined;
}

// How a server is told that a client has died (Postgres 14), and how long a forgotten transaction may hold its locks.
const CHECK = 'client_connection_check_interval';
function settings(c: Credentials): readonly Setting[] {
  return [
    [CHECK, '5s'],
    ['idle_in_transaction_session_timeout', '10min'],
    ...c.settings,
    ...(c.searchPath === undefined ? [] : [['search_path', c.searchPath] as const]),
    ...(c.role === undefined ? [] : [['role', c.role] as const]),
  ];
}
const asOptions = (list: readonly Setting[]): string =>
  list.map(([k, v]) => `-c ${k}=${v.replace(/[\\\s]/g, '\\$&')}`).join(' ');

const TEXT_TYPES = { getTypeParser: () => (value: string) => value };

/** How one connection is asked for. */
interface Call {
  readonly c: Credentials;
  readonly password: string;
  readonly options: string;
}

function config({ c, password, options }: Call, tls: Tls): pg.ClientConfig {
  return {
    host: c.host,
    port: c.port,
    user: c.user,
    database: c.database,
    // A function, even for an empty one: for what is left open pg looks into variables and files by rules of its own.
    password: () => password,
    // Spelled out although they are defaults: pg would take what is left open from PG* variables of the user's shell.
    ssl: tls,
    sslnegotiation: tls === false ? 'postgres' : c.sslnegotiation,
    enableChannelBinding: tls !== false && c.channelBinding !== 'disable',
    options,
    client_encoding: 'UTF8',
    application_name: c.applicationName ?? 'etl',
    types: TEXT_TYPES,
    connectionTimeoutMillis: c.connectTimeoutS * 1000,
    keepAlive: c.keepalives,
    keepAliveInitialDelayMillis: c.keepalivesIdleS * 1000,
  };
}

async function dial(call: Call, tls: Tls): Promise<pg.Client> {
  const client = new pg.Client(config(call, tls));
  const check = call.c.channelBinding === 'require' ? requireChannelBinding(client) : undefined;
  // Without a listener a dying server would end the whole process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    check?.();
    return client;
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
}

async function dialWithTls(call: Call): Promise<pg.Client> {
  const attempts = tlsAttempts(call.c);
  for (const [i, tls] of attempts.entries()) {
    try {
      return await dial(call, tls);
    } catch (error) {
      const { message, code } = fieldsOf(error);
      if (i + 1 === attempts.length || !isTlsReason(message, code)) throw error;
    }
  }
  throw new Error('unreachable');
}

async function dialWithSettings(
  c: Credentials,
  password: string,
): Promise<{ readonly client: pg.Client; readonly plainStart: boolean }> {
  const wanted = settings(c);
  const dialled = (options: string): Promise<pg.Client> => dialWithTls({ c, password, options });
  try {
    return { client: await dialled(asOptions(wanted)), plainStart: false };
  } catch (error) {
    const { message, code } = fieldsOf(error);
    if (code === '42704' && message.includes(CHECK)) {
      const known = wanted.filter(([name]) => name !== CHECK);
      return { client: await dialled(asOptions(known)), plainStart: false };
    }
    // PgBouncer knows no options. Nothing is set before it is known whom a setting would stay with.
    if (!/unsupported startup parameter/.test(message)) throw error;
    return { client: await dialled(''), plainStart: true };
  }
}

/** The settings as commands; `isLocal`: for the transaction only. */
export const settingCommands = (list: readonly Setting[], isLocal: boolean): readonly string[] =>
  list.map(
    ([name, value]) =>
      `select pg_catalog.set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, ${isLocal})`,
  );

/** What the server knows of the settings: an old one cannot look after its clients. */
const known = (c: Credentials, major: number): readonly Setting[] =>
  settings(c).filter(([name]) => name !== CHECK || major >= 14);

/** How a connection behind a pooler is begun: plainly, with settings for its transactions. */
interface Plain {
  readonly local: readonly Setting[] | undefined;
}

/** A connection through a pooler, which passes on no settings and might not keep any. */
export async function openPooled(
  c: Credentials,
  login: Login,
  pooling: Pooling,
  major: number,
): Promise<Wire> {
  const list = known(c, major);
  const wire = await openWire(c, login, {
    local: pooling === 'transaction' ? list : undefined,
  });
  if (pooling === 'session') {
    const { rows } = await wire.client.query<[string]>({
      text: 'select pg_catalog.pg_backend_pid()',
      rowMode: 'array',
    });
    wire.pid = Number(rows[0]?.[0]);
    await wire.client.query(settingCommands(list, false).join(';\n'));
  }
  return wire;
}

const NO_PASSWORD = 'there is none in the output, in PGPASSWORD or in the password file';

const explained = (c: Credentials, error: unknown): Error => {
  if (error instanceof EtlError) return error;
  const e = fieldsOf(error);
  const where = c.embedded ? 'the embedded server' : `${c.host}:${c.port}`;
  const hasNoPassword = e.message.includes('client password must be');
  // Whatever else went wrong (a certificate, a pooler's own words): the server was not reached.
  const isKnown = driverError(error, undefined).kind !== 'other';
  return failure({
    ...e,
    code: hasNoPassword ? '28P01' : isKnown ? (e.code ?? '08001') : '08001',
    message:
      `cannot connect to ${where} as user "${c.user}", database "${c.database}": ` +
      (hasNoPassword ? `the server asks for a password, and ${NO_PASSWORD}` : e.message) +
      (e.code === '28P01' && c.passwordFrom !== undefined
        ? ` (password from ${c.passwordFrom})`
        : ''),
  });
};

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const mayPass = (error: unknown): boolean => {
  const { code = '', message } = fieldsOf(error);
  return (
    /^(57P03|53300|ECONNRESET|ETIMEDOUT|EPIPE)$/.test(code) || /terminated|timeout/.test(message)
  );
};

/** Opens a connection, again as often as `retries` says when the reason may pass. */
export async function openWire(
  c: Credentials,
  login: Login = fixedLogin(c.password),
  plain?: Plain,
): Promise<Wire> {
  for (let tries = 0; ; tries++) {
    try {
      const password = await login.password();
      const { client, plainStart } =
        plain === undefined
          ? await dialWithSettings(c, password)
          : { client: await dialWithTls({ c, password, options: '' }), plainStart: true };
      return watched(client, plainStart, plain?.local);
    } catch (error) {
      // cloud services that take tokens call an old one 28000
      if (/^28(P01|000)$/.test(fieldsOf(error).code ?? '') && login.renew()) continue;
      if (tries >= c.retries || !mayPass(error)) throw explained(c, error);
      await pause(200 * 2 ** tries);
    }
  }
}

/** Gives up a connection whose other end says nothing any more: what waits for an answer of it fails at once. */
export function abandon(wire: Wire): void {
  wire.broken = true;
  wire.client.connection.stream.destroy();
}

function watched(
  client: pg.Client,
  plainStart: boolean,
  local: readonly Setting[] | undefined,
): Wire {
  const wire: Wire = {
    client,
    pid: (client as pg.Client & { readonly processID: number }).processID,
    completed: 0,
    busy: false,
    isAhead: false,
    broken: false,
    tag: undefined,
    isSoiled: false,
    prepared: new Set(),
    plainStart,
    local,
  };
  client.on('end', () => {
    wire.broken = true;
  });
  client.on('error', () => {
    wire.broken = true;
  });
  client.connection.on('commandComplete', () => {
    wire.completed += 1;
  });
  return wire;
}
