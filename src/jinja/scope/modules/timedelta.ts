import { fail } from '../../faults.ts';
import { namedFunction } from '../../host-function.ts';
import type { HostFunction } from '../../host-function.ts';
import { isNumeric, makeFloat, toNumber } from '../../py/values.ts';
import type { PyObject, Value } from '../../py/values.ts';

const DAY = 86_400_000;

/** A span of time. */
export class TimeDelta implements PyObject {
  readonly pyType = 'timedelta';
  /** microseconds */
  readonly micros: number;

  constructor(micros: number) {
    this.micros = micros;
  }

  pyAttr(name: string): Value {
    const days = Math.floor(this.micros / (DAY * 1000));
    const rest = this.micros - days * DAY * 1000;
    if (name === 'days') return days;
    if (name === 'seconds') return Math.floor(rest / 1_000_000);
    if (name === 'microseconds') return rest % 1_000_000;
    if (name === 'total_seconds')
      return namedFunction(name, [], () => makeFloat(this.micros / 1_000_000));
    return undefined;
  }

  pyStr(): string {
    const days = Math.floor(this.micros / (DAY * 1000));
    const rest = this.micros - days * DAY * 1000;
    const seconds = Math.floor(rest / 1_000_000);
    const two = (n: number): string => String(n).padStart(2, '0');
    const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    const micro = rest % 1_000_000;
    const fraction = micro === 0 ? '' : `.${String(micro).padStart(6, '0')}`;
    const prefix = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
    return `${prefix}${clock}${fraction}`;
  }

  pyBool(): boolean {
    return this.micros !== 0;
  }

  pyEq(other: Value): boolean {
    return other instanceof TimeDelta && other.micros === this.micros;
  }

  pyCmp(other: Value): number {
    return other instanceof TimeDelta
      ? this.micros - other.micros
      : fail('a timedelta compares with a timedelta', 'TypeError');
  }

  pyHash(): string {
    return String(this.micros);
  }

  pyOperator(operator: string, other: Value, reflected: boolean): Value {
    if (other instanceof TimeDelta) {
      if (operator === '+') return new TimeDelta(this.micros + other.micros);
      if (operator === '-')
        return new TimeDelta(reflected ? other.micros - this.micros : this.micros - other.micros);
      if (operator === '/') return makeFloat(this.micros / other.micros);
    }
    if (!isNumeric(other)) return undefined;
    if (operator === '*') return new TimeDelta(Math.round(this.micros * toNumber(other)));
    if (operator === '/' && !reflected)
      return new TimeDelta(Math.round(this.micros / toNumber(other)));
    return undefined;
  }
}

const UNITS: Readonly<Record<string, number>> = {
  days: DAY * 1000,
  seconds: 1_000_000,
  microseconds: 1,
  milliseconds: 1000,
  minutes: 60_000_000,
  hours: 3_600_000_000,
  weeks: 7 * DAY * 1000,
};

/** `datetime.timedelta`. */
export const timedelta: HostFunction = namedFunction(
  'timedelta',
  Object.keys(UNITS),
  (values) =>
    new TimeDelta(
      Object.values(UNITS).reduce((sum, unit, i) => {
        const value = values[i];
        if (value === undefined) return sum;
        return (
          sum +
          Math.round(
            unit *
              (isNumeric(value) ? toNumber(value) : fail('timedelta needs numbers', 'TypeError')),
          )
        );
      }, 0),
    ),
);
