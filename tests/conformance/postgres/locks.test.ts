// The lock of a relation: who holds it since when is told, waiting ends when it is free or patience is out, and nothing of it stays.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../src/adapter/contract.ts';
import type { LockWish } from '../../../src/adapter/lock.ts';
import { scratchPostgres, postgresTarget, type ScratchPostgres } from '../../support/postgres.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';

const orders = { schema: 'public', name: "the 'orders' ção" };
let pg: ScratchPostgres;
let other: Connection;
beforeAll(async () => {
  pg = await scratchPostgres();
  other = await postgres.connect(postgresTarget(), {
    projectDir: pg.projectDir,
    threads: 3,
    env: {},
    invocationId: 'other',
  });
});
afterAll(async () => {
  await other.close();
  await pg.stop();
});

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const held = (): Promise<unknown> =>
  pg.value(
    `select count(*)::int from pg_locks where locktype = 'advisory' and classid <> 0 and pid in (select pid from pg_stat_activity where application_name like 'etl:holder%')`,
  );

/** Holds the lock on another connection until the returned function is called. */
async function holding(): Promise<() => Promise<void>> {
  let free = (): void => undefined;
  const freed = new Promise<void>((done) => (free = done));
  let taken = (): void => undefined;
  const isTaken = new Promise<void>((done) => (taken = done));
  const ended = other.withSession('holder', async (session) => {
    const unlock = await session.lock(orders);
    taken();
    await freed;
    await unlock?.();
  });
  await isTaken;
  return () => {
    free();
    return ended;
  };
}
const taking = (wish: LockWish): Promise<void> =>
  pg.connection.withSession('taker', async (session) => {
    await (
      await session.lock(orders, wish)
    )?.();
  });

const HOLDER =
  /^etl:holder \w* ?\(user etl, process \d+\), since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;

test('without patience the holder is told at once, and since when it has the lock', async () => {
  const before = Math.floor(Date.now() / 1000);
  const free = await holding();
  const error: unknown = await taking({ patienceMs: 0, waiting: () => undefined }).catch(
    (e: unknown) => e,
  );
  await free();
  expect(error).toMatchObject({
    error: {
      kind: 'locked',
      message: expect.stringMatching(/^another run works on public\.the 'orders' ção: /) as string,
    },
  });
  const holder = String((error as Error).message).replace(/^.*ção: /, '');
  expect(holder).toMatch(HOLDER);
  const since = Date.parse(`${/since (.*) UTC/.exec(holder)?.[1]?.replace(' ', 'T')}Z`) / 1000;
  expect(Math.abs(since - before)).toBeLessThanOrEqual(2);
});

test('waiting is told once, and ends when the lock is free', async () => {
  const told: string[] = [];
  const free = await holding();
  const taken = taking({ patienceMs: Infinity, waiting: (holder) => told.push(holder) });
  await wait(1500);
  await free();
  await taken;
  expect(told).toEqual([expect.stringMatching(HOLDER)]);
});

test('a short wait is not worth a word', async () => {
  const told: string[] = [];
  const free = await holding();
  const taken = taking({ patienceMs: 10_000, waiting: (holder) => told.push(holder) });
  await wait(200);
  await free();
  await taken;
  expect(told).toEqual([]);
});

test('patience ends in time', async () => {
  const free = await holding();
  const begun = performance.now();
  await expect(taking({ patienceMs: 300, waiting: () => undefined })).rejects.toMatchObject({
    error: { kind: 'locked' },
  });
  expect(performance.now() - begun).toBeLessThan(2000);
  await free();
});

test('the waiting of a session is cancelled like any statement of it', async () => {
  const free = await holding();
  const taken = taking({ patienceMs: Infinity, waiting: () => undefined }).catch((e: unknown) => e);
  await wait(300);
  expect(await pg.connection.cancel()).toBe(1);
  expect(await taken).toMatchObject({ error: { kind: 'cancelled' } });
  await free();
});

test('inside a transaction the wait changes nothing of it', async () => {
  const free = await holding();
  const done = pg.connection.withSession('taker', async (session) => {
    const run = (sql: string) => session.execute({ sql, verb: 'hook', repeatable: false });
    await run('begin');
    await run('create table public.begun (a int)');
    const unlock = await session.lock(orders);
    await run('create table public.ended (a int)');
    await unlock?.();
    await run('rollback');
  });
  await wait(1300);
  await free();
  await done;
  expect(
    await pg.value(`select count(*)::int from pg_class where relname in ('begun', 'ended')`),
  ).toBe(0);
});

test('twenty at once take it in turn, and nothing stays locked', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      other.withSession('holder', async (session) => {
        const unlock = await session.lock(orders);
        most = Math.max(most, ++inside);
        await wait(5);
        inside -= 1;
        await unlock?.();
      }),
    ),
  );
  expect(most).toBe(1);
  expect(await held()).toBe(0);
});
