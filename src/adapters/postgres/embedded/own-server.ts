// The embedded server as people handle it: started to stay, looked at, given up.
import { createServer } from 'node:net';
import type { OwnServer, OwnServerState, ServerWish } from '../../../adapter/own-server.ts';
import { isStatementFailure } from '../../../adapter/failure.ts';
import { quoted } from '../quote.ts';
import type { Credentials } from '../target.ts';
import { connectTo, type Running } from './cluster.ts';
import { createDatabase, embeddedPlace } from './enter.ts';
import { isKept, keep, keptOf, letGo, tcpPassword } from './keep.ts';
import { enter, KEY, leave } from './lease.ts';
import type { EmbeddedPlace } from './place.ts';
import { systemCode, trouble } from './trouble.ts';

type World = Parameters<typeof embeddedPlace>[1];

const FACTS = `select current_setting('server_version') as version, current_setting('listen_addresses') as listens,
  (select count(*) from pg_catalog.pg_locks where locktype = 'advisory' and objid = ${KEY} and mode = 'ShareLock' and granted) as users`;

async function findRunning(place: EmbeddedPlace, own: Credentials): Promise<Running | undefined> {
  try {
    return await connectTo(place, own);
  } catch (error) {
    if (isStatementFailure(error) && error.error.kind === 'connection') return undefined;
    throw error;
  }
}

/** A URL that libpq and most drivers understand. */
const urlOf = (login: string, place: string, database: string): string =>
  `postgresql://${login}@${place}/${encodeURIComponent(database)}`;

async function stateOf(place: EmbeddedPlace, own: Credentials): Promise<OwnServerState> {
  const common = { data: place.data, log: place.log, isKept: isKept(place) };
  const running = await findRunning(place, own);
  if (running === undefined) return common;
  const { wire, pid, socketDir, port } = running;
  try {
    const { rows } = await wire.client.query<{ version: string; listens: string; users: string }>(
      FACTS,
    );
    const [facts] = rows;
    if (facts === undefined) return common;
    const socket = `?host=${encodeURIComponent(socketDir)}&port=${port}`;
    const login = `etl:${tcpPasswordOf(place, facts.listens)}`;
    return {
      ...common,
      running: {
        pid,
        version: facts.version,
        users: Number(facts.users),
        url: `${urlOf('etl', '', own.database)}${socket}`,
        ...(facts.listens === ''
          ? {}
          : { port, tcpUrl: urlOf(login, `127.0.0.1:${port}`, own.database) }),
      },
    };
  } catch (error) {
    // it has just gone down
    if (wire.broken) return common;
    throw error;
  } finally {
    wire.client.end().catch(() => undefined);
  }
}

const tcpPasswordOf = (place: EmbeddedPlace, listens: string): string =>
  listens === '' ? '' : tcpPassword(place);

/** Another program on the port would make the server end with a message in its log only. */
const requireFree = (port: number): Promise<void> =>
  new Promise((done, failed) => {
    const probe = createServer();
    const refuse = (error: unknown): void =>
      failed(
        trouble(
          'ETL5032',
          `port ${port} of 127.0.0.1 cannot be used: ${systemCode(error)}`,
          'Name another one with --port.',
          error,
        ),
      );
    probe.once('error', refuse);
    try {
      probe.listen(port, '127.0.0.1', () => probe.close(() => done()));
    } catch (error) {
      // a number that no port has
      refuse(error);
    }
  });

class EmbeddedServer implements OwnServer {
  readonly #place: EmbeddedPlace;
  readonly #own: Credentials;
  readonly #world: World;

  constructor(place: EmbeddedPlace, own: Credentials, world: World) {
    this.#place = place;
    this.#own = own;
    this.#world = world;
  }

  state(): Promise<OwnServerState> {
    return stateOf(this.#place, this.#own);
  }

  async start({ port: wished }: ServerWish): Promise<OwnServerState> {
    const before = keptOf(this.#place);
    const { running } = await this.state();
    const port = wished ?? before?.port;
    if (port !== running?.port && port !== undefined) {
      if (running !== undefined) await this.#restartable(running.users);
      await requireFree(port);
    }
    keep(this.#place, port === undefined ? {} : { port });
    try {
      await this.#visit(port);
    } catch (error) {
      if (before === undefined) letGo(this.#place);
      else keep(this.#place, before);
      throw error;
    }
    return this.state();
  }

  async stop(): Promise<OwnServerState> {
    letGo(this.#place);
    const now = await this.state();
    if (now.running === undefined) return now;
    await this.#visit(undefined);
    return this.state();
  }

  /** Registers and leaves again, which stops a server that nobody else uses and nobody keeps. */
  async #visit(port: number | undefined): Promise<void> {
    const running = await enter(this.#place, this.#own, this.#world.env);
    try {
      await createDatabase(running.wire, this.#own.database);
      if (port !== undefined)
        await running.wire.client.query(
          `alter role etl password ${quoted(tcpPassword(this.#place))}`,
        );
    } finally {
      await leave(this.#place, running);
    }
  }

  async #restartable(users: number): Promise<void> {
    if (users > 0)
      throw trouble(
        'ETL5031',
        `the embedded Postgres is used by ${users} other ${users === 1 ? 'process' : 'processes'}, and must be started again to listen on that port`,
        'Try again when they have ended.',
      );
    letGo(this.#place);
    await this.#visit(undefined);
  }
}

/** The embedded server of a project; nothing is started. */
export async function ownServer(credentials: Credentials, world: World): Promise<OwnServer> {
  const { place, own } = await embeddedPlace(credentials, world);
  return new EmbeddedServer(place, own, world);
}
