import { bindArguments } from './py/signature.ts';
import type { Args, Kwargs, Value } from './py/values.ts';

/** What a filter or test may use besides its arguments. */
export interface FilterScope {
  /** YAML values: the filters that mark a type do so; otherwise they change nothing */
  readonly isNative: boolean;
  /** the filter of that name; fails when there is none */
  readonly filter: (name: Value) => Filter;
  /** the test of that name; fails when there is none */
  readonly test: (name: Value) => Test;
}

/** A filter: `value | name(args)`. It cannot ask. */
export type Filter = (value: Value, args: Args, kwargs: Kwargs, scope: FilterScope) => Value;

/** A test: `value is name(args)`. */
export type Test = (value: Value, args: Args, kwargs: Kwargs, scope: FilterScope) => boolean;

/** A filter with named parameters; `run` gets undefined where none was given. */
export const filter =
  (
    parameters: readonly string[],
    run: (value: Value, values: Value[], scope: FilterScope) => Value,
  ): Filter =>
  (value, args, kwargs, scope) =>
    run(value, bindArguments('filter', parameters, args, kwargs), scope);

/** A filter without parameters. */
export const simpleFilter = (run: (value: Value) => Value): Filter => filter([], run);
