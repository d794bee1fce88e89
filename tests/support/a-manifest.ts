// Small hand-built manifests: only what a test says differs from a plain node.
import { nodeId, type NodeId } from '../../src/kernel/node-id.ts';
import type { Manifest } from '../../src/manifest/manifest.ts';
import type { UnitTestNode } from '../../src/manifest/unit-test.ts';
import type {
  ExposureNode,
  GraphNode,
  ModelNode,
  NodeConfig,
  SeedNode,
  SemanticNode,
  SourceNode,
  TestNode,
} from '../../src/manifest/node.ts';
import { isSemantic } from '../../src/manifest/node.ts';

type Change<T> = Partial<Omit<T, 'config'>> & {
  readonly config?: Partial<NodeConfig> | Readonly<Record<string, unknown>>;
  /** ids of direct parents */
  readonly reads?: readonly string[];
};

const config: NodeConfig = {
  enabled: true,
  materialized: 'table',
  alias: null,
  schema: null,
  database: null,
  tags: [],
  meta: {},
  'pre-hook': [],
  'post-hook': [],
};

function common(name: string, path: string, reads: readonly string[] = []) {
  return {
    name,
    package_name: 'shop',
    path: path.replace(/^[^/]*\//, ''),
    original_file_path: path,
    fqn: ['shop', ...path.split('/').slice(1, -1), name],
    description: '',
    tags: [],
    meta: {},
    alias: name,
    database: 'db',
    schema: 'gold',
    relation_name: `"db"."gold"."${name}"`,
    raw_code: 'select 1',
    language: 'sql' as const,
    checksum: { name: 'sha256', checksum: 'c0ffee' },
    unrendered_config: {},
    columns: {},
    patch_path: null,
    docs: { show: true, node_color: null },
    refs: [],
    sources: [],
    depends_on: { macros: [], nodes: reads.map(nodeId) },
    created_at: 1_700_000_000,
    build_path: null,
    group: null,
    contract: { enforced: false, alias_types: true, checksum: null },
    doc_blocks: [],
    place: { file: path, line: 1, column: 1 },
  };
}

/** A table model `model.shop.<name>` in models/gold. */
export const aModel = (
  name: string,
  { reads, config: own, ...change }: Change<ModelNode> = {},
): ModelNode => ({
  ...common(name, change.original_file_path ?? `models/gold/${name}.sql`, reads),
  unique_id: nodeId(`model.shop.${name}`),
  resource_type: 'model',
  access: 'protected',
  constraints: [],
  version: null,
  latest_version: null,
  deprecation_date: null,
  primary_key: [],
  ...change,
  config: { ...config, ...own },
});

/** A seed `seed.shop.<name>`. */
export const aSeed = (
  name: string,
  { config: own, ...change }: Change<SeedNode> = {},
): SeedNode => ({
  ...common(name, `seeds/${name}.csv`),
  unique_id: nodeId(`seed.shop.${name}`),
  resource_type: 'seed',
  root_path: null,
  raw_code: '',
  ...change,
  config: { ...config, materialized: 'seed', ...own },
});

/** A singular test, or a generic one when `test_metadata` is given. */
export const aTest = (
  name: string,
  { reads, config: own, ...change }: Change<TestNode> = {},
): TestNode => ({
  ...common(name, change.original_file_path ?? `tests/${name}.sql`, reads),
  unique_id: nodeId(`test.shop.${name}`),
  resource_type: 'test',
  relation_name: null,
  test_metadata: null,
  column_name: null,
  attached_node: null,
  file_key_name: null,
  ...change,
  config: { ...config, materialized: 'test', severity: 'ERROR', ...own },
});

/** A table of a source `source.shop.<source>.<name>`. */
export const aSource = (
  source: string,
  name: string,
  { config: own, ...change }: Change<SourceNode> = {},
): SourceNode => ({
  unique_id: nodeId(`source.shop.${source}.${name}`),
  resource_type: 'source',
  name,
  package_name: 'shop',
  path: 'models/_sources.yml',
  original_file_path: 'models/_sources.yml',
  fqn: ['shop', source, name],
  description: '',
  tags: [],
  meta: {},
  source_name: source,
  source_description: '',
  external: null,
  source_meta: {},
  loader: '',
  identifier: name,
  database: 'db',
  schema: source,
  relation_name: `"db"."${source}"."${name}"`,
  columns: {},
  loaded_at_field: null,
  loaded_at_query: null,
  unrendered_database: null,
  unrendered_schema: null,
  freshness: null,
  quoting: {},
  unrendered_config: {},
  place: { file: 'models/_sources.yml', line: 3, column: 7 },
  ...change,
  config: { enabled: true, ...own },
});

/** An exposure `exposure.shop.<name>`. */
export const anExposure = (
  name: string,
  { reads = [], config: own, ...change }: Change<ExposureNode> = {},
): ExposureNode => ({
  unique_id: nodeId(`exposure.shop.${name}`),
  resource_type: 'exposure',
  name,
  package_name: 'shop',
  path: '_exposures.yml',
  original_file_path: 'models/_exposures.yml',
  fqn: ['shop', name],
  description: '',
  tags: [],
  meta: {},
  type: 'dashboard',
  owner: { name: 'Ana' },
  label: null,
  maturity: null,
  url: null,
  refs: [],
  sources: [],
  metrics: [],
  depends_on: { macros: [], nodes: reads.map(nodeId) },
  created_at: 1_700_000_000,
  unrendered_config: {},
  place: { file: 'models/_exposures.yml', line: 3, column: 5 },
  ...change,
  config: { enabled: true, ...own },
});

/** A manifest of the given nodes. */
export function aManifest(nodes: readonly GraphNode[], change: Partial<Manifest> = {}): Manifest {
  const byId = <T extends GraphNode>(keep: (node: GraphNode) => node is T): Record<NodeId, T> =>
    Object.fromEntries(nodes.filter(keep).map((node) => [node.unique_id, node]));
  return {
    project_name: 'shop',
    adapter_type: 'postgres',
    target_name: 'dev',
    loaded_at: 1_700_000_000_000,
    enforced_constraints: ['check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom'],
    nodes: byId(
      (node): node is Exclude<GraphNode, SourceNode | ExposureNode | UnitTestNode | SemanticNode> =>
        !isSemantic(node) &&
        node.resource_type !== 'source' &&
        node.resource_type !== 'exposure' &&
        node.resource_type !== 'unit_test',
    ),
    unit_tests: byId((node) => node.resource_type === 'unit_test'),
    semantics: byId(isSemantic),
    sources: byId((node) => node.resource_type === 'source'),
    exposures: byId((node) => node.resource_type === 'exposure'),
    groups: {},
    macros: {},
    docs: {},
    disabled: {},
    stranded: {},
    selectors: {},
    on_run_start: [],
    on_run_end: [],
    ...change,
  };
}
