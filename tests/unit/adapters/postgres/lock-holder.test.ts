// What becomes of locks when their connection cannot be opened or is lost; a real pooler is in tests/servers.
import { expect, test } from 'vitest';
import { WAIT_SILENTLY } from '../../../../src/adapter/lock.ts';
import type { Statement } from '../../../../src/adapter/statement.ts';
import type { Wire } from '../../../../src/adapters/postgres/client.ts';
import { HeldLocks } from '../../../../src/adapters/postgres/held-locks.ts';
import { LockHolder } from '../../../../src/adapters/postgres/lock-holder.ts';

const relation = (name: string) => ({ schema: 'public', name });
const statement = (verb: Statement['verb'], name = 't', sql = 'x'): Statement => ({
  sql,
  verb,
  repeatable: false,
  writes: [relation(name)],
});
const LOST = {
  error: {
    kind: 'connection',
    message: 'the lock on public.t was lost: the connection that held it has ended',
    isUnsent: true,
  },
};

interface Fake {
  readonly wire: Wire;
  readonly sent: string[];
  /** what it answers from now on */
  fail: Error | undefined;
  isEnded: boolean;
}

/** Connections that grant every lock. */
function fakes(): { readonly open: () => Promise<Wire>; readonly made: Fake[] } {
  const made: Fake[] = [];
  const open = async (): Promise<Wire> => {
    const client = {
      query: async (asked: string | { readonly text: string }) => {
        fake.sent.push(typeof asked === 'string' ? asked : asked.text);
        if (fake.fail !== undefined) throw fake.fail;
        return { rows: [['true']] };
      },
      end: async () => {
        fake.isEnded = true;
      },
    };
    const fake: Fake = {
      wire: { client, broken: false } as unknown as Wire,
      sent: [],
      fail: undefined,
      isEnded: false,
    };
    made.push(fake);
    return fake.wire;
  };
  return { open, made };
}

test('a connection that could not be opened is opened again for the next lock', async () => {
  const { open, made } = fakes();
  let tries = 0;
  const holder = new LockHolder(async () => {
    tries += 1;
    if (tries <= 2) throw new Error('connect ECONNREFUSED');
    return open();
  }, 'locks');
  const taken = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map((name) => holder.lock(relation(name), WAIT_SILENTLY)),
  );
  expect(taken.map((t) => t.status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
  expect([tries, made.length]).toEqual([3, 1]);
});

test('one whose transaction cannot be begun is not left open', async () => {
  const { open, made } = fakes();
  const holder = new LockHolder(async () => {
    const wire = await open();
    if (made.length === 1 && made[0] !== undefined) made[0].fail = new Error('no');
    return wire;
  }, 'locks');
  await expect(holder.lock(relation('t'), WAIT_SILENTLY)).rejects.toThrow('no');
  expect(made[0]?.isEnded).toBe(true);
  await holder.lock(relation('t'), WAIT_SILENTLY);
  expect(made.length).toBe(2);
});

test('who holds a lock on a lost connection is stopped, and gives nothing back on the next one', async () => {
  const { open, made } = fakes();
  const holder = new LockHolder(open, 'locks');
  const first = new HeldLocks();
  const unlock = await first.take(holder, relation('t'), WAIT_SILENTLY);
  await first.require([statement('write')]);
  await first.require([statement('read')]);
  // seen by its end
  Object.assign(made[0]?.wire ?? {}, { broken: true });
  for (const verb of ['read', 'create', 'swap', 'hook'] as const)
    await expect(first.require([statement(verb)])).rejects.toMatchObject(LOST);
  await expect(first.require([statement('drop')])).rejects.toMatchObject(LOST);
  await first.require([statement('drop', '__etl_t')]);
  for (const sql of ['rollback', '/* of a */\nrollback', 'rollback\n/* of a */'])
    await first.require([statement('hook', 't', sql)]);
  const second = new HeldLocks();
  await second.take(holder, relation('t'), WAIT_SILENTLY);
  expect(made.length).toBe(2);
  const before = made[1]?.sent.length;
  await unlock();
  expect(made[1]?.sent.length).toBe(before);
  await first.require([statement('swap')]);
  await second.require([statement('swap')]);
});

test('a loss that nobody has told yet is found out before something is changed', async () => {
  const { open, made } = fakes();
  const holder = new LockHolder(open, 'locks');
  const held = new HeldLocks();
  await held.take(holder, relation('t'), WAIT_SILENTLY);
  if (made[0] !== undefined) made[0].fail = new Error('Connection terminated unexpectedly');
  await expect(held.require([statement('swap')])).rejects.toMatchObject(LOST);
  expect([made[0]?.wire.broken, made[0]?.isEnded]).toEqual([true, true]);
  await expect(held.require([statement('read')])).rejects.toMatchObject(LOST);
});
