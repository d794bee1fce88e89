// From the files of all packages to the nodes of the manifest.
import type { NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode, ExposureNode, GraphNode, SourceNode } from '../manifest/node.ts';
import { readColumns } from './columns.ts';
import { checkConfigTrees } from './config-tree.ts';
import { sectionOf } from './config-keys.ts';
import { configure, nameDraft } from './configure.ts';
import type { ConfiguredDraft, Draft, NamedDraft } from './draft.ts';
import { readExposure } from './exposures.ts';
import type { ReadExposure } from './exposures.ts';
import { fileNodes } from './file-nodes.ts';
import { genericTest } from './generic-tests.ts';
import type { TestEntry, TestTarget } from './generic-tests.ts';
import { isReferable } from './lookup.ts';
import { Naming } from './naming.ts';
import { finishNode } from './nodes.ts';
import { errorOf } from './problems.ts';
import type { ConfigSection } from './project-keys.ts';
import type { Property } from './properties.ts';
import { Resolver, checkDuplicates, warnOfOrphans } from './resolve.ts';
import { blockSnapshots, yamlSnapshots } from './snapshots.ts';
import { entryTests, readSource } from './sources.ts';
import type { World } from './world.ts';

/** The nodes of a project, resolved. */
export interface BuiltNodes {
  readonly nodes: Readonly<Record<NodeId, ExecutableNode>>;
  readonly sources: Readonly<Record<NodeId, SourceNode>>;
  readonly exposures: Readonly<Record<NodeId, ExposureNode>>;
  readonly disabled: Readonly<Record<string, readonly GraphNode[]>>;
  readonly resolver: Resolver;
  /** generic test's id → its arguments with floats kept */
  readonly testArguments: ReadonlyMap<NodeId, Readonly<Record<string, unknown>>>;
}

const SECTION_OF_TYPE: Readonly<Record<Draft['type'], string>> = {
  model: 'models',
  seed: 'seeds',
  snapshot: 'snapshots',
  analysis: 'analyses',
  test: 'data_tests',
};

/** Property entries of nodes by package, section and name; the second of two is an error. */
class Patches {
  readonly #byKey = new Map<string, Property>();
  readonly #used = new Set<Property>();

  constructor(world: World, properties: readonly Property[]) {
    for (const property of properties) {
      if (
        property.section === 'sources' ||
        property.section === 'exposures' ||
        property.section === 'macros'
      )
        continue;
      const key = `${property.packageName} ${property.section} ${property.name}`;
      const twin = this.#byKey.get(key);
      if (twin === undefined) this.#byKey.set(key, property);
      else
        world.diagnostics.push(
          errorOf('ETL3005', `"${property.name}" is described twice`, {
            at: property.at,
            hint: 'Join the two entries into one.',
            related: [{ message: 'the other one', at: twin.at }],
          }),
        );
    }
  }

  of(draft: Draft): Property | undefined {
    const found = this.#byKey.get(
      `${draft.package.project.name} ${SECTION_OF_TYPE[draft.type]} ${draft.name}`,
    );
    if (found !== undefined) this.#used.add(found);
    return found;
  }

  unused(): readonly Property[] {
    // a snapshot with a relation is a node of its own, and what is wrong with it was told
    return [...this.#byKey.values()].filter(
      (property) =>
        !this.#used.has(property) &&
        !(property.section === 'snapshots' && property.value['relation'] !== undefined),
    );
  }
}

/** The tests that a property file puts on a node. */
function testsOn(world: World, draft: ConfiguredDraft): readonly TestEntry[] {
  const { patch } = draft;
  if (patch === undefined || !isReferable(draft)) return [];
  const target: TestTarget = {
    section: patch.section,
    name: draft.name,
    entryName: draft.name,
    package: draft.package,
    file: patch.file,
    expression: `ref('${draft.name}')`,
    isSource: false,
  };
  const columns = readColumns(world, patch.packageName, patch.value['columns'], patch.file, [
    ...patch.path,
    'columns',
  ]);
  return entryTests(world, target, patch.value, patch.path, columns);
}

interface Split {
  readonly enabled: readonly NamedDraft[];
  readonly disabled: readonly NamedDraft[];
}

const split = (drafts: readonly NamedDraft[]): Split => ({
  enabled: drafts.filter((draft) => draft.config.enabled),
  disabled: drafts.filter((draft) => !draft.config.enabled),
});

const TYPE_OF_SECTION: Readonly<Record<string, Draft['type']>> = {
  seeds: 'seed',
  snapshots: 'snapshot',
};

/** The node that a generic test stands on. */
function attachment(draft: NamedDraft, targets: ReadonlyMap<string, NodeId>): NodeId | null {
  const { generic } = draft;
  if (generic === undefined || generic.target.section === 'sources') return null;
  const type = TYPE_OF_SECTION[generic.target.section] ?? 'model';
  return targets.get(`${type}.${generic.target.packageName}.${generic.target.name}`) ?? null;
}

class Collector {
  readonly nodes: Record<string, ExecutableNode> = {};
  readonly exposures: Record<string, ExposureNode> = {};
  readonly disabled: Record<string, GraphNode[]> = {};
  readonly #world: World;
  readonly #resolver: Resolver;
  readonly #targets: ReadonlyMap<string, NodeId>;

  constructor(world: World, resolver: Resolver, targets: ReadonlyMap<string, NodeId>) {
    this.#world = world;
    this.#resolver = resolver;
    this.#targets = targets;
  }

  disable(node: GraphNode): void {
    (this.disabled[node.unique_id] ??= []).push(node);
  }

  add(draft: NamedDraft): void {
    const { capture } = draft;
    const attached = attachment(draft, this.#targets);
    if (!draft.config.enabled) {
      this.disable(finishNode(this.#world, draft, [], attached));
      return;
    }
    const resolution = this.#resolver.resolve({
      id: draft.id,
      packageName: draft.package.project.name,
      isTest: draft.type === 'test',
      refs: capture.refs,
      sources: capture.sources,
    });
    if (resolution.disabled) {
      const config = { ...draft.config, enabled: false };
      this.disable(finishNode(this.#world, { ...draft, config }, [], attached));
    } else this.nodes[draft.id] = finishNode(this.#world, draft, resolution.nodes, attached);
  }

  addExposure(exposure: ReadExposure): void {
    const { node, refs, sources } = exposure;
    if (!node.config.enabled) {
      this.disable({ ...node, depends_on: { macros: [], nodes: [] } });
      return;
    }
    const { nodes } = this.#resolver.resolve({
      id: node.unique_id,
      packageName: node.package_name,
      isTest: false,
      refs,
      sources,
    });
    this.exposures[node.unique_id] = { ...node, depends_on: { macros: [], nodes } };
  }
}

function fqnsBySection(
  drafts: readonly Draft[],
  others: readonly { readonly section: ConfigSection; readonly fqn: readonly string[] }[],
): Readonly<Partial<Record<ConfigSection, readonly (readonly string[])[]>>> {
  const found: Partial<Record<ConfigSection, (readonly string[])[]>> = {};
  for (const { type, fqn } of drafts) (found[sectionOf(type)] ??= []).push(fqn);
  for (const { section, fqn } of others) (found[section] ??= []).push(fqn);
  return found;
}

/** Two sources of one name in a package. */
function distinctSources(world: World, sources: readonly SourceNode[]): void {
  const seen = new Map<NodeId, SourceNode>();
  for (const source of sources) {
    const twin = seen.get(source.unique_id);
    if (twin === undefined) seen.set(source.unique_id, source);
    else
      world.diagnostics.push(
        errorOf('ETL3005', `the source "${source.source_name}.${source.name}" is defined twice`, {
          at: source.place,
          node: source.unique_id,
          hint: 'Rename or remove one of the two.',
          related: [{ message: 'the other one', at: twin.place }],
        }),
      );
  }
}

/** Builds every node of every package. */
export function buildNodes(world: World, properties: readonly Property[]): BuiltNodes {
  const naming = new Naming(world);
  const patches = new Patches(world, properties);
  const files = [
    ...[...world.packages.values()].flatMap((pkg) => [
      ...fileNodes(world, pkg),
      ...blockSnapshots(world, pkg),
    ]),
    ...yamlSnapshots(world, properties),
  ];
  const configured = files.map((draft) => configure(world, draft, patches.of(draft)));
  const sources = properties
    .filter((p) => p.section === 'sources')
    .flatMap((p) => readSource(world, p));
  const entries = [
    ...configured.flatMap((draft) => testsOn(world, draft)),
    ...sources.flatMap((source) => source.tests),
  ];
  const tests = entries
    .flatMap((entry) => genericTest(world, entry) ?? [])
    .map((draft) => configure(world, draft, undefined));
  const drafts = [...configured, ...tests].map((draft) => nameDraft(world, naming, draft));
  const { enabled, disabled } = split(drafts);
  checkDuplicates(world, enabled);
  const sourceNodes = sources.map((source) => source.node);
  distinctSources(world, sourceNodes);
  const resolver = new Resolver(world, {
    drafts: enabled,
    disabledDrafts: disabled,
    sources: sourceNodes.filter((source) => source.config.enabled),
    disabledSources: sourceNodes.filter((source) => !source.config.enabled),
  });
  const targets = new Map<string, NodeId>(configured.map((draft) => [draft.id, draft.id]));
  const collector = new Collector(world, resolver, targets);
  for (const draft of drafts) collector.add(draft);
  const exposures = properties
    .filter((p) => p.section === 'exposures')
    .map((p) => readExposure(world, p));
  for (const exposure of exposures) collector.addExposure(exposure);
  for (const source of sourceNodes) if (!source.config.enabled) collector.disable(source);
  warnOfOrphans(
    world,
    patches.unused(),
    files.map((draft) => draft.name),
  );
  world.diagnostics.push(
    ...checkConfigTrees(
      world.root.project,
      fqnsBySection(drafts, [
        ...sourceNodes.map(({ fqn }) => ({ section: 'sources' as const, fqn })),
        ...exposures.map(({ node }) => ({ section: 'exposures' as const, fqn: node.fqn })),
      ]),
    ),
  );
  return {
    nodes: collector.nodes,
    sources: Object.fromEntries(
      sourceNodes.filter((s) => s.config.enabled).map((s) => [s.unique_id, s]),
    ),
    exposures: collector.exposures,
    disabled: collector.disabled,
    resolver,
    testArguments: new Map(
      tests.flatMap((test) =>
        test.generic === undefined ? [] : [[test.id, test.generic.kwargs] as const],
      ),
    ),
  };
}
