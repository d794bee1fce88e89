/** One node of a picture: its words, and those it stands below. */
export interface TreeItem {
  readonly id: string;
  readonly text: string;
  /** ids of other items; `isFar` when something that is not shown stands in between */
  readonly parents: readonly { readonly id: string; readonly isFar: boolean }[];
}

/**
 * A graph as a tree of lines. Who has several parents is shown whole below the first of them and by name below the others, so that
 * there are as many lines as edges and beginnings. Nothing recurses: a chain may be of any length.
 */
export function treeLines(
  items: readonly TreeItem[],
  dim: (text: string) => string = (text) => text,
): readonly string[] {
  const below = new Map<string, { readonly item: TreeItem; readonly isFar: boolean }[]>();
  for (const item of items)
    for (const { id, isFar } of item.parents) {
      const list = below.get(id) ?? [];
      list.push({ item, isFar });
      below.set(id, list);
    }
  const lines: string[] = [];
  const shown = new Set<string>();
  interface Step {
    readonly item: TreeItem;
    readonly before: string;
    readonly branch: string;
  }
  const steps: Step[] = items
    .filter(({ parents }) => parents.length === 0)
    .toReversed()
    .map((item) => ({ item, before: '', branch: '' }));
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const { item, before, branch } = step;
    const children = below.get(item.id) ?? [];
    const again = shown.has(item.id) && children.length > 0;
    lines.push(`${dim(before + branch)}${item.text}${again ? dim(' (see above)') : ''}`);
    if (shown.has(item.id)) continue;
    shown.add(item.id);
    const deeper = branch === '' ? before : `${before}${branch.startsWith('└') ? '   ' : '│  '}`;
    for (const [i, child] of children.toReversed().entries())
      steps.push({
        item: child.item,
        before: deeper,
        branch: `${i === 0 ? '└' : '├'}${child.isFar ? '┄' : '─'} `,
      });
  }
  return lines;
}
