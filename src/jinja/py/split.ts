import { fail } from '../faults.ts';
import { Undefined, raiseUndefined, requireInt, typeName } from './values.ts';
import type { Value } from './values.ts';

const limitOf = (value: Value): number => {
  const limit = value === null ? -1 : requireInt(value);
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
};

function separatorOf(value: Value): string | null {
  if (value === null || typeof value === 'string') {
    return value === '' ? fail('empty separator', 'ValueError') : value;
  }
  if (value instanceof Undefined) raiseUndefined(value);
  return fail(`must be str or None, not ${typeName(value)}`, 'TypeError');
}

/** `text.split(separator, limit)`; null means blanks and no limit. */
export function split(text: string, separator: Value, limit: Value): string[] {
  const by = separatorOf(separator);
  const most = limitOf(limit);
  if (by !== null) {
    const parts = text.split(by);
    if (parts.length <= most + 1) return parts;
    return [...parts.slice(0, most), parts.slice(most).join(by)];
  }
  const parts: string[] = [];
  let rest = text.trimStart();
  while (rest !== '' && parts.length < most) {
    const blank = /\s+/.exec(rest);
    if (blank === null) break;
    parts.push(rest.slice(0, blank.index));
    rest = rest.slice(blank.index + blank[0].length);
  }
  if (rest !== '') parts.push(parts.length < most ? rest.trimEnd() : rest);
  return parts;
}

/** `text.rsplit(separator, limit)` */
export function rsplit(text: string, separator: Value, limit: Value): string[] {
  const by = separatorOf(separator);
  const most = limitOf(limit);
  if (by !== null) {
    const parts = text.split(by);
    if (parts.length <= most + 1) return parts;
    const cut = parts.length - most;
    return [parts.slice(0, cut).join(by), ...parts.slice(cut)];
  }
  const parts: string[] = [];
  let rest = text.trimEnd();
  while (rest !== '' && parts.length < most) {
    const word = /\S+$/.exec(rest);
    if (word === null || word.index === 0) break;
    parts.unshift(word[0]);
    rest = rest.slice(0, word.index).trimEnd();
  }
  const first = parts.length < most ? rest.trimStart() : rest;
  return first === '' ? parts : [first, ...parts];
}

/** `text.splitlines()` */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
