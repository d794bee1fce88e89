// The layout of a graph from left to right: columns by rank, few crossings, short edges. Made for graphs of models: it lays out
// thousands of nodes while a general library still sorts hundreds.
import { crossingsBetween } from './crossings.ts';
import { neighboursOf, ranksOf } from './ranks.ts';
import { meanOf, settle } from './settle.ts';

export interface LayoutOptions {
  /** how often the order within the columns is improved; 8 for a picture that is made while somebody waits */
  readonly sweeps?: number;
  /** by place, where nodes are not as high as NODE_HEIGHT */
  readonly heights?: readonly number[] | undefined;
}
export interface Layout {
  /** by place, in pixels of a picture at full size: the upper left corner of each node */
  readonly positions: readonly { readonly x: number; readonly y: number }[];
  readonly crossings: number;
}

export const NODE_WIDTH = 180;
export const NODE_HEIGHT = 36;
export const COLUMN_GAP = 80;
const ROW_GAP = 12;
/** Room for an edge that passes a column. */
const PASSING = 10;

/** Nodes of the columns, and what stands for a long edge in each column that it passes. */
interface Columns {
  readonly columns: readonly number[][];
  readonly up: readonly number[][];
  readonly down: readonly number[][];
}

/** Places `count` nodes. Edges lead from left to right; the result depends on the order of nodes and edges only. */
export function layeredLayout(
  count: number,
  edges: readonly (readonly [from: number, to: number])[],
  { sweeps = 24, heights }: LayoutOptions = {},
): Layout {
  const neighbours = neighboursOf(count, edges);
  const ranks = ranksOf(neighbours);
  const graph = withPassing(neighbours.down, ranks);
  const crossings = sortColumns(graph, sweeps);
  const heightOf = (node: number): number =>
    node < count ? (heights?.[node] ?? NODE_HEIGHT) + ROW_GAP : PASSING;
  const tops = settle(graph, heightOf);
  const least = count === 0 ? 0 : tops.subarray(0, count).reduce((a, b) => Math.min(a, b));
  return {
    positions: Array.from({ length: count }, (_, node) => ({
      x: (ranks[node] ?? 0) * (NODE_WIDTH + COLUMN_GAP),
      y: (tops[node] ?? 0) - least,
    })),
    crossings,
  };
}

function withPassing(edges: readonly (readonly number[])[], ranks: Int32Array): Columns {
  const columns: number[][] = [];
  const up: number[][] = edges.map(() => []);
  const down: number[][] = edges.map(() => []);
  const stand = (node: number, rank: number): void => {
    while (columns.length <= rank) columns.push([]);
    columns[rank]?.push(node);
  };
  const link = (from: number, to: number): void => {
    down[from]?.push(to);
    up[to]?.push(from);
  };
  for (const [node, rank] of ranks.entries()) stand(node, rank);
  for (const [from, targets] of edges.entries())
    for (const to of targets) {
      let last = from;
      for (let rank = (ranks[from] ?? 0) + 1; rank < (ranks[to] ?? 0); rank++) {
        const passing = up.length;
        up.push([]);
        down.push([]);
        stand(passing, rank);
        link(last, passing);
        last = passing;
      }
      // edges of a circle lead nowhere
      if ((ranks[from] ?? 0) < (ranks[to] ?? 0)) link(last, to);
    }
  return { columns, up, down };
}

/** Orders every column by the mean place of its neighbours, from both sides in turns; keeps the best order. Tells its crossings. */
function sortColumns({ columns, up, down }: Columns, sweeps: number): number {
  const places = new Float64Array(up.length);
  const number = (column: readonly number[]): void => {
    for (const [place, node] of column.entries()) places[node] = place;
  };
  columns.forEach(number);
  let best = places.slice();
  let fewest = countCrossings(columns, up, places);
  const weights = new Float64Array(up.length);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const near = sweep % 2 === 0 ? up : down;
    for (const column of sweep % 2 === 0 ? columns : columns.toReversed()) {
      for (const node of column) weights[node] = meanOf(near[node], places) ?? places[node] ?? 0;
      column.sort((a, b) => (weights[a] ?? 0) - (weights[b] ?? 0));
      number(column);
    }
    const crossings = countCrossings(columns, up, places);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = places.slice();
  }
  for (const column of columns) column.sort((a, b) => (best[a] ?? 0) - (best[b] ?? 0));
  return fewest;
}

const countCrossings = (
  columns: readonly (readonly number[])[],
  up: readonly (readonly number[])[],
  places: Float64Array,
): number =>
  columns.reduce(
    (sum, column) =>
      sum +
      crossingsBetween(
        column.flatMap((node) =>
          (up[node] ?? []).map((above) => [places[above] ?? 0, places[node] ?? 0] as const),
        ),
        column.length,
      ),
    0,
  );
