// What is concluded from the numbers of backends; real poolers are in tests/servers.
import { expect, test } from 'vitest';
import type { Wire } from '../../../../src/adapters/postgres/client.ts';
import { poolingOf } from '../../../../src/adapters/postgres/pooling.ts';

/** A connection whose questions are answered by these backends, one after the other; 0: by nobody. */
function wire(pid: number, backends: readonly number[]): Wire {
  const left = [...backends];
  const client = {
    query: (asked: unknown) => {
      if (asked === 'rollback') return Promise.resolve();
      const backend = left.shift();
      if (backend === 0) return new Promise(() => undefined);
      return Promise.resolve([{ rows: [] }, { rows: [[String(backend)]] }]);
    },
    end: () => Promise.resolve(),
  };
  return { pid, client } as unknown as Wire;
}

test.each([
  ['the server itself', 7, [], [], 'none'],
  ['one backend for two clients', 99, [], [7], 'transaction'],
  ['another backend while the first is taken', 99, [8], [8], 'transaction'],
  ['backends dealt out in turn', 99, [7, 7, 8], [8], 'transaction'],
  ['a backend that stays', 99, [7, 7, 7, 7], [8], 'session'],
  ['a backend that stays, and no other to be had', 99, [7], [0], 'session'],
  ['nobody answers any more', 99, [0], [0], 'transaction'],
] as const)('%s', async (_what, pid, first, second, pooling) => {
  expect(await poolingOf(wire(pid, first), 7, async () => wire(98, second), 50)).toBe(pooling);
});
