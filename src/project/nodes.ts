import type { NodeId } from '../kernel/node-id.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { ExecutableNode, TestNode } from '../manifest/node.ts';
import type { NamedDraft } from './draft.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';

function docsOf(draft: NamedDraft): { readonly show: boolean; readonly node_color: string | null } {
  const docs = isYamlMap(draft.config['docs']) ? draft.config['docs'] : {};
  return {
    show: docs['show'] !== false,
    node_color: typeof docs['node_color'] === 'string' ? docs['node_color'] : null,
  };
}

/** What a node has to do with others. */
export interface NodeLinks {
  readonly dependencies: readonly NodeId[];
  /** what a generic test stands on */
  readonly attachedTo: NodeId | null;
  readonly group: string | null;
  readonly primaryKey: readonly string[];
}

/** The finished node of a draft. */
export function finishNode(world: World, draft: NamedDraft, links: NodeLinks): ExecutableNode {
  const { capture, generic, patch } = draft;
  const { dependencies, attachedTo } = links;
  const common = {
    unique_id: draft.id,
    name: draft.name,
    package_name: draft.package.project.name,
    path: draft.path,
    original_file_path: draft.originalPath,
    fqn: draft.fqn,
    description: draft.description,
    tags: draft.tags,
    meta: draft.config.meta,
    alias: draft.alias,
    database: draft.database,
    schema: draft.schema,
    relation_name: draft.relationName,
    raw_code: draft.rawCode,
    language: 'sql' as const,
    checksum: draft.checksum,
    config: draft.config,
    unrendered_config: draft.unrenderedConfig,
    columns: draft.columns,
    patch_path: patch === undefined ? null : `${patch.packageName}://${patch.file.originalPath}`,
    docs: docsOf(draft),
    refs: capture.refs.map((ref) => ({
      name: ref.name,
      package: ref.package,
      version: ref.version,
    })),
    sources: capture.sources.map((source) => [source.source, source.table] as const),
    depends_on: { macros: capture.macros, nodes: dependencies },
    created_at: world.session.invocation.startedAt.getTime() / 1000,
    build_path: null,
    group: links.group,
    contract: draft.contract,
    doc_blocks: draft.docBlocks,
    place: draft.place,
  };
  // not by spreading: with further keys that takes some fifty times as long for objects of this size (Node 20)
  if (draft.type === 'seed')
    return Object.assign(common, {
      resource_type: 'seed' as const,
      root_path: draft.package.dir,
    });
  if (draft.type === 'model')
    return Object.assign(common, {
      resource_type: 'model' as const,
      access: draft.access,
      constraints: draft.constraints,
      version: draft.version?.v ?? null,
      latest_version: draft.version?.latest ?? null,
      deprecation_date: draft.deprecationDate,
      primary_key: links.primaryKey,
    });
  if (draft.type !== 'test') return Object.assign(common, { resource_type: draft.type });
  return Object.assign(common, {
    resource_type: 'test' as const,
    test_metadata: generic?.metadata ?? null,
    column_name: generic?.columnName ?? null,
    attached_node: attachedTo,
    file_key_name: generic?.fileKeyName ?? null,
  }) satisfies TestNode;
}

/** Freezes plain data all the way down. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  Object.freeze(value);
  for (const key in value) frozen(value[key]);
  return value;
}

/** Each diagnostic once: a package's file may be told of by several nodes. */
function distinctDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((d) => {
    const key = JSON.stringify([d.code, d.message, d.at]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What only seems missing while a property file cannot be read: models, sources, groups, versions, config paths. */
const FOLLOWS_UNREAD = new Set(['ETL1013', 'ETL3001', 'ETL3002', 'ETL3009', 'ETL3030', 'ETL3032']);

/** What is told of a load: each problem once, and nothing that may only follow from YAML that could not be read. */
export function tellableDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const isUnread = diagnostics.some((d) => d.code === 'ETL1003' && d.severity === 'error');
  return distinctDiagnostics(
    isUnread ? diagnostics.filter((d) => !FOLLOWS_UNREAD.has(d.code)) : diagnostics,
  );
}
