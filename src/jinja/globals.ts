import { fail } from './faults.ts';
import { hostFunction, namedFunction } from './host-function.ts';
import { Dict } from './py/dict.ts';
import { updateDict } from './py/methods-collections.ts';
import { repr } from './py/print.ts';
import { Range } from './py/sequence.ts';
import { requireInt } from './py/values.ts';
import type { Args, Kwargs, PyObject, Value } from './py/values.ts';

const MAX_RANGE = 100_000;

/** What namespace() gives: the one object whose attributes a template may set. */
export class Namespace implements PyObject {
  readonly #values = new Dict();

  constructor(args: Args, kwargs: Kwargs) {
    updateDict(this.#values, args, kwargs);
  }

  pyAttr(name: string): Value {
    return this.#values.get(name);
  }

  pyItem(key: Value): Value {
    return this.#values.get(key);
  }

  pySet(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  pyStr(): string {
    return `<Namespace ${repr(this.#values)}>`;
  }

  pyNames(): Iterable<string> {
    return this.#values.pyNames();
  }
}

class Cycler implements PyObject {
  readonly #items: Args;
  #at = 0;

  constructor(items: Args) {
    if (items.length === 0) fail('at least one item has to be provided', 'RuntimeError');
    this.#items = items;
  }

  pyAttr(name: string): Value {
    switch (name) {
      case 'current':
        return this.#items[this.#at];
      case 'next':
        return hostFunction('next', () => {
          const value = this.#items[this.#at];
          this.#at = (this.#at + 1) % this.#items.length;
          return value;
        });
      case 'reset':
        return hostFunction('reset', () => {
          this.#at = 0;
        });
      default:
        return undefined;
    }
  }
}

function makeRange(args: Args): Range {
  const [first, second, third] = args;
  if (args.length < 1 || args.length > 3) fail('range expected 1 to 3 arguments', 'TypeError');
  const range =
    args.length === 1
      ? new Range(0, requireInt(first), 1)
      : new Range(
          requireInt(first),
          requireInt(second),
          third === undefined ? 1 : requireInt(third),
        );
  if (range.step === 0) fail('range() arg 3 must not be zero', 'ValueError');
  if (range.pyLen() > MAX_RANGE) {
    fail(`Range too big. Ranges larger than ${MAX_RANGE} are refused.`, 'OverflowError');
  }
  return range;
}

function makeDict(args: Args, kwargs: Kwargs): Dict {
  const dict = new Dict();
  updateDict(dict, args, kwargs);
  return dict;
}

/** Jinja2's own functions, by name. */
export const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', hostFunction('range', makeRange)],
  ['dict', hostFunction('dict', makeDict)],
  ['namespace', hostFunction('namespace', (args, kwargs) => new Namespace(args, kwargs))],
  ['cycler', hostFunction('cycler', (args) => new Cycler(args))],
  [
    'joiner',
    namedFunction('joiner', ['sep'], ([separator = ', ']) => {
      let isFirst = true;
      return hostFunction('joiner', () => {
        const value = isFirst ? '' : separator;
        isFirst = false;
        return value;
      });
    }),
  ],
  ['lipsum', hostFunction('lipsum', () => '')],
]);
