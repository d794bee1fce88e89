import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compiledPath as compiledPathOf } from '../artifacts/compiled.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { findNode, type Manifest } from '../manifest/manifest.ts';
import { versionedName } from '../manifest/unit-test.ts';
import type { GraphNode } from '../manifest/node.ts';
import { isSemantic } from '../manifest/node.ts';
import type { NodeFacts } from '../reporters/reporter.ts';
import type { OpenProject } from './open-project.ts';

/** Makes the function by which reporters learn what a node is; each of them asks with each event. */
export function describer(
  project: Pick<OpenProject, 'manifest' | 'dir' | 'targetDir'>,
): (id: NodeId) => NodeFacts {
  const known = new Map<NodeId, NodeFacts>();
  const describe = described(project);
  return (id) => {
    let facts = known.get(id);
    if (facts === undefined) known.set(id, (facts = describe(id)));
    return facts;
  };
}

const described =
  ({ manifest, dir, targetDir }: Pick<OpenProject, 'manifest' | 'dir' | 'targetDir'>) =>
  (id: NodeId): NodeFacts => {
    const node = findNode(manifest, id);
    if (node === undefined)
      return { resourceType: '', materialized: '', label: id, name: id, path: '' };
    const common = {
      resourceType: node.resource_type,
      name: node.name,
      path: node.original_file_path,
      nodePath: node.path,
      ...groupOf(manifest, node),
    };
    if (node.resource_type === 'source' || node.resource_type === 'exposure' || isSemantic(node))
      return { ...common, materialized: node.resource_type, label: labelOf(node) };
    // looked for only by who tells of it: a failure
    const compiledPath = (): string | undefined => {
      const compiled = join(targetDir, compiledPathOf(node, 'compiled'));
      return existsSync(compiled) ? relative(dir, compiled) : undefined;
    };
    if (node.resource_type === 'unit_test')
      return {
        ...common,
        compiledPath,
        materialized: 'unit',
        label: labelOf(node),
        ...(node.schema === null ? {} : { schema: node.schema }),
      };
    return {
      ...common,
      materialized: node.config.materialized,
      label: labelOf(node),
      schema: node.schema,
      alias: node.alias,
      relationName: node.relation_name,
      ...(node.resource_type === 'seed' ? {} : { compiledPath }),
      ...(node.database === null ? {} : { database: node.database }),
    };
  };

function groupOf(manifest: Manifest, node: GraphNode): Pick<NodeFacts, 'group'> {
  if (!('group' in node) || typeof node.group !== 'string') return {};
  const found = Object.values(manifest.groups).find(({ name }) => name === node.group);
  if (found === undefined) return {};
  const { name, package_name, owner } = found;
  return { group: { name, package_name, owner } };
}

function labelOf(node: GraphNode): string {
  if (node.resource_type === 'source') return `${node.source_name}.${node.name}`;
  if (node.resource_type === 'exposure' || node.resource_type === 'test' || isSemantic(node))
    return node.name;
  if (node.resource_type === 'unit_test') return `${node.model}::${versionedName(node)}`;
  return `${node.schema}.${node.alias}`;
}

/** How many there are of each kind, in the order in which dbt counts them. */
export function countsOf(manifest: Manifest): readonly (readonly [noun: string, count: number])[] {
  const nodes = Object.values(manifest.nodes);
  const ofSemantics = (type: string): number =>
    Object.values(manifest.semantics).filter((n) => n.resource_type === type).length;
  const of = (type: string): number => nodes.filter((n) => n.resource_type === type).length;
  return [
    ['model', of('model')],
    ['seed', of('seed')],
    ['snapshot', of('snapshot')],
    ['data test', of('test')],
    ['unit test', Object.keys(manifest.unit_tests).length],
    ['analysis', of('analysis')],
    ['source', Object.keys(manifest.sources).length],
    ['exposure', Object.keys(manifest.exposures).length],
    ['metric', ofSemantics('metric')],
    [
      'macro',
      Object.values(manifest.macros).filter((m) => !m.package_name.startsWith('dbt')).length,
    ],
    ['saved query', ofSemantics('saved_query')],
    ['semantic model', ofSemantics('semantic_model')],
  ];
}
