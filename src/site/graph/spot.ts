// A place in a picture: a node, or one of its columns.
import { NODE_HEIGHT, NODE_WIDTH } from './layered.ts';
import { heightOf, ROW_HEIGHT, type Picture, type PictureEdge } from './picture.ts';

export interface Spot {
  readonly node: number;
  readonly row?: number | undefined;
}

export const isSameSpot = (a: Spot | undefined, b: Spot | undefined): boolean =>
  a?.node === b?.node && a?.row === b?.row;

/** What lies under a point of the picture, the upper one of two. */
export function spotUnder({ nodes }: Picture, x: number, y: number): Spot | undefined {
  const at = nodes.findLastIndex(
    (node) =>
      x >= node.x && x <= node.x + NODE_WIDTH && y >= node.y && y <= node.y + heightOf(node),
  );
  const node = nodes[at];
  if (node === undefined) return undefined;
  const row = Math.floor((y - node.y - NODE_HEIGHT) / ROW_HEIGHT);
  return node.fields === undefined || row < 0 || row >= node.fields.length
    ? { node: at }
    : { node: at, row };
}

/** The edges that stand out with a spot: those of a node; of a column all that its values pass, from the first to the last. */
export function litEdges({ edges }: Picture, { node, row }: Spot): readonly PictureEdge[] {
  if (row === undefined) return edges.filter(([from, to]) => from === node || to === node);
  const [into, outOf] = [new Map<string, PictureEdge[]>(), new Map<string, PictureEdge[]>()];
  const put = (map: Map<string, PictureEdge[]>, key: string, edge: PictureEdge): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [edge]);
    else known.push(edge);
  };
  for (const edge of edges) {
    const [from, to, ends] = edge;
    put(outOf, `${from} ${ends?.fromRow}`, edge);
    put(into, `${to} ${ends?.toRow}`, edge);
  }
  const walked = (
    map: ReadonlyMap<string, readonly PictureEdge[]>,
    next: (edge: PictureEdge) => string,
  ): Iterable<PictureEdge> => {
    const found = new Set(map.get(`${node} ${row}`));
    // the set grows while it is walked
    for (const edge of found) for (const more of map.get(next(edge)) ?? []) found.add(more);
    return found;
  };
  return [
    ...walked(into, ([from, , ends]) => `${from} ${ends?.fromRow}`),
    // what only decides about rows leads into no column
    ...walked(outOf, ([, to, ends]) => (ends?.toRow === undefined ? '' : `${to} ${ends.toRow}`)),
  ];
}
