// Values of unit tests as ClickHouse SQL.
import type { FixtureValue } from '../../adapter/contract.ts';
import { text as quoted } from './quote.ts';
import { innerType, isNullable, nullable, parseType } from './types.ts';

/** The type with NULL allowed; the type itself where there is none such. */
function withNull(type: string): string {
  if (isNullable(type)) return type;
  const { name, args } = parseType(type);
  const [inner] = args;
  return name === 'LowCardinality' && inner !== undefined
    ? `LowCardinality(${nullable(inner)})`
    : nullable(type);
}

const as = (expression: string, type: string): string => `CAST(${expression} AS ${type})`;

/** An expression made into a type, NULL included. */
export const cast = (expression: string, type: string): string => as(expression, withNull(type));

/** A list or mapping as an expression whose values are texts, which the engine converts one by one. */
function nested(value: unknown): string {
  if (Array.isArray(value)) return `[${(value as unknown[]).map(nested).join(', ')}]`;
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'object')
    return `map(${Object.entries(value)
      .map(([key, item]) => `${quoted(key)}, ${nested(item)}`)
      .join(', ')})`;
  return quoted(String(value as string | number | boolean));
}

/** Whether a whole number is too large or too small for a type, which would take another one for it without a word. */
function wraps(number: string, type: string): boolean {
  const [, unsigned, bits] = /^(U?)Int(\d+)$/.exec(type) ?? [];
  if (bits === undefined || !/^-?\d+$/.test(number)) return false;
  const [given, size] = [BigInt(number), Number(bits)];
  return given !== (unsigned === 'U' ? BigInt.asUintN(size, given) : BigInt.asIntN(size, given));
}

/**
 * A value as a column of the type. Numbers go as text, because ClickHouse would take 1.15 for a Float64 and cut it off as a
 * Decimal; `materialize` makes it a column like those of a table, where functions treat constants differently.
 */
export function fixtureValue(given: FixtureValue, type: string): string {
  const { kind, text, value } = given;
  const isCollection = /^(Array|Map|Tuple)$/.test(innerType(type).name);
  const wide = withNull(type);
  if (kind === 'null' && isNullable(wide)) return `materialize(${as('NULL', wide)})`;
  if (kind === 'absent' || kind === 'null')
    return isNullable(type)
      ? `materialize(${as('NULL', type)})`
      : `materialize(defaultValueOfTypeName(${quoted(type)}))`;
  // comparisons give numbers here, and the text of a boolean is none
  const isNumber = /^(U?Int|Float|Decimal)\d*$/.test(innerType(type).name);
  const plain = kind === 'boolean' && isNumber ? (text === 'true' ? '1' : '0') : text;
  if (wraps(plain, innerType(type).name))
    return `accurateCast(${as(quoted(plain), 'Decimal256(0)')}, ${quoted(type)})`;
  const written = kind === 'nested' && isCollection ? nested(value) : quoted(plain);
  return `materialize(${as(written, type)})`;
}
