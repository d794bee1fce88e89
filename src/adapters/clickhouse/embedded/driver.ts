// The engine in this process. No statement shares its session with one under way, or takes settings over from one before.
import { link, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Session } from 'chdb';
import type { Driver, FileOrder, LoadOrder, Order, RawResult } from '../driver.ts';
import { Gate } from '../gate.ts';
import { text } from '../quote.ts';
import { readRaw } from '../raw-result.ts';
import { openEngine, type Engine } from './engine.ts';
import { statementsAtOnce } from './pool.ts';
import { Sessions } from './sessions.ts';

// `::` stands between an archive and a file in it
const GLOB = /[*?{}[\]\\]|::/;

/** What `year=2026` in a path says is no value of a column: the engine would take it, and leave what the file has in its place. */
const AS_WRITTEN = { use_hive_partitioning: 0 };

/** The engine takes a path for a pattern; a name with such characters gets a plain one beside. */
async function withPlainPath<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  await stat(path);
  if (!GLOB.test(path)) return use(path);
  const dir = await mkdtemp(join(tmpdir(), 'etl-seed-'));
  try {
    const plain = join(dir, `${basename(path).replace(/[^\w.-]/g, '_')}.csv`);
    await link(path, plain).catch(() => symlink(path, plain));
    return await use(plain);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

class EmbeddedDriver implements Driver {
  readonly version: string;
  readonly #engine: Engine;
  readonly #gate: Gate;
  readonly #sessions: Sessions;

  constructor(engine: Engine, gate: Gate) {
    this.#engine = engine;
    this.#gate = gate;
    this.#sessions = new Sessions(() => engine.open());
    this.version = engine.version;
  }

  async run(order: Order): Promise<number | undefined> {
    await this.#inSession(order, (session) => session.queryAsync(order.sql, { format: 'Null' }));
    return undefined;
  }

  async runAll(order: Order, others: readonly string[]): Promise<void> {
    const sql = [order.sql, ...others].join(';\n');
    const run = (session: Session, setUp: string): Promise<unknown> =>
      session.queryAsync(setUp === '' ? sql : `${setUp};\n${sql}`, { format: 'Null' });
    await this.#gate.run(() => this.#sessions.setUpWith({ ...order, sql }, run));
  }

  async rows(order: Order): Promise<RawResult> {
    const result = await this.#inSession(order, (session) =>
      session.queryAsync(order.sql, { format: 'JSONCompact' }),
    );
    return readRaw(result.text());
  }

  async load(order: LoadOrder): Promise<void> {
    const settings = { ...order.settings, ...AS_WRITTEN };
    await withPlainPath(order.path, (path) =>
      this.#inSession({ ...order, settings }, (session) =>
        session.queryAsync(`${order.sql} FROM INFILE ${text(path)} FORMAT CSVWithNames`),
      ),
    );
  }

  async readFile({ path, sqlOf, ...order }: FileOrder): Promise<void> {
    const settings = { ...order.settings, ...AS_WRITTEN };
    await withPlainPath(path, (plain) => this.run({ ...order, settings, sql: sqlOf(plain) }));
  }

  async kill(tagPrefix: string): Promise<void> {
    // never SYNC: the statement's end is reported on this thread, which would wait for itself
    this.#engine.control(
      `KILL QUERY WHERE startsWith(Settings['log_comment'], ${text(tagPrefix)}) ASYNC`,
    );
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#sessions.close();
    return this.#engine.release();
  }

  #inSession<T>(order: Order, use: (session: Session) => Promise<T>): Promise<T> {
    return this.#gate.run(() => this.#sessions.with(order, use));
  }
}

/** Opens the embedded engine with its files in `root`; `isSealed`: an empty one that may read nothing from outside. */
export async function connectEmbedded(
  root: string,
  poolSize: string | undefined,
  isSealed = false,
): Promise<Driver> {
  const engine = await openEngine(root, isSealed ? 'scratch' : 'everything');
  return new EmbeddedDriver(engine, new Gate(statementsAtOnce(poolSize)));
}
