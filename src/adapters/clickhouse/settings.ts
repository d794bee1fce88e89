// The sets of engine settings and their SQL.
import { text } from './quote.ts';

/** Settings of one statement or of a whole connection. */
export type Settings = Readonly<Record<string, string | number>>;

/** Sent with every statement: inserts are seen when they return, and numbers survive JSON. */
export const SAFE: Settings = {
  async_insert: 0,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_denormals: 1,
};

/**
 * Makes Postgres-style SQL mean the same: NULL for what an outer join did not find and for the sum of nothing, UNION
 * without a word removes doubles, a column wins over an alias of its name. It changes results, so it is opt-in.
 */
export const ANSI: Settings = {
  join_use_nulls: 1,
  union_default_mode: 'DISTINCT',
  intersect_default_mode: 'DISTINCT',
  except_default_mode: 'DISTINCT',
  aggregate_functions_null_for_empty: 1,
  prefer_column_name_to_alias: 1,
  cast_keep_nullable: 1,
  group_by_use_nulls: 1,
};

/** The engine's defaults of the same, for a model that says no where the whole target says yes. */
export const NOT_ANSI: Settings = {
  join_use_nulls: 0,
  union_default_mode: '',
  intersect_default_mode: 'ALL',
  except_default_mode: 'ALL',
  aggregate_functions_null_for_empty: 0,
  prefer_column_name_to_alias: 0,
  cast_keep_nullable: 0,
  group_by_use_nulls: 0,
};

/** Of every write into a table that only this node sees: two equal blocks are no mistake there. */
export const PRIVATE_WRITE: Settings = { insert_deduplicate: 0 };

/**
 * Of a copy in which the order of rows does not matter: by default the engine writes with one thread, however many read. Fewer
 * are used where there are fewer cores.
 */
export const PARALLEL_WRITE: Settings = { max_insert_threads: 4 };

/** How many partitions the rows of one INSERT may be of. */
export const MOST_PARTITIONS = 'max_partitions_per_insert_block';

/** Of a copy of rows that are in these partitions already: the engine's limit of 100 for one INSERT is meant for new ones. */
export const ANY_PARTITIONS: Settings = { [MOST_PARTITIONS]: 0 };

/** `own` settings of a statement of ours; what the profile says of the number of threads wins. */
export const over = (profile: Settings, own: Settings | undefined): Settings => {
  const { max_insert_threads: threads } = profile;
  return { ...own, ...(threads === undefined ? {} : { max_insert_threads: threads }) };
};

/** Whether a name may stand in `SET name = …`; everything else is refused, it would be SQL. */
export const isSettingName = (name: string): boolean => /^[a-z_][a-z0-9_]*$/i.test(name);

/** A setting's value as SQL: numbers bare, because some settings refuse them quoted. */
const value = (v: string | number): string => (typeof v === 'number' ? String(v) : text(v));

/** `a = 1, b = 'x'` for SET and SETTINGS. */
export const assignments = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, v]) => `${name} = ${value(v)}`)
    .join(', ');

/** ` SETTINGS a = 1`, or nothing. */
export const settingsClause = (settings: Settings): string =>
  Object.keys(settings).length === 0 ? '' : ` SETTINGS ${assignments(settings)}`;
