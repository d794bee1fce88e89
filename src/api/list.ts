import type { ProjectGraph } from '../graph/graph.ts';
import { findNode, type Manifest } from '../manifest/manifest.ts';
import type { GraphNode } from '../manifest/node.ts';
import { during } from '../kernel/timeline.ts';
import { newInvocation } from './invocation.ts';
import { openToRead } from './read-project.ts';
import type { ApiOptions } from './options.ts';
import { selectNodes } from './select.ts';
import { keepManifest } from './write-manifest.ts';

export interface Listed {
  readonly nodes: readonly GraphNode[];
  readonly manifest: Manifest;
  /** who reads whom in the whole project */
  readonly graph: ProjectGraph;
}

/**
 * The selected nodes, sources, exposures and unit tests, and analyses if `resourceType` names them or all, in the order of
 * their ids; needs no warehouse.
 * Writes target/manifest.json, as every command of dbt that reads the project.
 */
export async function list(options: ApiOptions = {}): Promise<Listed> {
  const invocation = newInvocation(options);
  const project = await openToRead(options, invocation, 'ls');
  const { manifest } = project;
  await during(invocation.timeline, 'write manifest.json', () => keepManifest(project, invocation));
  // as in dbt: analyses are listed when they are asked for
  const isAsked = options.resourceType?.some((types) => /\b(analysis|all)\b/.test(types)) ?? false;
  const selected = selectNodes(project, options, [
    'model',
    'seed',
    'snapshot',
    'test',
    ...(isAsked ? (['analysis'] as const) : []),
    'source',
    'exposure',
    'unit_test',
    'metric',
    'semantic_model',
    'saved_query',
  ]);
  return {
    nodes: [...selected].flatMap((id) => findNode(manifest, id) ?? []),
    manifest,
    // made only where somebody looks at it
    get graph() {
      return project.graph;
    },
  };
}
