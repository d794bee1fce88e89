import type { Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type {
  ExecutableNode,
  ExposureNode,
  GraphNode,
  Hook,
  RunnableNode,
  SemanticNode,
  SourceNode,
} from './node.ts';
import type { UnitTestNode } from './unit-test.ts';

export interface MacroNode {
  readonly unique_id: string;
  readonly name: string;
  readonly package_name: string;
  readonly path: string;
  readonly original_file_path: string;
  readonly macro_sql: string;
  readonly depends_on: { readonly macros: readonly string[] };
  readonly description: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly docs: { readonly show: boolean; readonly node_color: string | null };
  readonly patch_path: string | null;
  readonly arguments: readonly {
    readonly name: string;
    readonly type: string | null;
    readonly description: string;
  }[];
}

/** A group: who is responsible for its members. */
export interface GroupNode {
  readonly unique_id: NodeId;
  readonly resource_type: 'group';
  readonly name: string;
  readonly package_name: string;
  readonly path: string;
  readonly original_file_path: string;
  readonly owner: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface DocNode {
  readonly unique_id: string;
  readonly name: string;
  readonly package_name: string;
  readonly path: string;
  readonly original_file_path: string;
  readonly block_contents: string;
}

/** A hook of on-run-start or on-run-end, still to be rendered. */
export interface RunHook {
  readonly unique_id: NodeId;
  readonly name: string;
  readonly package_name: string;
  readonly hook: Hook;
  /** where the project file writes it */
  readonly place?: Span;
  /** 1-based place where its text begins there */
  readonly origin?: { readonly line: number; readonly column: number };
}

/** One entry of selectors.yml, still to be understood. */
export interface SelectorEntry {
  readonly name: string;
  readonly description: string;
  readonly default: boolean;
  /** as the file writes it: a text, a mapping */
  readonly definition: unknown;
  readonly place: Span;
}

/** Every parsed thing of the project, resolved: the one value that planning, artifacts and the site read. Frozen. */
export interface Manifest {
  readonly project_name: string;
  readonly adapter_type: string;
  readonly target_name: string;
  /** what the project wishes to be quoted, where it says so */
  readonly quoting?: {
    readonly database?: boolean | undefined;
    readonly schema?: boolean | undefined;
    readonly identifier?: boolean | undefined;
  };
  /** milliseconds since 1970 */
  readonly loaded_at: number;
  /** the types of constraint that the engine enforces */
  readonly enforced_constraints: readonly string[];
  readonly nodes: Readonly<Record<NodeId, ExecutableNode>>;
  readonly sources: Readonly<Record<NodeId, SourceNode>>;
  readonly exposures: Readonly<Record<NodeId, ExposureNode>>;
  readonly groups: Readonly<Record<string, GroupNode>>;
  readonly unit_tests: Readonly<Record<NodeId, UnitTestNode>>;
  /** metrics, semantic models and saved queries */
  readonly semantics: Readonly<Record<NodeId, SemanticNode>>;
  readonly macros: Readonly<Record<string, MacroNode>>;
  readonly docs: Readonly<Record<string, DocNode>>;
  readonly disabled: Readonly<Record<string, readonly GraphNode[]>>;
  /** tests of what is switched off or not there: dbt shows them among the nodes, and never runs them */
  readonly stranded: Readonly<Record<NodeId, ExecutableNode>>;
  /** by name, in the order of selectors.yml */
  readonly selectors: Readonly<Record<string, SelectorEntry>>;
  readonly on_run_start: readonly RunHook[];
  readonly on_run_end: readonly RunHook[];
}

/** Parents of every node (direct, in the order of the text), sources, exposures and unit tests included. */
export function parentsOf(manifest: Manifest): ReadonlyMap<NodeId, readonly NodeId[]> {
  const parents = new Map<NodeId, readonly NodeId[]>();
  for (const node of Object.values(manifest.nodes))
    parents.set(node.unique_id, node.depends_on.nodes);
  for (const source of Object.values(manifest.sources)) parents.set(source.unique_id, []);
  for (const node of [
    ...Object.values(manifest.exposures),
    ...Object.values(manifest.unit_tests),
    ...Object.values(manifest.semantics),
  ])
    parents.set(node.unique_id, node.depends_on.nodes);
  return parents;
}

/** The node or unit test of an id: what a run can have an outcome of; or undefined. */
export const findRunnable = (manifest: Manifest, id: NodeId): RunnableNode | undefined =>
  manifest.nodes[id] ?? manifest.unit_tests[id];

/** What has an id: a node, source, exposure, unit test, metric, semantic model or saved query; or undefined. */
export const findNode = (manifest: Manifest, id: NodeId): GraphNode | undefined =>
  findRunnable(manifest, id) ??
  manifest.sources[id] ??
  manifest.exposures[id] ??
  manifest.semantics[id];
