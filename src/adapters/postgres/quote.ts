import type { Scalar } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';

/** A name in double quotes, always: an unquoted one would be folded to lower case. */
export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text in single quotes; backslashes get the E form, which means the same whatever standard_conforming_strings says. */
export function quoted(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** A value as SQL text. */
export function literal(value: Scalar): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    return `'${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}'::double precision`;
  return String(value);
}

/** The quoted, qualified text of a relation, with its database when it has one (as dbt renders it). */
export const relationText = (r: RelationName): string =>
  (r.database === undefined ? [r.schema, r.name] : [r.database, r.schema, r.name])
    .map(ident)
    .join('.');

/** A name beside a relation, in its schema. */
export const beside = (r: RelationName, name: string): RelationName => ({ ...r, name });

/** An anonymous block; its body is a plain string, so that no text inside can end it early. */
export const block = (body: string): string => `do ${quoted(body)}`;
