// Numbers as dbt's reader of seed files knows them: it forgives what spreadsheets put around a number.

const CURRENCIES = '؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫';
const ROUND = new RegExp(`^[${CURRENCIES}]+|[${CURRENCIES}]+$`, 'gu');
const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,3}))?$/;
const WORD = /^[+-]?(?:inf(?:inity)?|nan)$/i;

/** A number of a seed file. */
export interface WrittenNumber {
  readonly kind: 'integer' | 'number';
  /** digits, a sign and a point: what every engine reads */
  readonly plain: string;
}

/** Digits with the point moved `by` places to the right. */
function shifted(whole: string, fraction: string, by: number): readonly [string, string] {
  const digits = whole + fraction;
  const at = whole.length + by;
  if (at <= 0) return ['0', '0'.repeat(-at) + digits];
  return [digits.slice(0, at).padEnd(at, '0'), digits.slice(at)];
}

/**
 * The number that a text stands for: signs of currencies, percent signs, commas and leading zeros do not count, and `1.0` is an
 * integer. Undefined for what is no number.
 */
export function writtenNumber(text: string): WrittenNumber | undefined {
  let bare = text.trim().replaceAll(/^%+|%+$/g, '');
  const isMinus = bare.startsWith('-');
  if (isMinus) bare = bare.slice(1);
  bare = bare.replaceAll(ROUND, '').replaceAll(/[,_]/g, '').trim();
  if (WORD.test(bare)) return { kind: 'number', plain: isMinus ? `-${bare}` : bare };
  const match = DECIMAL.exec(bare);
  if (match === null) return undefined;
  const [, sign, before = '', after = '', only = '', exponent = '0'] = match;
  const [whole, fraction] = shifted(before, after + only, Number(exponent));
  const minus = isMinus !== (sign === '-') ? '-' : '';
  const integer = whole.replace(/^0+(?=\d)/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  return rest === ''
    ? { kind: 'integer', plain: `${minus}${integer}` }
    : { kind: 'number', plain: `${minus}${integer}.${rest}` };
}
