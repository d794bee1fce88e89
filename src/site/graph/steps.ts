// From one spot of a picture to the next one, for readers who have no mouse.
import { rowMiddle, type Picture, type PictureNode } from './picture.ts';
import type { Spot } from './spot.ts';

export type Way = 'left' | 'right' | 'up' | 'down';

/**
 * Where an arrow leads to: up and down through the nodes of a column and through their rows, left and right along an edge, or to the
 * nearest column where there is none. Without a spot, the first node. Undefined where the picture ends.
 */
export function nextSpot(picture: Picture, from: Spot | undefined, way: Way): Spot | undefined {
  const here = picture.nodes[from?.node ?? -1];
  if (from === undefined || here === undefined) return firstSpot(picture);
  return way === 'up' || way === 'down'
    ? within(picture, from, here, way)
    : (along(picture, from, here, way) ?? across(picture, from, here, way));
}

function firstSpot({ nodes }: Picture): Spot | undefined {
  const order = [...nodes.keys()].sort(
    (a, b) => xOf(nodes[a]) - xOf(nodes[b]) || yOf(nodes[a]) - yOf(nodes[b]),
  );
  return order[0] === undefined ? undefined : { node: order[0] };
}

const xOf = (node: PictureNode | undefined): number => node?.x ?? 0;
const yOf = (node: PictureNode | undefined): number => node?.y ?? 0;

function within(
  { nodes }: Picture,
  from: Spot,
  here: PictureNode,
  way: 'up' | 'down',
): Spot | undefined {
  const column = [...nodes.entries()]
    .filter(([, { x }]) => x === here.x)
    .sort(([, a], [, b]) => a.y - b.y)
    .flatMap(([node, { fields = [] }]): readonly Spot[] => [
      { node },
      ...fields.map((_, row) => ({ node, row })),
    ]);
  const at = column.findIndex(({ node, row }) => node === from.node && row === from.row);
  return column[at + (way === 'up' ? -1 : 1)];
}

function along(
  { nodes, edges }: Picture,
  from: Spot,
  here: PictureNode,
  way: 'left' | 'right',
): Spot | undefined {
  const ends = edges.flatMap(([a, b, rows]): readonly Spot[] => {
    const [near, far] = way === 'right' ? [a, b] : [b, a];
    const [nearRow, farRow] =
      way === 'right' ? [rows?.fromRow, rows?.toRow] : [rows?.toRow, rows?.fromRow];
    const isOf = near === from.node && (from.row === undefined || nearRow === from.row);
    return isOf ? [farRow === undefined ? { node: far } : { node: far, row: farRow }] : [];
  });
  return nearest(nodes, ends, rowMiddle(here, from.row));
}

function across(
  { nodes }: Picture,
  from: Spot,
  here: PictureNode,
  way: 'left' | 'right',
): Spot | undefined {
  const beyond = (x: number): boolean => (way === 'right' ? x > here.x : x < here.x);
  const columns = nodes.map(({ x }) => x).filter(beyond);
  if (columns.length === 0) return undefined;
  const next = columns.reduce((a, b) => (way === 'right' ? Math.min(a, b) : Math.max(a, b)));
  const spots = [...nodes.entries()].flatMap(([node, { x }]) => (x === next ? [{ node }] : []));
  return nearest(nodes, spots, rowMiddle(here, from.row));
}

function nearest(
  nodes: readonly PictureNode[],
  spots: readonly Spot[],
  y: number,
): Spot | undefined {
  const far = (spot: Spot): number => {
    const node = nodes[spot.node];
    return node === undefined ? Infinity : Math.abs(rowMiddle(node, spot.row) - y);
  };
  return spots.reduce<Spot | undefined>(
    (best, spot) => (best === undefined || far(spot) < far(best) ? spot : best),
    undefined,
  );
}
