import type { BuiltInMacro } from '../adapter/contract.ts';
import { dispatchers } from './built-in/dispatcher.ts';
import { COLUMNS } from './built-in/columns.ts';
import { DATES_IN_TEXT } from './built-in/dates-in-text.ts';
import { INCREMENTAL } from './built-in/incremental.ts';
import { MATERIALIZATIONS } from './built-in/materializations.ts';
import { METADATA } from './built-in/metadata.ts';
import { RELATIONS } from './built-in/relations.ts';
import { RELATION_CARE } from './built-in/relation-care.ts';
import { SEEDS } from './built-in/seeds.ts';
import { SNAPSHOT } from './built-in/snapshot.ts';
import { TEST_MATERIALIZATION } from './built-in/test-materialization.ts';
import { DATA_TESTS } from './built-in/data-tests.ts';
import { DATES } from './built-in/dates.ts';
import { EXPRESSIONS } from './built-in/expressions.ts';
import { NAMES } from './built-in/names.ts';
import { QUERIES } from './built-in/queries.ts';

/** Cross-database macros by name, with their parameters: each dispatches to the engine's or the default version. */
const DISPATCHED: Readonly<Record<string, readonly string[]>> = {
  type_string: [],
  type_timestamp: [],
  type_float: [],
  type_numeric: [],
  type_bigint: [],
  type_int: [],
  type_boolean: [],
  concat: ['fields'],
  hash: ['field'],
  cast: ['field', 'type'],
  safe_cast: ['field', 'type'],
  cast_bool_to_text: ['field'],
  split_part: ['string_text', 'delimiter_text', 'part_number'],
  listagg: ['measure', `delimiter_text="','"`, 'order_by_clause=none', 'limit_num=none'],
  except: [],
  intersect: [],
  any_value: ['expression'],
  bool_or: ['expression'],
  equals: ['expr1', 'expr2'],
  position: ['substring_text', 'string_text'],
  right: ['string_text', 'length_expression'],
  length: ['expression'],
  replace: ['field', 'old_chars', 'new_chars'],
  string_literal: ['value'],
  escape_single_quotes: ['expression'],
  array_construct: ['inputs=[]', "data_type='integer'"],
  array_append: ['array', 'new_element'],
  array_concat: ['array_1', 'array_2'],
  current_timestamp: [],
  snapshot_get_time: [],
  current_timestamp_backcompat: [],
  current_timestamp_in_utc_backcompat: [],
  dateadd: ['datepart', 'interval', 'from_date_or_timestamp'],
  datediff: ['first_date', 'second_date', 'datepart'],
  date_trunc: ['datepart', 'date'],
  date: ['year', 'month', 'day'],
  last_day: ['date', 'datepart'],
  get_intervals_between: ['start_date', 'end_date', 'datepart'],
  date_spine: ['datepart', 'start_date', 'end_date'],
  generate_series: ['upper_bound'],
};

/** The macro files of package `dbt` that ship with the product; engines and projects may override each macro. */
export const BUILT_IN_MACROS: readonly BuiltInMacro[] = [
  { packageName: 'dbt', path: 'macros/names.sql', text: NAMES },
  { packageName: 'dbt', path: 'macros/data_tests.sql', text: DATA_TESTS },
  { packageName: 'dbt', path: 'macros/queries.sql', text: QUERIES },
  { packageName: 'dbt', path: 'macros/dispatch.sql', text: dispatchers(DISPATCHED) },
  { packageName: 'dbt', path: 'macros/expressions.sql', text: EXPRESSIONS },
  { packageName: 'dbt', path: 'macros/dates.sql', text: DATES },
  { packageName: 'dbt', path: 'macros/columns.sql', text: COLUMNS },
  { packageName: 'dbt', path: 'macros/dates_in_text.sql', text: DATES_IN_TEXT },
  { packageName: 'dbt', path: 'macros/incremental.sql', text: INCREMENTAL },
  { packageName: 'dbt', path: 'macros/materializations.sql', text: MATERIALIZATIONS },
  { packageName: 'dbt', path: 'macros/metadata.sql', text: METADATA },
  { packageName: 'dbt', path: 'macros/relations.sql', text: RELATIONS },
  { packageName: 'dbt', path: 'macros/relation_care.sql', text: RELATION_CARE },
  { packageName: 'dbt', path: 'macros/seeds.sql', text: SEEDS },
  { packageName: 'dbt', path: 'macros/snapshot.sql', text: SNAPSHOT },
  { packageName: 'dbt', path: 'macros/test_materialization.sql', text: TEST_MATERIALIZATION },
];
