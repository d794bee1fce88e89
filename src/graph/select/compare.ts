// What is different between a node and the same node of an earlier manifest: dbt's rules, on configs as written, so that
// another target alone is no difference.
import type {
  ExecutableNode,
  ExposureNode,
  GraphNode,
  SemanticNode,
  SourceNode,
} from '../../manifest/node.ts';
import { isSemantic } from '../../manifest/node.ts';
import type { PreviousNode } from '../../manifest/previous-state.ts';
import { sameContract as sameModelContract } from './contract-change.ts';
import { canonical, isMap, mapOf, type Json } from './json.ts';

/** Where a model's relation stands is a matter of its own; tags and groups change nothing that is built. */
const NOT_CONFIG = new Set(['alias', 'schema', 'database', 'tags', 'group', 'enabled']);
const TEST_CONFIG = [
  'severity',
  'where',
  'limit',
  'fail_calc',
  'warn_if',
  'error_if',
  'store_failures',
];
const PLACE = ['database', 'schema', 'alias'];

/** Equal as JSON, whatever the order of keys. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const sameKeys = (keys: Iterable<string>, a: Json, b: Json): boolean =>
  [...keys].every((key) => same(a[key], b[key]));

/** The text; of a seed the checksum. Manifests before version 7 call the text raw_sql. */
export function sameBody(node: GraphNode, old: PreviousNode): boolean {
  if (!isExecutable(node)) return true;
  if (node.resource_type === 'seed') return same(node.checksum, old['checksum']);
  if (node.resource_type === 'test' && node.test_metadata !== null) return true;
  return (
    node.raw_code.trim() === String((old['raw_code'] ?? old['raw_sql'] ?? '') as string).trim()
  );
}

/** An earlier value as it was written: dbt writes a list of a property file twice into its manifest. */
function writtenOnce(then: unknown, now: unknown): unknown {
  if (isMap(then))
    return Object.fromEntries(
      Object.entries(then).map(([key, one]) => [key, writtenOnce(one, mapOf(now)[key])]),
    );
  // only for a list that is there once now: two equal hooks are not one
  const isTwice = Array.isArray(then) && Array.isArray(now) && now.length * 2 === then.length;
  return isTwice && same([...now, ...now], then) ? now : then;
}

/** One spelling for what dbt spells in several ways: hooks, and a meta that says nothing. */
const settled = (config: unknown): Json =>
  Object.fromEntries(
    Object.entries(mapOf(config))
      .filter(([key, value]) => key !== 'meta' || !same(value, {}))
      .map(([key, value]) => [key.replace(/^(pre|post)_hook$/, '$1-hook'), value]),
  );

/** Configs as they were written, before templates were filled in. */
export function sameConfigs(node: GraphNode, old: PreviousNode): boolean {
  if (node.resource_type === 'unit_test') return true;
  const now = settled(node.unrendered_config);
  const then = mapOf(writtenOnce(settled(old['unrendered_config']), now));
  if (node.resource_type === 'test') return sameKeys(TEST_CONFIG, now, then);
  const keys = new Set([...Object.keys(now), ...Object.keys(then)]);
  return sameKeys(
    [...keys].filter((key) => !NOT_CONFIG.has(key)),
    now,
    then,
  );
}

/** Database, schema and alias as configured. */
export const sameRelation = (node: GraphNode, old: PreviousNode): boolean =>
  isExecutable(node)
    ? sameKeys(PLACE, mapOf(node.unrendered_config), mapOf(old['unrendered_config']))
    : node.resource_type !== 'source' || sameAddress(node, old);

/** Descriptions, as far as persist_docs puts them into the warehouse. */
export function samePersistedDescriptions(node: GraphNode, old: PreviousNode): boolean {
  if (!isExecutable(node)) return true;
  const wanted = mapOf(node.config['persist_docs']);
  const descriptions = (columns: unknown): Json =>
    Object.fromEntries(
      Object.entries(mapOf(columns)).map(([name, column]) => [name, mapOf(column)['description']]),
    );
  return (
    (wanted['relation'] !== true || same(node.description, old['description'] ?? '')) &&
    (wanted['columns'] !== true || same(descriptions(node.columns), descriptions(old['columns'])))
  );
}

/** What a model promises. */
export const sameContract = (node: GraphNode, old: PreviousNode): boolean =>
  node.resource_type !== 'model' || sameModelContract(node, old);

/** Everything but the macros it uses. */
export function sameContents(node: GraphNode, old: PreviousNode): boolean {
  if (node.resource_type === 'source') return sameSource(node, old);
  if (node.resource_type === 'exposure') return sameExposure(node, old);
  if (node.resource_type === 'unit_test') return same(node.checksum, old['checksum']);
  if (isSemantic(node)) return sameSemantics(node, old);
  return (
    same(node.fqn, old['fqn']) &&
    sameBody(node, old) &&
    sameConfigs(node, old) &&
    sameRelation(node, old) &&
    samePersistedDescriptions(node, old) &&
    sameContract(node, old) &&
    sameToReaders(node, old)
  );
}

/** What decides how others may refer to a model. Earlier manifests have none of it. */
const sameToReaders = (node: GraphNode, old: PreviousNode): boolean =>
  node.resource_type !== 'model' ||
  (same(node.latest_version, old['latest_version']) &&
    same(node.access, old['access'] ?? 'protected') &&
    same(node.deprecation_date, old['deprecation_date']));

const sameSource = (node: SourceNode, old: PreviousNode): boolean =>
  same(node.fqn, old['fqn']) &&
  sameConfigs(node, old) &&
  sameAddress(node, old) &&
  sameKeys(['database', 'schema', 'identifier'], mapOf(node.quoting), mapOf(old['quoting'])) &&
  same(limitsOf(node.freshness), limitsOf(old['freshness'])) &&
  same(node.loaded_at_field, old['loaded_at_field']);

/** Where the source is, as written when the older manifest knows that, for other targets have other schemas. */
function sameAddress(node: SourceNode, old: PreviousNode): boolean {
  const place = (key: 'database' | 'schema'): boolean => {
    const written = old[`unrendered_${key}`];
    return typeof written === 'string' && node[`unrendered_${key}`] !== null
      ? node[`unrendered_${key}`] === written
      : same(node[key] ?? '', old[key] ?? '');
  };
  return place('database') && place('schema') && same(node.identifier, old['identifier']);
}

/** Limits without the keys that say nothing: absent, null and {count: null} are the same. */
const limitsOf = (freshness: unknown): Json =>
  Object.fromEntries(
    Object.entries(mapOf(freshness)).filter(
      ([, value]) =>
        value !== null && !(typeof value === 'object' && mapOf(value)['count'] === null),
    ),
  );

const EXPOSURE = ['fqn', 'type', 'owner', 'maturity', 'url', 'description', 'label'] as const;
const sameExposure = (node: ExposureNode, old: PreviousNode): boolean =>
  EXPOSURE.every((key) => same(node[key], old[key])) &&
  same(node.depends_on.nodes.toSorted(), nodesOf(old).toSorted()) &&
  sameConfigs(node, old);

/** Follows from the target, or from the rest: no change of its own. */
const NOT_SAID = new Set(['node_relation', 'create_metric', 'input_measures']);

/** What says something, as texts: a manifest of dbt has every key of a part, and texts where a file has numbers. */
function said(value: unknown): unknown {
  if (value === null || value === undefined || value === false || value === '') return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(said);
  if (!isMap(value)) return String(value as string);
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const kept = NOT_SAID.has(key) ? undefined : said(one);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Exports with their configs as they are written: the schema of another target is no change. */
const writtenExports = (value: unknown): unknown =>
  Array.isArray(value)
    ? (value as unknown[]).map((one) => ({ ...mapOf(one), config: undefined }))
    : value;

function sameSemantics(node: SemanticNode, old: PreviousNode): boolean {
  const { description, label, group, own } = node;
  const now: Json = { ...own, description, label, group };
  return (
    Object.keys(now)
      .filter((key) => !NOT_SAID.has(key))
      .every((key) =>
        key === 'exports'
          ? same(said(writtenExports(now[key])), said(writtenExports(old[key])))
          : same(said(now[key]), said(old[key])),
      ) && sameConfigs(node, old)
  );
}

const nodesOf = (old: PreviousNode): readonly string[] => {
  const nodes = mapOf(old['depends_on'])['nodes'];
  return Array.isArray(nodes) ? nodes.map(String) : [];
};

const isExecutable = (node: GraphNode): node is ExecutableNode =>
  node.resource_type !== 'source' &&
  node.resource_type !== 'exposure' &&
  node.resource_type !== 'unit_test' &&
  !isSemantic(node);
