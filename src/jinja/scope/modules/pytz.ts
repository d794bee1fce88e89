import { fail } from '../../faults.ts';
import { namedFunction } from '../../host-function.ts';
import { str } from '../../py/print.ts';
import type { Value } from '../../py/values.ts';
import { TimeZone, UTC } from './datetime.ts';
import type { Zone } from './datetime.ts';

function zoneOf(name: string): Zone {
  if (/^utc$/i.test(name)) return UTC;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return fail(`unknown time zone '${name}'`, 'ValueError');
  }
  return {
    name,
    offsetAt: (utc) => {
      const part = Object.fromEntries(
        format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]),
      );
      const wall = Date.UTC(
        part['year'] ?? 1970,
        (part['month'] ?? 1) - 1,
        part['day'] ?? 1,
        part['hour'] ?? 0,
        part['minute'] ?? 0,
        part['second'] ?? 0,
      );
      return Math.round((wall - Math.floor(utc / 1000) * 1000) / 60_000);
    },
  };
}

/** `modules.pytz`: `timezone(name)` and `utc`. */
export const pytzModule: Readonly<Record<string, Value>> = {
  timezone: namedFunction('timezone', ['zone'], ([name]) => new TimeZone(zoneOf(str(name ?? '')))),
  utc: new TimeZone(UTC),
  UTC: new TimeZone(UTC),
};
