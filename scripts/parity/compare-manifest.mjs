// Two manifests, key by key: every key of every node is an aspect, but for those that say when and where a tool ran.
import { aspect, compare, compareNames } from './differ.mjs';

const COLLECTIONS = [
  'nodes',
  'sources',
  'exposures',
  'macros',
  'docs',
  'groups',
  'unit_tests',
  'disabled',
  'parent_map',
  'child_map',
  'group_map',
];
const VOLATILE = new Set(['created_at', 'build_path', 'compiled_path', 'root_path']);
/** Compared as SQL, by compare-sql.mjs. */
const COMPILED = new Set(['compiled', 'compiled_code', 'extra_ctes', 'extra_ctes_injected']);
/** dbt's own macros are its engine; ours are another one. */
const ENGINE = /^(macro|doc)\.dbt(_postgres|_clickhouse)?\./;

const compiledIn = ({ artifacts }) =>
  Object.values(artifacts.manifest?.nodes ?? {}).some((node) => node.compiled === true);

/** The manifest in which most is compiled: the last one with compiled nodes, else the last one. */
export const manifestOf = ({ steps }) =>
  (steps.findLast(compiledIn) ?? steps.findLast((s) => s.artifacts.manifest !== undefined))
    ?.artifacts.manifest;

const idsOf = (collection) => Object.keys(collection ?? {}).filter((id) => !ENGINE.test(id));

function namesOf(collection, dbt, etl) {
  const into = aspect(`${collection}: ids`);
  compareNames(into, idsOf(dbt[collection]), idsOf(etl[collection]));
  return into;
}

// Which of dbt's own macros a macro calls is a matter of the engine too.
const withoutEngine = (value) =>
  Array.isArray(value?.macros)
    ? { ...value, macros: value.macros.filter((id) => !ENGINE.test(id)) }
    : value;

function* comparable(dbt, etl, collection) {
  for (const id of idsOf(dbt[collection])) {
    const [theirs, ours] = [dbt[collection][id], etl[collection]?.[id]];
    if (ours === undefined) continue;
    if (collection !== 'disabled') yield [id, theirs, ours];
    else
      for (const index of theirs.keys())
        yield [`${id}[${index}]`, theirs[index], ours[index] ?? {}];
  }
}

function fieldsOf(collection, dbt, etl) {
  const aspects = new Map();
  for (const [id, theirs, ours] of comparable(dbt, etl, collection))
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
      if (VOLATILE.has(key) || COMPILED.has(key)) continue;
      const name = `${collection}: ${key}`;
      const into = aspects.get(name) ?? aspect(name);
      aspects.set(name, into);
      compare(into, id, withoutEngine(theirs[key]), withoutEngine(ours[key]));
    }
  return [...aspects.values()];
}

const sorted = (ids) => ids?.toSorted((a, b) => (a < b ? -1 : 1));

function mapsOf(collection, dbt, etl) {
  const into = aspect(collection);
  for (const id of idsOf(dbt[collection]))
    compare(into, id, sorted(dbt[collection][id]), sorted(etl[collection]?.[id]));
  return into;
}

/** The aspects of the last manifests of both sides. */
export function compareManifests(dbtSide, etlSide) {
  const [dbt, etl] = [manifestOf(dbtSide), manifestOf(etlSide)];
  if (dbt === undefined || etl === undefined) {
    const none = aspect('manifest');
    compare(none, 'manifest.json', dbt && 'written', etl && 'written');
    return [none];
  }
  return COLLECTIONS.flatMap((collection) =>
    collection.endsWith('_map')
      ? [mapsOf(collection, dbt, etl)]
      : [namesOf(collection, dbt, etl), ...fieldsOf(collection, dbt, etl)],
  ).filter((a) => a.total > 0);
}
