// A picture of nodes and edges, whatever draws it: the canvas, an SVG file, a list.
import { layeredLayout, NODE_HEIGHT, NODE_WIDTH } from './layered.ts';

export interface PictureNode {
  readonly place: number;
  readonly id: string;
  readonly name: string;
  /** what gives the colour: the layer, or the kind of node */
  readonly group: string;
  readonly status: string;
  readonly x: number;
  readonly y: number;
  /** columns below the name, for a picture of columns */
  readonly fields?: readonly string[];
  /** higher than others, for its rows */
  readonly height?: number;
}
/** Numbers of nodes in `nodes`; between columns it ends at their rows. */
export type PictureEdge = readonly [from: number, to: number, ends?: EdgeEnds];
export interface EdgeEnds {
  readonly fromRow: number;
  /** undefined where it ends at the node itself: what only decides about its rows */
  readonly toRow: number | undefined;
  readonly how: string;
}
export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
  readonly width: number;
  readonly height: number;
}
type Drawn = Omit<PictureNode, 'x' | 'y'> & {
  /** where it stands in the picture of the whole project */
  readonly x?: number | undefined;
  readonly y?: number | undefined;
};

const SWEEPS = 8;
export const ROW_HEIGHT = 20;

export const heightOf = ({ height = NODE_HEIGHT }: PictureNode): number => height;
/** The middle of a row, or of the name where there is no row. */
export const rowMiddle = ({ y }: PictureNode, row: number | undefined): number =>
  row === undefined ? y + NODE_HEIGHT / 2 : y + NODE_HEIGHT + (row + 0.5) * ROW_HEIGHT;
/** Where an edge begins and ends. */
export const endsOf = (a: PictureNode, b: PictureNode, ends: EdgeEnds | undefined) => ({
  x1: a.x + NODE_WIDTH,
  y1: rowMiddle(a, ends?.fromRow),
  x2: b.x,
  y2: rowMiddle(b, ends?.toRow),
});

/** Nodes with the edges among them; laid out anew unless they all keep the places that they have in the whole project. */
export function pictureOf(
  nodes: readonly Drawn[],
  childrenOf: (place: number) => readonly number[],
  { keepPlaces = false }: { readonly keepPlaces?: boolean } = {},
): Picture {
  const number = new Map(nodes.map(({ place }, i) => [place, i]));
  const edges = nodes.flatMap(({ place }, from) =>
    childrenOf(place).flatMap((child): readonly (readonly [number, number])[] => {
      const to = number.get(child);
      return to === undefined ? [] : [[from, to]];
    }),
  );
  const positions = keepPlaces
    ? nodes.map(({ x = 0, y = 0 }) => ({ x, y }))
    : layeredLayout(nodes.length, edges, { sweeps: SWEEPS }).positions;
  const most = (of: (at: { readonly x: number; readonly y: number }) => number): number =>
    positions.reduce((max, at) => Math.max(max, of(at)), 0);
  return {
    nodes: nodes.map((node, i) => ({ ...node, ...(positions[i] ?? { x: 0, y: 0 }) })),
    edges,
    width: most(({ x }) => x) + NODE_WIDTH,
    height: most(({ y }) => y) + NODE_HEIGHT,
  };
}

/** What can be reached from the starts by so many steps, the starts with it. */
export function reachable(
  starts: Iterable<number>,
  near: (place: number) => readonly number[],
  steps: number,
): ReadonlySet<number> {
  const found = new Set(starts);
  let edge = [...found];
  for (let step = 0; step < steps && edge.length > 0; step++) {
    const next: number[] = [];
    for (const place of edge)
      for (const other of near(place)) {
        if (found.has(other)) continue;
        found.add(other);
        next.push(other);
      }
    edge = next;
  }
  return found;
}
