// A query of the tree with the queries around it, and what its fields mean.
import { nodesOf, numberOf, textOf, type TreeNode } from './node-tree.ts';

/** One query inside others. */
export class Frame {
  readonly query: TreeNode;
  readonly outer: Frame | undefined;
  readonly #inner: Map<TreeNode, Frame> = new Map();

  constructor(query: TreeNode, outer: Frame | undefined) {
    this.query = query;
    this.outer = outer;
  }

  /** The frame of a query inside this one, always the same. */
  inner(query: TreeNode): Frame {
    const frame = this.#inner.get(query) ?? new Frame(query, this);
    this.#inner.set(query, frame);
    return frame;
  }

  /** The frame so many levels up. */
  up(levels: number): Frame | undefined {
    return levels <= 0 ? this : this.outer?.up(levels - 1);
  }

  /** An entry of the range table: what the query reads. */
  entry(index: number): TreeNode | undefined {
    return nodesOf(this.query.fields['rtable'])[index - 1];
  }

  /** What it gives, without what it only sorts or groups by. */
  get visible(): readonly TreeNode[] {
    return this.targets.filter((entry) => textOf(entry, 'resjunk') !== 'true');
  }

  get targets(): readonly TreeNode[] {
    return nodesOf(this.query.fields['targetList']);
  }

  /** The entries that a GROUP BY, DISTINCT, ORDER BY, PARTITION BY names. */
  named(clause: string, of: TreeNode = this.query): readonly TreeNode[] {
    return nodesOf(of.fields[clause]).flatMap((one) => {
      const ref = textOf(one, 'tleSortGroupRef');
      return this.targets.find((entry) => textOf(entry, 'ressortgroupref') === ref) ?? [];
    });
  }

  /** The common table expression that an entry of this frame reads, with the frame that it is written in. */
  cte(entry: TreeNode): Frame | undefined {
    const owner = this.up(numberOf(entry, 'ctelevelsup'));
    const name = textOf(entry, 'ctename');
    const cte = nodesOf(owner?.query.fields['cteList']).find(
      (one) => textOf(one, 'ctename') === name,
    );
    const query = nodesOf([cte?.fields['ctequery'] ?? null])[0];
    return owner === undefined || query === undefined ? undefined : owner.inner(query);
  }
}

/** Kinds of entries of the range table. */
export const ENTRY = {
  relation: '0',
  subquery: '1',
  join: '2',
  function: '3',
  tableFunction: '4',
  values: '5',
  cte: '6',
  result: '8',
  group: '9',
} as const;
