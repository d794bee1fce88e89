// The way of values from column to column, as boxes of columns and edges between them.
import type { ColumnDetail, ColumnLink, NodeDetail } from '../data/format.ts';
import { layeredLayout, NODE_HEIGHT, NODE_WIDTH } from './layered.ts';
import { ROW_HEIGHT, type Picture, type PictureEdge } from './picture.ts';

export interface TraceWanted {
  readonly node: number;
  /** all columns of the node without one */
  readonly column?: string | undefined;
  readonly up: number;
  readonly down: number;
  /** edges too that only decide which rows there are */
  readonly rows: boolean;
}
/** A model or another relation with the columns that the trace passes. */
export interface TraceBox {
  /** undefined for a relation that has no page */
  readonly node: number | undefined;
  readonly relation: string;
  readonly columns: readonly string[];
}
export interface TraceEdge {
  readonly from: number;
  readonly fromColumn: string;
  readonly to: number;
  /** undefined where it only decides about rows */
  readonly toColumn: string | undefined;
  readonly how: string;
}
export interface Trace {
  readonly boxes: readonly TraceBox[];
  /** `from` and `to` are numbers of boxes */
  readonly edges: readonly TraceEdge[];
  /** the trace went on, and was ended here */
  readonly isCut: boolean;
}

/** More columns than this nobody looks at. */
const MOST = 3000;

const low = (name: string): string => name.toLowerCase();

interface GrowingBox {
  readonly number: number;
  readonly node: number | undefined;
  readonly relation: string;
  /** by the names in small letters */
  readonly columns: Map<string, string>;
}

/**
 * Follows a column, or all columns of a node, so many steps to what they come from and to what comes of them.
 * `detailOf` loads what is known of a node.
 */
export async function traceColumns(
  wanted: TraceWanted,
  detailOf: (node: number) => Promise<NodeDetail>,
): Promise<Trace> {
  const boxes = new Map<string, GrowingBox>();
  const edges = new Map<string, TraceEdge>();
  const details = new Map<number, NodeDetail>();
  let seen = 0;
  let isCut = false;
  const boxOf = ({ node, relation = '?' }: Pick<ColumnLink, 'node' | 'relation'>): GrowingBox => {
    const key = node === undefined ? `r${relation}` : `n${node}`;
    const box = boxes.get(key) ?? { number: boxes.size, node, relation, columns: new Map() };
    boxes.set(key, box);
    return box;
  };
  const row = (box: GrowingBox, column: string): boolean => {
    if (box.columns.has(low(column))) return false;
    box.columns.set(low(column), column);
    seen++;
    return true;
  };
  const connect = (edge: TraceEdge): void => {
    if (edge.from === edge.to) return;
    const { from, fromColumn, to, toColumn } = edge;
    edges.set(
      JSON.stringify([from, low(fromColumn), to, toColumn === undefined ? null : low(toColumn)]),
      edge,
    );
  };
  const load = async (nodes: Iterable<number>): Promise<void> => {
    const missing = [...new Set(nodes)].filter((node) => !details.has(node));
    await Promise.all(missing.map(async (node) => details.set(node, await detailOf(node))));
  };
  const known = (node: number, column: string): ColumnDetail | undefined =>
    details.get(node)?.columns?.find(({ name }) => low(name) === low(column));

  await load([wanted.node]);
  const start = boxOf({ node: wanted.node });
  const all = details.get(wanted.node)?.columns ?? [];
  const starts = wanted.column === undefined ? all.map(({ name }) => name) : [wanted.column];
  for (const name of starts) row(start, known(wanted.node, name)?.name ?? name);

  const walk = async (way: 'from' | 'into', steps: number): Promise<void> => {
    let edge: readonly { readonly node: number; readonly column: string }[] = starts.map(
      (column) => ({ node: wanted.node, column }),
    );
    for (let step = 0; step < steps && edge.length > 0; step++) {
      const next: { readonly node: number; readonly column: string }[] = [];
      await load(edge.map(({ node }) => node));
      for (const { node, column } of edge) {
        const here = boxOf({ node });
        for (const link of known(node, column)?.[way] ?? []) {
          if (seen >= MOST) {
            isCut = true;
            return;
          }
          const there = boxOf(link);
          const isNew = row(there, link.column);
          connect(
            way === 'from'
              ? {
                  from: there.number,
                  fromColumn: link.column,
                  to: here.number,
                  toColumn: column,
                  how: link.how,
                }
              : {
                  from: here.number,
                  fromColumn: column,
                  to: there.number,
                  toColumn: link.column,
                  how: link.how,
                },
          );
          if (isNew && link.node !== undefined) next.push({ node: link.node, column: link.column });
        }
      }
      edge = next;
    }
  };
  await walk('from', wanted.up);
  await walk('into', wanted.down);
  if (wanted.rows) {
    const nodes = [...boxes.values()].flatMap(({ node }) => (node === undefined ? [] : [node]));
    await load(nodes);
    if (wanted.up > 0)
      for (const link of details.get(wanted.node)?.decidedBy ?? []) {
        const there = boxOf(link);
        row(there, link.column);
        connect({
          from: there.number,
          fromColumn: link.column,
          to: start.number,
          toColumn: undefined,
          how: link.how,
        });
      }
    if (wanted.down > 0)
      for (const column of starts)
        for (const node of known(wanted.node, column)?.decides ?? []) {
          await load([node]);
          const how = details
            .get(node)
            ?.decidedBy?.find((one) => one.node === wanted.node && low(one.column) === low(column));
          connect({
            from: start.number,
            fromColumn: column,
            to: boxOf({ node }).number,
            toColumn: undefined,
            how: how?.how ?? '',
          });
        }
  }
  return {
    boxes: [...boxes.values()].map(({ node, relation, columns }) => ({
      node,
      relation,
      columns: inOrder([...columns.values()], node === undefined ? undefined : details.get(node)),
    })),
    edges: [...edges.values()],
    isCut,
  };
}

/** As the model has them; what it does not tell of, last. */
function inOrder(names: readonly string[], detail: NodeDetail | undefined): readonly string[] {
  const order = new Map((detail?.columns ?? []).map(({ name }, place) => [low(name), place]));
  const placeOf = (name: string): number => order.get(low(name)) ?? Infinity;
  return names.toSorted((a, b) => {
    const [x, y] = [placeOf(a), placeOf(b)];
    return x === y ? 0 : x - y;
  });
}

/** What a box is called, and how it looks. */
export interface BoxLook {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly status: string;
}

/** The trace as a picture: what is read on the left of what reads it. */
export function tracePicture(trace: Trace, lookOf: (box: TraceBox) => BoxLook): Picture {
  const heights = trace.boxes.map(({ columns }) =>
    columns.length === 0 ? NODE_HEIGHT : NODE_HEIGHT + columns.length * ROW_HEIGHT + 4,
  );
  const { positions } = layeredLayout(
    trace.boxes.length,
    trace.edges.map(({ from, to }) => [from, to] as const),
    { sweeps: 8, heights },
  );
  const rows = trace.boxes.map(
    ({ columns }) => new Map(columns.map((name, row) => [low(name), row])),
  );
  const nodes = trace.boxes.map((box, i) => ({
    place: box.node ?? -1,
    ...lookOf(box),
    fields: box.columns,
    height: heights[i] ?? NODE_HEIGHT,
    ...(positions[i] ?? { x: 0, y: 0 }),
  }));
  return {
    nodes,
    edges: trace.edges.map(({ from, fromColumn, to, toColumn, how }): PictureEdge => [
      from,
      to,
      {
        fromRow: rows[from]?.get(low(fromColumn)) ?? 0,
        toRow: toColumn === undefined ? undefined : rows[to]?.get(low(toColumn)),
        how,
      },
    ]),
    width: nodes.reduce((most, { x }) => Math.max(most, x), 0) + NODE_WIDTH,
    height: nodes.reduce((most, { y, height }) => Math.max(most, y + height), NODE_HEIGHT),
  };
}
