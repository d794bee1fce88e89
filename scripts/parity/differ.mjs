// The shared form of a comparison: an aspect holds how many things were compared and the differences found among them.

/** An aspect of which nothing is compared yet. */
export function aspect(name) {
  return { name, total: 0, equal: 0, differences: [] };
}

const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with sorted keys, so that the order of keys is no difference. */
function canonical(value) {
  return JSON.stringify(value, (_, v) =>
    isPlain(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v,
  );
}

/** The smallest parts in which two values differ: [path, dbt's, ours]. */
function leaves(dbt, etl, path = '') {
  if (canonical(dbt) === canonical(etl)) return [];
  if (!isPlain(dbt) || !isPlain(etl)) return [[path, dbt, etl]];
  return [...new Set([...Object.keys(dbt), ...Object.keys(etl)])].flatMap((key) =>
    leaves(dbt[key], etl[key], path === '' ? key : `${path}.${key}`),
  );
}

/** Counts one comparison in an aspect; `id` names the thing, the differences carry both values. */
export function compare(into, id, dbt, etl) {
  into.total += 1;
  const found = leaves(dbt, etl);
  if (found.length === 0) into.equal += 1;
  for (const [path, ours, theirs] of found)
    into.differences.push({ aspect: into.name, id, path, dbt: ours, etl: theirs });
}

/** Counts the things of two lists of names; one that only one side has is a difference. */
export function compareNames(into, dbt, etl) {
  const ours = new Set(etl);
  const theirs = new Set(dbt);
  for (const name of new Set([...theirs, ...ours]))
    compare(
      into,
      name,
      theirs.has(name) ? 'present' : 'absent',
      ours.has(name) ? 'present' : 'absent',
    );
}
