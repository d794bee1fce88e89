// Every option the command line knows, once: flags, value, environment variable, help text, and the commands that take it.

export type Command =
  | 'init'
  | 'debug'
  | 'seed'
  | 'run'
  | 'snapshot'
  | 'test'
  | 'build'
  | 'compile'
  | 'parse'
  | 'plan'
  | 'ls'
  | 'show'
  | 'docs generate'
  | 'clean'
  | 'run-operation'
  | 'source freshness'
  | 'retry'
  | 'docs serve';

export interface OptionSpec {
  /** as commander reads it: `-t, --target <name>` */
  readonly flags: string;
  readonly key: string;
  readonly help: string;
  /** the name after ETL_ and DBT_, where dbt has one */
  readonly env?: string;
  /** which commands take it; absent: every command */
  readonly only?: readonly Command[];
  readonly kind: 'text' | 'list' | 'flag' | 'number';
}

const RUNS: readonly Command[] = ['run', 'test', 'build', 'seed', 'snapshot'];
const DEFERS: readonly Command[] = ['run', 'test', 'build', 'seed', 'snapshot', 'compile'];
const GRAPH: readonly Command[] = [...RUNS, 'compile', 'ls', 'plan', 'show', 'docs generate'];

/** The option table; `etl --help`, the parser, the environment and docs/reference are made from it. */
export const OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--project-dir <dir>',
    key: 'projectDir',
    env: 'PROJECT_DIR',
    kind: 'text',
    help: 'folder with dbt_project.yml (default: this folder or one above it)',
  },
  {
    flags: '--profiles-dir <dir>',
    key: 'profilesDir',
    env: 'PROFILES_DIR',
    kind: 'text',
    help: 'folder with profiles.yml (default: the project, this folder, ~/.dbt)',
  },
  {
    flags: '--profile <name>',
    key: 'profile',
    env: 'PROFILE',
    kind: 'text',
    help: 'profile to use instead of the one the project names',
  },
  {
    flags: '-t, --target <name>',
    key: 'target',
    env: 'TARGET',
    kind: 'text',
    help: 'output of the profile to run on, such as postgres or clickhouse',
  },
  {
    flags: '-s, --select <names...>',
    key: 'select',
    kind: 'list',
    help: 'nodes to take: a name, tag:x, models/gold, +x (with its parents), x+ (with its children)',
  },
  { flags: '-m, --models <names...>', key: 'models', kind: 'list', help: 'the same as --select' },
  {
    flags: '--exclude <names...>',
    key: 'exclude',
    kind: 'list',
    help: 'nodes to leave out, written as in --select',
  },
  {
    flags: '--selector <name>',
    key: 'selector',
    kind: 'text',
    only: [...GRAPH, 'source freshness'],
    help: 'a selection that selectors.yml names, instead of --select and --exclude',
  },
  {
    flags: '--state <dir>',
    key: 'state',
    env: 'STATE',
    kind: 'text',
    only: [...GRAPH, 'source freshness', 'retry'],
    help: 'artifacts of an earlier run, for state:modified, result:error and --defer',
  },
  {
    flags: '--defer',
    key: 'defer',
    env: 'DEFER',
    kind: 'flag',
    only: DEFERS,
    help: 'read what is neither selected nor there where the earlier run built it',
  },
  {
    flags: '--defer-state <dir>',
    key: 'deferState',
    env: 'DEFER_STATE',
    kind: 'text',
    only: DEFERS,
    help: 'the earlier run to defer to, when it is not that of --state',
  },
  {
    flags: '--favor-state',
    key: 'favorState',
    env: 'FAVOR_STATE',
    kind: 'flag',
    only: DEFERS,
    help: 'with --defer: read what is not selected from the earlier run, even when it is there',
  },
  {
    flags: '--vars <yaml>',
    key: 'vars',
    kind: 'text',
    help: "values for var(), as YAML: '{data_referencia: 2024-08-31}'",
  },
  {
    flags: '--threads <n>',
    key: 'threads',
    env: 'THREADS',
    kind: 'number',
    help: 'how many nodes run at once (default: threads of the profile)',
  },
  {
    flags: '-f, --full-refresh',
    key: 'fullRefresh',
    env: 'FULL_REFRESH',
    kind: 'flag',
    help: 'build incremental models anew, from all rows',
  },
  {
    flags: '-x, --fail-fast',
    key: 'failFast',
    env: 'FAIL_FAST',
    kind: 'flag',
    help: 'stop at the first failure and skip the rest',
  },
  {
    flags: '-q, --quiet',
    key: 'quiet',
    env: 'QUIET',
    kind: 'flag',
    help: 'print problems and results only',
  },
  {
    flags: '--log-format <format>',
    key: 'logFormat',
    env: 'LOG_FORMAT',
    kind: 'text',
    help: 'text, or json: one JSON object a line',
  },
  { flags: '--no-color', key: 'noColor', kind: 'flag', help: 'print without colours' },
  {
    flags: '--target-path <dir>',
    key: 'targetPath',
    env: 'TARGET_PATH',
    kind: 'text',
    help: 'folder for the artifacts (default: target)',
  },
  {
    flags: '-d, --debug',
    key: 'debug',
    env: 'DEBUG',
    kind: 'flag',
    help: 'print every statement that is sent, and the stack trace of an internal error',
  },
  {
    flags: '--indirect-selection <mode>',
    key: 'indirectSelection',
    env: 'INDIRECT_SELECTION',
    kind: 'text',
    only: GRAPH,
    help: 'which tests come with selected nodes: eager (default), cautious, buildable, empty',
  },
  {
    flags: '--resource-type <types...>',
    key: 'resourceType',
    kind: 'list',
    only: ['build', 'ls', 'plan'],
    help: 'only these kinds of nodes: model, seed, snapshot, test, source, exposure',
  },
  {
    flags: '--exclude-resource-type <types...>',
    key: 'excludeResourceType',
    kind: 'list',
    only: ['build', 'ls', 'plan'],
    help: 'leave out these kinds of nodes',
  },
  {
    flags: '--store-failures',
    key: 'storeFailures',
    env: 'STORE_FAILURES',
    kind: 'flag',
    only: ['build', 'test'],
    help: 'keep the failing rows of tests in tables (schema dbt_test__audit)',
  },
  {
    flags: '--no-test-before-publish',
    key: 'noTestBeforePublish',
    kind: 'flag',
    only: ['build'],
    help: 'publish tables first and test them afterwards, as dbt does',
  },
  {
    flags: '--allow <kinds...>',
    key: 'allow',
    kind: 'list',
    only: ['run', 'build', 'seed'],
    help: 'drops_data: replace a table although its triggers, policies or the like are lost',
  },
  {
    flags: '--inline <sql>',
    key: 'inline',
    kind: 'text',
    only: ['show', 'compile'],
    help: 'SQL to use instead of a node; may use ref(), var() and macros',
  },
  {
    flags: '--limit <n>',
    key: 'limit',
    kind: 'number',
    only: ['show'],
    help: 'how many rows (default 5, -1: all)',
  },
  {
    flags: '--output <format>',
    key: 'output',
    kind: 'text',
    only: ['ls', 'show', 'compile', 'plan'],
    help: 'form of the output; ls: selector, name, path, json; others: text, json',
  },
  {
    flags: '--output-keys <keys...>',
    key: 'outputKeys',
    kind: 'list',
    only: ['ls'],
    help: 'keys to print with --output json, such as name or config.materialized',
  },
  {
    flags: '--args <yaml>',
    key: 'args',
    kind: 'text',
    only: ['run-operation'],
    help: "arguments of the macro, as YAML: '{days: 30}'",
  },
  {
    flags: '-o, --output <file>',
    key: 'output',
    kind: 'text',
    only: ['source freshness'],
    help: 'where to write the result (default: target/sources.json)',
  },
  {
    flags: '--host <address>',
    key: 'host',
    env: 'HOST',
    kind: 'text',
    only: ['docs serve'],
    help: 'address to listen on (default: 127.0.0.1, this machine only)',
  },
  {
    flags: '--port <n>',
    key: 'port',
    kind: 'number',
    only: ['docs serve'],
    help: 'port to listen on (default: 8080; 0: any free one)',
  },
  {
    flags: '--no-browser',
    key: 'browser',
    kind: 'flag',
    only: ['docs serve'],
    help: 'do not open the page in a browser',
  },
];

/** The options one command takes, in table order. */
export const optionsOf = (command: Command): readonly OptionSpec[] =>
  OPTIONS.filter((o) => o.only === undefined || o.only.includes(command));

const TRUE = /^(1|true|t|yes|y|on)$/i;
const FALSE = /^(0|false|f|no|n|off|)$/i;

/** Values of options that the environment gives: ETL_<NAME> before DBT_ENGINE_<NAME> before DBT_<NAME>. */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const option of OPTIONS) {
    if (option.env === undefined) continue;
    const text =
      env[`ETL_${option.env}`] ?? env[`DBT_ENGINE_${option.env}`] ?? env[`DBT_${option.env}`];
    if (text === undefined || text === '') continue;
    if (option.kind === 'flag') {
      if (TRUE.test(text)) values[option.key] = true;
      else if (FALSE.test(text)) values[option.key] = false;
    } else values[option.key] = option.kind === 'number' ? Number(text) : text;
  }
  const colours = env['ETL_USE_COLORS'] ?? env['DBT_USE_COLORS'];
  if (colours !== undefined && FALSE.test(colours)) values['noColor'] = true;
  return values;
}
