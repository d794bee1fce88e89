import { fail } from './faults.ts';
import { hostFunction } from './host-function.ts';
import { equals } from './py/compare.ts';
import { Undefined } from './py/values.ts';
import type { Args, PyObject, Value } from './py/values.ts';

/** The `loop` of a for block. */
export class Loop implements PyObject {
  readonly pyType: string = 'LoopContext';
  readonly items: readonly Value[];
  readonly depth0: number;
  at = 0;
  #last: Args | undefined;

  constructor(items: readonly Value[], depth0: number) {
    this.items = items;
    this.depth0 = depth0;
  }

  pyAttr(name: string): Value {
    const { at, items } = this;
    switch (name) {
      case 'index':
        return at + 1;
      case 'index0':
        return at;
      case 'first':
        return at === 0;
      case 'last':
        return at === items.length - 1;
      case 'length':
        return items.length;
      case 'revindex':
        return items.length - at;
      case 'revindex0':
        return items.length - at - 1;
      case 'depth':
        return this.depth0 + 1;
      case 'depth0':
        return this.depth0;
      case 'previtem':
        return at > 0 ? items[at - 1] : new Undefined(name, 'there is no previous item');
      case 'nextitem':
        return at < items.length - 1 ? items[at + 1] : new Undefined(name, 'there is no next item');
      case 'cycle':
        return hostFunction('cycle', (args) =>
          args.length > 0
            ? args[at % args.length]
            : fail('no items for cycling given', 'TypeError'),
        );
      case 'changed':
        return hostFunction('changed', (args) => this.#hasChanged(args));
      default:
        return undefined;
    }
  }

  pyLen(): number {
    return this.items.length;
  }

  pyStr(): string {
    return `<LoopContext ${this.at + 1}/${this.items.length}>`;
  }

  #hasChanged(args: Args): boolean {
    const last = this.#last;
    this.#last = args;
    return last === undefined || !equals([...last], [...args]);
  }
}
