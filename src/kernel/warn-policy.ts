import { CODES, type Code } from './codes.ts';
import { DEPRECATIONS, EVENT_NAMES, WARNING_EVENTS } from './dbt-warnings.ts';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';

/** What becomes of a diagnostic: itself, itself as an error, or nothing. */
export type Judge = (diagnostic: Diagnostic) => Diagnostic | undefined;

/** Warnings stay warnings. */
export const lenient: Judge = (diagnostic) => diagnostic;

/** `--warn-error-options` once its old names are put right. */
export interface WarnErrorOptions {
  readonly error: readonly string[] | 'all';
  readonly warn: readonly string[];
  readonly silence: readonly string[];
}

const WHY = 'It is a warning that --warn-error takes for an error.';

const GROUP = 'Deprecations';

/**
 * The judge that the options want. What is named counts more than what belongs to the deprecations, and that more than `all`;
 * silence counts more than warn, and warn more than error.
 */
export function judgeOf({ error, warn, silence }: WarnErrorOptions): Judge {
  return (diagnostic) => {
    if (diagnostic.severity !== 'warning') return diagnostic;
    const code = diagnostic.code as Code;
    const names = [code, ...(WARNING_EVENTS[code] ?? [])];
    const verdict =
      verdictOf((list) => list !== 'all' && names.some((name) => list.includes(name))) ??
      (DEPRECATIONS.has(code)
        ? verdictOf((list) => list !== 'all' && list.includes(GROUP))
        : undefined) ??
      (error === 'all' ? 'error' : 'warn');
    if (verdict === 'silence') return undefined;
    return verdict === 'error' ? { hint: WHY, ...diagnostic, severity: 'error' } : diagnostic;
  };

  function verdictOf(
    isIn: (list: readonly string[] | 'all') => boolean,
  ): 'silence' | 'warn' | 'error' | undefined {
    if (isIn(silence)) return 'silence';
    if (isIn(warn)) return 'warn';
    return isIn(error) ? 'error' : undefined;
  }
}

/** Reads the mapping of `--warn-error-options`; the text says what is wrong with it. */
export function readWarnErrorOptions(
  given: Readonly<Record<string, unknown>>,
): WarnErrorOptions | { readonly problem: string; readonly hint: string } {
  const hint =
    'Write for example: {error: all, warn: [ETL1005], silence: [NoNodesForSelectionCriteria]}';
  const known = ['error', 'warn', 'silence', 'include', 'exclude'];
  const odd = Object.keys(given).find((key) => !known.includes(key));
  if (odd !== undefined)
    return { problem: `has no key "${odd}"`, hint: didYouMean(odd, known) ?? hint };
  for (const [now, old] of [
    ['error', 'include'],
    ['warn', 'exclude'],
  ] as const)
    if (given[now] !== undefined && given[old] !== undefined)
      return { problem: `has both "${now}" and its old name "${old}"`, hint };
  const error = given['error'] ?? given['include'] ?? [];
  const lists = {
    error: error === 'all' || error === '*' ? [] : error,
    warn: given['warn'] ?? given['exclude'] ?? [],
    silence: given['silence'] ?? [],
  };
  for (const [key, list] of Object.entries(lists)) {
    if (!Array.isArray(list))
      return { problem: `wants ${key === 'error' ? 'all, or ' : ''}a list as "${key}"`, hint };
    const unknown = (list as unknown[]).find((name) => !isName(name));
    if (unknown !== undefined)
      return {
        problem: `does not know the warning "${String(unknown as string)}"`,
        hint: didYouMean(String(unknown as string), [...EVENT_NAMES, GROUP]) ?? hint,
      };
  }
  const read = lists as { error: string[]; warn: string[]; silence: string[] };
  const isAll = error === 'all' || error === '*';
  if (read.warn.length > 0 && !isAll && ![...read.error, ...read.silence].includes(GROUP))
    return {
      problem: `wants "error: all", or ${GROUP} as an error or silent, where it has "warn"`,
      hint: 'Every warning that is not an error stays a warning anyway.',
    };
  return { ...read, error: isAll ? 'all' : read.error };
}

const isName = (name: unknown): boolean =>
  typeof name === 'string' &&
  (name === GROUP || EVENT_NAMES.has(name) || Object.hasOwn(CODES, name));
