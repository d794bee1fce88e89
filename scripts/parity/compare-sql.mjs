// The SQL that templates became, white space aside: a run of it is one blank, and none beside brackets and commas.
import { manifestOf } from './compare-manifest.mjs';
import { aspect, compare } from './differ.mjs';

const normalised = (sql) =>
  sql
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([(),[\]]) ?/g, '$1')
    .trim();

/** A window around the first place where two texts part, so that a long statement is readable as a difference. */
function firstPlace(dbt, etl) {
  let at = 0;
  while (at < dbt.length && dbt[at] === etl[at]) at += 1;
  const from = Math.max(0, at - 60);
  return [dbt, etl].map((text) => `…${text.slice(from, at + 160)}`);
}

/** Compiled SQL by node: as the manifest shows it, else as the step that ran the node tells (a tool may stop at another node). */
function compiledBy({ steps, ...side }) {
  const found = new Map();
  for (const { artifacts } of steps)
    for (const { unique_id: id, compiled_code: code } of artifacts.run_results?.results ?? [])
      if (typeof code === 'string') found.set(id, code);
  for (const [id, { compiled_code: code }] of Object.entries(
    manifestOf({ steps, ...side })?.nodes ?? {},
  ))
    if (typeof code === 'string') found.set(id, code);
  return found;
}

/** The aspect of compiled SQL, of every node that dbt compiled. */
export function compareSql(dbtSide, etlSide) {
  const into = aspect('compiled SQL');
  const ours = compiledBy(etlSide);
  for (const [id, code] of compiledBy(dbtSide)) {
    const [theirs, other] = [normalised(code), normalised(ours.get(id) ?? '')];
    if (!ours.has(id)) compare(into, id, 'compiled', 'not compiled');
    else if (theirs === other) compare(into, id, theirs, theirs);
    else compare(into, id, ...firstPlace(theirs, other));
  }
  return [into];
}
