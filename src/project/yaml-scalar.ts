// Plain scalars as PyYAML reads them (YAML 1.1): `yes` is true, `1e3` is text, `010` is 8, `1:30` is 90.
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const TRUE = new Set(['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const INTEGER =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** What a plain scalar means. A float says so, because 1.0 and 1 are one number in JavaScript. */
export type ScalarValue =
  | { readonly kind: 'value'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'float'; readonly value: number };

const sexagesimal = (text: string): number =>
  text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);

function integerOf(text: string): number | bigint {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  let value: number | bigint;
  if (digits.includes(':')) value = sexagesimal(digits);
  else if (/^0[0-7]+$/.test(digits)) value = Number.parseInt(digits, 8);
  else value = BigInt(digits);
  if (negative) value = -value;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

function floatOf(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
  let value: number;
  if (digits === '.inf') value = Number.POSITIVE_INFINITY;
  else if (digits === '.nan') value = Number.NaN;
  else value = digits.includes(':') ? sexagesimal(digits) : Number(digits);
  return negative ? -value : value;
}

/** Reads a plain (unquoted) scalar. */
export function readScalar(text: string): ScalarValue {
  if (NULLS.has(text)) return { kind: 'value', value: null };
  const first = text.charCodeAt(0);
  const maybeNumber = (first >= 43 && first <= 57) || text.startsWith('.');
  if (maybeNumber && INTEGER.test(text)) return { kind: 'value', value: integerOf(text) };
  if (maybeNumber && FLOAT.test(text)) return { kind: 'float', value: floatOf(text) };
  if (TRUE.has(text)) return { kind: 'value', value: true };
  if (FALSE.has(text)) return { kind: 'value', value: false };
  return { kind: 'value', value: text };
}
