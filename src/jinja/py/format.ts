import { fail } from '../faults.ts';
import { formatSpec } from './format-spec.ts';
import { repr, str } from './print.ts';
import type { Args, Value } from './values.ts';

/** How a replacement field reaches the values of a format call. */
export interface Fields {
  readonly args: Args;
  /** undefined when there is no such keyword */
  readonly named: (name: string) => Value;
  /** `value.key` and `value[key]` */
  readonly look: (value: Value, key: string | number) => Value;
}

const FIELD = /^([^.[]*)((?:\.[^.[]+|\[[^\]]*\])*)$/s;
const STEP = /\.([^.[]+)|\[([^\]]*)\]/g;

/** One run of a format call: keeps count of the fields without a name. */
class Formatter {
  readonly #fields: Fields;
  #next = 0;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  /** Formats `text`; replacement fields inside a format spec are one level deeper. */
  format(text: string, depth: number): string {
    let out = '';
    let i = 0;
    while (i < text.length) {
      const c = text[i] ?? '';
      if (c === '{' || c === '}') {
        if (text[i + 1] === c && depth === 0) {
          out += c;
          i += 2;
          continue;
        }
        if (c === '}') fail("Single '}' encountered in format string", 'ValueError');
        const end = closing(text, i);
        out += this.#field(text.slice(i + 1, end), depth);
        i = end + 1;
        continue;
      }
      out += c;
      i++;
    }
    return out;
  }

  #field(field: string, depth: number): string {
    if (depth > 1) fail('Max string recursion exceeded', 'ValueError');
    const m = /^([^:!]*)(?:!([^:]*))?(?::(.*))?$/s.exec(field);
    const [, name = '', conversion, spec = ''] = m ?? [];
    let value = this.#value(name);
    if (conversion === 'r' || conversion === 'a') value = repr(value);
    else if (conversion === 's') value = str(value);
    else if (conversion !== undefined) {
      fail(`Unknown conversion specifier '${conversion}'`, 'ValueError');
    }
    return spec === '' ? str(value) : formatSpec(value, this.format(spec, depth + 1));
  }

  #value(name: string): Value {
    const [, first = '', rest = ''] =
      FIELD.exec(name) ?? fail("expected '}' before end of string", 'ValueError');
    let value: Value;
    if (first === '') value = this.#positional(this.#next++);
    else if (/^\d+$/.test(first)) value = this.#positional(Number(first));
    else {
      value = this.#fields.named(first);
      if (value === undefined) fail(`the format has no value for '${first}'`, 'KeyError');
    }
    for (const [, attribute, item = ''] of rest.matchAll(STEP)) {
      value = this.#fields.look(value, attribute ?? (/^\d+$/.test(item) ? Number(item) : item));
    }
    return value;
  }

  #positional(index: number): Value {
    const { args } = this.#fields;
    if (index < args.length) return args[index];
    return fail(`Replacement index ${index} out of range for positional args tuple`, 'IndexError');
  }
}

/** The offset of the brace that closes the field opened at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return fail("Single '{' encountered in format string", 'ValueError');
}

/** `text.format(...)`. Fails where Python does. */
export function formatText(text: string, fields: Fields): string {
  return new Formatter(fields).format(text, 0);
}
