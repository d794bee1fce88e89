// An embedded ClickHouse behind its HTTP interface, with everything that comes by it recorded.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, type Engine } from '../../src/adapters/clickhouse/embedded/engine.ts';
import { type Front, startFront } from '../../src/adapters/clickhouse/front/front.ts';
import type { FrontUser } from '../../src/adapters/clickhouse/front/identity.ts';
import { between, type Between } from './http-between.ts';

/** libuv's default pool has four threads: one stays free for files. */
const AT_ONCE = 3;

const WRITER: FrontUser = { name: 'etl', password: 's3cr3t-pass', mayWrite: true };

export interface Wire extends Between {
  readonly engine: Engine;
  readonly front: Front;
}

/** Starts both; user `etl` with password `s3cr3t-pass` may write. */
export async function startWire(users: readonly FrontUser[] = [WRITER]): Promise<Wire> {
  const root = await mkdtemp(join(tmpdir(), 'etl-wire-'));
  const engine = await openEngine(root);
  const front = await startFront(engine, { host: '127.0.0.1', port: 0, users, atOnce: AT_ONCE });
  const line = await between(front.port);
  const { close: closeLine } = line;
  return Object.assign(line, {
    engine,
    front,
    close: async () => {
      await closeLine();
      await front.close();
      await engine.release();
      await rm(root, { recursive: true, force: true });
    },
  });
}
