import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GatheredWrites } from '../../../src/cli/gathered-writes.ts';

const writing = (wantsTick?: boolean) => {
  const written: string[] = [];
  return { written, gathered: new GatheredWrites((text) => void written.push(text), wantsTick) };
};

test('what may wait is written in one piece, a moment later', async () => {
  const { written, gathered } = writing();
  gathered.add('a', true);
  gathered.add('b', true);
  await Promise.resolve();
  expect(written).toEqual([]);
  await wait(50);
  expect(written).toEqual(['ab']);
});

test('what may not wait is written at once, and brings along what waited, in order', () => {
  const { written, gathered } = writing();
  gathered.add('a', true);
  gathered.add('b');
  gathered.add('c');
  expect(written).toEqual(['ab', 'c']);
});

test('for a file, what may not wait is written when the moment is over', async () => {
  const { written, gathered } = writing(true);
  gathered.add('a');
  gathered.add('b', true);
  expect(written).toEqual([]);
  await new Promise<void>((done) => setImmediate(done));
  expect(written).toEqual(['ab']);
  gathered.flush();
  expect(written).toHaveLength(1);
});

test('what is seen stands in the file already: a process that is killed then has lost nothing that it told', () => {
  const order: string[] = [];
  const file = new GatheredWrites((text) => void order.push(`file ${text}`), true);
  const screen = new GatheredWrites((text) => void order.push(`screen ${text}`));
  for (const [text, mayWait] of [
    ['a', true],
    ['b', false],
  ] as const) {
    file.add(text, mayWait);
    screen.add(text, mayWait);
  }
  expect(order).toEqual(['file ab', 'screen ab']);
});
