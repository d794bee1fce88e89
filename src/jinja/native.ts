import { fail } from './faults.ts';
import { Marked } from './marked.ts';
import { readLiteral } from './py/literal.ts';
import { str } from './py/print.ts';
import { Undefined, isNumber } from './py/values.ts';
import type { Value } from './py/values.ts';

/** Reads a text as the type that its filter asked for. Fails when as_bool or as_number got something else. */
function unmark({ mark, text }: Marked): Value {
  if (mark === 'text') return text;
  const read = readLiteral(text);
  // the text None is a value like any other
  const value = read === undefined ? text : read;
  const fits =
    mark === 'native' || (mark === 'bool' ? typeof value === 'boolean' : isNumber(value));
  if (fits) return value;
  return fail(`Could not convert value '${text}' into type '${mark}'`, 'ValueError');
}

/** The value of a YAML text from the parts it printed: nothing is '', one part keeps its type, several are one text. */
export function nativeValue(parts: readonly Value[]): Value {
  if (parts.length > 1) return parts.map(str).join('');
  if (parts.length === 0) return '';
  const [only] = parts;
  if (only instanceof Undefined) return '';
  return only instanceof Marked ? unmark(only) : only;
}
