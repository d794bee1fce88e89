// A seed whose cells all fit at first sight: read, checked and converted by one statement. Whoever is in doubt goes the careful way.
import type { Column, RelationName } from '../../kernel/relation.ts';
import { ident, idents, relation, text } from './quote.ts';
import { careful, digits, type Conversion } from './seed.ts';
import { decimalScale, innerType } from './types.ts';

/** The code of an error that a statement raised by itself: a cell did not fit. */
export const IN_DOUBT = '395';

/**
 * As `careful`, but cheaper, and for fewer texts: what fits here is the same value there. Days and times fit when they read back
 * as they are written; no blanks are taken off.
 */
function atFirstSight(column: Column, tableType: string): Conversion {
  const t = ident(column.name);
  const type = innerType(tableType);
  if (type.name === 'Date' || type.name === 'Date32') {
    const value = `to${type.name}OrNull(${t})`;
    return { value, fits: `toString(${value}) = ${t}` };
  }
  if (type.name === 'DateTime') {
    const value = `toDateTimeOrNull(${[t, ...type.args].join(', ')})`;
    // texts in ISO form compare as the moments do
    const isInRange = `${t} BETWEEN '1970-01-01' AND '2106-02-07'`;
    return { value, fits: `(toString(${value}) = ${t} AND ${isInRange})` };
  }
  const isSmall = type.name.startsWith('Decimal') && digits(type) <= 18 && decimalScale(type) <= 10;
  return careful(column, tableType, {
    decimal: isSmall ? 'Decimal128' : 'Decimal256',
    isTrimmed: true,
  });
}

/** An INSERT that reads the CSV file at `path` itself, and raises an error when a cell does not fit at first sight. */
export function insertAtOnce(
  path: string,
  staged: RelationName,
  columns: readonly Column[],
  types: readonly string[],
): string {
  const conversions = columns.map((c, i) => atFirstSight(c, types[i] ?? 'String'));
  const doubts = conversions.flatMap(({ fits }, i) => {
    const name = ident(columns[i]?.name ?? '');
    return fits === '1' ? [] : [`(isNotNull(${name}) AND NOT ifNull(${fits}, 0))`];
  });
  const where = doubts.length === 0 ? '' : ` WHERE NOT throwIf(${doubts.join(' OR ')})`;
  const structure = columns.map((c) => `${ident(c.name)} Nullable(String)`).join(', ');
  const file = `file(${text(path)}, 'CSVWithNames', ${text(structure)})`;
  return `INSERT INTO ${relation(staged)} (${idents(columns.map((c) => c.name))}) SELECT ${conversions.map(({ value }) => value).join(', ')} FROM ${file}${where}`;
}
