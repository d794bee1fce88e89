import { didYouMean } from '../kernel/did-you-mean.ts';
import type { Access, ColumnInfo } from '../manifest/node.ts';
import { readSnapshotConfig } from '../manifest/snapshot-config.ts';
import { captureText } from './capture.ts';
import { patchColumns } from './columns.ts';
import { textsOf } from './texts.ts';
import type { ConfigValues } from './config-merge.ts';
import { checkContract, contractOf, modelConstraints, withForeignKeys } from './contract.ts';
import { readDescription } from './descriptions.ts';
import type { ReadDescription } from './descriptions.ts';
import type { Capture, ConfiguredDraft, Draft, NamedDraft } from './draft.ts';
import type { Naming } from './naming.ts';
import { errorOf } from './problems.ts';
import { behaviourFlag } from './project-flags.ts';
import { writtenCalls, writtenYaml } from './written-config.ts';
import { isoDate } from './versions.ts';
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
  return Object.fromEntries(patchColumns(world, patch).map(({ name, info }) => [name, info]));
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
    if (type === 'seed' && found.refs.length + found.sources.length > 0)
      world.diagnostics.push(
        errorOf('ETL1004', 'Seeds cannot depend on other nodes', {
          at: draft.place,
          node: id,
          hint: 'Name the relation in the hook without ref() and source(), or move the hook to a model.',
        }),
      );
    capture = {
      ...capture,
      refs: [...capture.refs, ...found.refs],
      sources: [...capture.sources, ...found.sources],
      macros: [...new Set([...capture.macros, ...found.macros])],
    };
  }
  return capture;
}

/** The description of a node: its entry's, of a version its own where it has one. */
function describe(world: World, draft: Draft, patch: Property | undefined): ReadDescription {
  if (patch === undefined) return { text: draft.description, docBlocks: draft.docBlocks ?? [] };
  const { value, version, path, packageName, file } = patch;
  const isOwn = version !== undefined && Boolean(version.value['description']);
  return readDescription(world, packageName, value['description'], file, [
    ...(isOwn ? version.path : path),
    'description',
  ]);
}

const ACCESS: readonly Access[] = ['private', 'protected', 'public'];

/** The access of a model; a word that is none, and one that its materialization cannot keep, are an ETL1004. */
function accessOf(
  world: World,
  draft: Draft,
  config: ConfiguredDraft['config'],
  at: ConfiguredDraft['place'],
): Access {
  if (draft.type !== 'model') return 'protected';
  const asked = config['access'] ?? 'protected';
  const found = ACCESS.find((one) => one === asked);
  const tell = (message: string, hint: string): void => {
    world.diagnostics.push(errorOf('ETL1004', message, { at, node: draft.id, hint }));
  };
  if (found === undefined)
    tell(
      `the access of "${draft.name}" must be private, protected or public, not ${JSON.stringify(asked)}`,
      didYouMean(String(asked as string), ACCESS) ?? 'Models without an access are protected.',
    );
  if (found === 'public' && config.enabled && config.materialized === 'ephemeral')
    tell(
      `"${draft.name}" is public and ephemeral: there is nothing that others could read`,
      'Make it a view or a table, or leave access: public out.',
    );
  return found ?? 'protected';
}

function deprecationOf(world: World, patch: Property | undefined): string | null {
  if (patch?.section !== 'models') return null;
  const path = patch.version?.path ?? patch.path;
  return isoDate(world, patch, patch.value['deprecation_date'], [...path, 'deprecation_date']);
}

/** Configs as they are written, which are what is compared with an earlier state unless a flag asks for dbt's older way. */
function writtenOf(
  world: World,
  draft: Draft,
  patch: Property | undefined,
): Pick<ConfigRequest, 'written'> {
  const { flags } = world.root.project;
  if (!behaviourFlag(flags, 'state_modified_compare_more_unrendered_values')) return {};
  const calls = draft.capture.config;
  return {
    written: {
      yaml: writtenYaml(patch, yamlConfig(patch)),
      calls:
        draft.generic === undefined ? writtenCalls(draft.rawCode, draft.shownPath, calls) : calls,
    },
  };
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
    ...writtenOf(world, draft, patch),
  };
  const at = patch?.at ?? draft.place;
  const config = finalConfig(request, draft.id, at, world.diagnostics);
  if (draft.type === 'snapshot' && config.enabled)
    for (const found of readSnapshotConfig(draft.name, withKnownStrategy(world, config))
      .diagnostics)
      world.diagnostics.push({ ...found, at, node: draft.id });
  const columns = columnsOf(world, draft, patch);
  const constraints = modelConstraints(world, draft, patch);
  checkContract(world, draft, patch, config, columns, constraints);
  const all =
    draft.type === 'model'
      ? [...Object.values(columns).flatMap((column) => column.constraints), ...constraints]
      : [];
  const { text: description, docBlocks } = describe(world, draft, patch);
  const tags = [...new Set([...(draft.generic?.tags ?? []), ...config.tags])];
  return {
    // by name, here and where it is named: a spread with further keys takes some fifty times as long (Node 20)
    type: draft.type,
    id: draft.id,
    name: draft.name,
    package: draft.package,
    path: draft.path,
    originalPath: draft.originalPath,
    shownPath: draft.shownPath,
    fqn: draft.fqn,
    rawCode: draft.rawCode,
    checksum: draft.checksum,
    place: draft.place,
    generic: draft.generic,
    version: draft.version,
    capture: withForeignKeys(world, draft, patch, withHooks(world, draft, config), all),
    patch,
    config,
    unrenderedConfig: unrenderedConfig(request),
    columns,
    description,
    docBlocks,
    constraints,
    contract: contractOf(draft, config, columns, constraints),
    access: accessOf(world, draft, config, at),
    group: textOrNull(config['group']),
    deprecationDate: deprecationOf(world, patch),
    tags,
    // one that may be left out is named, too
  } satisfies Record<keyof ConfiguredDraft, unknown>;
}

/** A config that is a text, or null. */
export const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' ? value : null;

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
  const node = (): Readonly<Record<string, unknown>> => ({
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
    version: draft.version?.v ?? null,
    raw_code: draft.rawCode,
    unrendered_config: draft.unrenderedConfig,
  });
  const generated = naming.names({
    id: draft.id,
    name: draft.name,
    packageName: draft.package.project.name,
    custom,
    versionText: draft.version?.text,
    node,
  });
  const names = draft.type === 'snapshot' ? { ...generated, ...targetOf(config) } : generated;
  const database = world.dialect.can.databases ? names.database : null;
  const relation = hasRelation(draft)
    ? relationText(world, { ...names, database }, config['quoting'])
    : null;
  const { schema, alias } = names;
  return {
    type: draft.type,
    id: draft.id,
    name: draft.name,
    package: draft.package,
    path: draft.path,
    originalPath: draft.originalPath,
    shownPath: draft.shownPath,
    fqn: draft.fqn,
    rawCode: draft.rawCode,
    checksum: draft.checksum,
    place: draft.place,
    generic: draft.generic,
    version: draft.version,
    capture: draft.capture,
    patch: draft.patch,
    config,
    unrenderedConfig: draft.unrenderedConfig,
    columns: draft.columns,
    description: draft.description,
    docBlocks: draft.docBlocks,
    constraints: draft.constraints,
    contract: draft.contract,
    access: draft.access,
    group: draft.group,
    deprecationDate: draft.deprecationDate,
    tags: draft.tags,
    schema,
    alias,
    database,
    relationName: relation,
  } satisfies Record<keyof NamedDraft, unknown>;
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

/** A strategy of the project's own decides by itself what it needs: only the rest of the config is checked then. */
function withKnownStrategy(
  { host }: World,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { strategy } = config;
  if (typeof strategy !== 'string') return config;
  const { library, internalPackages } = host.options;
  const macro = `snapshot_${strategy.slice(strategy.indexOf('.') + 1)}_strategy`;
  const isOwn = [...library.packages()].some(
    (p) => !internalPackages.includes(p) && library.find(p, macro) !== undefined,
  );
  return isOwn ? { ...config, strategy: 'check', check_cols: 'all' } : config;
}
