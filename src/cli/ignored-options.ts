import type { OptionSpec } from './option-spec.ts';

const CACHE = 'relations are looked up when they are needed';
const PARSER = 'there is one parser';

/** Options of dbt that callers pass and that mean nothing here, each with the reason. */
export const IGNORED_OPTIONS: readonly OptionSpec[] = (
  [
    ['--cache-selected-only', 'CACHE_SELECTED_ONLY', CACHE, 'cache_selected_only'],
    ['--populate-cache', 'POPULATE_CACHE', CACHE, 'populate_cache'],
    ['--log-cache-events', 'LOG_CACHE_EVENTS', CACHE],
    ['--partial-parse-file-diff', 'PARTIAL_PARSE_FILE_DIFF', 'files are always compared'],
    [
      '--partial-parse-file-path <file>',
      'PARTIAL_PARSE_FILE_PATH',
      'the cache lies in the target folder',
    ],
    ['--static-parser', 'STATIC_PARSER', PARSER, 'static_parser'],
    ['--use-experimental-parser', 'USE_EXPERIMENTAL_PARSER', PARSER, 'use_experimental_parser'],
    ['--use-v2-parser', 'USE_V2_PARSER', PARSER, 'use_v2_parser'],
    ['--v2-parser <command>', 'V2_PARSER', PARSER, 'v2_parser'],
    ['--sqlparse <yaml>', 'SQLPARSE', 'SQL is never parsed'],
    [
      '--send-anonymous-usage-stats',
      'SEND_ANONYMOUS_USAGE_STATS',
      'nothing is ever sent',
      'send_anonymous_usage_stats',
    ],
    ['--upload-to-artifacts-ingest-api', 'UPLOAD_TO_ARTIFACTS_INGEST_API', 'nothing is ever sent'],
    [
      '--snowflake-projects-otel',
      'SNOWFLAKE_PROJECTS_OTEL',
      'nothing is ever sent',
      'snowflake_projects_otel',
    ],
    ['--macro-debugging', 'MACRO_DEBUGGING', 'problems name their macros anyway'],
    ['--record-timing-info <file>', undefined, 'run_results.json has the times of every node'],
    ['--show-resource-report', 'SHOW_RESOURCE_REPORT', 'no such report is made'],
    ['--use-fast-test-edges', 'USE_FAST_TEST_EDGES', 'the graph has no extra edges for tests'],
    ['--show-all-deprecations', undefined, 'every warning is shown every time'],
    ['--hints-enabled', 'HINTS_ENABLED', 'hints belong to the messages', 'hints_enabled'],
    [
      '--maximum-seed-size-mib <n>',
      'MAXIMUM_SEED_SIZE_MIB',
      'seeds are read as streams, however large',
      'maximum_seed_size_mib',
    ],
  ] as const
).map(([flags, env, reason, projectFlag]): OptionSpec => {
  const name = flags.split(' ')[0] ?? flags;
  const isFlag = name === flags;
  return {
    flags: name === '--record-timing-info' ? `-r, ${flags}` : flags,
    key: name.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    kind: isFlag ? 'flag' : 'text',
    ...(isFlag ? { negatable: true } : {}),
    ...(env === undefined ? {} : { env }),
    ...(projectFlag === undefined ? {} : { projectFlag }),
    help: `no effect: ${reason}`,
    ignored: reason,
  };
});
