// Differences that are meant, each with its reason. The patterns are tried on the aspect, the path inside the value and the id of
// the thing; `when` looks at both values. docs/compatibility.md ("On purpose different") says more about each.

const TIES =
  'get_column_values leaves the order of ties open, and the planner decides: here it has statistics, for what is built is analyzed';

/** @type {readonly {aspect: RegExp, path?: RegExp, id?: RegExp, when?: (dbt: any, etl: any) => boolean, reason: string}[]} */
const KNOWN = [
  {
    aspect: /^(nodes|disabled): unrendered_config$/,
    when: (_, etl) => typeof etl === 'string',
    reason:
      'configs are kept as they are written, the default of state_modified_compare_more_unrendered_values since dbt 1.12',
  },
  {
    aspect: /^disabled: columns$/,
    path: /doc_blocks$/,
    reason: 'docs blocks are filled in for what is switched off, too',
  },
  {
    aspect: /^(nodes|disabled|sources|exposures|unit_tests): (config|columns|unrendered_config)$/,
    path: /(^|\.)(on_error|latest_version_pointer|sql_header|dimension|entity)$/,
    when: (dbt) => dbt === undefined,
    reason: 'a key of dbt 1.12, which 1.11 does not have',
  },
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
    aspect: /^results: adapter response$/,
    id: /^test: /,
    reason: 'the answer to the query of a test is its verdict; nothing else is kept of it',
  },
  {
    aspect: /^macros: macro_sql$/,
    when: (dbt, etl) => dbt.replaceAll('\r\n', '\n').trim() === etl.trim(),
    reason: 'texts are kept with \\n, whatever line ends the file has',
  },
  {
    aspect: /^exit codes$/,
    path: /^$/,
    id: /^docs generate$/,
    when: (dbt, etl) => dbt === 2 && etl === 0,
    reason: 'docs generate leaves out what cannot be compiled, and documents the rest',
  },
  {
    aspect: /^results: relation name$/,
    when: (_, etl) => etl === null,
    reason: 'a skipped node has made no relation',
  },
  {
    aspect: /^compiled SQL$/,
    id: /^unit_test\./,
    reason: 'texts given for a character(n) are not cut off',
  },
  {
    aspect: /^compiled SQL$/,
    id: /\.compare_and_classify_query_results$/,
    reason: 'the model writes the time of the run into its SQL',
  },
  {
    aspect: /^disabled: (columns|description)$/,
    path: /description$/,
    reason: 'docs blocks are filled in for what is switched off, too',
  },
  {
    aspect: /^compiled SQL$/,
    id: /\.(test_get_column_values_where|\w+_metafields|shopify_gql__daily_shop)$/,
    reason: TIES,
  },
  {
    aspect: /^relations: column names$/,
    id: /^shopify_integration_tests_shopify\./,
    when: (dbt, etl) => dbt.toSorted().join() === etl.toSorted().join(),
    reason: TIES,
  },
  {
    aspect: /^(relations: content|results: (status|failures|message))$/,
    id: /\.(timeseries_\w+|dbt_expectations_\w+_timeseries_\w+\.\w+)$/,
    reason: 'the project fills these models with random() numbers',
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
