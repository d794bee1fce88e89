import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { NodeConfig, ResourceType } from '../manifest/node.ts';
import { CONFIG_DEFAULTS, sectionOf } from './config-keys.ts';
import { configKey, mergeConfig } from './config-merge.ts';
import type { ConfigValues } from './config-merge.ts';
import { configLevels } from './config-tree.ts';
import { areHooks, hooksOf } from './hooks.ts';
import { errorOf } from './problems.ts';
import { behaviourFlag } from './project-flags.ts';
import type { ProjectFile } from './project-file.ts';
import { toPython } from '../jinja/py/convert.ts';
import { pythonRepr } from './python-text.ts';
import { isYamlMap } from './yaml.ts';

export interface ConfigRequest {
  readonly type: ResourceType;
  readonly fqn: readonly string[];
  /** the project that owns the resource */
  readonly own: ProjectFile;
  readonly root: ProjectFile;
  /** `config:` of the property file, rendered */
  readonly yaml: ConfigValues;
  /** the `config()` calls of the file */
  readonly calls: ConfigValues;
  /** both as they are written, with the templates inside of them; absent where they are compared as computed */
  readonly written?: { readonly yaml: ConfigValues; readonly calls: ConfigValues };
}

/** The configs that apply, weakest first: own tree, YAML, the file, and for a package's node the root project's tree last. */
function levelsOf(request: ConfigRequest, rendered: boolean): readonly ConfigValues[] {
  const isOwn = behaviourFlag(request.root.flags, 'require_corrected_analysis_fqns');
  const section = request.type === 'analysis' && isOwn ? 'analyses' : sectionOf(request.type);
  const tree = (project: ProjectFile): readonly ConfigValues[] =>
    configLevels((rendered ? project.configs : project.unrenderedConfigs)[section], request.fqn);
  const { yaml, calls } = rendered ? request : (request.written ?? request);
  return [
    ...tree(request.own),
    yaml,
    calls,
    ...(request.own === request.root ? [] : tree(request.root)),
  ];
}

const isEmpty = (values: ConfigValues): boolean => Object.keys(values).length === 0;

/** What many resources have alike: most tests set nothing of their own, and then the project's levels decide alone. */
interface Alike {
  readonly final: Map<string, NodeConfig>;
  readonly unrendered: Map<string, ConfigValues>;
}
const ALIKE = new WeakMap<readonly ConfigValues[], WeakMap<readonly ConfigValues[], Alike>>();

/** Where the configs of such resources are kept; undefined for a resource that sets something itself. */
function alikeOf({ type, fqn, own, root, yaml, calls, written }: ConfigRequest): Alike | undefined {
  if (type === 'analysis' || !isEmpty(yaml) || !isEmpty(calls) || written !== undefined)
    return undefined;
  const section = sectionOf(type);
  const levels = configLevels(own.configs[section], fqn);
  const above = own === root ? levels : configLevels(root.configs[section], fqn);
  let known = ALIKE.get(levels);
  if (known === undefined) ALIKE.set(levels, (known = new WeakMap()));
  let alike = known.get(above);
  if (alike === undefined) known.set(above, (alike = { final: new Map(), unrendered: new Map() }));
  return alike;
}

/** The config as written: the closest level that names a key wins, nothing is merged. */
export function unrenderedConfig(request: ConfigRequest): ConfigValues {
  const known = alikeOf(request)?.unrendered;
  const found = known?.get(request.type);
  if (found !== undefined) return found;
  const written = writtenConfig(request);
  known?.set(request.type, written);
  return written;
}

function writtenConfig(request: ConfigRequest): ConfigValues {
  const result: Record<string, unknown> = {};
  for (const level of levelsOf(request, false))
    for (const [key, value] of Object.entries(level)) result[configKey(key)] = value;
  return result;
}

/** The config of a resource with all rules applied, not yet checked. */
function mergedConfig(request: ConfigRequest): ConfigValues {
  let config: ConfigValues = CONFIG_DEFAULTS[request.type] ?? {};
  const levels = levelsOf(request, true);
  for (const level of levels) config = mergeConfig(config, level);
  // an exposure's tags are a list or not there: dbt takes no null for them
  return request.type === 'exposure' && levels.some(({ tags }) => tags === null)
    ? { ...config, tags: null }
    : config;
}

type Check = readonly [key: string, expected: string, test: (value: unknown) => boolean];
const isText = (value: unknown): boolean => typeof value === 'string';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const orNull =
  (test: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === null || value === undefined || test(value);

const CHECKS: readonly Check[] = [
  ['enabled', 'true or false', isBoolean],
  ['materialized', 'a text', isText],
  ['alias', 'a text', orNull(isText)],
  ['schema', 'a text', orNull(isText)],
  ['database', 'a text', orNull(isText)],
  ['tags', 'a list of texts', (value) => Array.isArray(value) && value.every(isText)],
  ['meta', 'a mapping', isYamlMap],
  ['column_types', 'a mapping of column to type', orNull(isYamlMap)],
  ['quoting', 'a mapping', orNull(isYamlMap)],
  ['grants', 'a mapping of privilege to grantees', orNull(isYamlMap)],
  ['persist_docs', 'a mapping such as {relation: true, columns: true}', orNull(isYamlMap)],
  ['full_refresh', 'true or false', orNull(isBoolean)],
  [
    'unique_key',
    'a column or a list of columns',
    orNull((value) => isText(value) || (Array.isArray(value) && value.every(isText))),
  ],
  [
    'severity',
    'error or warn',
    orNull((value) => typeof value === 'string' && /^(warn|error)$/i.test(value)),
  ],
  ['limit', 'a whole number', orNull((value) => Number.isInteger(value))],
  ['where', 'a text', orNull(isText)],
  ['store_failures', 'true or false', orNull(isBoolean)],
  [
    'store_failures_as',
    'table, view or ephemeral',
    orNull((value) => typeof value === 'string' && ['table', 'view', 'ephemeral'].includes(value)),
  ],
];

/** Seeds and tests are materialized in one way. */
const only = (type: ResourceType): readonly Check[] =>
  type === 'seed' || type === 'test'
    ? [...CHECKS, ['materialized', `"${type}"`, (value) => value === type || !isText(value)]]
    : CHECKS;

/** Keys with one type in dbt, by its JSON schema. */
const SCHEMA_TYPES: Readonly<Record<string, string>> = {
  enabled: 'boolean',
  materialized: 'string',
  meta: 'object',
  column_types: 'object',
  quoting: 'object',
  grants: 'object',
  persist_docs: 'object',
};

/** What is wrong with a value, in the words of dbt where it has some. */
function refused(key: string, value: unknown): string {
  if (key === 'tags' && value === null)
    return ', not null: Field "tags" of type List[str] in ExposureConfig has invalid value None';
  const type = SCHEMA_TYPES[key];
  return type === undefined || (type === 'string' && isText(value))
    ? `, not ${JSON.stringify(value)}`
    : `: ${pythonRepr(toPython(value))} is not of type '${type}'`;
}

/** A value that is not what its key needs is an ETL1004, and the default counts. */
function checked(
  type: ResourceType,
  config: Record<string, unknown>,
  defaults: ConfigValues,
  node: string,
  at: Span | undefined,
  diagnostics: Diagnostic[],
): void {
  for (const [key, expected, test] of only(type)) {
    if (!Object.hasOwn(config, key) || test(config[key])) continue;
    // a text for a choice was often written without quotes in YAML
    diagnostics.push(
      errorOf('ETL1004', `the config "${key}" must be ${expected}${refused(key, config[key])}`, {
        at,
        node,
      }),
    );
    config[key] = defaults[key] ?? null;
  }
}

/** How failing rows are kept: `store_failures_as` decides, `store_failures` is its older half. */
function settleStoreFailures(config: Record<string, unknown>): void {
  const kind = config['store_failures_as'];
  if (kind === null || kind === undefined) {
    const wanted = config['store_failures'];
    config['store_failures_as'] =
      wanted === null || wanted === undefined ? null : wanted === true ? 'table' : 'ephemeral';
  } else config['store_failures'] = kind !== 'ephemeral';
}

/** The final config of a node: checked, hooks in one form. Nodes that set nothing themselves share one. */
export function finalConfig(
  request: ConfigRequest,
  node: string,
  at: Span | undefined,
  diagnostics: Diagnostic[],
): NodeConfig {
  const known = alikeOf(request)?.final;
  const found = known?.get(request.type);
  if (found !== undefined) return found;
  const before = diagnostics.length;
  const config = checkedConfig(request, node, at, diagnostics);
  // what is wrong with it is told of each node
  if (diagnostics.length === before) known?.set(request.type, config);
  return config;
}

function checkedConfig(
  request: ConfigRequest,
  node: string,
  at: Span | undefined,
  diagnostics: Diagnostic[],
): NodeConfig {
  const config: Record<string, unknown> = { ...mergedConfig(request) };
  checked(request.type, config, CONFIG_DEFAULTS[request.type] ?? {}, node, at, diagnostics);
  if (typeof config['static_analysis'] === 'boolean')
    config['static_analysis'] = config['static_analysis'] ? 'on' : 'off';
  if (isYamlMap(config['contract'])) {
    // what else stands there is dropped, as in dbt
    const { enforced, alias_types } = config['contract'];
    config['contract'] = { enforced: enforced ?? false, alias_types: alias_types ?? true };
  }
  if (request.type === 'test') settleStoreFailures(config);
  else
    for (const key of ['post-hook', 'pre-hook']) {
      if (!areHooks(config[key]))
        diagnostics.push(
          errorOf('ETL1004', `every ${key} must be a text, or a mapping with "sql"`, {
            at,
            node,
            hint: `Write for example ${key}: "analyze", or ${key}: {sql: "vacuum", transaction: false}.`,
          }),
        );
      config[key] = hooksOf(config[key]);
    }
  return config as NodeConfig;
}
