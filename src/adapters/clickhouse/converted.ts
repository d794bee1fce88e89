// New rows on their way into columns of other types.
import { ident, text } from './quote.ts';
import type { SchemaChange } from './schema-change.ts';
import type { Settings } from './settings.ts';
import { innerType } from './types.ts';

/** A column of the new rows as the live table has it: an error where a value does not fit, which this engine would wrap. */
const converted = (column: string, { casts }: SchemaChange): string => {
  const type = casts.get(column);
  const { name } = innerType(type ?? '');
  // states of aggregates are converted by INSERT alone
  if (type === undefined || name === 'AggregateFunction') return ident(column);
  // most numbers are no exact Float32
  const cast = /^B?Float/.test(name) ? 'CAST' : 'accurateCast';
  return `${cast}(${ident(column)}, ${text(type)})`;
};

/** The columns of the new rows with the live types, as a list to select; `isNamed` keeps their names. */
export const convertedColumns = (change: SchemaChange, isNamed = false): string =>
  change.insert
    .map((column) => {
      const value = converted(column, change);
      return isNamed && value !== ident(column) ? `${value} AS ${ident(column)}` : value;
    })
    .join(', ');

/** Of a write into the live columns: NULL where there is no room for it is an error, and so is a date out of range. */
export const strict = ({ casts }: SchemaChange): Settings => ({
  insert_null_as_default: 0,
  ...([...casts.values()].some((type) => innerType(type).name.startsWith('Date'))
    ? { date_time_overflow_behavior: 'throw' }
    : {}),
});
