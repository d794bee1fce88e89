// The lock of a relation on a server: one run at a time, whoever dies.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ask, type Connection } from '../../../src/adapter/contract.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import { WAIT_SILENTLY } from '../../../src/adapter/lock.ts';
import { acquireLease, type LeaseTimes } from '../../../src/adapters/clickhouse/lease.ts';
import { leaseOwner } from '../../../src/adapters/clickhouse/lease-owner.ts';
import { sha256 } from '../../../src/kernel/hash.ts';
import { startWire, type Wire } from '../../support/clickhouse-wire.ts';

const orders = { schema: 'shop', name: 'orders' };
const IMPATIENT: LeaseTimes = { staleSeconds: 600, renewMs: 50, waitMs: 300, pauseMs: 50 };
let server: Wire;
let one: Connection;
let two: Connection;

const target = () => {
  const { value } = clickhouse.parseTarget({
    type: 'clickhouse',
    host: '127.0.0.1',
    port: server.port,
    user: 'etl',
    password: 's3cr3t-pass',
    schema: 'shop',
  });
  if (value === undefined) throw new Error('the target is not valid');
  return value;
};
const connect = (invocationId: string): Promise<Connection> =>
  clickhouse.connect(target(), { projectDir: '/nowhere', threads: 3, env: {}, invocationId });
const run = (sql: string) =>
  one.withSession('x', (s) => s.execute({ sql, verb: 'hook', repeatable: false }));
const rows = async (sql: string) =>
  (await one.withSession('x', (s) => s.read({ sql, verb: 'read', repeatable: true }))).rows;
const locks = () =>
  rows(
    "SELECT name, comment FROM system.tables WHERE database = 'shop' AND startsWith(name, '__etl_lock_')",
  );
const lock = (connection: Connection) => connection.withSession('x', (s) => s.lock(orders));
const impatient = (owner: string, times: Partial<LeaseTimes> = {}) =>
  one.withSession('x', (s) =>
    acquireLease(
      orders,
      owner,
      { send: (st) => s.execute(st), read: (st) => s.read(st), isStopped: () => false },
      WAIT_SILENTLY,
      { ...IMPATIENT, ...times },
    ),
  );
const leaveLease = async (comment: string): Promise<void> => {
  const release = await impatient('a run');
  const [name] = (await locks())[0] ?? [];
  await release?.();
  await run(
    `CREATE TABLE shop.${String(name)} (n UInt8) ENGINE = Memory COMMENT '${comment.replaceAll("'", "\\'")}'`,
  );
};
const ago = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');

beforeAll(async () => {
  server = await startWire();
  [one, two] = [await connect('run-1'), await connect('run-2')];
  await run('CREATE DATABASE IF NOT EXISTS shop');
});
afterEach(async () => {
  for (const [name] of await locks()) await run(`DROP TABLE shop.${String(name)} SYNC`);
});
afterAll(async () => {
  await one.close();
  await two.close();
  await server.close();
});

it('keeps a second run waiting until the first one lets go, and leaves nothing behind', async () => {
  const release = await lock(one);
  expect((await locks()).map(([, comment]) => comment)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^run run-1 on ${hostname()}, process ${process.pid} of .*, \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z$`,
      ),
    ),
  ]);
  let got = false;
  const second = lock(two).then((r) => {
    got = true;
    return r;
  });
  await new Promise((done) => setTimeout(done, 300));
  expect(got).toBe(false);
  await release?.();
  await (
    await second
  )?.();
  expect(await locks()).toEqual([]);
});

it('gives a lock to exactly one of many that come at once', async () => {
  let inside = 0;
  let most = 0;
  const each = async (i: number): Promise<void> => {
    const release = await impatient(`run ${i}`, { waitMs: 20_000 });
    most = Math.max(most, ++inside);
    await new Promise((done) => setTimeout(done, 20));
    inside--;
    await release?.();
  };
  await Promise.all([1, 2, 3, 4, 5].map(each));
  expect(most).toBe(1);
  expect(await locks()).toEqual([]);
});

it('names the owner when it has waited long enough', async () => {
  await leaveLease(`run r9 on elsewhere, process 1 of 0123456789ab, ${ago(9)}`);
  const error: unknown = await impatient('me').catch((e: unknown) => e);
  expect(error).toMatchObject({
    error: {
      kind: 'locked',
      message: 'another run works on shop.orders: run r9 on elsewhere, process 1 of 0123456789ab',
      hint: expect.stringMatching(
        /10 minutes .* DROP TABLE `shop`\.`__etl_lock_[0-9a-f]{16}`$/,
      ) as string,
    },
  });
  expect(await locks()).toHaveLength(1);
});

it('takes over what nobody has renewed for ten minutes; of several that try one gets it', async () => {
  await leaveLease(`run r9 on elsewhere, process 1 of 0123456789ab, ${ago(11)}`);
  const tries = await Promise.allSettled(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => impatient(name, { waitMs: 500 })),
  );
  expect(tries.filter((t) => t.status === 'fulfilled')).toHaveLength(1);
  expect(await locks()).toHaveLength(1);
  for (const t of tries) if (t.status === 'fulfilled') await t.value?.();
  expect(await locks()).toEqual([]);
});

it('takes over although another one died while it took over', async () => {
  const stale = `run r9 on elsewhere, process 1 of 0123456789ab, ${ago(25)}`;
  await leaveLease(stale);
  const [name] = (await locks())[0] ?? [];
  const claim = `${String(name)}_${sha256(stale).slice(0, 8)}`;
  await run(`CREATE TABLE shop.${claim} (n UInt8) ENGINE = Memory COMMENT 'x, ${ago(12)}'`);
  await (
    await impatient('me', { waitMs: 1000 })
  )?.();
  expect(await locks()).toEqual([]);
});

it('takes over at once from a process of this machine that has ended', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const owner = leaseOwner('killed').replace(`process ${process.pid} `, `process ${child.pid} `);
  await leaveLease(`${owner}, ${ago(0)}`);
  await (
    await impatient('me', { waitMs: 1000 })
  )?.();
  expect(await locks()).toEqual([]);
});

it('is renewed while it is held', async () => {
  const release = await impatient('me');
  const [name] = (await locks())[0] ?? [];
  const old = `me, ${ago(5)}`;
  await run(`ALTER TABLE shop.${String(name)} MODIFY COMMENT '${old}'`);
  await expect
    .poll(async () => Date.now() - Date.parse(String((await locks())[0]?.[1]).slice(4)))
    .toBeLessThan(10_000);
  await release?.();
  expect(await locks()).toEqual([]);
});

it('is not released by somebody who has lost it', async () => {
  const release = await impatient('me', { renewMs: 60_000 });
  const [name] = (await locks())[0] ?? [];
  const other = `another, ${ago(0)}`;
  await run(`ALTER TABLE shop.${String(name)} MODIFY COMMENT '${other}'`);
  await release?.();
  expect((await locks()).map(([, comment]) => comment)).toEqual([other]);
});

it('stops waiting when the run is cancelled', async () => {
  const release = await lock(one);
  const third = await connect('run-3');
  const waiting = expect(lock(third)).rejects.toMatchObject({ error: { kind: 'cancelled' } });
  await new Promise((done) => setTimeout(done, 200));
  await third.cancel();
  await waiting;
  await third.close();
  await release?.();
});

it('is nobody’s relation: neither observed nor swept', async () => {
  const release = await lock(one);
  const d = clickhouse.dialect(target());
  const found = await one.withSession('x', async (s) => [
    ...(await ask(s, d.observe(['shop']))),
    ...(await ask(s, d.leftovers(['shop']))),
    ...(await ask(s, d.catalog(['shop']))),
  ]);
  expect(found).toEqual([]);
  await release?.();
});
