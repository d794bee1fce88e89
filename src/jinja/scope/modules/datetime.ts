// Python's datetime module, as far as templates use it.
import { fail } from '../../faults.ts';
import { hostFunction, namedFunction } from '../../host-function.ts';
import { str } from '../../py/print.ts';
import { isNumeric, makeFloat, requireInt, toNumber } from '../../py/values.ts';
import type { Kwargs, PyObject, Value } from '../../py/values.ts';
import { formatTime, offsetText, parseTime } from './date-text.ts';
import type { WallTime } from './date-text.ts';
import { TimeDelta, timedelta } from './timedelta.ts';

const DAY = 86_400_000;
const TIME_PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'] as const;

/** A time zone: gives the offset of a moment. */
export interface Zone {
  readonly name: string;
  /** minutes east of UTC at a moment (milliseconds of UTC) */
  readonly offsetAt: (utc: number) => number;
}

/** UTC. */
export const UTC: Zone = { name: 'UTC', offsetAt: () => 0 };

/** What templates hold as a time zone. */
export class TimeZone implements PyObject {
  readonly pyType = 'timezone';
  readonly zone: Zone;

  constructor(zone: Zone) {
    this.zone = zone;
  }

  pyStr(): string {
    return this.zone.name;
  }

  pyAttr(name: string): Value {
    if (name === 'zone') return this.zone.name;
    if (name === 'localize')
      return namedFunction(name, ['dt'], ([moment]) =>
        moment instanceof DateTime
          ? moment.placedIn(this.zone)
          : fail('localize needs a datetime', 'TypeError'),
      );
    return undefined;
  }
}

/** A date, or a date with a time of day (naive, or with its offset from UTC). */
export class DateTime implements PyObject {
  readonly pyType: string;
  readonly wall: WallTime;
  readonly hasTime: boolean;

  constructor(wall: WallTime, hasTime = true) {
    this.wall = wall;
    this.hasTime = hasTime;
    this.pyType = hasTime ? 'datetime' : 'date';
  }

  /** A moment, seen in a zone. */
  static at(utc: number, zone: Zone | null, micros = 0): DateTime {
    const offset = zone === null ? null : zone.offsetAt(utc);
    return new DateTime({ ms: utc + (offset ?? 0) * 60_000, micros, offset });
  }

  get utc(): number {
    return this.wall.ms - (this.wall.offset ?? 0) * 60_000;
  }

  /** The same wall time, in a zone. */
  placedIn(zone: Zone): DateTime {
    // the offset at the wall time read as UTC is right but for the hours around a change; asking twice settles those
    const near = zone.offsetAt(this.wall.ms);
    const offset = zone.offsetAt(this.wall.ms - near * 60_000);
    return new DateTime({ ...this.wall, offset });
  }

  #part(name: string): number | undefined {
    const date = new Date(this.wall.ms);
    switch (name) {
      case 'year':
        return date.getUTCFullYear();
      case 'month':
        return date.getUTCMonth() + 1;
      case 'day':
        return date.getUTCDate();
      case 'hour':
        return date.getUTCHours();
      case 'minute':
        return date.getUTCMinutes();
      case 'second':
        return date.getUTCSeconds();
      case 'microsecond':
        return date.getUTCMilliseconds() * 1000 + this.wall.micros;
      default:
        return undefined;
    }
  }

  isoText(separator: string): string {
    if (!this.hasTime) return formatTime(this.wall, '%Y-%m-%d');
    const fraction = this.#part('microsecond') === 0 ? '' : formatTime(this.wall, '.%f');
    const zone = this.wall.offset === null ? '' : offsetText(this.wall.offset, true);
    return `${formatTime(this.wall, `%Y-%m-%d${separator}%H:%M:%S`)}${fraction}${zone}`;
  }

  pyStr(): string {
    return this.isoText(' ');
  }

  pyRepr(): string {
    const parts = TIME_PARTS.slice(0, this.hasTime ? 7 : 3).map((part) => this.#part(part) ?? 0);
    while (parts.length > 5 && parts.at(-1) === 0) parts.pop();
    return `datetime.${this.pyType}(${parts.join(', ')})`;
  }

  pyEq(other: Value): boolean {
    return (
      other instanceof DateTime && other.utc === this.utc && other.wall.micros === this.wall.micros
    );
  }

  pyCmp(other: Value): number {
    if (!(other instanceof DateTime))
      return fail(`a ${this.pyType} compares with a ${this.pyType}`, 'TypeError');
    return this.utc - other.utc || this.wall.micros - other.wall.micros;
  }

  pyHash(): string {
    return `${this.utc}.${this.wall.micros}`;
  }

  pyOperator(operator: string, other: Value, reflected: boolean): Value {
    if (other instanceof TimeDelta && (operator === '+' || (operator === '-' && !reflected))) {
      const micros = this.wall.micros + (operator === '+' ? other.micros : -other.micros);
      const moved = Math.floor(micros / 1000);
      const ms = this.wall.ms + moved;
      const wall = {
        ...this.wall,
        ms: this.hasTime ? ms : Math.floor(ms / DAY) * DAY,
        micros: micros - moved * 1000,
      };
      return new DateTime(wall, this.hasTime);
    }
    if (other instanceof DateTime && operator === '-') {
      const [a, b] = reflected ? [other, this] : [this, other];
      return new TimeDelta((a.utc - b.utc) * 1000 + a.wall.micros - b.wall.micros);
    }
    return undefined;
  }

  pyNames(): Iterable<string> {
    return [
      ...TIME_PARTS,
      'strftime',
      'isoformat',
      'date',
      'replace',
      'weekday',
      'isoweekday',
      'timestamp',
      'astimezone',
    ];
  }

  pyAttr(name: string): Value {
    const part = this.#part(name);
    if (part !== undefined) return part;
    switch (name) {
      case 'tzinfo':
        return this.wall.offset === null
          ? null
          : new TimeZone({
              name: offsetText(this.wall.offset, true),
              offsetAt: () => this.wall.offset ?? 0,
            });
      case 'strftime':
        return namedFunction(name, ['format'], ([format]) =>
          formatTime(this.wall, str(format ?? '')),
        );
      case 'isoformat':
        return namedFunction(name, ['sep', 'timespec'], ([separator]) =>
          this.isoText(separator === undefined ? 'T' : str(separator)),
        );
      case 'date':
        return namedFunction(name, [], () => dateOf(this.wall.ms));
      case 'weekday':
        return namedFunction(name, [], () => (new Date(this.wall.ms).getUTCDay() + 6) % 7);
      case 'isoweekday':
        return namedFunction(name, [], () => new Date(this.wall.ms).getUTCDay() || 7);
      case 'timestamp':
        return namedFunction(name, [], () =>
          makeFloat(this.utc / 1000 + this.wall.micros / 1_000_000),
        );
      case 'astimezone':
        return namedFunction(name, ['tz'], ([zone]) =>
          DateTime.at(this.utc, zone instanceof TimeZone ? zone.zone : UTC, this.wall.micros),
        );
      case 'replace':
        return hostFunction(name, (args, kwargs) => this.#replace(args, kwargs));
      default:
        return undefined;
    }
  }

  #replace(args: readonly Value[], kwargs: Kwargs): DateTime {
    const values = TIME_PARTS.map((part, i) => {
      const value = args[i] ?? kwargs?.get(part);
      return value === undefined ? (this.#part(part) ?? 0) : requireInt(value);
    });
    const zone = kwargs?.get('tzinfo');
    const wall = wallOf(values, this.wall.offset);
    if (zone === undefined) return new DateTime(wall, this.hasTime);
    return zone instanceof TimeZone
      ? new DateTime(wall).placedIn(zone.zone)
      : new DateTime({ ...wall, offset: null });
  }
}

function wallOf(parts: readonly number[], offset: number | null): WallTime {
  const [year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || month < 1 || month > 12)
    fail('day is out of range for month', 'ValueError');
  if (hour > 23 || minute > 59 || second > 59 || hour < 0 || minute < 0 || second < 0)
    fail('hour, minute or second is out of range', 'ValueError');
  date.setUTCHours(hour, minute, second, Math.floor(micro / 1000));
  return { ms: date.getTime(), micros: micro % 1000, offset };
}

const dateOf = (ms: number): DateTime =>
  new DateTime({ ms: Math.floor(ms / DAY) * DAY, micros: 0, offset: null }, false);

function parsed(text: string, format: string): DateTime {
  const wall = parseTime(text, format);
  return wall === undefined
    ? fail(`time data '${text}' does not match format '${format}'`, 'ValueError')
    : new DateTime(wall);
}

function fromIso(text: string): DateTime {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      text,
    );
  if (match === null) return fail(`Invalid isoformat string: '${text}'`, 'ValueError');
  const [, date = '', clock = '00:00', seconds = ':00', fraction = '.0', zone] = match;
  return parsed(
    `${date} ${clock}${seconds} ${fraction.slice(1)}${zone ?? ''}`,
    `%Y-%m-%d %H:%M:%S %f${zone === undefined ? '' : '%z'}`,
  );
}

/** The class `datetime.datetime` or `datetime.date`. */
class DateTimeClass implements PyObject {
  readonly pyType = 'type';
  readonly #hasTime: boolean;
  readonly #now: () => number;

  constructor(hasTime: boolean, now: () => number) {
    this.#hasTime = hasTime;
    this.#now = now;
  }

  pyNames(): Iterable<string> {
    return ['now', 'utcnow', 'today', 'strptime', 'fromisoformat', 'fromtimestamp', 'combine'];
  }

  pyCall(args: readonly Value[], kwargs: Kwargs): Value {
    const size = this.#hasTime ? 7 : 3;
    const parts = TIME_PARTS.slice(0, size).map((part, i) => {
      const value = args[i] ?? kwargs?.get(part);
      return value === undefined
        ? i < 3
          ? fail(`function missing required argument '${part}'`, 'TypeError')
          : 0
        : requireInt(value);
    });
    const zone = args[7] ?? kwargs?.get('tzinfo');
    const made = new DateTime(wallOf(parts, null), this.#hasTime);
    return zone instanceof TimeZone ? made.placedIn(zone.zone) : made;
  }

  pyAttr(name: string): Value {
    switch (name) {
      case 'now':
      case 'utcnow':
        return namedFunction(name, ['tz'], ([zone]) =>
          DateTime.at(this.#now(), zone instanceof TimeZone ? zone.zone : null),
        );
      case 'today':
        return namedFunction(name, [], () =>
          this.#hasTime ? DateTime.at(this.#now(), null) : dateOf(this.#now()),
        );
      case 'strptime':
        return namedFunction(name, ['date_string', 'format'], ([text, format]) =>
          parsed(str(text ?? ''), str(format ?? '')),
        );
      case 'fromisoformat':
        return namedFunction(name, ['date_string'], ([text]) => {
          const moment = fromIso(str(text ?? ''));
          return this.#hasTime ? moment : dateOf(moment.wall.ms);
        });
      case 'fromtimestamp':
      case 'utcfromtimestamp':
        return namedFunction(name, ['timestamp', 'tz'], ([seconds, zone]) =>
          DateTime.at(
            Math.round((isNumeric(seconds) ? toNumber(seconds) : 0) * 1000),
            zone instanceof TimeZone ? zone.zone : null,
          ),
        );
      case 'combine':
        return namedFunction(name, ['date', 'time'], ([date]) =>
          date instanceof DateTime
            ? new DateTime(date.wall)
            : fail('combine needs a date', 'TypeError'),
        );
      default:
        return undefined;
    }
  }
}

/** `modules.datetime`. The clock comes from outside. */
export const datetimeModule = (now: () => Date): Readonly<Record<string, Value>> => ({
  datetime: new DateTimeClass(true, () => now().getTime()),
  date: new DateTimeClass(false, () => now().getTime()),
  timedelta,
  timezone: { utc: new TimeZone(UTC) },
});
