import type { NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode, ExposureNode, GraphNode } from '../manifest/node.ts';
import type { Draft, NamedDraft } from './draft.ts';
import type { ReadExposure } from './exposures.ts';
import { finishNode } from './nodes.ts';
import { primaryKeyOf } from './primary-key.ts';
import type { KeyTest } from './primary-key.ts';
import type { Resolver } from './resolve.ts';
import type { World } from './world.ts';

const TYPE_OF_SECTION: Readonly<Record<string, Draft['type']>> = {
  seeds: 'seed',
  snapshots: 'snapshot',
};

/** The draft that a generic test stands on. */
function attachment(
  { generic }: Pick<NamedDraft, 'generic'>,
  drafts: ReadonlyMap<string, NamedDraft>,
): NamedDraft | undefined {
  if (generic === undefined || generic.target.section === 'sources') return undefined;
  const type = TYPE_OF_SECTION[generic.target.section] ?? 'model';
  return drafts.get(`${type}.${generic.target.packageName}.${generic.target.name}`);
}

/** Makes nodes of drafts, resolved; those that are switched off are kept apart. */
export class Collector {
  readonly nodes: Record<string, ExecutableNode> = {};
  readonly exposures: Record<string, ExposureNode> = {};
  readonly disabled: Record<string, GraphNode[]> = {};
  /** tests of what is switched off or not there */
  readonly stranded: Record<string, ExecutableNode> = {};
  readonly #world: World;
  readonly #resolver: Resolver;
  readonly #drafts: ReadonlyMap<string, NamedDraft>;
  readonly #keyTests: ReadonlyMap<NodeId, readonly KeyTest[]>;

  constructor(world: World, resolver: Resolver, drafts: readonly NamedDraft[]) {
    this.#world = world;
    this.#resolver = resolver;
    this.#drafts = new Map(
      drafts.filter(({ type }) => type !== 'test').map((draft) => [draft.id, draft]),
    );
    const tests = new Map<NodeId, KeyTest[]>();
    for (const draft of drafts) {
      const { generic, config } = draft;
      const attached = attachment(draft, this.#drafts);
      if (generic === undefined || attached === undefined) continue;
      const { name, kwargs } = generic.metadata;
      const test = { name, kwargs, enabled: config.enabled };
      const known = tests.get(attached.id);
      if (known === undefined) tests.set(attached.id, [test]);
      else known.push(test);
    }
    this.#keyTests = tests;
  }

  /** Keeps a node that is switched off. */
  disable(node: GraphNode): void {
    (this.disabled[node.unique_id] ??= []).push(node);
  }

  /** Resolves what a draft refers to and keeps its node. */
  add(draft: NamedDraft): void {
    const { capture } = draft;
    const attached = attachment(draft, this.#drafts);
    const group = draft.group ?? attached?.group ?? null;
    const finish = (one: NamedDraft, dependencies: readonly NodeId[]): ExecutableNode =>
      finishNode(this.#world, one, {
        dependencies,
        group,
        attachedTo: attached?.id ?? null,
        // dbt looks for the keys of what is switched on
        primaryKey:
          one.type === 'model' && one.config.enabled ? primaryKeyOf(one, this.#keyTests) : [],
      });
    if (!draft.config.enabled) {
      this.disable(finish(draft, []));
      return;
    }
    const resolution = this.#resolver.resolve({
      id: draft.id,
      packageName: draft.package.project.name,
      group,
      isTest: draft.type === 'test',
      refs: capture.refs,
      sources: capture.sources,
    });
    if (resolution.disabled) {
      const config = { ...draft.config, enabled: false };
      const stranded = finish({ ...draft, config }, resolution.nodes);
      this.stranded[stranded.unique_id] = stranded;
    } else this.nodes[draft.id] = finish(draft, resolution.nodes);
  }

  /** Resolves what an exposure refers to and keeps it. */
  addExposure(exposure: ReadExposure): void {
    const { node, refs, sources, metrics } = exposure;
    if (!node.config.enabled) {
      this.disable({ ...node, depends_on: { macros: [], nodes: [] } });
      return;
    }
    const { nodes } = this.#resolver.resolve({
      id: node.unique_id,
      packageName: node.package_name,
      group: null,
      isTest: false,
      refs,
      sources,
    });
    this.exposures[node.unique_id] = {
      ...node,
      depends_on: { macros: [], nodes: [...nodes, ...metrics] },
    };
  }
}
