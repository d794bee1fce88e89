// Values arrive as text and become what templates expect, by the type's number in the catalog (pg_type.oid).
import { arrayJson } from './array-text.ts';
import type { Scalar } from '../../adapter/statement.ts';

/** Names of the types that results usually hold, as format_type words them. */
export const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [16, 'boolean'],
  [17, 'bytea'],
  [18, '"char"'],
  [19, 'name'],
  [20, 'bigint'],
  [21, 'smallint'],
  [23, 'integer'],
  [25, 'text'],
  [26, 'oid'],
  [114, 'json'],
  [700, 'real'],
  [701, 'double precision'],
  [705, 'unknown'],
  [1000, 'boolean[]'],
  [1007, 'integer[]'],
  [1009, 'text[]'],
  [1016, 'bigint[]'],
  [1042, 'character'],
  [1043, 'character varying'],
  [1082, 'date'],
  [1083, 'time without time zone'],
  [1114, 'timestamp without time zone'],
  [1184, 'timestamp with time zone'],
  [1186, 'interval'],
  [1266, 'time with time zone'],
  [1700, 'numeric'],
  [2278, 'void'],
  [2950, 'uuid'],
  [3802, 'jsonb'],
]);

const NUMBERS: ReadonlySet<number> = new Set([21, 23, 26, 700, 701]);

function bigOrNumber(text: string): number | bigint {
  const n = Number(text);
  return Number.isSafeInteger(n) ? n : BigInt(text);
}

/** One value from its text. Arrays become JSON. Exact numerics, dates and all other types stay text: they have no exact JavaScript form. */
export function decoded(oid: number, text: string | null): Scalar {
  if (text === null) return null;
  if (oid === 16) return text === 't';
  if (oid === 20) return bigOrNumber(text);
  return NUMBERS.has(oid) ? Number(text) : (arrayJson(oid, text) ?? text);
}
