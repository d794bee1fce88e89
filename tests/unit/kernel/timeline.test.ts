import { expect, test } from 'vitest';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { during, timedWork, Timeline } from '../../../src/kernel/timeline.ts';

/** A clock that is set by hand. */
const handClock = () => {
  const clock = { at: 0, work: 0, now: () => clock.at, busy: () => clock.work };
  return clock;
};
const [a, b] = [nodeId('model.shop.a'), nodeId('test.shop.b')];

test('phases stand in the order in which they begin, with their depth and the time that was work', async () => {
  const clock = handClock();
  clock.at = clock.work = 5;
  const timeline = new Timeline(clock, 'start');
  await timeline.during('outer', async () => {
    clock.at = 10;
    timeline.while('inner', () => (clock.at = clock.work = 12));
    await Promise.resolve();
    clock.at = 30;
  });
  expect(timeline.times).toEqual({
    phases: [
      { name: 'start', depth: 0, from: 0, until: 5, busy: 5 },
      { name: 'outer', depth: 0, from: 5, until: 30, busy: 7 },
      { name: 'inner', depth: 1, from: 10, until: 12, busy: 7 },
    ],
    nodes: [],
    total: 30,
    busy: 12,
  });
});

test('a phase that throws has its time, and the one after it the right depth', async () => {
  const clock = handClock();
  const timeline = new Timeline(clock, 'start');
  const failing = timeline.during('failing', () => {
    clock.at = 3;
    return Promise.reject(new Error('no'));
  });
  await expect(failing).rejects.toThrow('no');
  timeline.while('next', () => (clock.at = 4));
  expect(timeline.times.phases.slice(1)).toMatchObject([
    { name: 'failing', depth: 0, from: 0, until: 3 },
    { name: 'next', depth: 0, from: 3, until: 4 },
  ]);
});

test('the parts of a node add up; a node that begins again keeps its beginning', () => {
  const clock = handClock();
  const timeline = new Timeline(clock, 'start');
  timeline.began(a);
  timeline.add(a, 'engine', 2);
  clock.at = 4;
  timeline.began(b, a);
  timeline.began(b);
  timeline.add(a, 'engine', 3);
  clock.at = 9;
  timeline.ended(b, 'Thread-1');
  timeline.ended(a, 'Thread-1');
  timeline.ended(nodeId('model.shop.skipped'), 'main');
  const none = { wait: 0, render: 0, plan: 0, engine: 0 };
  expect(timeline.times.nodes).toEqual([
    { id: b, thread: 'Thread-1', from: 4, until: 9, parts: none, inside: a },
    { id: a, thread: 'Thread-1', from: 0, until: 9, parts: { ...none, engine: 5 } },
  ]);
});

test('without a timeline work is just done', async () => {
  expect(await during(undefined, 'x', () => Promise.resolve(1))).toBe(1);
  expect(timedWork(undefined, 'x', () => 2)).toBe(2);
});
