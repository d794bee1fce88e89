// A manifest as lines of JSON and back. What many nodes have alike is written once; what few commands look at is read when it is
// asked for.
import type { NodeId } from '../../kernel/node-id.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { requirePlain } from './plain.ts';

type Mutable = Record<string, unknown>;
type Nodes = Readonly<Record<NodeId, Mutable>>;

/** The parts of a node that are often the same as another node's. */
const ALIKE = ['config', 'unrendered_config', 'columns', 'docs', 'contract', 'meta'] as const;

/** Parts of the manifest that selecting and listing do not look at. */
const LATER = ['macros', 'docs', 'disabled', 'stranded'] as const;
/** Collections whose nodes say when they were made. */
const DATED = ['nodes', 'exposures', 'semantics', 'unit_tests', 'stranded'] as const;

class Alike {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();

  /** The place of a value among those that are written once. */
  place(value: unknown): number {
    const text = JSON.stringify(value);
    let place = this.#places.get(text);
    if (place === undefined) {
      this.#places.set(text, (place = this.texts.length));
      this.texts.push(text);
    }
    return place;
  }
}

function packedNodes(nodes: Readonly<Record<NodeId, object>>, alike: Alike): string {
  const parts: string[] = [];
  for (const [id, node] of Object.entries(nodes)) {
    const packed: Mutable = { ...node };
    if ('created_at' in packed) packed['created_at'] = 0;
    for (const key of ALIKE) if (key in packed) packed[key] = alike.place(packed[key]);
    parts.push(`${JSON.stringify(id)}:${JSON.stringify(packed)}`);
  }
  return `{${parts.join(',')}}`;
}

/** The manifest as lines: first what every command needs, then each of the rest. Throws NotKept where it cannot be kept. */
export function packManifest(manifest: Manifest): readonly string[] {
  requirePlain(manifest);
  const alike = new Alike();
  const { nodes, stranded, macros, docs, disabled, ...rest } = manifest;
  const core = `{"nodes":${packedNodes(nodes, alike)},"rest":${JSON.stringify({ ...rest, loaded_at: 0 })}`;
  const later = { macros, docs, disabled, stranded: packedNodes(stranded, alike) };
  return [
    `${core},"alike":[${alike.texts.join(',')}]}`,
    ...LATER.map((key) => (key === 'stranded' ? later.stranded : JSON.stringify(later[key]))),
  ];
}

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
  for (const key of DATED) if (key !== 'stranded') dated(manifest[key] as Nodes, seconds);
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
