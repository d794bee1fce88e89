// The pool of a run: one connection per thread, made when first needed and kept, and one more to cancel them.
import type { Connection, ConnectOptions, Session, Target } from '../../adapter/contract.ts';
import { cancelRequest } from './cancel-request.ts';
import { abandon, openPooled, openWire, type Wire } from './client.ts';
import { LockHolder } from './lock-holder.ts';
import { type Login, loginOf } from './login.ts';
import { CANCEL_PATIENCE_MS, takeLeave, within } from './patience.ts';
import { pooledText, type Pooling, poolingOf } from './pooling.ts';
import { PostgresSession, type Shared } from './session.ts';
import { type Credentials, credentialsOf, parseTarget } from './target.ts';

/** Where the server is, and what has to be done when the last connection is closed. */
export interface Place {
  readonly credentials: Credentials;
  readonly login: Login;
  /** the invocation, which the server shows with each node */
  readonly run: string;
  readonly leave: () => Promise<void>;
}

// application_name holds 63 bytes of ASCII; the server would show everything else as escapes. The run comes last: cutting a long
// name must not cut it off.
const ASCII = /^[ -~]*$/;
function tagText(node: string, run: string): string {
  const text = (t: string): string =>
    ASCII.test(t)
      ? t
      : t
          .normalize('NFKD')
          .replace(/\p{M}/gu, '')
          .replace(/[^ -~]/gu, '?');
  const end = run === '' ? '' : ` ${text(run).slice(0, 8)}`;
  return `${`etl:${text(node)}`.slice(0, 63 - end.length)}${end}`;
}

/** The server as the first connection found it. */
interface Found {
  readonly version: string;
  readonly pooling: Pooling;
  readonly open: () => Promise<Wire>;
}

class PostgresConnection implements Connection {
  readonly serverVersion: string;
  readonly remarks: readonly string[];
  readonly #open: () => Promise<Wire>;
  readonly #place: Place;
  readonly #threads: number;
  readonly #shared: Shared;
  readonly #wires = new Set<Wire>();
  readonly #idle: Wire[] = [];
  readonly #waiting: ((wire: Wire | undefined) => void)[] = [];
  #control: Promise<Wire> | undefined;
  /** connections that are open or about to be */
  #count = 0;
  #closed: Promise<void> | undefined;

  constructor(place: Place, threads: number, { version, pooling, open }: Found, first: Wire) {
    this.#place = place;
    this.#threads = Math.max(1, threads);
    this.serverVersion = version;
    this.remarks = [encryptionOf(first), pooledText(pooling)].filter((t) => t !== undefined);
    this.#open = open;
    this.#shared = {
      // a name that the profile gives is what its users look for
      tagOf: (node) =>
        place.credentials.applicationName === undefined ? tagText(node, place.run) : undefined,
      typeNames: new Map(),
      serverMajor: Number.parseInt(version, 10),
      locks:
        pooling === 'transaction' ? new LockHolder(open, tagText('locks', place.run)) : undefined,
    };
    this.#wires.add(first);
    this.#idle.push(first);
    this.#count = 1;
  }

  async withSession<T>(tag: string, use: (session: Session) => Promise<T>): Promise<T> {
    const wire = await this.#take();
    const session = new PostgresSession(wire, this.#shared.tagOf(tag), this.#shared, () =>
      this.#cancel([wire]),
    );
    try {
      return await use(session);
    } finally {
      await session.release();
      this.#giveBack(wire);
    }
  }

  async cancel(): Promise<number> {
    const given = this.#shared.locks?.stop() ?? 0;
    const wires = [...this.#wires];
    try {
      return given + (await this.#cancel(wires));
    } catch (error) {
      // a pooler that takes no request to cancel would not answer who unlocks or takes leave either
      if (this.#shared.locks !== undefined && wires.some((w) => w.broken)) {
        wires.forEach(abandon);
        await this.#shared.locks.abandon();
      }
      throw error;
    }
  }

  async #cancel(wires: readonly Wire[]): Promise<number> {
    const busy = wires.filter((w) => w.busy && !w.broken);
    if (busy.length === 0) return 0;
    if (this.#shared.locks !== undefined) {
      await Promise.all(busy.map((w) => cancelRequest(w)));
      return busy.length;
    }
    const control = this.#controlWire();
    try {
      return await within(CANCEL_PATIENCE_MS, tellToCancel(control, busy));
    } catch {
      this.#control = undefined;
      control.then(abandon).catch(() => undefined);
      // the server asks no connection for this; one that does not listen either loses those that it keeps waiting
      await Promise.all(busy.map((w) => cancelRequest(w)));
      return busy.length;
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    await this.#shared.locks?.end();
    const control = this.#control?.then(takeLeave).catch(() => undefined);
    await Promise.all([...[...this.#wires].map(takeLeave), control]);
    await this.#place.leave();
  }

  async #controlWire(): Promise<Wire> {
    const known = await this.#control?.catch(() => undefined);
    if (known !== undefined && !known.broken) return known;
    this.#control = this.#open();
    return this.#control;
  }

  async #take(): Promise<Wire> {
    if (this.#closed !== undefined) throw new Error('the connection is closed');
    const idle = this.#idle.pop();
    if (idle !== undefined && !idle.broken) return idle;
    if (idle !== undefined) this.#forget(idle);
    if (this.#count < this.#threads) return this.#another();
    const given = await new Promise<Wire | undefined>((done) => this.#waiting.push(done));
    return given ?? this.#take();
  }

  async #another(): Promise<Wire> {
    this.#count += 1;
    try {
      const wire = await this.#open();
      this.#wires.add(wire);
      return wire;
    } catch (error) {
      this.#count -= 1;
      this.#waiting.shift()?.(undefined);
      throw error;
    }
  }

  #forget(wire: Wire): void {
    if (!this.#wires.delete(wire)) return;
    this.#count -= 1;
    wire.client.end().catch(() => undefined);
  }

  #giveBack(wire: Wire): void {
    const next = this.#waiting.shift();
    if (!wire.broken) {
      if (next === undefined) this.#idle.push(wire);
      else next(wire);
      return;
    }
    this.#forget(wire);
    next?.(undefined);
  }
}

/**
 * Has the backends of the connections cancelled by another one, or ended where messages wait behind the one that is cancelled;
 * returns how many were told.
 */
async function tellToCancel(by: Promise<Wire>, busy: readonly Wire[]): Promise<number> {
  const { client } = await by;
  const pids = busy.map((w) => `(${w.pid}, ${w.isAhead})`).join(', ');
  // as whoever connected: the role that the profile changes to may not cancel what that user runs
  await client.query('set role none');
  const { rows } = await client.query<{ told: string }>(
    `select count(*) filter (where case when is_ahead then pg_terminate_backend(pid) else pg_cancel_backend(pid) end) as told
      from (values ${pids}) as busy(pid, is_ahead)`,
  );
  return Number(rows[0]?.told ?? 0);
}

/** Whether what is said to the server can be read on its way; nothing for a socket, which has no way. */
function encryptionOf({ client }: Wire): string | undefined {
  const { connection, host } = client as unknown as {
    readonly host: string;
    readonly connection: { readonly stream: { readonly getProtocol?: () => string | null } };
  };
  if (host.startsWith('/')) return undefined;
  const protocol = connection.stream.getProtocol?.();
  return protocol == null ? 'not encrypted' : `encrypted (${protocol})`;
}

const placeOf = async (target: Target, options: ConnectOptions): Promise<Place> => {
  const credentials = credentialsOf(target);
  const run = options.invocationId;
  if (!credentials.embedded)
    return {
      credentials,
      login: loginOf(credentials, options),
      run,
      leave: async () => undefined,
    };
  const { enterEmbedded } = await import('./embedded/enter.ts');
  const entered = await enterEmbedded(credentials, options);
  return { ...entered, run, login: loginOf(entered.credentials, options) };
};

/** Connects to an embedded server that is for checks alone, whose database has the name of the target's. */
export async function connectScratch(target: Target, options: ConnectOptions): Promise<Connection> {
  const { database, schema } = target;
  const { major, binaries, searchPath } = credentialsOf(target);
  const { value } = parseTarget({
    type: 'postgres',
    embedded: true,
    schema,
    ...(database === undefined ? {} : { dbname: database }),
    ...(major === undefined ? {} : { embedded_version: major }),
    ...(binaries === undefined ? {} : { embedded_binaries: binaries }),
    ...(searchPath === undefined ? {} : { search_path: searchPath }),
  });
  if (value === undefined) throw new Error('the target of a check is not sound');
  return connect(value, { ...options, threads: 1, home: '.etl/check' });
}

/** Connects to the server of the target, or starts the embedded one and connects to it. */
export async function connect(target: Target, options: ConnectOptions): Promise<Connection> {
  const place = await placeOf(target, options);
  const { credentials, login } = place;
  const direct = (): Promise<Wire> => openWire(credentials, login);
  try {
    const first = await direct();
    const { rows } = await first.client.query<{ version: string; pid: string }>(
      `select current_setting('server_version') as version, pg_catalog.pg_backend_pid() as pid`,
    );
    const { version = '', pid } = rows[0] ?? {};
    const found = await poolingOf(first, Number(pid), direct);
    // who knows no options keeps no settings either, whatever it says of itself
    const pooling = found === 'none' && first.plainStart ? 'session' : found;
    if (pooling === 'none')
      return new PostgresConnection(
        place,
        options.threads,
        { version, pooling, open: direct },
        first,
      );
    const pooled = (): Promise<Wire> =>
      openPooled(credentials, login, pooling, Number.parseInt(version, 10));
    first.client.end().catch(() => undefined);
    const facts = { version, pooling, open: pooled };
    return new PostgresConnection(place, options.threads, facts, await pooled());
  } catch (error) {
    await place.leave();
    throw error;
  }
}
