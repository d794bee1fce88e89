import { expect, test } from 'vitest';
import { decoded } from '../../../../src/adapters/postgres/decode.ts';

test.each([
  [1007, '{1,2,NULL}', '[1, 2, null]'],
  [1016, '{9007199254740993}', '[9007199254740993]'],
  [1007, '{{1,2},{3,4}}', '[[1, 2], [3, 4]]'],
  [1007, '[0:1]={1,2}', '[1, 2]'],
  [1007, '{}', '[]'],
  [1022, '{1,2.5,1e+300}', '[1.0, 2.5, 1e+300]'],
  [1231, '{7,NaN}', '[7.0, "NaN"]'],
  [1000, '{t,f,NULL}', '[true, false, null]'],
  [
    1009,
    String.raw`{a,"b \"c\" \\","NULL",NULL,"{x,y}",é}`,
    String.raw`["a", "b \"c\" \\", "NULL", null, "{x,y}", "\u00e9"]`,
  ],
  // of other elements: as the server writes it
  [2951, '{x,y}', '{x,y}'],
  [25, '{1,2}', '{1,2}'],
])('type %i: %s', (oid, text, json) => {
  expect(decoded(oid, text)).toBe(json);
});
