import { didYouMean } from '../kernel/did-you-mean.ts';
import { fail } from './faults.ts';
import type { Filter, FilterScope, Test } from './filter.ts';
import { numberFilters } from './filters-number.ts';
import { sequenceFilters } from './filters-sequence.ts';
import { textFilters } from './filters-text.ts';
import { Marked } from './marked.ts';
import type { Mark } from './marked.ts';
import { str } from './py/print.ts';
import type { Value } from './py/values.ts';
import { testsOver } from './tests.ts';

const mark =
  (kind: Mark): Filter =>
  (value, _, __, scope) =>
    scope.isNative ? new Marked(kind, value) : value;

const FILTERS: ReadonlyMap<string, Filter> = new Map(
  Object.entries({
    ...textFilters,
    ...numberFilters,
    ...sequenceFilters,
    as_text: mark('text'),
    as_native: mark('native'),
    as_bool: mark('bool'),
    as_number: mark('number'),
  }),
);

const TESTS: ReadonlyMap<string, Test> = testsOver(
  (name) => FILTERS.has(name),
  (name) => TESTS.has(name),
);

/** The filter of that name. Fails, with the nearest name, when there is none. */
export function findFilter(name: Value): Filter {
  const text = str(name);
  return (
    FILTERS.get(text) ??
    fail(`No filter named '${text}'.`, 'TemplateAssertionError', didYouMean(text, FILTERS.keys()))
  );
}

/** The test of that name. Fails, with the nearest name, when there is none. */
export function findTest(name: Value): Test {
  const text = str(name);
  return (
    TESTS.get(text) ??
    fail(`No test named '${text}'.`, 'TemplateAssertionError', didYouMean(text, TESTS.keys()))
  );
}

/** What filters and tests work with in text. */
export const TEXT_SCOPE: FilterScope = { isNative: false, filter: findFilter, test: findTest };

/** What filters and tests work with in YAML values. */
export const NATIVE_SCOPE: FilterScope = { isNative: true, filter: findFilter, test: findTest };
