export type Command =
  | 'init'
  | 'debug'
  | 'seed'
  | 'run'
  | 'snapshot'
  | 'test'
  | 'build'
  | 'clone'
  | 'compile'
  | 'parse'
  | 'plan'
  | 'ls'
  | 'show'
  | 'docs generate'
  | 'clean'
  | 'run-operation'
  | 'source freshness'
  | 'grants'
  | 'retry'
  | 'history'
  | 'docs serve'
  | 'serve'
  | 'db start'
  | 'db stop'
  | 'db status'
  | 'db psql-url'
  | 'deps'
  | 'check'
  | 'columns'
  | 'lineage'
  | 'diff'
  | 'sources pull';

/** One option of the command line. */
export interface OptionSpec {
  /** as commander reads it: `-t, --target <name>` */
  readonly flags: string;
  /** the long name in camel case, which is also how commander calls its value */
  readonly key: string;
  readonly help: string;
  /** the name after ETL_ and DBT_, where dbt has one */
  readonly env?: string;
  /** which commands take it; absent: every command, before and after its name */
  readonly only?: readonly Command[];
  readonly kind: 'text' | 'list' | 'flag' | 'number';
  /** a flag with an opposite: `--no-x` */
  readonly negatable?: true;
  /** the values it may have, in any case of letters */
  readonly choices?: readonly string[];
  /** other long names of the same, which the help does not show */
  readonly aliases?: readonly string[];
  /** why nothing happens: dbt's callers may pass it all the same */
  readonly ignored?: string;
  /** the key in `flags:` of dbt_project.yml, where dbt reads it there */
  readonly projectFlag?: string;
}
