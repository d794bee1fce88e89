import type { NodeId } from '../kernel/node-id.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { ColumnInfo, SourceNode } from '../manifest/node.ts';
import { readColumns } from './columns.ts';
import { textsOf } from './texts.ts';
import type { ColumnEntry } from './columns.ts';
import { relationText } from './configure.ts';
import type { ConfigValues } from './config-merge.ts';
import { renderDescription } from './descriptions.ts';
import { checkedFreshness, freshnessOf, loadedAtOf, twoWays } from './freshness.ts';
import { finalConfig, unrenderedConfig } from './node-config.ts';
import type { ConfigRequest } from './node-config.ts';
import { errorOf } from './problems.ts';
import { listAt } from './properties.ts';
import type { Property } from './properties.ts';
import type { TestEntry, TestTarget } from './generic-tests.ts';
import type { ProjectPackage } from './text-files.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';
import type { YamlMap, YamlPath } from './yaml.ts';

/** A source table with the tests that stand on it. */
export interface ReadSource {
  readonly node: SourceNode;
  readonly tests: readonly TestEntry[];
}

const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value as string);
const mapOf = (value: unknown): YamlMap => (isYamlMap(value) ? value : {});
/** `config` of both levels, and the older places of meta, tags and loaded_at_field. */
function yamlConfig(source: YamlMap, table: YamlMap): ConfigValues {
  const [below, above] = [mapOf(source['config']), mapOf(table['config'])];
  const freshness = freshnessOf(source, table);
  return {
    ...below,
    ...above,
    ...(freshness === undefined ? {} : { freshness }),
    ...loadedAtOf(source, table),
    meta: {
      ...mapOf(source['meta']),
      ...mapOf(below['meta']),
      ...mapOf(table['meta']),
      ...mapOf(above['meta']),
    },
    tags: [
      ...new Set(
        [source['tags'], below['tags'], table['tags'], above['tags']].flatMap((tags) =>
          textsOf(tags),
        ),
      ),
    ],
  };
}

function testsOf(
  world: World,
  target: TestTarget,
  table: YamlMap,
  path: YamlPath,
  columns: readonly ColumnEntry[],
  tags: readonly string[],
  quotes: boolean,
): readonly TestEntry[] {
  const entries = (
    value: YamlMap,
    at: YamlPath,
    columnName: string | undefined,
    more: readonly string[],
  ): TestEntry[] =>
    ['tests', 'data_tests'].flatMap((key) =>
      listAt(value[key], [...at, key], target.file, world.diagnostics).map((item) => ({
        target,
        value: item.value,
        path: item.path,
        columnName,
        tags: [...tags, ...more],
      })),
    );
  const ofColumns = columns.flatMap((column) =>
    entries(column.value, column.path, quotedName(world, column, quotes), column.info.tags),
  );
  return [...ofColumns, ...entries(table, path, undefined, [])];
}

/** The column as tests name it: quoted where it says so itself, or where its owner does for all that say nothing. */
function quotedName(world: World, column: ColumnEntry, quotes: boolean): string {
  return (column.info.quote ?? quotes) ? world.dialect.ident(column.name) : column.name;
}

/** The older and the newer key of tests, for entries of models and their like. */
export function entryTests(
  world: World,
  target: TestTarget,
  value: YamlMap,
  path: YamlPath,
  columns: readonly ColumnEntry[],
): readonly TestEntry[] {
  return testsOf(world, target, value, path, columns, [], value['quote_columns'] === true);
}

/** What dbt gives every external table, also where the file does not; keys of the file's own stay. */
const NO_EXTERNAL = {
  location: null,
  file_format: null,
  row_format: null,
  tbl_properties: null,
  partitions: null,
};

interface TablePlace {
  readonly property: Property;
  readonly package: ProjectPackage;
  readonly value: YamlMap;
  readonly path: YamlPath;
  readonly name: string;
}

function tableNode(
  world: World,
  table: TablePlace,
  columns: Readonly<Record<string, ColumnInfo>>,
): SourceNode {
  const { property, value, name } = table;
  const { file, packageName, value: source } = property;
  const fqn = [packageName, ...file.path.split('/').slice(0, -1), property.name, name];
  const request: ConfigRequest = {
    type: 'source',
    fqn,
    own: table.package.project,
    root: world.root.project,
    yaml: yamlConfig(source, value),
    calls: {},
  };
  const id: NodeId = nodeId(`source.${packageName}.${property.name}.${name}`);
  const place = file.document.spanOf([...table.path, 'name']);
  const config = finalConfig(request, id, place, world.diagnostics);
  const quoting = { ...mapOf(source['quoting']), ...mapOf(value['quoting']) };
  const flag = (key: string): boolean | null =>
    typeof quoting[key] === 'boolean' ? quoting[key] : null;
  const schema = text(source['schema']) ?? property.name;
  const database = world.dialect.can.databases
    ? (text(source['database']) ?? text(source['catalog']) ?? world.target.database ?? null)
    : null;
  const identifier = text(value['identifier']) ?? name;
  const written = (key: string): string | null =>
    text(file.document.exact([...property.path, key])) ?? null;
  const { 'pre-hook': _pre, 'post-hook': _post, ...own } = config;
  return {
    resource_type: 'source',
    unique_id: id,
    name,
    package_name: packageName,
    path: file.originalPath,
    original_file_path: file.originalPath,
    fqn,
    description: renderDescription(world, packageName, value['description'], file, [
      ...table.path,
      'description',
    ]),
    tags: config.tags,
    meta: config.meta,
    source_name: property.name,
    source_description: renderDescription(world, packageName, source['description'], file, [
      ...property.path,
      'description',
    ]),
    external: isYamlMap(value['external']) ? { ...NO_EXTERNAL, ...value['external'] } : null,
    source_meta: { ...mapOf(source['meta']), ...mapOf(mapOf(source['config'])['meta']) },
    loader: text(value['loader']) ?? text(source['loader']) ?? '',
    identifier,
    database,
    schema,
    relation_name: relationText(world, { database, schema, alias: identifier }, quoting),
    unrendered_database: written('database'),
    unrendered_schema: written('schema'),
    columns,
    config: own,
    loaded_at_field: text(config['loaded_at_field']) ?? null,
    loaded_at_query: text(config['loaded_at_query']) ?? null,
    freshness: checkedFreshness(config['freshness'], id, place, world.diagnostics),
    quoting: {
      database: flag('database'),
      schema: flag('schema'),
      identifier: flag('identifier'),
      column: flag('column'),
    },
    unrendered_config: unrenderedConfig(request),
    place,
  };
}

function checkLoadedAt(
  world: World,
  { file, name }: Property,
  value: YamlMap,
  { path, level }: { readonly path: YamlPath; readonly level: 'source' | 'table' },
): void {
  if (!twoWays(value)) return;
  const problem = `Cannot specify both loaded_at_field and loaded_at_query at ${level} level (source "${name}")`;
  world.diagnostics.push(
    errorOf('ETL1004', problem, {
      at: file.document.spanOf([...path, 'name']),
      hint: 'Keep the one that says when the newest row arrived.',
    }),
  );
}

/** The tables of a source, each with its tests. */
export function readSource(world: World, property: Property): readonly ReadSource[] {
  const pkg = world.packages.get(property.packageName) ?? world.root;
  const { file } = property;
  checkLoadedAt(world, property, property.value, { path: property.path, level: 'source' });
  return listAt(
    property.value['tables'],
    [...property.path, 'tables'],
    file,
    world.diagnostics,
  ).flatMap((item) => {
    const { value, path } = item;
    const name = isYamlMap(value) ? text(value['name']) : undefined;
    if (!isYamlMap(value) || name === undefined) {
      world.diagnostics.push(
        errorOf('ETL1004', `a table of the source "${property.name}" needs a "name"`, {
          at: file.document.spanOf(path),
          hint: 'Write: - name: the_table',
        }),
      );
      return [];
    }
    checkLoadedAt(world, property, value, { path, level: 'table' });
    const columns = readColumns(world, property.packageName, value['columns'], file, [
      ...path,
      'columns',
    ]);
    const infos = Object.fromEntries(columns.map((column) => [column.name, column.info]));
    const node = tableNode(world, { property, package: pkg, value, path, name }, infos);
    const target: TestTarget = {
      section: 'sources',
      name: `${property.name}_${name}`,
      entryName: property.name,
      package: pkg,
      file,
      expression: `source('${property.name}', '${name}')`,
      isSource: true,
    };
    const tags = [...textsOf(property.value['tags']), ...textsOf(value['tags'])];
    const quotes = node.quoting['column'] === true;
    return [{ node, tests: testsOf(world, target, value, path, columns, tags, quotes) }];
  });
}
