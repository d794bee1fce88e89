import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../src/kernel/node-id.ts';
import { graphFrom } from '../../../src/graph/graph.ts';
import { runOrderOf } from '../../../src/graph/run-order.ts';
import { schedule } from '../../../src/run/schedule.ts';

interface Unit {
  readonly id: NodeId;
  readonly waitsFor: readonly NodeId[];
}
const unit = (id: string, ...waitsFor: string[]): Unit => ({
  id: nodeId(id),
  waitsFor: waitsFor.map(nodeId),
});

const orderOfUnits = (units: readonly Unit[]): ReturnType<typeof runOrderOf> =>
  runOrderOf(
    graphFrom(new Map(units.map((u) => [u.id, u.waitsFor]))),
    new Set(units.map((u) => u.id)),
  );

interface Log {
  readonly started: string[];
  readonly skipped: string[];
  readonly abandoned: string[];
  most: number;
}

/** Runs units with a fake worker; `fails` end badly, `stopAfter` stops the run once that many have started. */
async function run(
  units: readonly Unit[],
  threads: number,
  fails: readonly string[] = [],
  stopAfter = Infinity,
): Promise<Log> {
  const log: Log = { started: [], skipped: [], abandoned: [], most: 0 };
  const ended = new Set<NodeId>();
  let active = 0;
  await schedule(orderOfUnits(units), {
    threads,
    perform: async (id) => {
      for (const parent of units.find((u) => u.id === id)?.waitsFor ?? [])
        if (units.some((u) => u.id === parent))
          expect(ended.has(parent), `${id} before ${parent}`).toBe(true);
      log.started.push(id);
      log.most = Math.max(log.most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      ended.add(id);
      return !fails.includes(id);
    },
    skip: (id, because) => log.skipped.push(`${id} because ${because}`),
    stopped: () => log.started.length >= stopAfter,
    abandon: (id) => log.abandoned.push(id),
  });
  return log;
}

//   a → b → d
//     ↘ c ↗      e
const diamond = [unit('a'), unit('b', 'a'), unit('c', 'a'), unit('d', 'b', 'c'), unit('e')];

test('each unit starts when all it waits for have ended, ready ones in the given order', async () => {
  expect((await run(diamond, 1)).started).toEqual(['a', 'e', 'b', 'c', 'd']);
  const two = await run(diamond, 2);
  expect(two.started.slice(0, 2)).toEqual(['a', 'e']);
  expect(two.most).toBe(2);
});

test('a failure skips every descendant once, with the reason, and nothing else', async () => {
  const log = await run(diamond, 1, ['b']);
  expect(log.started).toEqual(['a', 'e', 'b', 'c']);
  expect(log.skipped).toEqual(['d because b']);
  const top = await run(diamond, 2, ['a']);
  expect(top.skipped).toEqual(['b because a', 'c because a', 'd because a']);
});

test('a stopped run finishes what runs and abandons the rest', async () => {
  const log = await run(diamond, 1, [], 2);
  expect(log.started).toEqual(['a', 'e']);
  expect(log.abandoned).toEqual(['b', 'c', 'd']);
});

test('random graphs: everything is performed exactly once or skipped below a failure', async () => {
  const graphs = fc.array(fc.tuple(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), fc.boolean()), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 5 }), async (shape, threads) => {
      const units = shape.map(([parents], i) =>
        unit(`n${i}`, ...new Set(parents.filter((p) => p < i).map((p) => `n${p}`))),
      );
      const fails = shape.flatMap(([, ok], i) => (ok ? [] : [`n${i}`]));
      const log = await run(units, threads, fails);
      expect(log.started.length + log.skipped.length).toBe(units.length);
      expect(new Set(log.started).size).toBe(log.started.length);
      expect(log.most).toBeLessThanOrEqual(threads);
    }),
    { numRuns: 50 },
  );
});

test('a chain of 20,000 units needs no stack', async () => {
  const chain = Array.from({ length: 20_000 }, (_, i) =>
    i === 0 ? unit('n0') : unit(`n${i}`, `n${i - 1}`),
  );
  let performed = 0;
  const skipped: string[] = [];
  await schedule(orderOfUnits(chain), {
    threads: 4,
    perform: (id) => {
      performed++;
      return Promise.resolve(id !== 'n10000');
    },
    skip: (id) => skipped.push(id),
    stopped: () => false,
    abandon: () => expect.unreachable(),
  });
  expect([performed, skipped.length]).toEqual([10_001, 9_999]);
});

test('a row takes what is ready in its order, goes on with what becomes ready, and leaves what is not of it', async () => {
  // r1 → r3 → x → r4;  r2 beside them
  const units = [
    unit('r1'),
    unit('r2'),
    unit('r3', 'r1'),
    unit('x', 'r3'),
    unit('r4', 'x'),
    unit('y', 'r2'),
  ];
  const log: string[] = [];
  let rows = 0;
  await schedule(orderOfUnits(units), {
    threads: 1,
    inRow: (id) => id.startsWith('r'),
    performRow: async (row) => {
      const mine = ++rows;
      for (let id = row.next(); id !== undefined; id = row.next()) {
        log.push(`${mine}:${id}`);
        await Promise.resolve();
        row.ended(id, true);
      }
    },
    perform: async (id) => {
      log.push(id);
      return true;
    },
    skip: () => undefined,
    stopped: () => false,
    abandon: () => undefined,
  });
  expect(log).toEqual(['1:r1', '1:r2', '1:r3', 'y', 'x', '2:r4']);
});

test('what a row ends well or badly starts or skips what waits for it, on other workers meanwhile', async () => {
  const units = [unit('r1'), unit('r2'), unit('a', 'r1'), unit('b', 'r2')];
  const log: string[] = [];
  let free = (): void => undefined;
  const freed = new Promise<void>((resolve) => {
    free = resolve;
  });
  await schedule(orderOfUnits(units), {
    threads: 2,
    inRow: (id) => id.startsWith('r'),
    performRow: async (row) => {
      const [one, two] = [row.next(), row.next()];
      if (one !== undefined) row.ended(one, true);
      if (two === undefined) return;
      // the other worker works while this one waits
      await freed;
      row.ended(two, false);
    },
    perform: async (id) => {
      log.push(id);
      free();
      return true;
    },
    skip: (id, because) => log.push(`${id} because ${because}`),
    stopped: () => false,
    abandon: () => undefined,
  });
  expect(log).toEqual(['a', 'b because r2']);
});
