// From the files of all packages to the nodes of the manifest.
import type { NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode, ExposureNode, GraphNode, SourceNode } from '../manifest/node.ts';
import { patchColumns } from './columns.ts';
import { checkConfigTrees } from './config-tree.ts';
import { sectionOf } from './config-keys.ts';
import { configure, nameDraft } from './configure.ts';
import type { ConfiguredDraft, Draft, NamedDraft } from './draft.ts';
import { readExposure } from './exposures.ts';
import { fileNodes } from './file-nodes.ts';
import { foundTwo } from './found-two.ts';
import { genericTest } from './generic-tests.ts';
import type { TestEntry, TestTarget } from './generic-tests.ts';
import { isReferable } from './lookup.ts';
import { Naming } from './naming.ts';
import { checkGroup, readGroups } from './groups.ts';
import { checkEnabling } from './enabled-twice.ts';
import { Patches } from './patches.ts';
import { warnOfDeprecations } from './deprecations.ts';
import { warnOfPackageMaterializations } from './package-materializations.ts';
import { Collector } from './collect.ts';
import type { GroupNode } from '../manifest/manifest.ts';
import { errorOf } from './problems.ts';
import type { ConfigSection } from './project-keys.ts';
import type { Property } from './properties.ts';
import type { ProjectPackage } from './text-files.ts';
import { checkDuplicates, checkEntries, checkSpaces, warnOfOrphans } from './names.ts';
import { Resolver } from './resolve.ts';
import { blockSnapshots, yamlSnapshots } from './snapshots.ts';
import { entryTests, readSource } from './sources.ts';
import { readSemantics } from './semantic.ts';
import type { ReadSemantics } from './semantic.ts';
import { settleUnitTests } from './settle-unit-tests.ts';
import type { SettledUnitTests } from './settle-unit-tests.ts';
import { readUnitTest } from './unit-tests.ts';
import { applyVersions } from './versions.ts';
import type { World } from './world.ts';

/** The nodes of a project, resolved. */
export interface BuiltNodes {
  readonly groups: Readonly<Record<string, GroupNode>>;
  readonly nodes: Readonly<Record<NodeId, ExecutableNode>>;
  readonly sources: Readonly<Record<NodeId, SourceNode>>;
  readonly exposures: Readonly<Record<NodeId, ExposureNode>>;
  readonly unitTests: SettledUnitTests;
  readonly semantics: ReadSemantics['nodes'];
  readonly disabled: Readonly<Record<string, readonly GraphNode[]>>;
  readonly stranded: Readonly<Record<NodeId, ExecutableNode>>;
  readonly resolver: Resolver;
  /** generic test's id → its arguments with floats kept */
  readonly testArguments: ReadonlyMap<NodeId, Readonly<Record<string, unknown>>>;
}

/** The tests that a property file puts on a node. */
function testsOn(
  world: World,
  draft: Draft & Pick<ConfiguredDraft, 'patch'>,
): readonly TestEntry[] {
  const { patch, version, name } = draft;
  if (patch === undefined || !isReferable(draft)) return [];
  return testsIn(world, { name, version, package: draft.package, patch });
}

interface Described {
  readonly name: string;
  readonly package: ProjectPackage;
  readonly version: Draft['version'] | undefined;
  readonly patch: Property;
}

/** The tests of an entry, whether a file makes its node or not. */
function testsIn(
  world: World,
  { name, version, package: pkg, patch }: Described,
): readonly TestEntry[] {
  const common = {
    section: patch.section,
    entryName: name,
    package: pkg,
    file: patch.file,
    isSource: false,
  };
  const target: TestTarget =
    version === undefined
      ? { ...common, name, expression: `ref('${name}')` }
      : {
          ...common,
          name: `${name}.v${version.text}`,
          nameInTests: `${name}_v${version.text}`,
          version: version.v,
          expression: `ref('${name}', version='${version.text}')`,
        };
  const columns = patchColumns(world, patch);
  // a version's own list of tests stands for the model's, an empty one too
  return patch.version !== undefined &&
    ('tests' in patch.version.value || 'data_tests' in patch.version.value)
    ? entryTests(world, target, patch.version.value, patch.version.path, columns)
    : entryTests(world, target, patch.value, patch.path, columns);
}

interface Split {
  readonly enabled: readonly NamedDraft[];
  readonly disabled: readonly NamedDraft[];
}

const split = (drafts: readonly NamedDraft[]): Split => ({
  enabled: drafts.filter((draft) => draft.config.enabled),
  disabled: drafts.filter((draft) => !draft.config.enabled),
});

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
        errorOf('ETL3005', foundTwo('sources', `${source.source_name}.${source.name}`), {
          at: source.place,
          node: source.unique_id,
          hint: 'Rename or remove one of the two.',
          related: [{ message: 'the other one', at: twin.place }],
        }),
      );
  }
}

const readDrafts = (world: World, properties: readonly Property[]): readonly Draft[] => [
  ...[...world.packages.values()].flatMap((pkg) => [
    ...fileNodes(world, pkg),
    ...blockSnapshots(world, pkg),
  ]),
  ...yamlSnapshots(world, properties),
];

/** Builds every node of every package. */
export function buildNodes(
  world: World,
  properties: readonly Property[],
  seedTexts: ReadonlyMap<string, string>,
): BuiltNodes {
  const naming = new Naming(world);
  const versioned = applyVersions(world, readDrafts(world, properties), properties);
  const { drafts: files } = versioned;
  const patches = new Patches(world, properties, versioned);
  const configured = files.map((draft) => configure(world, draft, patches.of(draft)));
  const sources = properties
    .filter((p) => p.section === 'sources')
    .flatMap((p) => readSource(world, p));
  const entries = [
    ...configured.flatMap((draft) => testsOn(world, draft)),
    ...patches
      .misplaced(configured)
      .flatMap(({ draft, property }) => testsOn(world, { ...draft, patch: property })),
    ...patches.fileless(configured).flatMap((patch) => {
      const pkg = world.packages.get(patch.packageName) ?? world.root;
      return testsIn(world, { name: patch.name, version: undefined, package: pkg, patch });
    }),
    ...sources.flatMap((source) => source.tests),
  ];
  const tests = entries
    .flatMap((entry) => genericTest(world, entry) ?? [])
    .map((draft) => configure(world, draft, undefined));
  const drafts = [...configured, ...tests].map((draft) => nameDraft(world, naming, draft));
  const { enabled, disabled } = split(drafts);
  checkDuplicates(world, enabled);
  checkSpaces(world, enabled);
  checkEnabling(world, drafts);
  checkEntries(world, properties);
  const sourceNodes = sources.map((source) => source.node);
  distinctSources(world, sourceNodes);
  const resolver = new Resolver(world, {
    drafts: enabled,
    disabledDrafts: disabled,
    sources: sourceNodes.filter((source) => source.config.enabled),
    disabledSources: sourceNodes.filter((source) => !source.config.enabled),
  });
  const groups = readGroups(world, properties);
  const collector = new Collector(world, resolver, drafts);
  for (const draft of drafts) {
    const { id, group, place, patch } = draft;
    if (draft.config.enabled) checkGroup(world, groups, { id, group, at: patch?.at ?? place });
    collector.add(draft);
  }
  const semantics = readSemantics(world, properties, resolver, collector.nodes);
  for (const { unique_id: id, group, place: at } of Object.values(semantics.nodes))
    checkGroup(world, groups, { id, group, at });
  const exposures = properties
    .filter((p) => p.section === 'exposures')
    .map((p) => readExposure(world, p, semantics.nodes));
  for (const exposure of exposures) collector.addExposure(exposure);
  for (const source of sourceNodes) if (!source.config.enabled) collector.disable(source);
  const writtenTests = properties
    .filter((p) => p.section === 'unit_tests')
    .flatMap((p) => readUnitTest(world, p, seedTexts) ?? []);
  const unitTests = settleUnitTests(world, resolver, drafts, writtenTests);
  for (const test of unitTests.disabled) collector.disable(test);
  for (const node of semantics.disabled) collector.disable(node);
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
        ...writtenTests.map(({ node }) => ({ section: 'unit_tests' as const, fqn: node.fqn })),
      ]),
    ),
  );
  world.diagnostics.push(
    ...warnOfDeprecations(collector.nodes, world.session.invocation.startedAt),
    ...warnOfPackageMaterializations(world, collector.nodes),
  );
  return {
    groups,
    nodes: collector.nodes,
    sources: Object.fromEntries(
      sourceNodes.filter((s) => s.config.enabled).map((s) => [s.unique_id, s]),
    ),
    exposures: collector.exposures,
    unitTests,
    semantics: semantics.nodes,
    disabled: collector.disabled,
    stranded: collector.stranded,
    resolver,
    testArguments: new Map(
      tests.flatMap((test) =>
        test.generic === undefined ? [] : [[test.id, test.generic.kwargs] as const],
      ),
    ),
  };
}
