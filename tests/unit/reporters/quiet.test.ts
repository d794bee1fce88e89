import { expect, test } from 'vitest';
import { REPORTERS } from '../../../src/reporters/index.ts';
import { quietReporter } from '../../../src/reporters/quiet.ts';
import { aRun, broken, built, collect, skipped, warned } from './a-run.ts';

test('a run without errors says nothing', () => {
  const { reporter, text } = collect(quietReporter);
  reporter.opening({ version: '0', command: 'run', invocation: 'i' });
  for (const event of aRun([built, warned])) reporter.observe(event);
  reporter.diagnostics([{ code: 'ETL3008', severity: 'warning', message: 'nothing' }]);
  reporter.closing({ command: 'run', ok: true, seconds: 1 });
  expect(text()).toBe('');
});

test('errors are told, and only errors', () => {
  const { reporter, text } = collect(quietReporter);
  for (const event of aRun([built, broken, skipped])) reporter.observe(event);
  reporter.diagnostics([{ code: 'ETL3001', severity: 'error', message: 'no model hunter2' }]);
  expect(text()).toContain(
    'Failure in model margin (models/gold/margin.sql)\n  Database Error in model margin',
  );
  expect(text()).toContain('error[ETL3001]\n  no model ***');
  expect(text()).not.toContain('sales (');
  expect(text()).not.toContain('OK created');
});

test('every reporter can be had by its name', async () => {
  expect(Object.keys(REPORTERS)).toEqual(['text', 'json', 'quiet']);
  for (const load of Object.values(REPORTERS)) {
    const { reporter, text } = collect(await load());
    reporter.diagnostics([{ code: 'ETL3001', severity: 'error', message: 'seen' }]);
    expect(text()).toContain('seen');
  }
});
