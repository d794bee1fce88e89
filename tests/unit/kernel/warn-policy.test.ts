import { expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import { judgeOf, readWarnErrorOptions } from '../../../src/kernel/warn-policy.ts';

const KEY: Diagnostic = { code: 'ETL1005', severity: 'warning', message: 'unknown key' };
const NOTHING: Diagnostic = { code: 'ETL3008', severity: 'warning', message: 'nothing' };

/** What becomes of the two warnings. */
function verdicts(given: Readonly<Record<string, unknown>>): readonly string[] {
  const options = readWarnErrorOptions(given);
  if ('problem' in options) throw new Error(options.problem);
  return [KEY, NOTHING].map((d) => judgeOf(options)(d)?.severity ?? 'silent');
}

test.each([
  [{}, ['warning', 'warning']],
  [{ error: 'all' }, ['error', 'error']],
  [{ include: '*' }, ['error', 'error']],
  [{ error: ['NoNodesForSelectionCriteria'] }, ['warning', 'error']],
  [{ error: ['ETL1005'] }, ['error', 'warning']],
  [{ error: 'all', warn: ['ETL3008'] }, ['error', 'warning']],
  [{ include: 'all', exclude: ['NoNodesForSelectionCriteria'] }, ['error', 'warning']],
  [{ silence: ['ETL3008'] }, ['warning', 'silent']],
  [{ error: ['Deprecations'] }, ['error', 'warning']],
  [{ error: ['Deprecations'], warn: ['CustomKeyInConfigDeprecation'] }, ['warning', 'warning']],
  [{ error: 'all', silence: ['Deprecations'] }, ['silent', 'error']],
  [{ error: 'all', silence: ['Deprecations'], warn: ['ETL1005'] }, ['warning', 'error']],
  [{ error: ['ETL3008'], silence: ['ETL3008'] }, ['warning', 'silent']],
  [{ error: null, warn: null, silence: null }, ['warning', 'warning']],
])('%j', (given, expected) => {
  expect(verdicts(given)).toEqual(expected);
});

test('errors and notes are never judged', () => {
  const judge = judgeOf({ error: 'all', warn: [], silence: ['ETL3008'] });
  expect(judge({ ...NOTHING, severity: 'error' })?.severity).toBe('error');
  expect(judge({ ...KEY, severity: 'info' })?.severity).toBe('info');
});

test.each([
  [{ error: ['Nonsense'] }, 'does not know the warning "Nonsense"'],
  [{ error: 'some' }, 'wants all, or a list as "error"'],
  [{ errors: [] }, 'has no key "errors"'],
  [{ error: 'all', include: 'all' }, 'has both "error" and its old name "include"'],
  [{ warn: ['ETL3008'] }, 'wants "error: all"'],
])('%j is refused', (given, problem) => {
  const options = readWarnErrorOptions(given);
  expect('problem' in options ? options.problem : '').toContain(problem);
});
