import type { NodeId } from '../kernel/node-id.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { ExposureNode, SemanticNode } from '../manifest/node.ts';
import { captureText } from './capture.ts';
import { textsOf } from './texts.ts';
import { renderDescription } from './descriptions.ts';
import type { CapturedRef, CapturedSource } from './draft.ts';
import { finalConfig, unrenderedConfig } from './node-config.ts';
import type { ConfigRequest } from './node-config.ts';
import { errorOf, warningOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { ProjectFile } from './project-file.ts';
import type { Property } from './properties.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';

/** An exposure whose dependencies are still to be resolved. */
export interface ReadExposure {
  readonly node: Omit<ExposureNode, 'depends_on'>;
  readonly refs: readonly CapturedRef[];
  readonly sources: readonly CapturedSource[];
  readonly metrics: readonly NodeId[];
}

const text = (value: unknown): string | null =>
  value === undefined || value === null ? null : String(value as string);

type Depends = Pick<ReadExposure, 'refs' | 'sources' | 'metrics'>;
type Semantics = Readonly<Record<NodeId, SemanticNode>>;

const METRIC = /^\s*(?:\{\{\s*)?metric\((?:\s*['"](\w+)['"]\s*,)?\s*['"](\w+)['"]\s*\)/;

/** The metric that a call names, with or without its package. */
function metricOf(call: string, semantics: Semantics): SemanticNode | undefined {
  const [, packageName, name] = METRIC.exec(call) ?? [];
  return Object.values(semantics).find(
    (node) =>
      node.resource_type === 'metric' &&
      node.name === name &&
      (packageName === undefined || node.package_name === packageName),
  );
}

/** `depends_on`: each entry is a call of ref, source or metric. */
function dependsOn(world: World, property: Property, id: string, known: Semantics): Depends {
  const pkg = world.packages.get(property.packageName) ?? world.root;
  const { file } = property;
  const refs: CapturedRef[] = [];
  const sources: CapturedSource[] = [];
  const metrics: NodeId[] = [];
  for (const item of listAt(
    property.value['depends_on'],
    [...property.path, 'depends_on'],
    file,
    world.diagnostics,
  )) {
    const at = file.document.spanOf(item.path);
    if (typeof item.value !== 'string') {
      world.diagnostics.push(
        errorOf('ETL1004', "an entry of depends_on must be a text such as ref('x')", { at }),
      );
      continue;
    }
    if (/^\s*(\{\{\s*)?metric\(/.test(item.value)) {
      const metric = metricOf(item.value, known);
      if (metric !== undefined) {
        metrics.push(metric.unique_id);
        continue;
      }
      world.diagnostics.push(
        warningOf('ETL4002', `the exposure "${property.name}" depends on ${item.value.trim()}`, {
          at,
          hint: 'There is no metric of that name: the exposure stays, without this line.',
        }),
      );
      continue;
    }
    const { line, column } = file.document.textSpanOf(item.path);
    // a plain call gets its braces, three characters to the left
    const isCall = !item.value.includes('{');
    const found = captureText(world, {
      id,
      name: property.name,
      type: 'exposure',
      package: pkg,
      shownPath: file.shownPath,
      text: isCall ? `{{ ${item.value} }}` : item.value,
      origin: { line, column },
      model: { unique_id: id, name: property.name, resource_type: 'exposure' },
    });
    refs.push(...found.refs.map((ref) => ({ ...ref, at })));
    sources.push(...found.sources.map((source) => ({ ...source, at })));
  }
  return { refs, sources, metrics };
}

const TYPES = ['dashboard', 'notebook', 'analysis', 'ml', 'application'];
const MATURITIES = ['low', 'medium', 'high'];

/** Type, maturity and owner, as dbt demands them. */
function checkWords(world: World, property: Property, node: string): void {
  const { value, name, at, file, path } = property;
  const refuse = (message: string, hint: string, key?: string): void => {
    const where = key === undefined ? at : file.document.spanOf([...path, key]);
    world.diagnostics.push(errorOf('ETL1004', message, { at: where, node, hint }));
  };
  const { type, maturity, owner } = value;
  if (type === undefined || type === null)
    refuse(`the exposure "${name}" needs a "type"`, 'For example: type: dashboard');
  else if (!TYPES.includes(text(type) ?? ''))
    refuse(`"${text(type)}" is no type of exposure`, `Types: ${TYPES.join(', ')}.`, 'type');
  if (maturity !== undefined && maturity !== null && !MATURITIES.includes(text(maturity) ?? ''))
    refuse(
      `"${text(maturity)}" is no maturity`,
      `Maturities: ${MATURITIES.join(', ')}.`,
      'maturity',
    );
  const known = isYamlMap(owner) ? (owner['name'] ?? owner['email'] ?? null) : null;
  if (known === null)
    refuse(
      `the owner of the exposure "${name}" needs a name or an email`,
      'Write: owner: {name: Finance, email: finance@example.org}',
    );
}

/** Reads an exposure. */
export function readExposure(world: World, property: Property, semantics: Semantics): ReadExposure {
  const { value, file, packageName, name, path } = property;
  const pkg = world.packages.get(packageName) ?? world.root;
  const id = nodeId(`exposure.${packageName}.${name}`);
  const fqn = [packageName, ...file.path.split('/').slice(0, -1), name];
  const config = isYamlMap(value['config']) ? value['config'] : {};
  const yaml = {
    ...config,
    ...(typeof value['enabled'] === 'boolean' ? { enabled: value['enabled'] } : {}),
    meta: {
      ...(isYamlMap(value['meta']) ? value['meta'] : {}),
      ...(isYamlMap(config['meta']) ? config['meta'] : {}),
    },
    tags: [...new Set([...textsOf(value['tags']), ...textsOf(config['tags'])])],
  };
  const request: ConfigRequest = {
    type: 'exposure',
    fqn,
    own: pkg.project,
    root: world.root.project,
    yaml,
    calls: {},
  };
  const at = property.at;
  const {
    'pre-hook': _pre,
    'post-hook': _post,
    ...final
  } = finalConfig(request, id, at, world.diagnostics);
  const { tags, meta } = withProjectWide(pkg.project, yaml, final);
  const depends = dependsOn(world, property, id, semantics);
  checkWords(world, property, id);
  return {
    ...depends,
    node: {
      resource_type: 'exposure',
      unique_id: id,
      name,
      package_name: packageName,
      path: file.path,
      original_file_path: file.originalPath,
      fqn,
      description: renderDescription(world, packageName, value['description'], file, [
        ...path,
        'description',
      ]),
      tags,
      meta,
      type: text(value['type']) ?? '',
      owner: isYamlMap(value['owner']) ? value['owner'] : {},
      label: text(value['label']),
      maturity: text(value['maturity']),
      url: text(value['url']),
      config: { ...final, tags, meta },
      refs: depends.refs.map((ref) => ({
        name: ref.name,
        package: ref.package,
        version: ref.version,
      })),
      sources: depends.sources.map((source) => [source.source, source.table] as const),
      metrics: depends.metrics.map((metric) => metric.split('.').slice(2).join('.')),
      created_at: world.session.invocation.startedAt.getTime() / 1000,
      unrendered_config: unrenderedConfig({ ...request, yaml: withoutEmpty(yaml) }),
      place: at,
    },
  };
}

/** As in dbt, tags come once and in order, and `meta` right below `exposures:` is no folder. */
function withProjectWide(
  { configs }: ProjectFile,
  own: { readonly meta: Readonly<Record<string, unknown>> },
  { tags, meta }: Pick<ExposureNode, 'tags' | 'meta'>,
): Pick<ExposureNode, 'tags' | 'meta'> {
  const wide = configs.exposures['meta'];
  return {
    tags: [...new Set(tags)].sort(),
    meta: { ...(isYamlMap(wide) ? wide : {}), ...own.meta, ...meta },
  };
}

/** Keys that the entry does not give are not part of what was written. */
const withoutEmpty = (
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : !isYamlMap(value) || Object.keys(value).length > 0,
    ),
  );
