// Unit tests with the models they test: what dbt checks once all models are known.
import { nodeId } from '../kernel/node-id.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { extractMentions } from '../jinja/static-extract.ts';
import type { GraphNode, NodeVersion } from '../manifest/node.ts';
import type { UnitTestNode } from '../manifest/unit-test.ts';
import type { NamedDraft } from './draft.ts';
import { foundTwo } from './found-two.ts';
import { errorOf } from './problems.ts';
import type { Resolver } from './resolve.ts';
import type { UnitTestCase } from '../manifest/unit-test-case.ts';
import { resolveInputs } from './unit-tests.ts';
import type { WrittenUnitTest } from './unit-tests.ts';
import type { World } from './world.ts';

export interface SettledUnitTests {
  readonly nodes: Readonly<Record<NodeId, UnitTestNode>>;
  readonly disabled: readonly GraphNode[];
  readonly cases: ReadonlyMap<NodeId, UnitTestCase>;
}

/** Finds the model and the inputs of every test; what does not fit is reported. */
export function settleUnitTests(
  world: World,
  resolver: Resolver,
  drafts: readonly NamedDraft[],
  written: readonly WrittenUnitTest[],
): SettledUnitTests {
  const nodes: Record<NodeId, UnitTestNode> = {};
  const disabled: GraphNode[] = [];
  const cases = new Map<NodeId, UnitTestCase>();
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const seen = new Map<NodeId, WrittenUnitTest>();
  for (const test of written) {
    const { node } = test;
    const twin = seen.get(node.unique_id);
    if (twin !== undefined) {
      world.diagnostics.push(
        errorOf('ETL3005', `${foundTwo('unit tests', node.name)} for the model "${node.model}"`, {
          at: node.place,
          node: node.unique_id,
          hint: 'Rename one of the two.',
          related: [{ message: 'the other one', at: twin.node.place }],
        }),
      );
      continue;
    }
    seen.set(node.unique_id, test);
    const model = modelOf(resolver, test, byId);
    if (model === undefined) continue;
    if (model === 'disabled' || !node.config.enabled) {
      disabled.push(switchedOff(node));
      continue;
    }
    if (!isFit(world, test, model)) continue;
    for (const tested of versionsOf(world, test, model, drafts)) {
      const inputs = resolveInputs(resolver, test, tested.id);
      if (inputs === undefined) break;
      const version = tested.version?.v ?? null;
      const id =
        tested.version === undefined
          ? node.unique_id
          : nodeId(`${node.unique_id}_v${tested.version.text}`);
      const { schema } = model;
      const depends_on = { macros: [], nodes: [tested.id] };
      nodes[id] = { ...node, unique_id: id, depends_on, schema, version };
      cases.set(id, { inputs, expected: test.expected.content, overrides: test.overrides });
    }
  }
  return { nodes, disabled, cases };
}

const switchedOff = (node: WrittenUnitTest['node']): UnitTestNode => ({
  ...node,
  config: { ...node.config, enabled: false },
  depends_on: { macros: [], nodes: [] },
  schema: null,
  version: null,
});

/** The tested model; undefined when there is none, which is reported. The name may be followed by a version. */
function modelOf(
  resolver: Resolver,
  { node, modelAt }: WrittenUnitTest,
  drafts: ReadonlyMap<NodeId, NamedDraft>,
): NamedDraft | 'disabled' | undefined {
  const [name = '', version = null] = node.model.trim().split(/\s+/);
  const packageName = node.package_name;
  const ref = { name, package: null, version, at: modelAt };
  const id = resolver.ref(ref, packageName);
  if (id !== undefined) return drafts.get(id);
  const asker = { id: node.unique_id, packageName, group: null, isTest: true, sources: [] };
  // tells what is missing
  return resolver.resolve({ ...asker, refs: [ref] }).disabled ? 'disabled' : undefined;
}

/** The versions of the model that are tested: those that the test includes, or all but the excluded ones. */
function versionsOf(
  world: World,
  { node, versionsAt }: WrittenUnitTest,
  model: NamedDraft,
  drafts: readonly NamedDraft[],
): readonly NamedDraft[] {
  if (model.version === undefined) return [model];
  const { include, exclude } = node.versions ?? { include: null, exclude: null };
  const isIn = (list: readonly NodeVersion[], draft: NamedDraft): boolean =>
    list.some((one) => String(one) === draft.version?.text);
  const found = drafts.filter(
    (draft) =>
      draft.type === 'model' &&
      draft.name === model.name &&
      draft.package === model.package &&
      draft.config.enabled &&
      (include === null || include.length === 0 || isIn(include, draft)) &&
      (exclude === null || !isIn(exclude, draft)),
  );
  if (found.length === 0)
    world.diagnostics.push(
      errorOf('ETL1020', `no version of "${model.name}" is left to be tested`, {
        at: versionsAt ?? node.place,
        node: node.unique_id,
        hint: 'Include one of its versions, or exclude fewer.',
      }),
    );
  return found;
}

/** What only the model can tell: its kind, its versions, and whether it asks is_incremental(). */
function isFit(world: World, test: WrittenUnitTest, model: NamedDraft): boolean {
  const { node, modelAt, versionsAt } = test;
  const wrong = (message: string, at: typeof modelAt, hint: string): false => {
    world.diagnostics.push(errorOf('ETL1020', message, { at, node: node.unique_id, hint }));
    return false;
  };
  if (model.type !== 'model')
    return wrong(
      `"${node.model}" is a ${model.type}; unit tests are for models`,
      modelAt,
      'Name a model.',
    );
  const { versions } = node;
  const isVersioned = model.version !== undefined;
  if (
    !isVersioned &&
    versionsAt !== undefined &&
    (versions?.include?.length || versions?.exclude?.length)
  )
    return wrong(
      `the model "${node.model}" has no versions to include or exclude`,
      versionsAt,
      'Remove "versions".',
    );
  if (!asksIncremental(model)) return true;
  const override = node.overrides?.macros['is_incremental'];
  if (typeof override !== 'boolean')
    return wrong(
      `Boolean override for 'is_incremental' must be provided for unit test '${node.name}' in model '${node.model}'`,
      node.place,
      'Add: overrides: {macros: {is_incremental: false}} (or true, with an input "this").',
    );
  if (override && !test.inputs.some(({ target }) => target.kind === 'this'))
    return wrong(
      `Unit test '${node.name}' for incremental model '${node.model}' must have a 'this' input`,
      node.place,
      'Add to given: - {input: this, rows: []}',
    );
  return true;
}

const asksIncremental = ({ rawCode, place }: NamedDraft): boolean =>
  rawCode.includes('is_incremental') &&
  extractMentions(rawCode, place.file).calls.has('is_incremental');
