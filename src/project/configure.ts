import type { ColumnInfo } from '../manifest/node.ts';
import { readSnapshotConfig } from '../manifest/snapshot-config.ts';
import { captureText } from './capture.ts';
import { readColumns, textsOf } from './columns.ts';
import type { ConfigValues } from './config-merge.ts';
import { renderDescription } from './descriptions.ts';
import type { Capture, ConfiguredDraft, Draft, NamedDraft } from './draft.ts';
import type { Naming } from './naming.ts';
import { finalConfig, unrenderedConfig } from './node-config.ts';
import type { ConfigRequest } from './node-config.ts';
import type { Property } from './properties.ts';
import { Relation } from '../jinja/scope/relation.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';

/** Older places of config: keys of the entry itself that mean what `config:` means. */
function yamlConfig(patch: Property | undefined): ConfigValues {
  if (patch === undefined) return {};
  const { value } = patch;
  const config: Record<string, unknown> = {};
  if (isYamlMap(value['meta'])) config['meta'] = value['meta'];
  if (value['tags'] !== undefined && value['tags'] !== null) config['tags'] = value['tags'];
  if (isYamlMap(value['docs'])) config['docs'] = value['docs'];
  for (const key of ['group', 'access'])
    if (typeof value[key] === 'string') config[key] = value[key];
  const own = isYamlMap(value['config']) ? value['config'] : {};
  const merged: Record<string, unknown> = { ...config, ...own };
  if (isYamlMap(config['meta']) && isYamlMap(own['meta']))
    merged['meta'] = { ...config['meta'], ...own['meta'] };
  if (config['tags'] !== undefined && own['tags'] !== undefined)
    merged['tags'] = [...textsOf(config['tags']), ...textsOf(own['tags'])];
  return merged;
}

function columnsOf(
  world: World,
  draft: Draft,
  patch: Property | undefined,
): Readonly<Record<string, ColumnInfo>> {
  if (patch === undefined || draft.type === 'test') return {};
  const columns = readColumns(world, patch.packageName, patch.value['columns'], patch.file, [
    ...patch.path,
    'columns',
  ]);
  return Object.fromEntries(columns.map((column) => [column.name, column.info]));
}

/** What hooks refer to belongs to the node. */
function withHooks(world: World, draft: Draft, config: ConfiguredDraft['config']): Capture {
  if (draft.type === 'test') return draft.capture;
  const hooks = [...config['pre-hook'], ...config['post-hook']];
  let { capture } = draft;
  for (const hook of hooks) {
    const { id, name, type, shownPath } = draft;
    const model = {
      unique_id: id,
      name,
      alias: name,
      resource_type: type,
      package_name: draft.package.project.name,
      config,
    };
    const found = captureText(world, {
      id,
      name,
      type,
      package: draft.package,
      shownPath,
      model,
      text: hook.sql,
    });
    capture = {
      ...capture,
      refs: [...capture.refs, ...found.refs],
      sources: [...capture.sources, ...found.sources],
      macros: [...new Set([...capture.macros, ...found.macros])],
    };
  }
  return capture;
}

/** Gives a draft its config, columns and description. */
export function configure(
  world: World,
  draft: Draft,
  patch: Property | undefined,
): ConfiguredDraft {
  const request: ConfigRequest = {
    type: draft.type,
    fqn: draft.fqn,
    own: draft.package.project,
    root: world.root.project,
    yaml: yamlConfig(patch),
    calls: draft.capture.config,
  };
  const at = patch?.at ?? draft.place;
  const config = finalConfig(request, draft.id, at, world.diagnostics);
  if (draft.type === 'snapshot' && config.enabled)
    for (const found of readSnapshotConfig(draft.name, config).diagnostics)
      world.diagnostics.push({ ...found, at, node: draft.id });
  const description =
    patch === undefined
      ? draft.description
      : renderDescription(world, patch.packageName, patch.value['description'], patch.file, [
          ...patch.path,
          'description',
        ]);
  const tags = [...new Set([...(draft.generic?.tags ?? []), ...config.tags])];
  return {
    ...draft,
    capture: withHooks(world, draft, config),
    patch,
    config,
    unrenderedConfig: unrenderedConfig(request),
    columns: columnsOf(world, draft, patch),
    description,
    tags: draft.generic === undefined ? tags : tags,
  };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Tests have a relation only where they keep their failing rows; ephemeral models and analyses have none. */
function hasRelation(draft: ConfiguredDraft): boolean {
  if (draft.type === 'test') return draft.config['store_failures'] === true;
  return draft.type !== 'analysis' && draft.config.materialized !== 'ephemeral';
}

/** Where a snapshot is put by the older configs, which no macro changes. */
const targetOf = (
  config: ConfigValues,
): { readonly schema?: string; readonly database?: string } => {
  const [schema, database] = [config['target_schema'], config['target_database']].map(textOrNull);
  return { ...(schema ? { schema } : {}), ...(database ? { database } : {}) };
};

/** Gives a draft its schema, alias and database. */
export function nameDraft(world: World, naming: Naming, draft: ConfiguredDraft): NamedDraft {
  const { config } = draft;
  const custom = {
    schema: textOrNull(config.schema),
    alias: textOrNull(config.alias),
    database: textOrNull(config.database),
  };
  const node = {
    unique_id: draft.id,
    name: draft.name,
    resource_type: draft.type,
    package_name: draft.package.project.name,
    path: draft.path,
    original_file_path: draft.originalPath,
    fqn: draft.fqn,
    alias: draft.name,
    schema: world.target.schema,
    database: world.target.database ?? null,
    config,
    tags: draft.tags,
    meta: config.meta,
    version: null,
    raw_code: draft.rawCode,
    unrendered_config: draft.unrenderedConfig,
  };
  const generated = naming.names({
    id: draft.id,
    name: draft.name,
    packageName: draft.package.project.name,
    custom,
    node,
  });
  const names = draft.type === 'snapshot' ? { ...generated, ...targetOf(config) } : generated;
  const database = world.dialect.can.databases ? names.database : null;
  const relation = hasRelation(draft)
    ? relationText(world, { ...names, database }, config['quoting'])
    : null;
  return { ...draft, ...names, database, relationName: relation };
}

/** The quoted, qualified name of a node's relation: its own quoting goes over the project's. */
export function relationText(
  world: World,
  name: { readonly database: string | null; readonly schema: string; readonly alias: string },
  quoting: unknown,
): string {
  const wish: Record<string, boolean> = {};
  for (const [key, value] of Object.entries(isYamlMap(quoting) ? quoting : {}))
    if (typeof value === 'boolean') wish[key] = value;
  const { style } = world.engine;
  const policy = { ...style.policy, ...wish };
  return Relation.of(
    { database: name.database, schema: name.schema, name: name.alias },
    { ...style, policy },
  ).render();
}
