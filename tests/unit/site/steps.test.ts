import { expect, test } from 'vitest';
import { around, heightFor, opening } from '../../../src/site/app/graph/camera.ts';
import { shortened } from '../../../src/site/graph/export.ts';
import type { Picture, PictureEdge } from '../../../src/site/graph/picture.ts';
import { nextSpot } from '../../../src/site/graph/steps.ts';

const picture = (
  places: readonly (readonly [x: number, y: number])[],
  edges: readonly PictureEdge[] = [],
  fields?: readonly string[],
): Picture => ({
  nodes: places.map(([x, y], place) => ({
    place,
    id: `model.shop.m${place}`,
    name: `m${place}`,
    group: 'gold',
    status: 'none',
    x,
    y,
    ...(fields === undefined ? {} : { fields, height: 36 + 20 * fields.length }),
  })),
  edges,
  width: Math.max(...places.map(([x]) => x)) + 180,
  height: Math.max(...places.map(([, y]) => y)) + 36,
});

test('arrows follow edges to the sides, and the column up and down', () => {
  const shown = picture(
    [
      [0, 0],
      [0, 48],
      [260, 0],
      [260, 96],
      [520, 0],
    ],
    [
      [0, 3],
      [3, 4],
    ],
  );
  expect(nextSpot(shown, undefined, 'right')).toEqual({ node: 0 });
  expect(nextSpot(shown, { node: 0 }, 'right')).toEqual({ node: 3 });
  expect(nextSpot(shown, { node: 3 }, 'left')).toEqual({ node: 0 });
  expect(nextSpot(shown, { node: 0 }, 'down')).toEqual({ node: 1 });
  expect(nextSpot(shown, { node: 0 }, 'up')).toBeUndefined();
  // no edge leads on: the nearest of the next column
  expect(nextSpot(shown, { node: 1 }, 'right')).toEqual({ node: 2 });
  expect(nextSpot(shown, { node: 2 }, 'left')).toEqual({ node: 0 });
  expect(nextSpot(shown, { node: 4 }, 'right')).toBeUndefined();
  expect(nextSpot({ ...shown, nodes: [] }, undefined, 'right')).toBeUndefined();
});

test('between columns arrows go from row to row', () => {
  const shown = picture(
    [
      [0, 0],
      [260, 0],
    ],
    [[0, 1, { fromRow: 0, toRow: 1, how: 'copied' }]],
    ['a', 'b'],
  );
  expect(nextSpot(shown, { node: 0, row: 0 }, 'right')).toEqual({ node: 1, row: 1 });
  expect(nextSpot(shown, { node: 1, row: 1 }, 'left')).toEqual({ node: 0, row: 0 });
  expect(nextSpot(shown, { node: 0 }, 'down')).toEqual({ node: 0, row: 0 });
  expect(nextSpot(shown, { node: 0, row: 1 }, 'right')).toEqual({ node: 1 });
});

test('a picture is as high as it needs to be', () => {
  const two = picture([
    [0, 0],
    [260, 0],
  ]);
  expect(heightFor(two, 900, false)).toBe(140);
  // what would not be legible as a whole is shown larger, and needs the height of that
  const long = picture(Array.from({ length: 8 }, (_, i) => [i * 260, i * 60] as const));
  expect(heightFor(long, 400, false)).toBe(Math.ceil(long.height * 0.85) + 48);
  expect(heightFor(long, 1000, true)).toBe(Math.ceil(long.height * 0.85) + 48);
  expect(heightFor(long, 1000, false)).toBe(360);
});

test('what is seen first has names that can be read', () => {
  const long = picture(Array.from({ length: 8 }, (_, i) => [i * 260, 0] as const));
  // names beside small boxes
  expect(opening(long, { width: 736, height: 600 }, undefined).zoom).toBeCloseTo(0.331, 2);
  // on a phone: the beginning, and the rest by moving
  const phone = opening(long, { width: 362, height: 500 }, undefined);
  expect(phone.zoom).toBe(0.85);
  expect(phone.x).toBeLessThan(0);
  // a large project is seen as a whole
  const large = picture(Array.from({ length: 300 }, (_, i) => [i * 26, 0] as const));
  expect(opening(large, { width: 362, height: 500 }, undefined).zoom).toBeLessThan(0.1);
  const wide = { width: 1300, height: 600 };
  expect(opening(long, wide, { x: 0, y: 0 }).zoom).toBe(0.85);
  expect(opening(long, wide, { x: 0, y: 0 }, 0.5)).toEqual(opening(long, wide, undefined));
  expect(opening(long, { width: 736, height: 600 }, { x: 0, y: 0 })).toEqual(
    around(long, { width: 736, height: 600 }, { x: 0, y: 0 }),
  );
});

test('a long name keeps its beginning and its end', () => {
  expect(shortened('transaction_fact_v6_2018', 13)).toBe('transa…6_2018');
  expect(shortened('short', 13)).toBe('short');
});
