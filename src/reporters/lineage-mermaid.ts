import { edgesOf, type LineageNode } from '../check/column-lineage.ts';
import { columnKey } from '../graph/columns.ts';

/** Mermaid's own quotes end a text; these do not. */
const quoted = (text: string): string => `"${text.replaceAll('"', '#quot;')}"`;

/** A flowchart of columns in their nodes: a whole arrow for values, a dotted one for what only decides about rows. */
export function lineageMermaid(nodes: readonly LineageNode[]): readonly string[] {
  const ids = new Map<string, string>();
  const lines = ['flowchart LR'];
  for (const [i, { id, name, columns, unknown }] of nodes.entries()) {
    if (columns.length === 0) {
      lines.push(`  n${i}[${quoted(unknown === undefined ? name : `${name} (not known)`)}]`);
      continue;
    }
    lines.push(`  subgraph n${i}[${quoted(name)}]`);
    for (const [j, column] of columns.entries()) {
      ids.set(columnKey({ node: id, column: column.name }), `n${i}_${j}`);
      const text = column.unknown === undefined ? column.name : `${column.name} (not known)`;
      lines.push(`    n${i}_${j}[${quoted(text)}]`);
    }
    lines.push('  end');
  }
  for (const { from, to, kind } of edgesOf(nodes)) {
    const [a, b] = [ids.get(columnKey(from)), ids.get(columnKey(to))];
    if (a !== undefined && b !== undefined)
      lines.push(`  ${a} ${kind === 'feeds' ? '-->' : '-.->'} ${b}`);
  }
  return lines;
}
