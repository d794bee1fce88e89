import { fail } from '../faults.ts';
import { dictGet, isDict } from './dict.ts';
import type { Fields } from './format.ts';
import { formatText } from './format.ts';
import { iterate, slice, textLength } from './sequence.ts';
import { requireTextSize } from './size.ts';
import { rsplit, split, splitLines } from './split.ts';
import {
  Tuple,
  Undefined,
  isArray,
  raiseUndefined,
  requireInt,
  typeName,
  tupleOf,
} from './values.ts';
import type { Args, Kwargs, Value } from './values.ts';

/** A method of Python's str; `look` reaches into values for format(). */
export type StringMethod = (
  text: string,
  args: Args,
  kwargs: Kwargs,
  look: Fields['look'],
) => Value;

function requireText(value: Value, method: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) raiseUndefined(value);
  const got = value === undefined ? 'nothing' : typeName(value);
  return fail(`${method}() argument must be str, not ${got}`, 'TypeError');
}

/** The argument, by position or by keyword. */
const argument = (args: Args, index: number, kwargs: Kwargs, name: string): Value =>
  args[index] ?? kwargs?.get(name) ?? null;

/** Python's strip: blanks, or any of the given characters, at the chosen ends. */
export function strip(text: string, characters: Value, ends: 'both' | 'left' | 'right'): string {
  if (characters === undefined || characters === null) {
    if (ends === 'both') return text.trim();
    return ends === 'left' ? text.trimStart() : text.trimEnd();
  }
  const set = requireText(characters, 'strip');
  let from = 0;
  let to = text.length;
  if (ends !== 'right') while (from < to && set.includes(text.charAt(from))) from++;
  if (ends !== 'left') while (to > from && set.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Python's str.capitalize(). */
export const capitalize = (text: string): string => {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
};

const title = (text: string): string => text.replace(/\p{L}+/gu, capitalize);

/** Python's str.center(). */
export function center(text: string, width: number, fill = ' '): string {
  const missing = requireTextSize(width) - text.length;
  if (missing <= 0) return text;
  // Python puts the odd blank on the left only when the width is odd, too
  const left = (missing >> 1) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

function isAffix(method: 'startsWith' | 'endsWith', text: string, args: Args): boolean {
  const [affix, from, to] = args;
  const part = from === undefined ? text : (slice(text, from, to ?? null, null) as string);
  const name = method.toLowerCase();
  if (isArray(affix)) return affix.some((one) => part[method](requireText(one, name)));
  return part[method](requireText(affix, name));
}

function replace(text: string, [from, to, count]: Args): string {
  const what = requireText(from, 'replace');
  const by = requireText(to, 'replace');
  const parts = what === '' ? ['', ...Array.from(text), ''] : text.split(what);
  let left = count === undefined || count === null ? -1 : requireInt(count);
  requireTextSize(text.length + (parts.length - 1) * Math.max(0, by.length - what.length));
  let out = parts[0] ?? '';
  for (const part of parts.slice(1)) out += (left === 0 ? what : (left--, by)) + part;
  return out;
}

/** The offset in code points of a part, or -1. */
function find(text: string, [part, from, to]: Args, method: string, isLast: boolean): number {
  const what = requireText(part, method);
  const start = from === undefined ? 0 : requireInt(from);
  const within = from === undefined ? text : (slice(text, from, to ?? null, null) as string);
  const at = isLast ? within.lastIndexOf(what) : within.indexOf(what);
  if (at < 0) return -1;
  return (
    textLength(within.slice(0, at)) + (start < 0 ? Math.max(0, start + textLength(text)) : start)
  );
}

function index(text: string, args: Args, method: string, isLast: boolean): number {
  const at = find(text, args, method, isLast);
  return at < 0 ? fail('substring not found', 'ValueError') : at;
}

function partition(text: string, [separator]: Args, isLast: boolean): Tuple {
  const by = requireText(separator, 'partition');
  if (by === '') fail('empty separator', 'ValueError');
  const at = isLast ? text.lastIndexOf(by) : text.indexOf(by);
  if (at < 0) return isLast ? tupleOf('', '', text) : tupleOf(text, '', '');
  return tupleOf(text.slice(0, at), by, text.slice(at + by.length));
}

function count(text: string, [part]: Args): number {
  const what = requireText(part, 'count');
  return what === '' ? textLength(text) + 1 : text.split(what).length - 1;
}

function join(separator: string, [items]: Args): string {
  const texts = iterate(items).map((item, i) =>
    typeof item === 'string'
      ? item
      : fail(`sequence item ${i}: expected str instance, ${typeName(item)} found`, 'TypeError'),
  );
  requireTextSize(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
  return texts.join(separator);
}

function fillCharacter(value: Value): string {
  if (value === undefined) return ' ';
  if (typeof value === 'string' && textLength(value) === 1) return value;
  return fail('The fill character must be exactly one character long', 'TypeError');
}

function zeroFill(text: string, width: number): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(requireTextSize(width) - sign.length, '0');
}

function expandTabs(text: string, size: number): string {
  requireTextSize(text.length * Math.max(1, size));
  return text.replace(/[^\n\r]+/g, (line) => {
    let out = '';
    for (const c of line)
      out += c === '\t' ? ' '.repeat(size > 0 ? size - (out.length % size) : 0) : c;
    return out;
  });
}

const swapCase = (text: string): string =>
  Array.from(text, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');

const matches =
  (pattern: RegExp): StringMethod =>
  (text) =>
    pattern.test(text);

const METHODS: Record<string, StringMethod> = {
  lower: (s) => s.toLowerCase(),
  upper: (s) => s.toUpperCase(),
  casefold: (s) => s.toLowerCase(),
  swapcase: swapCase,
  capitalize,
  title,
  strip: (s, [set]) => strip(s, set, 'both'),
  lstrip: (s, [set]) => strip(s, set, 'left'),
  rstrip: (s, [set]) => strip(s, set, 'right'),
  startswith: (s, args) => isAffix('startsWith', s, args),
  endswith: (s, args) => isAffix('endsWith', s, args),
  split: (s, a, kw) => split(s, argument(a, 0, kw, 'sep'), argument(a, 1, kw, 'maxsplit')),
  rsplit: (s, a, kw) => rsplit(s, argument(a, 0, kw, 'sep'), argument(a, 1, kw, 'maxsplit')),
  splitlines: splitLines,
  join,
  replace,
  find: (s, args) => find(s, args, 'find', false),
  rfind: (s, args) => find(s, args, 'rfind', true),
  index: (s, args) => index(s, args, 'index', false),
  rindex: (s, args) => index(s, args, 'rindex', true),
  count,
  format: (s, args, kw, look) => formatText(s, { args, named: (name) => kw?.get(name), look }),
  format_map: (s, [map], _, look) =>
    formatText(s, {
      args: [],
      named: (name) => (isDict(map) ? dictGet(map, name) : undefined),
      look,
    }),
  isdigit: matches(/^\p{Nd}+$/u),
  isnumeric: matches(/^\p{N}+$/u),
  isdecimal: matches(/^\p{Nd}+$/u),
  isalpha: matches(/^\p{L}+$/u),
  isalnum: matches(/^[\p{L}\p{N}]+$/u),
  isspace: matches(/^\s+$/),
  isidentifier: matches(/^[\p{L}_][\p{L}\p{N}_]*$/u),
  isupper: (s) => s !== s.toLowerCase() && s === s.toUpperCase(),
  islower: (s) => s !== s.toUpperCase() && s === s.toLowerCase(),
  istitle: (s) => /\p{L}/u.test(s) && s === title(s),
  isascii: (s) => !/[^\0-\x7f]/.test(s),
  zfill: (s, [width]) => zeroFill(s, requireInt(width)),
  ljust: (s, [width, fill]) => s.padEnd(requireTextSize(requireInt(width)), fillCharacter(fill)),
  rjust: (s, [width, fill]) => s.padStart(requireTextSize(requireInt(width)), fillCharacter(fill)),
  center: (s, [width, fill]) => center(s, requireInt(width), fillCharacter(fill)),
  partition: (s, args) => partition(s, args, false),
  rpartition: (s, args) => partition(s, args, true),
  removeprefix: (s, [part]) => {
    const prefix = requireText(part, 'removeprefix');
    return s.startsWith(prefix) ? s.slice(prefix.length) : s;
  },
  removesuffix: (s, [part]) => {
    const suffix = requireText(part, 'removesuffix');
    return suffix !== '' && s.endsWith(suffix) ? s.slice(0, -suffix.length) : s;
  },
  // there is no bytes type: hashing functions of dbt take the text as it is
  encode: (s) => s,
  expandtabs: (s, a, kw) => expandTabs(s, requireInt(argument(a, 0, kw, 'tabsize') ?? 8)),
};

/** The methods of str, by name. */
export const stringMethods: ReadonlyMap<string, StringMethod> = new Map(Object.entries(METHODS));
