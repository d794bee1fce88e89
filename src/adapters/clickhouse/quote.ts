// Names and values as ClickHouse SQL text.
import type { Scalar } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';

const escaped = (text: string, quote: string): string =>
  quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;

/** A quoted identifier. */
export const ident = (name: string): string => escaped(name, '`');

/** A quoted text; backslashes are escaped too, because ClickHouse reads them. */
export const text = (value: string): string => escaped(value, "'").replaceAll('\0', '\\0');

/** A value as SQL. */
export function literal(value: Scalar): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return value.toString();
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return String(value);
}

/** A quoted, qualified relation; what dbt calls a schema is a database in ClickHouse. */
export const relation = (name: RelationName): string => `${ident(name.schema)}.${ident(name.name)}`;

/** A list of quoted identifiers. */
export const idents = (names: readonly string[]): string => names.map(ident).join(', ');
