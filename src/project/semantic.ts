// Metrics, semantic models and saved queries: listed, selected and written into the manifest; nothing here answers them.
import { nodeId, type NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode, SemanticNode } from '../manifest/node.ts';
import { captureText } from './capture.ts';
import { renderDescription } from './descriptions.ts';
import { errorOf } from './problems.ts';
import type { Property } from './properties.ts';
import type { Resolver } from './resolve.ts';
import {
  elementsShape,
  exportsShape,
  filterShape,
  inputsOf,
  queryShape,
  textOrNull,
  typeParamsShape,
} from './semantic-shapes.ts';
import { textsOf } from './texts.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap } from './yaml.ts';

export interface ReadSemantics {
  readonly nodes: Readonly<Record<NodeId, SemanticNode>>;
  readonly disabled: readonly SemanticNode[];
}

type Kind = SemanticNode['resource_type'];
const KINDS: Readonly<Record<string, Kind>> = {
  semantic_models: 'semantic_model',
  metrics: 'metric',
  saved_queries: 'saved_query',
};
const CONFIGS: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  semantic_model: { enabled: true, group: null, meta: {} },
  metric: { enabled: true, group: null, meta: {} },
  saved_query: {
    enabled: true,
    group: null,
    meta: {},
    export_as: null,
    schema: null,
    cache: { enabled: false },
  },
};
const mapOf = (value: unknown): YamlMap => (isYamlMap(value) ? value : {});

/** Reads the three sections; what a node refers to is found among the nodes that are given, and among themselves. */
export function readSemantics(
  world: World,
  properties: readonly Property[],
  resolver: Resolver,
  executable: Readonly<Record<NodeId, ExecutableNode>>,
): ReadSemantics {
  const read = properties
    .filter(({ section }) => KINDS[section] !== undefined)
    .flatMap((property) => {
      const node = nodeOf(world, property);
      if (node.resource_type !== 'semantic_model') return [node];
      const model = overModel(world, property, { node, resolver, executable });
      return [model, ...ownMetrics(model)];
    });
  const enabled = read.filter(({ config }) => config.enabled);
  const linked = link(enabled);
  return {
    nodes: Object.fromEntries(linked.map((node) => [node.unique_id, node])),
    disabled: read.filter(({ config }) => !config.enabled),
  };
}

function nodeOf(world: World, property: Property): SemanticNode {
  const { value, file, packageName, name, path, section, at } = property;
  const kind = KINDS[section] ?? 'metric';
  const id = nodeId(`${kind}.${packageName}.${name}`);
  const written = mapOf(value['config']);
  const meta = { ...mapOf(value['meta']), ...mapOf(written['meta']) };
  const enabled = written['enabled'] ?? true;
  if (typeof enabled !== 'boolean')
    world.diagnostics.push(
      errorOf(
        'ETL1004',
        `the config "enabled" must be true or false: '${String(enabled as string)}' is not of type 'boolean'`,
        { at: file.document.spanOf([...path, 'config', 'enabled']), node: id },
      ),
    );
  const config: SemanticNode['config'] = {
    ...CONFIGS[kind],
    ...written,
    meta,
    enabled: enabled === true,
  };
  return {
    resource_type: kind,
    unique_id: id,
    name,
    package_name: packageName,
    path: file.path,
    original_file_path: file.originalPath,
    fqn: [packageName, ...file.path.split('/').slice(0, -1), name],
    description: renderDescription(world, packageName, value['description'], file, [
      ...path,
      'description',
    ]),
    label: textOrNull(value['label']) ?? (kind === 'metric' ? name : null),
    tags: [...new Set([...textsOf(value['tags']), ...textsOf(written['tags'])])],
    meta,
    group: textOrNull(config['group'] ?? value['group']),
    config,
    unrendered_config: written,
    refs: [],
    depends_on: { macros: [], nodes: [] },
    created_at: world.session.invocation.startedAt.getTime() / 1000,
    own: ownOf(kind, value),
    place: at,
  };
}

function ownOf(kind: Kind, value: YamlMap): SemanticNode['own'] {
  if (kind === 'metric')
    return {
      type: textOrNull(value['type']) ?? 'simple',
      type_params: typeParamsShape(value['type_params']),
      filter: filterShape(value['filter']),
      metadata: null,
      time_granularity: textOrNull(value['time_granularity']),
    };
  if (kind === 'saved_query')
    return {
      query_params: queryShape(value['query_params']),
      exports: exportsShape(value['exports']),
      metadata: null,
    };
  return {
    model: textOrNull(value['model']) ?? '',
    node_relation: null,
    defaults: value['defaults'] ?? null,
    entities: elementsShape(value['entities']),
    measures: elementsShape(value['measures']),
    dimensions: elementsShape(value['dimensions']),
    metadata: null,
    primary_entity: textOrNull(value['primary_entity']),
  };
}

/** A semantic model with the model that it stands on. */
function overModel(
  world: World,
  { packageName, file, path }: Property,
  {
    node,
    resolver,
    executable,
  }: {
    readonly node: SemanticNode;
    readonly resolver: Resolver;
    readonly executable: Readonly<Record<NodeId, ExecutableNode>>;
  },
): SemanticNode {
  if (!node.config.enabled) return node;
  const pkg = world.packages.get(packageName) ?? world.root;
  const { line, column } = file.document.textSpanOf([...path, 'model']);
  const text = String(node.own['model'] as string);
  if (text === '') {
    world.diagnostics.push(
      errorOf('ETL1004', `the semantic model "${node.name}" needs a "model"`, {
        at: node.place,
        node: node.unique_id,
        hint: "Write: model: ref('the_model')",
      }),
    );
    return node;
  }
  const at = file.document.spanOf([...path, 'model']);
  const { refs } = captureText(world, {
    id: node.unique_id,
    name: node.name,
    type: 'exposure',
    package: pkg,
    shownPath: file.shownPath,
    text: text.includes('{') ? text : `{{ ${text} }}`,
    origin: { line, column: text.includes('{') ? column : column - 3 },
    model: { unique_id: node.unique_id, name: node.name, resource_type: 'semantic_model' },
  });
  const { nodes } = resolver.resolve({
    id: node.unique_id,
    packageName,
    group: node.group,
    isTest: false,
    refs: refs.map((ref) => ({ ...ref, at })),
    sources: [],
  });
  const [parent] = nodes.flatMap((id) => executable[id] ?? []);
  const relation =
    parent === undefined
      ? null
      : {
          alias: parent.alias,
          schema_name: parent.schema,
          database: parent.database,
          relation_name: parent.relation_name,
        };
  return {
    ...node,
    refs: refs.map(({ name, package: pack, version }) => ({ name, package: pack, version })),
    depends_on: { macros: [], nodes },
    own: { ...node.own, node_relation: relation },
  };
}

/** The metrics that `create_metric` of a measure makes. */
function ownMetrics(model: SemanticNode): readonly SemanticNode[] {
  return measuresOf(model).flatMap((measure) => {
    if (measure['create_metric'] !== true) return [];
    const name = textOrNull(measure['name']) ?? '';
    return [
      {
        ...model,
        resource_type: 'metric',
        unique_id: nodeId(`metric.${model.package_name}.${name}`),
        name,
        fqn: [...model.fqn.slice(0, -1), name],
        description: textOrNull(measure['description']) ?? `Metric created from measure ${name}`,
        label: textOrNull(measure['label']) ?? name,
        config: { ...CONFIGS.metric, enabled: model.config.enabled },
        unrendered_config: { enabled: model.config.enabled },
        refs: [],
        depends_on: { macros: [], nodes: [] },
        own: ownOf('metric', {
          type: 'simple',
          type_params: { measure: name, expr: measure['expr'] ?? name },
        }),
      },
    ];
  });
}

const measuresOf = ({ own }: SemanticNode): readonly YamlMap[] =>
  Array.isArray(own['measures']) ? (own['measures'] as unknown[]).filter(isYamlMap) : [];

/** Metrics and saved queries with what they are made of; a name that is not there gives no edge. */
function link(nodes: readonly SemanticNode[]): readonly SemanticNode[] {
  const metrics = new Map(
    nodes.filter((n) => n.resource_type === 'metric').map((node) => [node.name, node]),
  );
  const modelOfMeasure = new Map(
    nodes
      .filter((n) => n.resource_type === 'semantic_model')
      .flatMap((model) =>
        measuresOf(model).map(({ name }) => [textOrNull(name), model.unique_id] as const),
      ),
  );
  const idsOf = (names: readonly string[]): readonly NodeId[] =>
    names.flatMap((name) => metrics.get(name)?.unique_id ?? []);
  return nodes.map((node) => {
    if (node.resource_type === 'semantic_model') return node;
    if (node.resource_type === 'saved_query')
      return withParents(node, idsOf(textsOf(mapOf(node.own['query_params'])['metrics'])));
    const params = mapOf(node.own['type_params']);
    const inputs = inputsOf(params);
    const models = inputs.measures.flatMap(
      ({ name }) => modelOfMeasure.get(textOrNull(name)) ?? [],
    );
    const own = {
      ...node.own,
      type_params: { ...params, input_measures: allMeasures(node, metrics) },
    };
    return withParents({ ...node, own }, [...models, ...idsOf(inputs.metrics)]);
  });
}

/** The measures of a metric and of all that it is made of, each once. */
function allMeasures(
  metric: SemanticNode,
  metrics: ReadonlyMap<string, SemanticNode>,
): readonly unknown[] {
  const seen = new Set([metric]);
  const measures = new Map<string, unknown>();
  for (const one of seen) {
    const inputs = inputsOf(mapOf(one.own['type_params']));
    for (const measure of inputs.measures) measures.set(JSON.stringify(measure), measure);
    for (const name of inputs.metrics) {
      const input = metrics.get(name);
      if (input !== undefined) seen.add(input);
    }
  }
  return [...measures.values()];
}

const withParents = (node: SemanticNode, nodes: readonly NodeId[]): SemanticNode => ({
  ...node,
  depends_on: { macros: [], nodes: [...new Set(nodes)] },
});
