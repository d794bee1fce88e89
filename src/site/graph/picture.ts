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
}
export interface Picture {
  readonly nodes: readonly PictureNode[];
  /** numbers of nodes in `nodes` */
  readonly edges: readonly (readonly [from: number, to: number])[];
  readonly width: number;
  readonly height: number;
}
type Drawn = Omit<PictureNode, 'x' | 'y'> & {
  /** where it stands in the picture of the whole project */
  readonly x?: number | undefined;
  readonly y?: number | undefined;
};

const SWEEPS = 8;

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
