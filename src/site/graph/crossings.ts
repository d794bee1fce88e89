/** A place in a Fenwick tree and its neighbours: how many entries are at most this. */
function countUpTo(tree: Int32Array, place: number): number {
  let count = 0;
  for (let i = place + 1; i > 0; i -= i & -i) count += tree[i] ?? 0;
  return count;
}
function add(tree: Int32Array, place: number): void {
  for (let i = place + 1; i < tree.length; i += i & -i) tree[i] = (tree[i] ?? 0) + 1;
}

/**
 * How many pairs of edges cross between two neighbouring layers: the inversions of the lower ends, edges taken by their upper ends.
 * `pairs`: place of the upper end and of the lower end; `width`: nodes in the lower layer.
 */
export function crossingsBetween(
  pairs: readonly (readonly [upper: number, lower: number])[],
  width: number,
): number {
  const tree = new Int32Array(width + 1);
  let crossings = 0;
  let before = 0;
  for (const [, lower] of pairs.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    crossings += before - countUpTo(tree, lower);
    before += 1;
    add(tree, lower);
  }
  return crossings;
}
