import { expect, test } from 'vitest';
import { DERIVED, current, derive } from '../../../scripts/derive-sync.mjs';

test.each(DERIVED)(
  'direct/%s is what scripts/derive-sync.mjs makes of its asking twin',
  async (name) => {
    expect(current(name)).toBe(await derive(name));
  },
);
