import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { RefArgs, SourceNode } from '../manifest/node.ts';
import { RefIndex, SourceIndex } from './lookup.ts';
import type { Referable } from './lookup.ts';

/** Finds what refs and sources of templates mean. */
export interface Finder {
  /** The id that a ref means, or undefined. */
  ref(ref: RefArgs, nodePackage: string): NodeId | undefined;
  /** The source that a call means, or undefined. */
  source(source: string, table: string, nodePackage: string): SourceNode | undefined;
}

/** The finder of a manifest whose files are not read again. */
export function finderOf({ nodes, sources, project_name: root }: Manifest): Finder {
  const referable = Object.values(nodes).map((node): Referable => {
    const common = {
      type: node.resource_type,
      id: node.unique_id,
      name: node.name,
      group: node.group,
      packageName: node.package_name,
    };
    if (node.resource_type !== 'model') return common;
    const { access, version: v, latest_version: latest, unique_id: id } = node;
    if (v === null) return { ...common, access };
    // as the id writes it: 1.0 is not 1
    const text = id.slice(`model.${node.package_name}.${node.name}.v`.length);
    return { ...common, access, version: { v, text, latest: latest ?? v } };
  });
  const refs = new RefIndex(referable);
  const tables = new SourceIndex(Object.values(sources));
  return {
    ref: (ref, nodePackage) => refs.find(ref, nodePackage, root)?.id,
    source: (source, table, nodePackage) => tables.find(source, table, nodePackage, root),
  };
}
