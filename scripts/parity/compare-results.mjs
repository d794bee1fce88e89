// run_results.json of every step: which nodes ran, with which verdict and how many failures; and the exit codes.
import { aspect, compare, compareNames } from './differ.mjs';

const resultsOf = ({ artifacts }) =>
  Object.fromEntries((artifacts.run_results?.results ?? []).map((r) => [r.unique_id, r]));

const FIELDS = {
  status: (r) => r.status,
  failures: (r) => r.failures,
  message: (r) => r.message,
  'relation name': (r) => r.relation_name,
  'adapter response': (r) => r.adapter_response,
};

/** The aspects of the results of both sides' steps. */
export function compareResults(dbt, etl) {
  const exits = aspect('exit codes');
  const nodes = aspect('results: nodes');
  const fields = Object.keys(FIELDS).map((field) => aspect(`results: ${field}`));
  for (const [index, theirs] of dbt.steps.entries()) {
    const ours = etl.steps[index];
    compare(exits, theirs.step, theirs.code, ours.code);
    if (theirs.step === 'source freshness') continue;
    const [dbtResults, etlResults] = [resultsOf(theirs), resultsOf(ours)];
    const named = (results) => Object.keys(results).map((id) => `${theirs.step}: ${id}`);
    compareNames(nodes, named(dbtResults), named(etlResults));
    for (const [id, result] of Object.entries(dbtResults)) {
      if (etlResults[id] === undefined) continue;
      for (const [i, of] of Object.values(FIELDS).entries())
        compare(fields[i], `${theirs.step}: ${id}`, of(result), of(etlResults[id]));
    }
  }
  return [exits, nodes, ...fields].filter((a) => a.total > 0);
}
