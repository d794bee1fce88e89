import { afterAll, beforeAll, expect, test } from 'vitest';
import { race, type Races, races } from '../support/races.ts';

let on: Races;
beforeAll(async () => {
  on = await races();
});
afterAll(() => on.close());

test('20 runs of everything, of overlapping selections and of a snapshot: no error, no duplicate, nothing left', async () => {
  expect(await race(on, 20)).toEqual([]);
});
