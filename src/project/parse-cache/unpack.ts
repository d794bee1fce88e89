// The lines of a packed manifest and the manifest that they are.
import type { NodeId } from '../../kernel/node-id.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { ModelNode } from '../../manifest/node.ts';

type Mutable = Record<string, unknown>;
type Nodes = Readonly<Record<NodeId, Mutable>>;

/** The parts of a node that are often the same as another node's. */
export const ALIKE = [
  'config',
  'unrendered_config',
  'columns',
  'docs',
  'contract',
  'meta',
] as const;

/** What a changed text makes of its node. */
export type NodePatch = Pick<ModelNode, 'raw_code' | 'checksum' | 'place'>;

/** Parts of the manifest that selecting and listing do not look at. */
export const LATER = ['macros', 'docs', 'disabled', 'stranded'] as const;
/** Collections whose nodes say when they were made. */
const DATED = ['nodes', 'exposures', 'semantics', 'unit_tests'] as const;

function unpackNodes(nodes: Nodes, alike: readonly unknown[]): Nodes {
  for (const id in nodes) {
    const node = nodes[id as NodeId];
    if (node === undefined) continue;
    for (const key of ALIKE)
      if (typeof node[key] === 'number') node[key] = alike[node[key] as number];
  }
  return nodes;
}

function dated(nodes: Nodes, seconds: number): Nodes {
  for (const id in nodes) {
    const node = nodes[id as NodeId];
    if (node !== undefined && 'created_at' in node) node['created_at'] = seconds;
  }
  return nodes;
}

/** The manifest of such lines, as if it had been made at that time. Throws where they are no such lines. */
export function unpackManifest(line: (index: number) => string, startedAt: Date): Manifest {
  const seconds = startedAt.getTime() / 1000;
  const { nodes, rest, alike } = JSON.parse(line(0)) as {
    readonly nodes: Nodes;
    readonly rest: Mutable;
    readonly alike: readonly unknown[];
  };
  const manifest: Mutable = { ...rest, nodes: unpackNodes(nodes, alike) };
  manifest['loaded_at'] = startedAt.getTime();
  for (const key of DATED) dated(manifest[key] as Nodes, seconds);
  LATER.forEach((key, i) => {
    let value: unknown;
    Object.defineProperty(manifest, key, {
      enumerable: true,
      get: () => {
        if (value !== undefined) return value;
        value = JSON.parse(line(i + 1));
        if (key === 'stranded') value = dated(unpackNodes(value as Nodes, alike), seconds);
        if (key === 'disabled')
          for (const nodes of Object.values(value as Readonly<Record<string, Nodes>>))
            dated(nodes, seconds);
        return value;
      },
    });
  });
  return manifest as unknown as Manifest;
}

/** Puts changed texts into the nodes of an unpacked manifest. */
export function patchNodes(manifest: Manifest, patches: Readonly<Record<NodeId, NodePatch>>): void {
  const nodes = manifest.nodes as Record<NodeId, Manifest['nodes'][NodeId]>;
  for (const [id, patch] of Object.entries(patches) as [NodeId, NodePatch][]) {
    const node = nodes[id];
    if (node !== undefined) nodes[id] = { ...node, ...patch };
  }
}
