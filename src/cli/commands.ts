// The commands, once: names, words for the help, and where the work is. Each is loaded only when it is called.
import type { Command } from './options.ts';
import type { Terminal } from './terminal.ts';

export type Values = Readonly<Record<string, unknown>>;
export type RunCommand = (
  values: Values,
  positional: readonly string[],
  terminal: Terminal,
) => Promise<number>;

export interface CommandSpec {
  readonly name: Command;
  readonly alias?: string;
  /** positional arguments as commander reads them */
  readonly arguments?: string;
  readonly summary: string;
  readonly example: string;
  /** summary of the group of a two-word command */
  readonly group?: string;
  readonly run: RunCommand;
}

const executing =
  (verb: 'seed' | 'run' | 'snapshot' | 'test' | 'build' | 'clone'): RunCommand =>
  async (values, _positional, terminal) =>
    (await import('./commands/execute.ts')).executeCommand(verb, values, terminal);

/** `etl test`, or with `--record` what writes one. */
const testing: RunCommand = async (values, positional, terminal) =>
  values['record'] === undefined
    ? executing('test')(values, positional, terminal)
    : (await import('./commands/record.ts')).recordCommand(values, terminal);

const db =
  (verb: 'start' | 'stop' | 'status' | 'psql-url'): RunCommand =>
  async (values, _positional, terminal) =>
    (await import('./commands/db.ts')).dbCommand(verb, values, terminal);

/** Every command in the order of `etl --help`. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    arguments: '[name]',
    summary: 'Write a small new project that builds as it is: a seed, three models, tests',
    example: 'etl init my_project && cd my_project && etl build',
    run: async (values, positional, terminal) =>
      (await import('./commands/init.ts')).initCommand(values, positional, terminal),
  },
  {
    name: 'debug',
    summary: 'Check the project, the profile and the connection',
    example: 'etl debug --target clickhouse',
    run: async (values, _positional, terminal) =>
      (await import('./commands/debug.ts')).debugCommand(values, terminal),
  },
  {
    name: 'seed',
    summary: 'Load the CSV files of seeds/ into the warehouse',
    example: 'etl seed -s raw_orders',
    run: executing('seed'),
  },
  {
    name: 'run',
    summary: 'Build the selected models, without tests',
    example: 'etl run -s +customer_revenue',
    run: executing('run'),
  },
  {
    name: 'snapshot',
    summary: 'Record in the selected snapshots what has changed since the last time',
    example: 'etl snapshot -s customers_history',
    run: executing('snapshot'),
  },
  {
    name: 'test',
    summary: 'Run data tests on what is published, and unit tests',
    example: 'etl test -s tag:daily',
    run: testing,
  },
  {
    name: 'build',
    summary:
      'Seeds, models, snapshots and tests in graph order; a table whose tests fail is not published',
    example: 'etl build --exclude tag:slow',
    run: executing('build'),
  },
  {
    name: 'clone',
    summary:
      'Make views over what the earlier run of --state has built, in the place of the selected nodes',
    example: 'etl clone --state prod-state --target dev',
    run: executing('clone'),
  },
  {
    name: 'compile',
    summary: 'Print the compiled SQL of the selected nodes and write it to target/compiled',
    example: 'etl compile -s customer_revenue',
    run: async (values, _positional, terminal) =>
      (await import('./commands/compile.ts')).compileCommand(values, terminal),
  },
  {
    name: 'parse',
    summary: 'Read and check the whole project and write target/manifest.json; needs no warehouse',
    example: 'etl parse',
    run: async (values, _positional, terminal) =>
      (await import('./commands/parse.ts')).parseCommand(values, terminal),
  },
  {
    name: 'check',
    summary:
      'Ask the engine about the SQL of models and tests before anything is built; needs no warehouse',
    example: 'etl check -s customer_revenue+ --output github',
    run: async (values, _positional, terminal) =>
      (await import('./commands/check.ts')).checkCommand(values, terminal),
  },
  {
    name: 'columns',
    summary:
      'Show the columns of models with their types, or write them into property files; needs no warehouse',
    example: 'etl columns --write -s customer_revenue',
    run: async (values, _positional, terminal) =>
      (await import('./commands/columns.ts')).columnsCommand(values, terminal),
  },
  {
    name: 'lineage',
    arguments: '[names...]',
    summary: 'Show which columns a column comes from and goes into; needs no warehouse',
    example: 'etl lineage customer_revenue.total --up',
    run: async (values, positional, terminal) =>
      (await import('./commands/lineage.ts')).lineageCommand(values, positional, terminal),
  },
  {
    name: 'diff',
    summary:
      'Say what the changes since a revision of Git mean for models and their readers; needs no warehouse',
    example: 'etl diff --state git:origin/main --output markdown',
    run: async (values, _positional, terminal) =>
      (await import('./commands/diff.ts')).diffCommand(values, terminal),
  },
  {
    name: 'plan',
    summary: 'Show what a build would do to each relation, without doing it',
    example: 'etl plan -s customer_revenue+',
    run: async (values, _positional, terminal) =>
      (await import('./commands/plan.ts')).planCommand(values, terminal),
  },
  {
    name: 'ls',
    alias: 'list',
    summary: 'List the selected nodes; needs no warehouse',
    example: 'etl ls -s customer_revenue+ --output json',
    run: async (values, _positional, terminal) =>
      (await import('./commands/ls.ts')).lsCommand(values, terminal),
  },
  {
    name: 'show',
    summary: 'Run the SQL of a model, or SQL given with --inline, and show its rows',
    example: `etl show --inline "select * from {{ ref('orders') }}" --limit 20`,
    run: async (values, _positional, terminal) =>
      (await import('./commands/show.ts')).showCommand(values, terminal),
  },
  {
    name: 'docs generate',
    group: 'Write a site about the project; see etl docs generate --help',
    summary:
      'Write target/catalog.json and a site about the project, target/docs, that opens from disk',
    example: 'etl docs generate && open target/docs/index.html',
    run: async (values, _positional, terminal) =>
      (await import('./commands/docs-generate.ts')).docsGenerateCommand(values, terminal),
  },
  {
    name: 'docs serve',
    summary: 'Serve that site and the artifacts beside it over HTTP, on this machine',
    example: 'etl docs serve --port 8081 --no-browser',
    run: async (values, _positional, terminal) =>
      (await import('./commands/docs-serve.ts')).docsServeCommand(values, terminal),
  },
  {
    name: 'run-operation',
    arguments: '[macro]',
    summary: 'Call a macro of the project or of a package, with arguments; or send SQL',
    example: "etl run-operation grant_select --args '{role: reader}'",
    run: async (values, positional, terminal) =>
      (await import('./commands/run-operation.ts')).runOperationCommand(
        values,
        positional,
        terminal,
      ),
  },
  {
    name: 'source freshness',
    alias: 'snapshot-freshness',
    group: 'Ask how old the sources are; see etl source freshness --help',
    summary: 'Ask how old the rows of the sources are, and write target/sources.json',
    example: 'etl source freshness -s source:erp',
    run: async (values, _positional, terminal) =>
      (await import('./commands/source-freshness.ts')).sourceFreshnessCommand(values, terminal),
  },
  {
    name: 'sources pull',
    group: 'Write down the columns of the sources; see etl sources pull --help',
    summary: 'Write the columns of the sources into schema.lock.yml, for etl check',
    example: 'etl sources pull --target prod -s source:erp',
    run: async (values, _positional, terminal) =>
      (await import('./commands/sources-pull.ts')).sourcesPullCommand(values, terminal),
  },
  {
    name: 'grants',
    summary: 'Show the grants that models declare beside those that their relations have',
    example: 'etl grants -s models/gold --check',
    run: async (values, _positional, terminal) =>
      (await import('./commands/grants.ts')).grantsCommand(values, terminal),
  },
  {
    name: 'retry',
    summary: 'Run the last command again for what failed or was skipped, with its options',
    example: 'etl retry --threads 1',
    run: async (values, _positional, terminal) =>
      (await import('./commands/retry.ts')).retryCommand(values, terminal),
  },
  {
    name: 'history',
    summary: 'Show how the last runs went and how long each node took, here or on all machines',
    example: 'etl history -s customer_revenue --limit 10',
    run: async (values, _positional, terminal) =>
      (await import('./commands/history.ts')).historyCommand(values, terminal),
  },
  {
    name: 'serve',
    summary: 'Answer for the embedded ClickHouse over HTTP, for BI tools, curl and other clients',
    example: 'etl serve --target clickhouse --port 8123',
    run: async (values, _positional, terminal) =>
      (await import('./commands/serve.ts')).serveCommand(values, terminal),
  },
  {
    name: 'db start',
    group: 'Handle the embedded Postgres of the project; see etl db start --help',
    summary: 'Start the embedded Postgres and keep it running until etl db stop',
    example: 'etl db start --tcp --port 5433',
    run: db('start'),
  },
  {
    name: 'db stop',
    summary: 'Stop the embedded Postgres, or let it end with the last command that uses it',
    example: 'etl db stop',
    run: db('stop'),
  },
  {
    name: 'db status',
    summary: 'Say whether the embedded Postgres runs, and where; ends with 1 when it does not',
    example: 'etl db status',
    run: db('status'),
  },
  {
    name: 'db psql-url',
    summary: 'Print the URL of the running embedded Postgres for psql and other programs',
    example: "etl db psql-url | xargs psql -c 'select 1'",
    run: db('psql-url'),
  },
  {
    name: 'deps',
    summary: 'Install the packages of packages.yml; does nothing where all of them are there',
    example: 'etl deps --add-package dbt-labs/dbt_utils@1.3.0',
    run: async (values, _positional, terminal) =>
      (await import('./commands/deps.ts')).depsCommand(values, terminal),
  },
  {
    name: 'clean',
    summary: 'Delete the folders that clean-targets of dbt_project.yml names',
    example: 'etl clean',
    run: async (values, _positional, terminal) =>
      (await import('./commands/clean.ts')).cleanCommand(values, terminal),
  },
];
