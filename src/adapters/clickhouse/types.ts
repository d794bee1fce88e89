// ClickHouse's type texts: taking wrappers off, mapping the portable words of a project, reading JSON values.
import type { InferredType } from '../../adapter/contract.ts';
import type { Scalar } from '../../adapter/statement.ts';

/** A type text split into its name and its arguments: `Decimal(12, 2)` is Decimal with ['12', '2']. */
export interface TypeText {
  readonly name: string;
  readonly args: readonly string[];
}

/** Splits `text` at the commas that stand outside brackets and quotes. */
export function splitArguments(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  let quote: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quote !== undefined) {
      if (c === '\\') i++;
      else if (c === quote) quote = undefined;
    } else if (c === "'" || c === '`' || c === '"') quote = c;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' && parts.length === 0 ? [] : [...parts, last];
}

/** Reads the outermost level of a type text. */
export function parseType(text: string): TypeText {
  const open = text.indexOf('(');
  if (open < 0 || !text.trimEnd().endsWith(')')) return { name: text.trim(), args: [] };
  return {
    name: text.slice(0, open).trim(),
    args: splitArguments(text.trimEnd().slice(open + 1, -1)),
  };
}

/** The type below `Nullable` and `LowCardinality`: what decides how a value is read. */
export function innerType(text: string): TypeText {
  const type = parseType(text);
  const [only] = type.args;
  return /^(Nullable|LowCardinality|SimpleAggregateFunction)$/.test(type.name) && only !== undefined
    ? innerType(type.name === 'SimpleAggregateFunction' ? (type.args[1] ?? only) : only)
    : type;
}

/** Whether a column of this type can hold NULL. */
export const isNullable = (text: string): boolean =>
  /^(LowCardinality\()?Nullable\(|^(Variant|Dynamic)\b/.test(text.trim());

const CANNOT_BE_NULLABLE =
  /^(Nullable|LowCardinality|Array|Map|Tuple|Nested|Variant|Dynamic|JSON|Object|AggregateFunction|SimpleAggregateFunction)\b/;

/** The type with NULL allowed, where ClickHouse has such a type. */
export const nullable = (text: string): string =>
  CANNOT_BE_NULLABLE.test(text.trim()) ? text : `Nullable(${text})`;

const withoutNull = (text: string): string => text.trim().replace(/^Nullable\((.*)\)$/s, '$1');

/** Whether two types differ in nothing but whether NULL is allowed. */
export const sameButNullable = (a: string, b: string): boolean =>
  withoutNull(a).replace(/^LowCardinality\((?:Nullable\((.*)\)|(.*))\)$/s, '$1$2') ===
  withoutNull(b).replace(/^LowCardinality\((?:Nullable\((.*)\)|(.*))\)$/s, '$1$2');

const WHOLE = /^(U?)Int(\d+)$/;

/**
 * The type that holds the values of both, where one of the two does: whole numbers of one family, floats, dates of growing
 * precision. Anything else would change values on the way, for this engine converts without a word.
 */
export function widened(from: string, to: string): string | undefined {
  const [a, b] = [withoutNull(from), withoutNull(to)];
  const keep = (type: string): string => (isNullable(from) ? nullable(type) : type);
  const [whole, other] = [WHOLE.exec(a), WHOLE.exec(b)];
  if (whole !== null && other !== null) {
    if (whole[1] === other[1]) return Number(whole[2]) >= Number(other[2]) ? from : keep(b);
    const [signed, unsigned] = whole[1] === '' ? [whole, other] : [other, whole];
    if (Number(signed[2]) <= Number(unsigned[2])) return undefined;
    return signed === whole ? from : keep(b);
  }
  const orders = [
    ['Float32', 'Float64'],
    ['Date', 'Date32'],
  ];
  for (const order of orders) {
    const [i, j] = [order.indexOf(a), order.indexOf(b)];
    if (i >= 0 && j >= 0) return i >= j ? from : keep(b);
  }
  if (a.startsWith('FixedString(') && b === 'String') return keep(b);
  return a === 'String' && /^(FixedString|Enum)/.test(b) ? from : undefined;
}

/**
 * The words that projects for more than one engine use. `date` is Date32, because Date ends in 2149 and begins in 1970;
 * `timestamp` keeps microseconds and shows what was written whatever the server's zone, as Postgres's `timestamp` does,
 * which is why the zone is fixed.
 */
const PORTABLE: Readonly<Record<string, string>> = {
  smallint: 'Int16',
  int2: 'Int16',
  int: 'Int32',
  integer: 'Int32',
  int4: 'Int32',
  bigint: 'Int64',
  int8: 'Int64',
  real: 'Float32',
  float4: 'Float32',
  float: 'Float64',
  float8: 'Float64',
  double: 'Float64',
  'double precision': 'Float64',
  bool: 'Bool',
  boolean: 'Bool',
  text: 'String',
  string: 'String',
  varchar: 'String',
  char: 'String',
  character: 'String',
  'character varying': 'String',
  date: 'Date32',
  timestamp: "DateTime64(6, 'UTC')",
  timestamptz: "DateTime64(6, 'UTC')",
  datetime: "DateTime64(6, 'UTC')",
  'timestamp without time zone': "DateTime64(6, 'UTC')",
  'timestamp with time zone': "DateTime64(6, 'UTC')",
  uuid: 'UUID',
  // exact, with room for 20 digits before and 18 after the point
  numeric: 'Decimal(38, 18)',
  decimal: 'Decimal(38, 18)',
};

/** ClickHouse's name of a type as a project writes it; ClickHouse's own names (`Int8`, `DateTime`, `Date`) pass unchanged. */
export function engineType(written: string): string {
  const text = written.trim();
  // ClickHouse's own spelling is capitalised; Int8 (one byte) must not be taken for Postgres's int8 (eight bytes)
  if (/^[A-Z][a-z0-9A-Z]*[a-z0-9]/.test(text) && !/^[A-Z]+\d?$/.test(text)) return text;
  const word = text.toLowerCase().replace(/\s+/g, ' ');
  const plain = PORTABLE[word];
  if (plain !== undefined) return plain;
  const { name, args } = parseType(word);
  if (name === 'numeric' || name === 'decimal')
    return `Decimal(${args[0] ?? '38'}, ${args[1] ?? '0'})`;
  if (name === 'timestamp' || name === 'timestamptz') return `DateTime64(${args[0] ?? '6'}, 'UTC')`;
  return /^(varchar|char|character|character varying)$/.test(name) ? 'String' : text;
}

/** The type of a seed column whose type was inferred from its values. */
export function seedColumnType(inferred: InferredType): string {
  const types: Readonly<Record<InferredType, string>> = {
    integer: 'Int64',
    number: 'Float64',
    boolean: 'Bool',
    date: 'Date32',
    timestamp: "DateTime64(6, 'UTC')",
    text: 'String',
  };
  return types[inferred];
}

const SMALL_INTEGER = /^U?Int(8|16|32)$/;
const BIG_INTEGER = /^U?Int(64|128|256)$/;

/** Decimal texts come without trailing zeros; the type's scale says how many there are. */
function padDecimal(text: string, scale: number): string {
  if (scale <= 0 || !/^-?\d+(\.\d*)?$/.test(text)) return text;
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(scale, '0')}`;
}

function floatOf(value: string): number {
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  return value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value);
}

/** The scale of a Decimal type, whichever way it is written. */
export function decimalScale({ name, args }: TypeText): number {
  return Number((name === 'Decimal' ? args[1] : args[0]) ?? 0);
}

/** How the values of a column of this type, as they come in JSON, become Scalars. */
export function scalarReader(type: string): (value: unknown) => Scalar {
  const inner = innerType(type);
  const asText = (value: unknown): string =>
    typeof value === 'string' ? value : JSON.stringify(value);
  const read = (value: unknown): Scalar => {
    if (inner.name === 'Bool') return value === true || value === 'true';
    if (SMALL_INTEGER.test(inner.name)) return Number(value);
    if (BIG_INTEGER.test(inner.name)) {
      const exact = BigInt(asText(value));
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    }
    if (/^(B?Float)(16|32|64)$/.test(inner.name))
      return typeof value === 'number' ? value : floatOf(asText(value));
    if (inner.name.startsWith('Decimal')) return padDecimal(asText(value), decimalScale(inner));
    return asText(value);
  };
  return (value) => (value === null || value === undefined ? null : read(value));
}
