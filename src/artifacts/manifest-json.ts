import { md5, sha256 } from '../kernel/hash.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { parentsOf, type Manifest } from '../manifest/manifest.ts';
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
export function manifestJson(manifest: Manifest, options: ManifestJsonOptions): Json {
  const nodeOptions: NodeJsonOptions = {
    compiled: options.compiled ?? new Map(),
    createdAt: options.startedAt.getTime() / 1000,
  };
  const semantics = (type: string): Json =>
    Object.fromEntries(
      Object.entries(manifest.semantics)
        .filter(([, node]) => node.resource_type === type)
        .map(([id, node]) => [id, nodeJson(node, nodeOptions)]),
    );
  return {
    metadata: manifestMetadata(manifest, options),
    nodes: {
      ...mapValues(manifest.nodes, (n) => nodeJson(n, nodeOptions)),
      ...mapValues(manifest.stranded, (n) => nodeJson(n, nodeOptions)),
      ...hooksJson(manifest, nodeOptions),
    },
    sources: mapValues(manifest.sources, (node) => nodeJson(node, nodeOptions)),
    macros: mapValues(manifest.macros, (macro) => macroJson(macro, nodeOptions)),
    docs: mapValues(manifest.docs, docJson),
    exposures: mapValues(manifest.exposures, (node) => nodeJson(node, nodeOptions)),
    metrics: semantics('metric'),
    groups: manifest.groups,
    selectors: mapValues(manifest.selectors, ({ name, definition, description }) => ({
      name,
      definition: expanded(definition),
      description,
    })),
    disabled: mapValues(manifest.disabled, (all) => all.map((node) => nodeJson(node, nodeOptions))),
    ...familyMaps(manifest),
    group_map: groupMap(manifest),
    saved_queries: semantics('saved_query'),
    semantic_models: semantics('semantic_model'),
    unit_tests: mapValues(manifest.unit_tests, (node) => nodeJson(node, nodeOptions)),
    functions: {},
  };
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
function familyMaps(manifest: Manifest): { readonly parent_map: Json; readonly child_map: Json } {
  const parents = new Map(parentsOf(manifest));
  for (const test of Object.values(manifest.stranded))
    parents.set(test.unique_id, test.depends_on.nodes);
  const children = new Map<string, NodeId[]>([...parents.keys()].map((id) => [id, []]));
  for (const [id, above] of parents)
    for (const parent of new Set(above)) children.get(parent)?.push(id);
  return {
    parent_map: Object.fromEntries(
      [...parents].map(([id, above]) => [id, [...new Set(above)].sort()]),
    ),
    child_map: Object.fromEntries([...children].map(([id, below]) => [id, below.sort()])),
  };
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

const mapValues = <T>(record: Readonly<Record<string, T>>, change: (value: T) => unknown): Json =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
