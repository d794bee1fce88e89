// What a cell of a seed may be, by its bytes: the shapes that make up nearly all cells, without making a text of each.

/** Kinds of values as bits: a cell is a set of them, and a column what all its cells have in common. */
export const INTEGER = 1;
export const NUMBER = 2;
export const BOOLEAN = 4;
export const DATE = 8;
export const BLANK_TIMESTAMP = 16;
export const ISO_TIMESTAMP = 32;
export const EVERY_KIND = 63;

/** The bytes say too little: the text has to be looked at. */
export const UNTOLD = -1;

/** More digits mean one thing to one engine and another to the next. */
const DIGITS = 18;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const COLON = 58;
const BLANK = 32;
const T = 84;

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= ZERO && byte <= ZERO + 9;

/** Two digits as a number; NaN for anything else. */
const two = (bytes: Buffer, at: number): number => {
  const tens = bytes[at];
  const ones = bytes[at + 1];
  return isDigit(tens) && isDigit(ones)
    ? ((tens ?? 0) - ZERO) * 10 + (ones ?? 0) - ZERO
    : Number.NaN;
};

const isDay = (bytes: Buffer, at: number): boolean => {
  const month = two(bytes, at + 5);
  const day = two(bytes, at + 8);
  return bytes[at + 7] === MINUS && month >= 1 && month <= 12 && day >= 1 && day <= 31;
};

const isClock = (bytes: Buffer, at: number): boolean =>
  two(bytes, at) <= 23 &&
  bytes[at + 2] === COLON &&
  two(bytes, at + 3) <= 59 &&
  bytes[at + 5] === COLON &&
  two(bytes, at + 6) <= 59;

/** What begins with four digits and a dash. */
function dayKinds(bytes: Buffer, from: number, to: number): number {
  if (!isDay(bytes, from)) return UNTOLD;
  if (to - from === 10) return DATE;
  if (to - from !== 19 || !isClock(bytes, from + 11)) return UNTOLD;
  const between = bytes[from + 10];
  if (between === BLANK) return BLANK_TIMESTAMP;
  return between === T ? ISO_TIMESTAMP : UNTOLD;
}

/** The kinds of value that the bytes between `from` and `to` can be, to every engine; UNTOLD when that needs their text. */
export function cellKinds(bytes: Buffer, from: number, to: number): number {
  const start = bytes[from] === MINUS ? from + 1 : from;
  let at = start;
  while (at < to && isDigit(bytes[at])) at++;
  const digits = at - start;
  if (digits === 0 || digits > DIGITS) return UNTOLD;
  if (at === to) return INTEGER | NUMBER;
  if (bytes[at] === MINUS && digits === 4 && start === from) return dayKinds(bytes, from, to);
  if (bytes[at] !== POINT || to - at > DIGITS) return UNTOLD;
  let isFraction = false;
  for (at++; at < to && isDigit(bytes[at]); at++) isFraction ||= bytes[at] !== ZERO;
  return at === to && isFraction ? NUMBER : UNTOLD;
}

/** Digits behind a zero: a code (CEP, CPF, a store's number), not a quantity. */
export function isCode(bytes: Buffer, from: number, to: number): boolean {
  if (bytes[from] !== ZERO || to - from < 2) return false;
  for (let at = from + 1; at < to; at++) if (!isDigit(bytes[at])) return false;
  return true;
}
