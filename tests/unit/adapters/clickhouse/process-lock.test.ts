import { describe, expect, test } from 'vitest';
import { WAIT_SILENTLY } from '../../../../src/adapter/lock.ts';
import { isStatementFailure } from '../../../../src/adapter/failure.ts';
import { lockInProcess } from '../../../../src/adapters/clickhouse/process-lock.ts';

const never = (): boolean => false;
const lock = (name: string, patienceMs = Infinity, isStopped = never) =>
  lockInProcess(
    { schema: 's', name },
    `run of ${name}`,
    { ...WAIT_SILENTLY, patienceMs },
    isStopped,
  );
const failureOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (isStatementFailure(error)) return `${error.error.kind}: ${error.error.message}`;
    throw error;
  }
  return 'none';
};

describe('locks within one process', () => {
  test('one holds a relation at a time, another relation is free', async () => {
    const order: string[] = [];
    const unlock = await lock('a');
    const later = lock('a').then((free) => {
      order.push('second');
      return free;
    });
    const other = await lock('b');
    order.push('first ends');
    await unlock();
    await (
      await later
    )();
    await other();
    expect(order).toEqual(['first ends', 'second']);
  });

  test('of several that wait one goes on, and what was freed twice frees nobody else', async () => {
    let inside = 0;
    let most = 0;
    const first = await lock('c');
    const all = Array.from({ length: 5 }, async () => {
      const unlock = await lock('c');
      most = Math.max(most, ++inside);
      await first();
      await new Promise((done) => setTimeout(done, 5));
      inside -= 1;
      await unlock();
    });
    await first();
    await Promise.all(all);
    expect(most).toBe(1);
  });

  test('patience ends, and so does waiting once the run is stopped', async () => {
    const unlock = await lock('d');
    expect(await failureOf(lock('d', 0))).toBe('locked: another run works on s.d: run of d');
    expect(await failureOf(lock('d', 20))).toBe('locked: another run works on s.d: run of d');
    expect(await failureOf(lock('d', Infinity, () => true))).toMatch(/^cancelled: /);
    await unlock();
    expect(await failureOf(lock('d', 0).then((free) => free()))).toBe('none');
  });

  test('who waits for more than a second is told for whom', async () => {
    const unlock = await lock('e');
    const told: string[] = [];
    const waiting = lockInProcess(
      { schema: 's', name: 'e' },
      'other',
      { patienceMs: 1300, waiting: (holder) => told.push(holder) },
      never,
    );
    expect(await failureOf(waiting)).toMatch(/^locked/);
    expect(told).toEqual(['run of e']);
    await unlock();
  });
});
