import type { BuiltInMacro } from '../adapter/contract.ts';
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

function dispatcher(name: string, parameters: readonly string[]): string {
  const names = parameters.map((parameter) => parameter.split('=')[0]);
  return (
    `{% macro ${name}(${parameters.join(', ')}) -%}\n` +
    `  {{ return(adapter.dispatch('${name}', 'dbt')(${names.join(', ')})) }}\n` +
    '{%- endmacro %}\n'
  );
}

const DISPATCHERS = Object.entries(DISPATCHED)
  .map(([name, parameters]) => dispatcher(name, parameters))
  .join('\n');

/** The macro files of package `dbt` that ship with the product; engines and projects may override each macro. */
export const BUILT_IN_MACROS: readonly BuiltInMacro[] = [
  { packageName: 'dbt', path: 'macros/names.sql', text: NAMES },
  { packageName: 'dbt', path: 'macros/data_tests.sql', text: DATA_TESTS },
  { packageName: 'dbt', path: 'macros/queries.sql', text: QUERIES },
  { packageName: 'dbt', path: 'macros/dispatch.sql', text: DISPATCHERS },
  { packageName: 'dbt', path: 'macros/expressions.sql', text: EXPRESSIONS },
  { packageName: 'dbt', path: 'macros/dates.sql', text: DATES },
];
