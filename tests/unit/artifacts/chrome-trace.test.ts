import { expect, test } from 'vitest';
import { chromeTrace } from '../../../src/artifacts/chrome-trace.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import type { NodeTimes } from '../../../src/kernel/timeline.ts';

const node = (name: string, thread: string, from: number, until: number): NodeTimes => ({
  id: nodeId(`model.shop.${name}`),
  thread,
  from,
  until,
  parts: { wait: 0, render: 0.5, plan: 0, engine: until - from - 0.5 },
});

const traceOf = (nodes: readonly NodeTimes[]) =>
  chromeTrace({ phases: [], nodes, total: 100, busy: 40 }, { version: '1' }).traceEvents;

/** line → the nodes on it */
function linesOf(nodes: readonly NodeTimes[]): Readonly<Record<string, readonly string[]>> {
  const events = traceOf(nodes);
  const lines = events.filter(({ name }) => name === 'thread_name').slice(1);
  return Object.fromEntries(
    lines.map(({ tid, args }) => [
      String(args?.['name'] as string),
      events.filter((e) => e.ph === 'X' && e.tid === tid).map(({ name }) => name.slice(11)),
    ]),
  );
}

test('times are microseconds, and the parts of a node are told with it', () => {
  expect(traceOf([node('a', 'Thread-1', 1.25, 4)])).toContainEqual({
    ph: 'X',
    pid: 1,
    tid: 1,
    name: 'model.shop.a',
    cat: 'node',
    ts: 1250,
    dur: 2750,
    args: { wait_ms: 0, render_ms: 0.5, plan_ms: 0, engine_ms: 2.25 },
  });
});

test('phases lie on the line of etl', () => {
  const phases = [{ name: 'connect', depth: 0, from: 2, until: 3, busy: 0.25 }];
  const { traceEvents, otherData } = chromeTrace(
    { phases, nodes: [], total: 5, busy: 1 },
    { version: '1' },
  );
  expect(otherData).toEqual({ version: '1' });
  expect(traceEvents.at(-1)).toMatchObject({
    name: 'connect',
    tid: 0,
    ts: 2000,
    dur: 1000,
    args: { busy_ms: 0.25 },
  });
});

test('what lies in another node stays on its line; what only overlaps gets another', () => {
  expect(
    linesOf([
      node('tested', 'Thread-1', 0, 10),
      node('its_test', 'Thread-1', 2, 5),
      node('its_other_test', 'Thread-1', 5, 10),
      node('next', 'Thread-1', 10, 20),
      node('sent_ahead', 'Thread-1', 15, 25),
      node('after', 'Thread-1', 25, 26),
      node('elsewhere', 'Thread-10', 0, 10),
      node('beside', 'Thread-2', 0, 10),
    ]),
  ).toEqual({
    'Thread-1': ['tested', 'its_test', 'its_other_test', 'next', 'after'],
    'Thread-1 (2)': ['sent_ahead'],
    'Thread-2': ['beside'],
    'Thread-10': ['elsewhere'],
  });
});
