import { md5, sha256 } from '../kernel/hash.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { parentsOf, type Manifest } from '../manifest/manifest.ts';
import type { GraphNode } from '../manifest/node.ts';
import type { Entry, JsonSection } from './json-sections.ts';
import { metadataOf, timestamp, type InvocationFacts } from './metadata.ts';
import {
  docJson,
  hookJson,
  macroJson,
  nodeJson,
  type CompiledFacts,
  type Json,
  type NodeJsonOptions,
} from './node-json.ts';

export interface ManifestJsonOptions extends InvocationFacts {
  /** nodes compiled in this invocation */
  readonly compiled?: ReadonlyMap<NodeId, CompiledFacts>;
}

/** manifest.json, version 12 of dbt's schema. */
export const manifestJson = (manifest: Manifest, options: ManifestJsonOptions): Json =>
  Object.fromEntries(
    manifestSections(manifest, options).map(({ name, entries, value }) => [
      name,
      entries === undefined ? value : Object.fromEntries(entries),
    ]),
  );

/** The same in pieces, made as they are asked for: of many nodes, the whole would be held in memory several times over. */
export function manifestSections(
  manifest: Manifest,
  options: ManifestJsonOptions,
): readonly JsonSection[] {
  const nodeOptions: NodeJsonOptions = {
    compiled: options.compiled ?? new Map(),
    createdAt: options.startedAt.getTime() / 1000,
  };
  const shown = (node: GraphNode): Json => nodeJson(node, nodeOptions);
  const ofType = (type: string): Iterable<Entry> =>
    entriesOf(
      Object.fromEntries(
        Object.entries(manifest.semantics).filter(([, node]) => node.resource_type === type),
      ),
      shown,
    );
  return [
    { name: 'metadata', value: manifestMetadata(manifest, options) },
    { name: 'nodes', entries: allNodes(manifest, nodeOptions) },
    { name: 'sources', entries: entriesOf(manifest.sources, shown) },
    { name: 'macros', entries: entriesOf(manifest.macros, (one) => macroJson(one, nodeOptions)) },
    { name: 'docs', entries: entriesOf(manifest.docs, docJson) },
    { name: 'exposures', entries: entriesOf(manifest.exposures, shown) },
    { name: 'metrics', entries: ofType('metric') },
    { name: 'groups', value: manifest.groups },
    {
      name: 'selectors',
      entries: entriesOf(manifest.selectors, ({ name, definition, description }) => ({
        name,
        definition: expanded(definition),
        description,
      })),
    },
    { name: 'disabled', entries: entriesOf(manifest.disabled, (all) => all.map(shown)) },
    ...familySections(manifest),
    { name: 'group_map', value: groupMap(manifest) },
    { name: 'saved_queries', entries: ofType('saved_query') },
    { name: 'semantic_models', entries: ofType('semantic_model') },
    { name: 'unit_tests', entries: entriesOf(manifest.unit_tests, shown) },
    { name: 'functions', value: {} },
  ];
}

function* allNodes(manifest: Manifest, options: NodeJsonOptions): Iterable<Entry> {
  for (const nodes of [manifest.nodes, manifest.stranded])
    yield* entriesOf(nodes, (node) => nodeJson(node, options));
  yield* Object.entries(hooksJson(manifest, options));
}

function* entriesOf<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => unknown,
): Iterable<Entry> {
  for (const [key, value] of Object.entries(record)) yield [key, change(value)];
}

const manifestMetadata = (manifest: Manifest, options: ManifestJsonOptions): Json => ({
  ...metadataOf('manifest', 12, options),
  project_name: manifest.project_name,
  project_id: md5(manifest.project_name),
  user_id: null,
  send_anonymous_usage_stats: false,
  adapter_type: manifest.adapter_type,
  quoting: { database: true, schema: true, identifier: true, column: null, ...manifest.quoting },
  run_started_at: timestamp(options.startedAt),
});

function hooksJson(manifest: Manifest, options: NodeJsonOptions): Json {
  const hooks = [
    ...manifest.on_run_start.map((hook) => ({ hook, when: 'on-run-start' }) as const),
    ...manifest.on_run_end.map((hook) => ({ hook, when: 'on-run-end' }) as const),
  ];
  return Object.fromEntries(
    hooks.map(({ hook, when }) => [
      hook.unique_id,
      hookJson(hook, when, sha256(hook.hook.sql), options),
    ]),
  );
}

/** Direct parents and children of everything, tests included, sorted. */
function familySections(manifest: Manifest): readonly JsonSection[] {
  const parents = new Map(parentsOf(manifest));
  for (const test of Object.values(manifest.stranded))
    parents.set(test.unique_id, test.depends_on.nodes);
  const children = new Map<string, NodeId[]>();
  for (const id of parents.keys()) children.set(id, []);
  for (const [id, above] of parents)
    for (const parent of new Set(above)) children.get(parent)?.push(id);
  function* sorted(all: Iterable<readonly [string, readonly NodeId[]]>): Iterable<Entry> {
    for (const [id, others] of all)
      yield [id, others.length > 1 ? [...new Set(others)].sort() : others];
  }
  return [
    { name: 'parent_map', entries: sorted(parents) },
    { name: 'child_map', entries: sorted(children) },
  ];
}

function groupMap(manifest: Manifest): Json {
  const groups = new Map<string, string[]>();
  for (const node of Object.values(manifest.nodes)) {
    const { group } = node;
    if (group === null || group === '') continue;
    groups.set(group, [...(groups.get(group) ?? []), node.unique_id]);
  }
  return Object.fromEntries(groups);
}

/** `{tag: x}` as dbt writes it out: `{method: tag, value: x}`; texts stay as they are. */
function expanded(definition: unknown): unknown {
  if (Array.isArray(definition)) return definition.map(expanded);
  if (typeof definition !== 'object' || definition === null) return definition;
  const entries = Object.entries(definition);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && typeof only[1] !== 'object')
    return { method: only[0], value: only[1] };
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Array.isArray(value) ? value.map(expanded) : value]),
  );
}
