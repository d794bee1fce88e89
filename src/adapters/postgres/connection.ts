// The pool of a run: one connection per thread, made when first needed and kept, and one more to cancel them.
import type { Connection, ConnectOptions, Session, Target } from '../../adapter/contract.ts';
import { openWire, type Wire } from './client.ts';
import { type Login, loginOf } from './login.ts';
import { failure } from './errors.ts';
import { PostgresSession, type Shared } from './session.ts';
import { type Credentials, credentialsOf } from './target.ts';

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
function tagText(node: string, run: string): string {
  const text = (t: string): string =>
    t
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^ -~]/gu, '?');
  const end = run === '' ? '' : ` ${text(run).slice(0, 8)}`;
  return `${`etl:${text(node)}`.slice(0, 63 - end.length)}${end}`;
}

class PostgresConnection implements Connection {
  readonly serverVersion: string;
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

  constructor(place: Place, threads: number, version: string, first: Wire) {
    this.#place = place;
    this.#threads = Math.max(1, threads);
    this.serverVersion = version;
    this.#shared = { typeNames: new Map(), serverMajor: Number.parseInt(version, 10) };
    this.#wires.add(first);
    this.#idle.push(first);
    this.#count = 1;
  }

  async withSession<T>(tag: string, use: (session: Session) => Promise<T>): Promise<T> {
    const wire = await this.#take();
    // a name that the profile gives is what its users look for
    const name =
      this.#place.credentials.applicationName === undefined
        ? tagText(tag, this.#place.run)
        : undefined;
    const session = new PostgresSession(wire, name, this.#shared);
    try {
      return await use(session);
    } finally {
      await session.release();
      this.#giveBack(wire);
    }
  }

  async cancel(): Promise<number> {
    const busy = [...this.#wires].filter((w) => w.busy && !w.broken);
    if (busy.length === 0) return 0;
    const pids = busy.map((w) => w.pid).join(', ');
    const control = await this.#controlWire();
    try {
      const { rows } = await control.client.query<{ told: string }>(
        `select count(*) filter (where pg_cancel_backend(pid)) as told from unnest(array[${pids}]) as pid`,
      );
      return Number(rows[0]?.told ?? 0);
    } catch (error) {
      throw failure(error);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    const control = await this.#control?.catch(() => undefined);
    const all = [...this.#wires, ...(control === undefined ? [] : [control])];
    await Promise.all(all.map((w) => w.client.end().catch(() => undefined)));
    await this.#place.leave();
  }

  async #controlWire(): Promise<Wire> {
    const known = await this.#control?.catch(() => undefined);
    if (known !== undefined && !known.broken) return known;
    this.#control = openWire(this.#place.credentials, this.#place.login);
    return this.#control;
  }

  async #take(): Promise<Wire> {
    if (this.#closed !== undefined) throw new Error('the connection is closed');
    const idle = this.#idle.pop();
    if (idle !== undefined && !idle.broken) return idle;
    if (idle !== undefined) this.#forget(idle);
    if (this.#count < this.#threads) return this.#open();
    const given = await new Promise<Wire | undefined>((done) => this.#waiting.push(done));
    return given ?? this.#take();
  }

  async #open(): Promise<Wire> {
    this.#count += 1;
    try {
      const wire = await openWire(this.#place.credentials, this.#place.login);
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

/** Connects to the server of the target, or starts the embedded one and connects to it. */
export async function connect(target: Target, options: ConnectOptions): Promise<Connection> {
  const place = await placeOf(target, options);
  try {
    const first = await openWire(place.credentials, place.login);
    const { rows } = await first.client.query<{ server_version: string }>('show server_version');
    const version = rows[0]?.server_version ?? '';
    return new PostgresConnection(place, options.threads, version, first);
  } catch (error) {
    await place.leave();
    throw error;
  }
}
