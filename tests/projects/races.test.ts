// Runs of one project at the same time, from several processes. With twenty of them: npm run test:faults.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { race, type Races, races } from '../support/races.ts';

let on: Races;
beforeAll(async () => {
  on = await races();
});
afterAll(() => on.close());

test('6 runs of everything, of overlapping selections and of a snapshot: no error, no duplicate, nothing left', async () => {
  expect(await race(on, 6)).toEqual([]);
});
