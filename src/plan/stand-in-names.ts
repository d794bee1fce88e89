import type { NodeId } from '../kernel/node-id.ts';
import type { GraphNode } from '../manifest/node.ts';

/** Gives each input a name of its own for its CTE: plain, and as dbt writes it wherever two inputs do not share it. */
export function standInNames(nodes: readonly GraphNode[]): ReadonlyMap<NodeId, string> {
  const names = new Map<NodeId, string>();
  const taken = new Set<string>();
  for (const node of nodes) {
    const own = node.resource_type === 'source' ? `${node.source_name}__${node.name}` : node.name;
    const plain = `__dbt__cte__${own.replaceAll(/\W/g, '_')}`;
    let name = plain;
    // names are written without quotes, so their case does not tell them apart
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain}_${n}`;
    taken.add(name.toLowerCase());
    names.set(node.unique_id, name);
  }
  return names;
}
