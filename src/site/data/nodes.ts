// The nodes of a manifest, in the order in which the site numbers them.
import { layerOf } from '../layers.ts';
import type { NodeRow } from './format.ts';
import { isMap, mapAt, mapsAt, said, textAt, textsAt, type Json } from './json.ts';
import { beginningOf } from './plain-text.ts';

/** A node of an artifact, and what kind it is. */
export interface Found {
  readonly id: string;
  readonly type: string;
  readonly json: Json;
}

const SECTIONS = [
  ['sources', 'source'],
  ['nodes', ''],
  ['exposures', 'exposure'],
  ['semantic_models', 'semantic_model'],
  ['metrics', 'metric'],
  ['saved_queries', 'saved_query'],
  ['macros', 'macro'],
  ['unit_tests', 'unit_test'],
] as const;
/** Tests come last, so that what is looked at most lies together. */
const LAST: ReadonlySet<string> = new Set(['macro', 'unit_test', 'test']);
/** Hooks are nodes only for dbt. */
const HIDDEN: ReadonlySet<string> = new Set(['operation', 'sql_operation', 'rpc']);

/** Everything that gets a page. Macros of dbt itself and of its adapters are none of the project. */
export function nodesOf(manifest: Json): readonly Found[] {
  const all = SECTIONS.flatMap(([section, type]) =>
    mapsAt(manifest, section).map(([id, json]) => ({
      id,
      type: type === '' ? textAt(json, 'resource_type') : type,
      json,
    })),
  ).filter(
    ({ type, json }) =>
      !HIDDEN.has(type) &&
      !(
        type === 'macro' &&
        /^(dbt|dbt_postgres|dbt_clickhouse|etl)$/.test(textAt(json, 'package_name'))
      ) &&
      mapAt(json, 'docs')['show'] !== false,
  );
  const rank = ({ type }: Found): number => (LAST.has(type) ? 1 : 0);
  return all.toSorted((a, b) => rank(a) - rank(b) || order(folderOf(a), folderOf(b)));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** Neighbours in the project are neighbours in the picture. */
const folderOf = ({ json, id }: Found): string =>
  `${textAt(json, 'original_file_path').replace(/[^/]*$/, '')} ${id}`;

/** What a node is called where it stands alone. */
const titleOf = ({ type, json }: Found): string => {
  const name = textAt(json, 'name');
  const version = textAt(json, 'version');
  if (type === 'source') return `${textAt(json, 'source_name')}.${name}`;
  return version === '' || type !== 'model' ? name : `${name}.v${version}`;
};

/** The row of a node; `columns` are those of the warehouse and of the YAML file together. */
export function rowOf(
  node: Found,
  more: {
    readonly columns: readonly string[];
    readonly config: number | undefined;
    readonly placeOf: (id: string) => number | undefined;
    readonly stats: { readonly rows?: number | undefined; readonly bytes?: number | undefined };
  },
): NodeRow {
  const { id, type, json } = node;
  const fqn = textsAt(json, 'fqn');
  const tags = textsAt(json, 'tags');
  const layered = type === 'model' || type === 'snapshot';
  const test = mapAt(json, 'test_metadata');
  return {
    id,
    name: titleOf(node),
    type,
    ...said({
      layer: layered ? layerOf({ tags, fqn, schema: textAt(json, 'schema') }) : undefined,
      pkg: textAt(json, 'package_name'),
      path: textAt(json, 'original_file_path'),
      fqn,
      tags,
      group: textAt(json, 'group'),
      access: type === 'model' ? textAt(json, 'access') : '',
      version: versionAt(json, 'version'),
      latest: versionAt(json, 'latest_version'),
      source: textAt(json, 'source_name'),
      config: more.config,
      about: beginningOf(textAt(json, 'description')),
      columns: more.columns,
      ...more.stats,
      on: standsOn(node, more.placeOf),
      column: type === 'test' ? textAt(json, 'column_name') : '',
      kind: type === 'test' ? textAt(test, 'name') : '',
    }),
  };
}

const versionAt = (json: Json, key: string): string | number | undefined => {
  const value = json[key];
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
};

/** The node that a test is about: the one it is attached to, or the only one that it reads. */
function standsOn(
  { type, json }: Found,
  placeOf: (id: string) => number | undefined,
): number | undefined {
  if (type !== 'test' && type !== 'unit_test') return undefined;
  const attached = textAt(json, 'attached_node');
  if (attached !== '') return placeOf(attached);
  const parents = parentIds(json);
  return parents.length === 1 || type === 'unit_test' ? placeOf(parents[0] ?? '') : undefined;
}

export const parentIds = (json: Json): readonly string[] => [
  ...new Set(textsAt(mapAt(json, 'depends_on'), 'nodes')),
];

const ASKED = ['materialized', 'schema', 'database', 'alias', 'severity', 'unique_key'] as const;

/** The part of a config that selectors may ask for: plain values, and lists and maps of meta. */
export function askedConfig(json: Json): Json {
  const config = mapAt(json, 'config');
  const plain = Object.entries(config).filter(
    ([key, value]) =>
      (ASKED as readonly string[]).includes(key) ||
      typeof value === 'boolean' ||
      (typeof value === 'string' && value !== '' && !value.includes('\n')),
  );
  const meta = config['meta'];
  return said({
    ...Object.fromEntries(plain.sort(([a], [b]) => order(a, b))),
    meta: isMap(meta) ? meta : undefined,
  });
}
