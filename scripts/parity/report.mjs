// From aspects to what is printed: a table, then the differences, those of one kind together.
import { reasonFor } from './known-differences.mjs';

const LONGEST = 300;
const shown = (value) => {
  const text = value === undefined ? '(nothing)' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

/** Adds the reasons of known differences; counts what is left. */
export function summary(aspects) {
  let unexplained = 0;
  for (const aspect of aspects) {
    const stillOff = new Set();
    for (const difference of aspect.differences) {
      difference.reason = reasonFor(difference);
      if (difference.reason !== undefined) continue;
      unexplained += 1;
      stillOff.add(difference.id);
    }
    aspect.unexplained = stillOff.size;
    aspect.known = aspect.total - aspect.equal - stillOff.size;
  }
  return { unexplained };
}

/** How many of the differences at one place are printed, each with values of its own. */
const EXAMPLES = 3;

/** Differences at one place of one aspect, most frequent place first. */
function places(differences) {
  const groups = new Map();
  for (const difference of differences)
    groups.set(difference.path, [...(groups.get(difference.path) ?? []), difference]);
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/** The first differences of a place that do not look like an earlier one. */
function examples(group) {
  const seen = new Map();
  for (const one of group) {
    const key = `${shown(one.dbt)} ${shown(one.etl)}`;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()].slice(0, EXAMPLES);
}

function printDifferences(aspect, all, say) {
  const meant = aspect.differences.filter((d) => d.reason !== undefined);
  for (const group of places(aspect.differences.filter((d) => d.reason === undefined))) {
    const [first] = group;
    say(`  ${aspect.name}${first.path === '' ? '' : ` · ${first.path}`} (${group.length})`);
    for (const one of all ? group : examples(group))
      say(`    ${one.id}\n      dbt ${shown(one.dbt)}\n      etl ${shown(one.etl)}`);
  }
  for (const [reason, number] of Object.entries(
    Object.fromEntries(
      [...new Set(meant.map((d) => d.reason))].map((r) => [
        r,
        meant.filter((d) => d.reason === r).length,
      ]),
    ),
  ))
    say(`  ${aspect.name}: ${number} on purpose: ${reason}`);
}

/** Keys that are always shown, even where all are equal. */
const SHOWN =
  /^(nodes|sources): (ids|depends_on|refs|sources|fqn|config|tags|columns|alias|schema|relation_name|checksum|unrendered_config|primary_key|meta|description)$|ids$|_map$|^(?!.*: )|^(relations|results|artifacts):/;

/** The rows of the table: the other keys of a collection that are equal everywhere become one row. */
function rows(aspects) {
  const shownOnes = [];
  const rest = new Map();
  for (const a of aspects) {
    const collection = a.name.split(':')[0];
    if (SHOWN.test(a.name) || a.equal < a.total) shownOnes.push(a);
    else {
      const row = rest.get(collection) ?? { keys: 0, equal: 0, total: 0 };
      rest.set(collection, {
        keys: row.keys + 1,
        equal: row.equal + a.equal,
        total: row.total + a.total,
      });
    }
  }
  const others = [...rest].map(([collection, { keys, ...counts }]) => ({
    name: `${collection}: ${keys} other keys`,
    ...counts,
  }));
  return [...shownOnes, ...others].sort((a, b) => order(aspects, a.name) - order(aspects, b.name));
}

const order = (aspects, name) =>
  aspects.findLastIndex(
    (a) =>
      a.name === name ||
      (name.endsWith(' other keys') && a.name.split(':')[0] === name.split(':')[0]),
  );

/** Prints one project's table and its differences. */
export function printReport({ project, aspects, unexplained }, { all }, say) {
  say(`\n## ${project}\n`);
  const width = Math.max(...aspects.map((a) => a.name.length));
  say(`${'aspect'.padEnd(width)}   equal / total   on purpose   different`);
  for (const { name, equal, total, known, unexplained: off } of rows(aspects))
    say(
      `${name.padEnd(width)}  ${String(equal).padStart(6)} / ${String(total).padEnd(6)}  ${String(known || '').padStart(9)}  ${String(off || '').padStart(10)}`,
    );
  say(unexplained === 0 ? '\nNo unexplained difference.' : '\nDifferences:');
  for (const aspect of aspects) printDifferences(aspect, all, say);
}
