// Differences that are meant, each with its reason. The patterns are tried on the aspect, the path inside the value and the id of
// the thing; `when` looks at both values. docs/compatibility.md ("On purpose different") says more about each.

/** @type {readonly {aspect: RegExp, path?: RegExp, id?: RegExp, when?: (dbt: any, etl: any) => boolean, reason: string}[]} */
const KNOWN = [
  {
    aspect: /^results: nodes$/,
    id: /^docs generate: /,
    when: (dbt) => dbt === 'present',
    reason:
      'docs generate leaves run_results.json of the last run alone, so that retry and result: go on meaning that run',
  },
  {
    aspect: /^results: message$/,
    when: (dbt) => /^(Compilation|Database|Runtime) Error /.test(dbt),
    reason: 'errors are diagnostics of their own, with file, line and column',
  },
  {
    aspect: /^results: message$/,
    when: (dbt, etl) => dbt === null && String(etl).startsWith('skipped because of '),
    reason: 'a skipped node says what it was skipped for',
  },
  {
    aspect: /^relations: content$/,
    id: /\.(recency_time_\w+|unit_test_model_[ab])$/,
    path: /^(created_at|updated_at)$/,
    reason: 'the column holds the time of the run',
  },
];

/** The reason why a difference is meant, or undefined. */
export function reasonFor({ aspect, id, path, dbt, etl }) {
  return KNOWN.find(
    (known) =>
      known.aspect.test(aspect) &&
      (known.path?.test(path) ?? true) &&
      (known.id?.test(id) ?? true) &&
      (known.when?.(dbt, etl) ?? true),
  )?.reason;
}
