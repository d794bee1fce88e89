import { fail } from './faults.ts';
import { filter, simpleFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import { compare, truthy } from './py/compare.ts';
import { Dict, dictEntries, isDict } from './py/dict.ts';
import { jsonText } from './py/json.ts';
import { capitalize, center, stringMethods, strip } from './py/methods-string.ts';
import { getPath } from './py/access.ts';
import { percentFormat } from './py/percent-format.ts';
import { repr, str } from './py/print.ts';
import { iterate } from './py/sequence.ts';
import { requireTextSize } from './py/size.ts';
import { PySet } from './py/dict.ts';
import { Undefined, isArray, requireInt, Tuple } from './py/values.ts';
import type { Value } from './py/values.ts';

const given = (value: Value, fallback: number): number =>
  value === undefined || value === null ? fallback : requireInt(value);

const title = (text: string): string =>
  text
    .split(/([-\s({[<]+)/)
    .map(capitalize)
    .join('');

function replace(value: Value, [from, to, count]: Value[]): Value {
  if (from === undefined || to === undefined) return fail('replace needs two texts', 'TypeError');
  return stringMethods.get('replace')?.(str(value), [str(from), str(to), count], null, getPath);
}

function join(value: Value, [separator = '', attribute]: Value[]): string {
  const isPath = attribute !== undefined && attribute !== null;
  const texts = iterate(value).map((item) => str(isPath ? getPath(item, attribute) : item));
  const by = str(separator);
  requireTextSize(texts.reduce((sum, text) => sum + text.length + by.length, 0));
  return texts.join(by);
}

function indent(value: Value, [width = 4, first = false, blank = false]: Value[]): string {
  const by =
    typeof width === 'string' ? width : ' '.repeat(Math.max(0, requireTextSize(requireInt(width))));
  const lines = str(value).split('\n');
  requireTextSize(lines.length * by.length);
  const isBlankToo = truthy(blank);
  const text = lines
    .map((line, i) => (i > 0 && (isBlankToo || line !== '') ? by + line : line))
    .join('\n');
  return truthy(first) ? by + text : text;
}

function truncate(value: Value, [length, killwords = false, end = '...', leeway]: Value[]): string {
  const most = given(length, 255);
  const tail = str(end);
  const text = str(value);
  if (most < tail.length) fail(`expected length >= ${tail.length}, got ${most}`, 'ValueError');
  if (text.length <= most + given(leeway, 5)) return text;
  const cut = text.slice(0, most - tail.length);
  if (truthy(killwords)) return cut + tail;
  const blank = cut.lastIndexOf(' ');
  return (blank < 0 ? cut : cut.slice(0, blank)) + tail;
}

/** The pieces of a paragraph at most `width` long, cut at blanks. */
function wrapLine(line: string, width: number, breakLongWords: boolean): string[] {
  const lines: string[] = [];
  let current = '';
  for (const piece of line.match(/\s+|\S+/g) ?? []) {
    let rest = piece;
    if ((current + rest).trimEnd().length > width && current !== '') {
      lines.push(current.trimEnd());
      current = '';
      rest = rest.trimStart();
    }
    while (breakLongWords && rest.length > width) {
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    current += rest;
  }
  if (current.trimEnd() !== '' || lines.length === 0) lines.push(current.trimEnd());
  return lines;
}

function wordwrap(value: Value, [width, breakLong = true, wrapstring = '\n']: Value[]): string {
  const most = given(width, 79);
  if (most < 1) fail(`invalid width ${most} (must be > 0)`, 'ValueError');
  const by = str(wrapstring);
  return str(value)
    .split('\n')
    .flatMap((line) => wrapLine(line, most, truthy(breakLong)))
    .join(by);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&#39;'],
  ['"', '&#34;'],
]);

const escape = (value: Value): string =>
  str(value).replace(/[&<>'"]/g, (c) => ENTITIES.get(c) ?? c);

const htmlJson = (value: Value, indentation: Value): string =>
  jsonText(value, {
    indent: Math.max(0, Math.min(given(indentation, 0), 100)),
    sortKeys: true,
  }).replace(/[<>&']/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const quoteUrl = (value: Value, keepSlash: boolean): string => {
  const quoted = encodeURIComponent(str(value)).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? quoted.replaceAll('%2F', '/') : quoted;
};

function urlEncode(value: Value): string {
  if (typeof value === 'string' || !(isDict(value) || isArray(value))) return quoteUrl(value, true);
  const pairs = isDict(value) ? [...dictEntries(value)] : value.map((pair) => iterate(pair));
  return pairs.map(([key, item]) => `${quoteUrl(key, false)}=${quoteUrl(item, false)}`).join('&');
}

function xmlAttributes(value: Value, [autospace = true]: Value[]): string {
  if (!isDict(value)) return fail('xmlattr needs a dict', 'TypeError');
  const texts = [...dictEntries(value)]
    .filter(([, item]) => item !== null && !(item instanceof Undefined))
    .map(([key, item]) => `${escape(key)}="${escape(item)}"`);
  return (texts.length > 0 && truthy(autospace) ? ' ' : '') + texts.join(' ');
}

const stripTags = (value: Value): string =>
  str(value)
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');

/** The value with the keys of its dicts sorted: what pprint shows. */
function sorted(value: Value): Value {
  if (isDict(value)) {
    const entries = [...dictEntries(value)].map(([key, item]): [Value, Value] => [
      key,
      sorted(item),
    ]);
    return new Dict(entries.toSorted((a, b) => (repr(a[0]) < repr(b[0]) ? -1 : 1)));
  }
  if (!isArray(value))
    return value instanceof PySet ? new PySet(value.values().toSorted(compare)) : value;
  const items = Array.from(value, sorted);
  return Array.isArray(value) && value.constructor === Array ? items : Tuple.fromArray(items);
}

/** The filters that make texts. */
export const textFilters: Readonly<Record<string, Filter>> = {
  upper: simpleFilter((v) => str(v).toUpperCase()),
  lower: simpleFilter((v) => str(v).toLowerCase()),
  trim: filter(['chars'], (v, [chars]) => strip(str(v), chars ?? null, 'both')),
  title: simpleFilter((v) => title(str(v))),
  capitalize: simpleFilter((v) => capitalize(str(v))),
  string: simpleFilter(str),
  join: filter(['d', 'attribute'], join),
  replace: filter(['old', 'new', 'count'], replace),
  indent: filter(['width', 'first', 'blank'], indent),
  truncate: filter(['length', 'killwords', 'end', 'leeway'], truncate),
  wordwrap: filter(['width', 'break_long_words', 'wrapstring', 'break_on_hyphens'], wordwrap),
  wordcount: simpleFilter((v) => str(v).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  center: filter(['width'], (v, [width]) => center(str(v), given(width, 80))),
  format: (v, args, kwargs) =>
    percentFormat(
      str(v),
      kwargs !== null && kwargs.size > 0 ? new Dict(kwargs) : Tuple.fromArray(args),
    ),
  escape: simpleFilter(escape),
  e: simpleFilter(escape),
  forceescape: simpleFilter(escape),
  safe: simpleFilter((v) => v),
  tojson: filter(['indent'], (v, [width]) => htmlJson(v, width)),
  pprint: filter([], (v) => repr(sorted(v))),
  striptags: simpleFilter(stripTags),
  urlencode: simpleFilter(urlEncode),
  xmlattr: filter(['autospace'], xmlAttributes),
};
