// Every option the command line knows, once: flags, value, environment variable, help text, and the commands that take it.

import { BATCH_OPTIONS } from './batch-options.ts';
import { DEPS_OPTIONS } from './deps-options.ts';
import { COMMAND_OPTIONS } from './command-options.ts';
import { IGNORED_OPTIONS } from './ignored-options.ts';
import { LOG_OPTIONS } from './log-options.ts';
import type { Command, OptionSpec } from './option-spec.ts';

export type { Command, OptionSpec } from './option-spec.ts';

const RUNS: readonly Command[] = ['run', 'test', 'build', 'seed', 'snapshot'];
const GRAPH: readonly Command[] = [
  ...RUNS,
  'clone',
  'compile',
  'ls',
  'plan',
  'show',
  'docs generate',
];
const SELECTS: readonly Command[] = [
  ...GRAPH,
  'check',
  'columns',
  'diff',
  'grants',
  'history',
  'source freshness',
  'sources pull',
];

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
    only: SELECTS,
    help: 'nodes to take: a name, tag:x, models/gold, +x (with its parents), x+ (with its children)',
  },
  {
    flags: '-m, --models <names...>',
    key: 'models',
    kind: 'list',
    only: SELECTS,
    aliases: ['--model'],
    help: 'the same as --select',
  },
  {
    flags: '--exclude <names...>',
    key: 'exclude',
    kind: 'list',
    only: SELECTS,
    help: 'nodes to leave out, written as in --select',
  },
  {
    flags: '--selector <name>',
    key: 'selector',
    kind: 'text',
    only: SELECTS,
    help: 'a selection that selectors.yml names, instead of --select and --exclude',
  },
  {
    flags: '--state <dir>',
    key: 'state',
    env: 'STATE',
    kind: 'text',
    help: 'artifacts of an earlier run, for state:modified, result:error and --defer; diff: git:REVISION',
  },
  {
    flags: '--defer',
    key: 'defer',
    env: 'DEFER',
    kind: 'flag',
    negatable: true,
    help: 'read what is neither selected nor there where the earlier run built it',
  },
  {
    flags: '--defer-state <dir>',
    key: 'deferState',
    env: 'DEFER_STATE',
    kind: 'text',
    help: 'the earlier run to defer to, when it is not that of --state',
  },
  {
    flags: '--favor-state',
    key: 'favorState',
    env: 'FAVOR_STATE',
    kind: 'flag',
    negatable: true,
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
    help: 'build incremental models anew, from all rows; clone: replace what is there',
  },
  {
    flags: '-x, --fail-fast',
    key: 'failFast',
    env: 'FAIL_FAST',
    kind: 'flag',
    negatable: true,
    projectFlag: 'fail_fast',
    help: 'stop at the first failure and skip the rest',
  },
  {
    flags: '--target-path <dir>',
    key: 'targetPath',
    env: 'TARGET_PATH',
    kind: 'text',
    help: 'folder for the artifacts (default: target)',
  },
  {
    flags: '--packages-install-path <dir>',
    key: 'packagesInstallPath',
    env: 'PACKAGES_INSTALL_PATH',
    kind: 'text',
    help: 'folder of the installed packages (default: packages-install-path of the project, dbt_packages)',
  },
  {
    flags: '--invocation-id <id>',
    key: 'invocationId',
    kind: 'text',
    help: 'the name of this call in logs and artifacts, given by a caller (default: a new UUID)',
  },
  {
    flags: '--indirect-selection <mode>',
    key: 'indirectSelection',
    env: 'INDIRECT_SELECTION',
    kind: 'text',
    choices: ['eager', 'cautious', 'buildable', 'empty'],
    projectFlag: 'indirect_selection',
    help: 'which tests come with selected nodes: eager (default), cautious, buildable, empty',
  },
  {
    flags: '--resource-type <types...>',
    key: 'resourceType',
    env: 'RESOURCE_TYPES',
    kind: 'list',
    aliases: ['--resource-types'],
    only: ['build', 'test', 'clone', 'ls', 'plan'],
    help: 'only these kinds of nodes: model, seed, snapshot, test, source, exposure',
  },
  {
    flags: '--exclude-resource-type <types...>',
    key: 'excludeResourceType',
    env: 'EXCLUDE_RESOURCE_TYPES',
    kind: 'list',
    aliases: ['--exclude-resource-types'],
    only: ['build', 'test', 'clone', 'ls', 'plan'],
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
    flags: '--test-before-publish',
    key: 'testBeforePublish',
    kind: 'flag',
    negatable: true,
    only: ['build'],
    help: 'test tables before readers see them, which is the default; --no-...: afterwards, as dbt does',
  },
  {
    flags: '--allow <kinds...>',
    key: 'allow',
    kind: 'list',
    only: ['run', 'build', 'seed', 'clone'],
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
    only: ['ls', 'show', 'compile', 'plan', 'grants', 'columns'],
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
    flags: '--browser',
    key: 'browser',
    kind: 'flag',
    negatable: true,
    only: ['docs serve'],
    help: 'open the page in a browser, which is the default',
  },
  {
    flags: '--write-json',
    key: 'writeJson',
    env: 'WRITE_JSON',
    kind: 'flag',
    negatable: true,
    projectFlag: 'write_json',
    help: 'write manifest.json and run_results.json, which is the default',
  },
  {
    flags: '--single-threaded',
    key: 'singleThreaded',
    env: 'SINGLE_THREADED',
    kind: 'flag',
    negatable: true,
    help: 'the same as --threads 1',
  },
  {
    flags: '--empty',
    key: 'empty',
    env: 'EMPTY',
    kind: 'flag',
    negatable: true,
    only: ['run', 'build', 'seed', 'snapshot', 'compile', 'show', 'plan'],
    help: 'read and load no rows: relations are made, and stay empty',
  },
  {
    flags: '--sample <window>',
    key: 'sample',
    env: 'SAMPLE',
    kind: 'text',
    only: ['run', 'build', 'compile', 'show'],
    help: "read only these rows of what has event_time: '3 days', '{start: 2024-12-25, end: 2025-01-01}'",
  },
  {
    flags: '--introspect',
    key: 'introspect',
    env: 'INTROSPECT',
    kind: 'flag',
    negatable: true,
    only: ['compile', 'show'],
    help: 'let templates ask the warehouse, which is the default; --no-introspect: refuse',
  },
  ...COMMAND_OPTIONS,
  ...BATCH_OPTIONS,
  ...DEPS_OPTIONS,
  ...LOG_OPTIONS,
  ...IGNORED_OPTIONS,
];

/** The options one command takes, in table order. */
export const optionsOf = (command: Command): readonly OptionSpec[] =>
  OPTIONS.filter((o) => o.only === undefined || o.only.includes(command));

/** The long names of an option: its own, the opposite, the others. */
export function namesOf({ flags, negatable, aliases = [] }: OptionSpec): readonly string[] {
  const own = /--[\w-]+/.exec(flags)?.[0] ?? flags;
  return [own, ...(negatable === true ? [`--no-${own.slice(2)}`] : []), ...aliases];
}
