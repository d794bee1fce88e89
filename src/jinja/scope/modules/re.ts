// Python's re module on JavaScript's regular expressions.
import { fail } from '../../faults.ts';
import { namedFunction } from '../../host-function.ts';
import { callValue } from '../../py/access.ts';
import { str } from '../../py/print.ts';
import { Tuple, requireInt, typeName } from '../../py/values.ts';
import type { PyObject, Value } from '../../py/values.ts';

const FLAGS: Readonly<Record<string, number>> = {
  IGNORECASE: 2,
  I: 2,
  MULTILINE: 8,
  M: 8,
  DOTALL: 16,
  S: 16,
  VERBOSE: 64,
  X: 64,
};

/** A Python pattern in JavaScript's words: named groups, \A, \Z and inline flags are spelled differently. */
function translate(
  pattern: string,
  flags: number,
): { readonly source: string; readonly flags: string } {
  let bits = flags;
  let source = pattern.replace(/^\(\?([imsx]+)\)/, (_, letters: string) => {
    for (const letter of letters) bits |= FLAGS[letter.toUpperCase()] ?? 0;
    return '';
  });
  if ((bits & 64) !== 0)
    source = source.replace(/\\#|#.*$|\s+/gm, (part) => (part === '\\#' ? part : ''));
  source = source
    .replace(/\(\?P<(\w+)>/g, '(?<$1>')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\A/g, '^')
    .replace(/\\Z/g, '$(?![\\s\\S])');
  return {
    source,
    flags: `g${(bits & 2) === 0 ? '' : 'i'}${(bits & 8) === 0 ? '' : 'm'}${(bits & 16) === 0 ? '' : 's'}`,
  };
}

function compile(pattern: Value, flags: Value): RegExp {
  if (pattern instanceof Pattern) return new RegExp(pattern.regexp.source, pattern.regexp.flags);
  const words = translate(requireText(pattern), flags === undefined ? 0 : requireInt(flags));
  try {
    return new RegExp(words.source, words.flags);
  } catch {
    return fail(`the regular expression '${str(pattern)}' is not valid`, 'ValueError');
  }
}

function requireText(value: Value): string {
  return typeof value === 'string'
    ? value
    : fail(`expected string, got '${typeName(value ?? null)}'`, 'TypeError');
}

class Match implements PyObject {
  readonly pyType = 'Match';
  readonly found: RegExpExecArray;

  constructor(found: RegExpExecArray) {
    this.found = found;
  }

  #group(key: Value): Value {
    const group = typeof key === 'string' ? this.found.groups?.[key] : this.found[requireInt(key)];
    return group ?? null;
  }

  pyItem(key: Value): Value {
    return this.#group(key);
  }

  pyBool(): boolean {
    return true;
  }

  pyStr(): string {
    return `<re.Match object; match='${this.found[0]}'>`;
  }

  pyAttr(name: string): Value {
    switch (name) {
      case 'group':
        return namedFunction(name, ['key'], ([key]) => this.#group(key ?? 0));
      case 'groups':
        return namedFunction(name, [], () =>
          Tuple.fromArray(this.found.slice(1).map((group) => group ?? null)),
        );
      case 'groupdict':
        return namedFunction(name, [], () => ({ ...this.found.groups }));
      case 'start':
        return namedFunction(name, [], () => this.found.index);
      case 'end':
        return namedFunction(name, [], () => this.found.index + this.found[0].length);
      case 'span':
        return namedFunction(name, [], () =>
          Tuple.of(this.found.index, this.found.index + this.found[0].length),
        );
      default:
        return undefined;
    }
  }
}

const search = (regexp: RegExp, text: string): Value => {
  regexp.lastIndex = 0;
  const found = regexp.exec(text);
  return found === null ? null : new Match(found);
};
const anchored = (regexp: RegExp, text: string, whole: boolean): Value => {
  const sticky = new RegExp(
    whole ? `(?:${regexp.source})$(?![\\s\\S])` : regexp.source,
    `${regexp.flags.replace('g', '')}y`,
  );
  return search(sticky, text);
};

function substitute(regexp: RegExp, replacement: Value, text: string, count: number): string {
  let done = 0;
  return text.replace(regexp, (...parts: unknown[]) => {
    const whole = String(parts[0]);
    if (count > 0 && done >= count) return whole;
    done++;
    const at = parts.findIndex((part) => typeof part === 'number');
    const groups = parts.slice(0, at) as (string | undefined)[];
    if (typeof replacement !== 'string') {
      const found = Object.assign([...groups], {
        index: parts[at],
        input: text,
      }) as unknown as RegExpExecArray;
      return str(callValue(replacement, [new Match(found)], null));
    }
    const named = parts.at(-1);
    return replacement.replace(
      /\\(\d+)|\\g<(\w+)>|\\n|\\t|\\\\/g,
      (code, digit?: string, name?: string) => {
        if (digit !== undefined) return groups[Number(digit)] ?? '';
        if (name !== undefined)
          return /^\d+$/.test(name)
            ? (groups[Number(name)] ?? '')
            : String((named as Record<string, string | undefined> | undefined)?.[name] ?? '');
        return code === '\\n' ? '\n' : code === '\\t' ? '\t' : '\\';
      },
    );
  });
}

function findAll(regexp: RegExp, text: string): Value[] {
  return [...text.matchAll(regexp)].map((found) => {
    if (found.length === 1) return found[0];
    if (found.length === 2) return found[1] ?? '';
    return Tuple.fromArray(found.slice(1).map((group) => group ?? ''));
  });
}

function split(regexp: RegExp, text: string, limit: number): Value[] {
  const parts: Value[] = [];
  let last = 0;
  for (const found of text.matchAll(regexp)) {
    if (limit > 0 && parts.length >= limit) break;
    parts.push(text.slice(last, found.index), ...found.slice(1).map((group) => group ?? null));
    last = found.index + found[0].length;
  }
  return [...parts, text.slice(last)];
}

/** Runs one function of the module on a pattern. */
function run(name: string, regexp: RegExp, values: readonly Value[]): Value {
  const [first, second, third] = values;
  switch (name) {
    case 'search':
      return search(regexp, requireText(first));
    case 'match':
      return anchored(regexp, requireText(first), false);
    case 'fullmatch':
      return anchored(regexp, requireText(first), true);
    case 'findall':
      return findAll(regexp, requireText(first));
    case 'finditer':
      return [...requireText(first).matchAll(regexp)].map((found) => new Match(found));
    case 'split':
      return split(regexp, requireText(first), second === undefined ? 0 : requireInt(second));
    default:
      return substitute(
        regexp,
        first ?? '',
        requireText(second),
        third === undefined ? 0 : requireInt(third),
      );
  }
}

const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  search: ['string'],
  match: ['string'],
  fullmatch: ['string'],
  findall: ['string'],
  finditer: ['string'],
  split: ['string', 'maxsplit'],
  sub: ['repl', 'string', 'count'],
};

/** A compiled pattern. */
class Pattern implements PyObject {
  readonly pyType = 'Pattern';
  readonly regexp: RegExp;

  constructor(regexp: RegExp) {
    this.regexp = regexp;
  }

  pyAttr(name: string): Value {
    const parameters = Object.hasOwn(SIGNATURES, name) ? SIGNATURES[name] : undefined;
    if (parameters === undefined) return name === 'pattern' ? this.regexp.source : undefined;
    return namedFunction(name, parameters, (values) => run(name, new RegExp(this.regexp), values));
  }
}

/** `modules.re`. */
export const reModule: Readonly<Record<string, Value>> = {
  ...FLAGS,
  compile: namedFunction(
    'compile',
    ['pattern', 'flags'],
    ([pattern, flags]) => new Pattern(compile(pattern ?? '', flags)),
  ),
  escape: namedFunction('escape', ['pattern'], ([text]) =>
    requireText(text).replace(/[.*+?^${}()|[\]\\\-#&~ ]/g, '\\$&'),
  ),
  ...Object.fromEntries(
    Object.entries(SIGNATURES).map(([name, parameters]) => [
      name,
      namedFunction(name, ['pattern', ...parameters, 'flags'], ([pattern, ...values]) =>
        run(name, compile(pattern ?? '', values[parameters.length]), values),
      ),
    ]),
  ),
};
