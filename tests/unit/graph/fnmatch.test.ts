import { expect, test } from 'vitest';
import { fnmatch, globMatch } from '../../../src/graph/select/fnmatch.ts';

test.each([
  ['gold_*', 'gold_margin', true],
  ['gold_*', 'old_gold_margin', false],
  ['*', '', true],
  ['m?', 'm1', true],
  ['m?', 'm12', false],
  ['m[12]', 'm2', true],
  ['m[!12]', 'm2', false],
  ['m[!12]', 'm3', true],
  ['m[a-c]', 'mb', true],
  ['m[', 'm[', true],
  ['m[]]', 'm]', true],
  ['m[z-a]', 'mb', false],
  ['a.b', 'axb', false],
  ['(a|b)+$', '(a|b)+$', true],
  ['Gold', 'gold', false],
  ['a*b', 'a/x\nb', true],
])('%s on %j: %s', (pattern, text, expected) => {
  expect(fnmatch(pattern)(text)).toBe(expected);
});

test.each([
  ['models/*.sql', 'models/a.sql', true],
  ['models/*.sql', 'models/gold/a.sql', false],
  ['models/**/*.sql', 'models/gold/x/a.sql', true],
  ['models/**/*.sql', 'models/a.sql', true],
  ['models/**', 'models/gold/a.sql', true],
  ['**/gold', 'models/gold', true],
  ['models/g?ld', 'models/gold', true],
  ['models/g?ld', 'models/g/ld', false],
])('path %s on %s: %s', (pattern, path, expected) => {
  expect(globMatch(pattern)(path)).toBe(expected);
});
