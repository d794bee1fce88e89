// Python's strftime and strptime for the codes that templates use.
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A moment as a clock on the wall shows it. */
export interface WallTime {
  /** the wall time read as if it were UTC, in milliseconds */
  readonly ms: number;
  /** microseconds behind the milliseconds */
  readonly micros: number;
  /** minutes east of UTC; null for a naive time */
  readonly offset: number | null;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `+0130`, or with a colon `+01:30`. */
export function offsetText(minutes: number, colon: boolean): string {
  const absolute = Math.abs(minutes);
  const sign = minutes < 0 ? '-' : '+';
  return `${sign}${two(Math.floor(absolute / 60))}${colon ? ':' : ''}${two(absolute % 60)}`;
}

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const week = Math.floor((dayOfYear(thursday) - 1) / 7) + 1;
  return { year: thursday.getUTCFullYear(), week };
}

function code(letter: string, time: WallTime, date: Date): string | undefined {
  const hour = date.getUTCHours();
  const micro = date.getUTCMilliseconds() * 1000 + time.micros;
  switch (letter) {
    case 'Y':
      return String(date.getUTCFullYear()).padStart(4, '0');
    case 'y':
      return two(date.getUTCFullYear() % 100);
    case 'm':
      return two(date.getUTCMonth() + 1);
    case 'd':
      return two(date.getUTCDate());
    case 'H':
      return two(hour);
    case 'I':
      return two(hour % 12 || 12);
    case 'M':
      return two(date.getUTCMinutes());
    case 'S':
      return two(date.getUTCSeconds());
    case 'f':
      return String(micro).padStart(6, '0');
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'j':
      return String(dayOfYear(date)).padStart(3, '0');
    case 'A':
      return DAYS[date.getUTCDay()];
    case 'a':
      return DAYS[date.getUTCDay()]?.slice(0, 3);
    case 'B':
      return MONTHS[date.getUTCMonth()];
    case 'b':
    case 'h':
      return MONTHS[date.getUTCMonth()]?.slice(0, 3);
    case 'w':
      return String(date.getUTCDay());
    case 'u':
      return String(date.getUTCDay() || 7);
    case 'U':
      return two(Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7));
    case 'W':
      return two(Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() + 6) % 7)) / 7));
    case 'V':
      return two(isoWeek(date).week);
    case 'G':
      return String(isoWeek(date).year);
    case 'z':
      return time.offset === null ? '' : offsetText(time.offset, false);
    case 'Z':
      return time.offset === null
        ? ''
        : time.offset === 0
          ? 'UTC'
          : `UTC${offsetText(time.offset, true)}`;
    case 's':
      return String(Math.floor((time.ms - (time.offset ?? 0) * 60_000) / 1000));
    case 'F':
      return formatTime(time, '%Y-%m-%d');
    case 'T':
    case 'X':
      return formatTime(time, '%H:%M:%S');
    case 'D':
    case 'x':
      return formatTime(time, '%m/%d/%y');
    case 'R':
      return formatTime(time, '%H:%M');
    case 'c':
      return `${formatTime(time, '%a %b')} ${String(date.getUTCDate()).padStart(2, ' ')} ${formatTime(time, '%H:%M:%S %Y')}`;
    case '%':
      return '%';
    default:
      return undefined;
  }
}

/** `strftime`: unknown codes stay as they are; `%-d` drops leading zeros. */
export function formatTime(time: WallTime, format: string): string {
  const date = new Date(time.ms);
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, dash: string, letter: string) => {
    const text = code(letter, time, date);
    if (text === undefined) return whole;
    return dash === '-' ? text.replace(/^0+(?=\d)/, '') : text;
  });
}

const PATTERNS: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  I: '(?<I>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  f: '(?<f>\\d{1,6})',
  p: '(?<p>[AaPp][Mm])',
  j: '(?<j>\\d{1,3})',
  b: '(?<b>[A-Za-z]{3})',
  B: '(?<B>[A-Za-z]+)',
  a: '[A-Za-z]{3}',
  A: '[A-Za-z]+',
  z: '(?<z>Z|[+-]\\d{2}:?\\d{2})',
  Z: '[A-Za-z]+',
  '%': '%',
};
const SHORTHANDS: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  D: '%m/%d/%y',
  R: '%H:%M',
};

const monthNumber = (name: string): number =>
  MONTHS.findIndex((month) => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase());

function yearOf(groups: Readonly<Record<string, string | undefined>>): number {
  if (groups['Y'] !== undefined) return Number(groups['Y']);
  if (groups['y'] === undefined) return 1900;
  const short = Number(groups['y']);
  return short < 69 ? 2000 + short : 1900 + short;
}

function hourOf(groups: Readonly<Record<string, string | undefined>>): number {
  if (groups['I'] === undefined) return Number(groups['H'] ?? 0);
  return (Number(groups['I']) % 12) + (groups['p']?.toLowerCase() === 'pm' ? 12 : 0);
}

function offsetOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === 'Z') return 0;
  const digits = text.replace(/[^\d]/g, '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4));
  return text.startsWith('-') ? -minutes : minutes;
}

/** `strptime`; undefined when the text does not match the format. */
export function parseTime(text: string, format: string): WallTime | undefined {
  const expanded = format.replace(/%([FTDR])/g, (_, letter: string) => SHORTHANDS[letter] ?? '');
  const pattern = expanded.replace(
    /%([a-zA-Z%])|([\\^$.*+?()[\]{}|])/g,
    (_, letter?: string, special?: string) =>
      letter === undefined ? `\\${special ?? ''}` : (PATTERNS[letter] ?? `%${letter}`),
  );
  const groups = new RegExp(`^${pattern.replace(/\s+/g, '\\s+')}$`).exec(text);
  if (groups === null) return undefined;
  const found = groups.groups ?? {};
  const named = found['b'] ?? found['B'];
  const month = named === undefined ? Number(found['m'] ?? 1) - 1 : monthNumber(named);
  const micro = Number((found['f'] ?? '0').padEnd(6, '0'));
  const day = found['j'] === undefined ? Number(found['d'] ?? 1) : Number(found['j']);
  const date = new Date(0);
  date.setUTCFullYear(yearOf(found), found['j'] === undefined ? month : 0, day);
  date.setUTCHours(
    hourOf(found),
    Number(found['M'] ?? 0),
    Number(found['S'] ?? 0),
    Math.floor(micro / 1000),
  );
  const isReal =
    found['j'] !== undefined || (date.getUTCMonth() === month && date.getUTCDate() === day);
  return isReal
    ? { ms: date.getTime(), micros: micro % 1000, offset: offsetOf(found['z']) }
    : undefined;
}
