// How high each node stands: near its neighbours, in the order of its column, with room between.
interface Block {
  readonly first: number;
  readonly count: number;
  readonly sum: number;
}
const PASSES = 6;

/** Tops of all nodes. Columns are settled from the left and from the right in turns, each as close to its neighbours as order allows. */
export function settle(
  {
    columns,
    up,
    down,
  }: {
    readonly columns: readonly (readonly number[])[];
    readonly up: readonly (readonly number[])[];
    readonly down: readonly (readonly number[])[];
  },
  heightOf: (node: number) => number,
): Float64Array {
  const tops = new Float64Array(up.length);
  for (const column of columns) {
    let top = 0;
    for (const node of column) {
      tops[node] = top;
      top += heightOf(node);
    }
  }
  for (let pass = 0; pass < PASSES; pass++) {
    const near = pass % 2 === 0 ? up : down;
    for (const column of pass % 2 === 0 ? columns : columns.toReversed())
      settleColumn(column, (node) => meanOf(near[node], tops) ?? tops[node] ?? 0, heightOf, tops);
  }
  return tops;
}

/** Isotonic regression: what would overlap forms a block that stands at the mean of what its members want. */
function settleColumn(
  column: readonly number[],
  wantedOf: (node: number) => number,
  heightOf: (node: number) => number,
  tops: Float64Array,
): void {
  const offsets: number[] = [];
  const blocks: Block[] = [];
  let offset = 0;
  for (const [place, node] of column.entries()) {
    offsets.push(offset);
    let block: Block = { first: place, count: 1, sum: wantedOf(node) - offset };
    offset += heightOf(node);
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      blocks.pop();
      block = { first: last.first, count: last.count + block.count, sum: last.sum + block.sum };
    }
    blocks.push(block);
  }
  for (const { first, count, sum } of blocks)
    for (let place = first; place < first + count; place++) {
      const node = column[place];
      if (node !== undefined) tops[node] = sum / count + (offsets[place] ?? 0);
    }
}

/** The mean of the values of some nodes; undefined without any. */
export function meanOf(
  nodes: readonly number[] | undefined,
  values: Float64Array,
): number | undefined {
  if (nodes === undefined || nodes.length === 0) return undefined;
  let sum = 0;
  for (const node of nodes) sum += values[node] ?? 0;
  return sum / nodes.length;
}
