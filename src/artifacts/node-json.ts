// Fields of manifest v12, kind by kind. The schema forbids private keys outside `config` and `meta`, so every field is named here
// and whatever else a node carries in memory stays there.
import type { NodeId } from '../kernel/node-id.ts';
import type { DocNode, MacroNode, RunHook } from '../manifest/manifest.ts';
import type {
  ColumnInfo,
  Constraint,
  ExecutableNode,
  ExposureNode,
  GraphNode,
  SemanticNode,
  SourceNode,
} from '../manifest/node.ts';
import { isSemantic } from '../manifest/node.ts';
import type { UnitTestNode } from '../manifest/unit-test.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What compiling a node gave, when it was compiled in this invocation. */
export interface CompiledFacts {
  readonly code: string;
  /** relative to the project: `target/compiled/...` */
  readonly path: string;
  /** where its foreign keys lead, by their text */
  readonly references?: ReadonlyMap<string, string>;
  /** unique ids of the macros it called: behind is_incremental() are more than parsing saw */
  readonly macros?: readonly string[];
}
export interface NodeJsonOptions {
  readonly compiled: ReadonlyMap<NodeId, CompiledFacts>;
  /** seconds since 1970, for kinds that do not know when they were parsed */
  readonly createdAt: number;
}

/** Any node of the graph as manifest.json shows it. */
export function nodeJson(node: GraphNode, options: NodeJsonOptions): Json {
  if (node.resource_type === 'source') return sourceJson(node, options);
  if (node.resource_type === 'exposure') return exposureJson(node);
  if (node.resource_type === 'unit_test') return unitTestJson(node);
  if (isSemantic(node)) return semanticJson(node);
  return executableJson(node, options);
}

function executableJson(node: ExecutableNode, options: NodeJsonOptions): Json {
  if (node.resource_type === 'seed')
    return {
      ...commonJson(node),
      root_path: node.root_path,
      depends_on: { macros: node.depends_on.macros },
    };
  const compiled = options.compiled.get(node.unique_id);
  const common = compilableJson(node, compiled);
  switch (node.resource_type) {
    case 'test':
      return node.test_metadata === null
        ? common
        : Object.assign(common, {
            column_name: node.column_name,
            file_key_name: node.file_key_name,
            attached_node: node.attached_node,
            test_metadata: node.test_metadata,
          });
    case 'model':
      return Object.assign(common, {
        access: node.access,
        constraints: node.constraints.map((constraint) => leading(constraint, compiled)),
        version: node.version,
        latest_version: node.latest_version,
        deprecation_date: node.deprecation_date,
        primary_key: node.primary_key,
        time_spine: null,
      });
    default:
      return common;
  }
}

const commonJson = (node: ExecutableNode, compiled?: CompiledFacts): Record<string, unknown> => ({
  // readers index these without asking, so the keys are there even where ClickHouse has no database
  database: node.database ?? '',
  schema: node.schema,
  name: node.name,
  resource_type: node.resource_type,
  package_name: node.package_name,
  path: node.path,
  original_file_path: node.original_file_path,
  unique_id: node.unique_id,
  fqn: node.fqn,
  alias: node.alias,
  checksum: node.checksum,
  relation_name: node.relation_name,
  config: node.config,
  tags: node.tags,
  description: node.description,
  columns: columnsJson(node.columns, node.resource_type === 'model' ? compiled : undefined),
  meta: node.meta,
  group: node.group,
  docs: node.docs,
  patch_path: node.patch_path,
  build_path: node.build_path,
  unrendered_config: node.unrendered_config,
  created_at: node.created_at,
  raw_code: node.raw_code,
  doc_blocks: node.doc_blocks,
});

/** The same fields and those of SQL. Not by spreading both: for objects of this size that takes some eighty times as long (Node 20). */
function compilableJson(node: ExecutableNode, compiled: CompiledFacts | undefined): Json {
  const { macros } = node.depends_on;
  return Object.assign(commonJson(node, compiled), {
    language: node.language,
    refs: node.refs,
    sources: node.sources,
    metrics: [],
    functions: [],
    depends_on: {
      macros:
        compiled?.macros === undefined ? macros : [...new Set([...macros, ...compiled.macros])],
      nodes: node.depends_on.nodes,
    },
    compiled_path: compiled?.path ?? null,
    compiled: compiled !== undefined,
    // without compiling there is none at all, as in dbt: JSON leaves out what is undefined
    compiled_code: compiled?.code,
    extra_ctes_injected: compiled !== undefined,
    extra_ctes: [],
    contract: node.contract,
  });
}

/** A foreign key of what was compiled leads to a relation, as in dbt; else its text is told as it is written. */
const leading = <T extends Constraint>(constraint: T, compiled: CompiledFacts | undefined): T => {
  const to = compiled?.references?.get(constraint.to ?? '');
  return to === undefined ? constraint : { ...constraint, to };
};

const columnsJson = (
  columns: Readonly<Record<string, ColumnInfo>>,
  compiled?: CompiledFacts,
): Json =>
  Object.fromEntries(
    Object.entries(columns).map(([key, column]) => [key, columnJson(column, compiled)]),
  );

const columnJson = (column: ColumnInfo, compiled: CompiledFacts | undefined): Json => ({
  name: column.name,
  description: column.description,
  meta: column.meta,
  data_type: column.data_type,
  constraints:
    compiled === undefined
      ? column.constraints
      : column.constraints.map((constraint) => leading(constraint, compiled)),
  quote: column.quote,
  config: { meta: column.meta, tags: column.tags },
  tags: column.tags,
  granularity: null,
  dimension: null,
  entity: null,
  doc_blocks: column.doc_blocks,
  // further keys of a column stand beside dbt's own, as there; JSON leaves out what is undefined
  codec: column.codec,
  ttl: column.ttl,
});

const sourceJson = (node: SourceNode, { createdAt }: NodeJsonOptions): Json => ({
  database: node.database ?? '',
  schema: node.schema,
  name: node.name,
  resource_type: node.resource_type,
  package_name: node.package_name,
  path: node.path,
  original_file_path: node.original_file_path,
  unique_id: node.unique_id,
  fqn: node.fqn,
  source_name: node.source_name,
  source_description: node.source_description,
  loader: node.loader,
  identifier: node.identifier,
  quoting: node.quoting,
  loaded_at_field: node.loaded_at_field,
  loaded_at_query: node.loaded_at_query,
  freshness: node.freshness,
  external: node.external,
  description: node.description,
  columns: columnsJson(node.columns),
  meta: node.meta,
  source_meta: node.source_meta,
  tags: node.tags,
  config: node.config,
  patch_path: null,
  unrendered_config: node.unrendered_config,
  relation_name: node.relation_name,
  created_at: createdAt,
  unrendered_database: node.unrendered_database,
  unrendered_schema: node.unrendered_schema,
  doc_blocks: [],
});

const exposureJson = (node: ExposureNode): Json => ({
  name: node.name,
  resource_type: node.resource_type,
  package_name: node.package_name,
  path: node.path,
  original_file_path: node.original_file_path,
  unique_id: node.unique_id,
  fqn: node.fqn,
  type: node.type,
  owner: node.owner,
  description: node.description,
  label: node.label,
  maturity: node.maturity,
  meta: node.meta,
  tags: node.tags,
  config: node.config,
  unrendered_config: node.unrendered_config,
  url: node.url,
  depends_on: node.depends_on,
  refs: node.refs,
  sources: node.sources,
  metrics: node.metrics.map((name) => [name]),
  created_at: node.created_at,
});

const semanticJson = ({ own, place: _place, resource_type: type, ...node }: SemanticNode): Json => {
  // a semantic model of dbt has neither
  const { tags, meta, ...common } = node;
  return {
    ...common,
    resource_type: type,
    ...(type === 'semantic_model' ? {} : { tags }),
    ...(type === 'metric' ? { meta, sources: [], metrics: [] } : {}),
    ...own,
  };
};

const unitTestJson = (node: UnitTestNode): Json => ({
  model: node.model,
  given: node.given.map(({ input, rows, format, fixture }) => ({ input, rows, format, fixture })),
  expect: node.expect,
  name: node.name,
  resource_type: node.resource_type,
  package_name: node.package_name,
  path: node.path,
  original_file_path: node.original_file_path,
  unique_id: node.unique_id,
  fqn: node.fqn,
  description: node.description,
  overrides: node.overrides,
  depends_on: node.depends_on,
  config: node.config,
  checksum: node.checksum,
  schema: node.schema,
  created_at: node.created_at,
  versions: node.versions,
  version: node.version,
});

/** A macro as manifest.json shows it. */
export const macroJson = (macro: MacroNode, { createdAt }: NodeJsonOptions): Json => ({
  name: macro.name,
  resource_type: 'macro',
  package_name: macro.package_name,
  path: macro.path,
  original_file_path: macro.original_file_path,
  unique_id: macro.unique_id,
  macro_sql: macro.macro_sql,
  depends_on: { macros: macro.depends_on.macros },
  description: macro.description,
  meta: macro.meta,
  docs: macro.docs,
  config: { meta: macro.meta, docs: macro.docs },
  patch_path: macro.patch_path,
  arguments: macro.arguments,
  created_at: createdAt,
  supported_languages: null,
});

/** A docs block as manifest.json shows it. */
export const docJson = (doc: DocNode): Json => ({
  name: doc.name,
  resource_type: 'doc',
  package_name: doc.package_name,
  path: doc.path,
  original_file_path: doc.original_file_path,
  unique_id: doc.unique_id,
  block_contents: doc.block_contents,
});

/** A hook of on-run-start or on-run-end as manifest.json shows it: a node of its own. */
export const hookJson = (
  hook: RunHook,
  when: 'on-run-start' | 'on-run-end',
  checksum: string,
  { createdAt }: NodeJsonOptions,
): Json => ({
  database: '',
  schema: '',
  name: hook.name,
  resource_type: 'operation',
  package_name: hook.package_name,
  path: `hooks/${hook.name}.sql`,
  original_file_path: './dbt_project.yml',
  unique_id: hook.unique_id,
  fqn: [hook.package_name, 'hooks', hook.name],
  alias: hook.name,
  checksum: { name: 'sha256', checksum },
  config: { enabled: true, materialized: 'view', tags: [], meta: {} },
  tags: [when],
  description: '',
  columns: {},
  meta: {},
  created_at: createdAt,
  relation_name: null,
  raw_code: hook.hook.sql,
  language: 'sql',
  refs: [],
  sources: [],
  metrics: [],
  functions: [],
  depends_on: { macros: [], nodes: [] },
  compiled: false,
  index: hook.hook.index,
});
