import { fail } from '../faults.ts';
import type { Args, Kwargs, Value } from './values.ts';

/** Arguments in the order of `names`; undefined where none was given. Fails for one too many or an unknown keyword. */
export function bindArguments(
  what: string,
  names: readonly string[],
  args: Args,
  kwargs: Kwargs,
): Value[] {
  if (args.length > names.length) {
    fail(
      `${what}() takes at most ${names.length} argument(s), ${args.length} were given`,
      'TypeError',
    );
  }
  const bound: Value[] = Array.from({ length: names.length }, (_, i) => args[i]);
  if (kwargs === null) return bound;
  for (const [name, value] of kwargs) {
    const index = names.indexOf(name);
    if (index < 0) fail(`${what}() got an unexpected keyword argument '${name}'`, 'TypeError');
    if (index < args.length)
      fail(`${what}() got multiple values for argument '${name}'`, 'TypeError');
    bound[index] = value;
  }
  return bound;
}
