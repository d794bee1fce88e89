import { expect, test } from 'vitest';
import type { NodeOutcome } from '../../../src/events/event.ts';
import { nodeId } from '../../../src/kernel/node-id.ts';
import { textReporter } from '../../../src/reporters/text.ts';
import type { ReporterOptions } from '../../../src/reporters/reporter.ts';
import {
  anOutcome,
  aRun,
  batches,
  broken,
  built,
  collect,
  failed,
  passed,
  seeded,
  skipped,
  warned,
} from './a-run.ts';

function report(
  outcomes: readonly NodeOutcome[],
  change: Partial<ReporterOptions> = {},
  cancelled = false,
): readonly string[] {
  const { reporter, text } = collect(textReporter, change);
  for (const event of aRun(outcomes, cancelled)) reporter.observe(event);
  return text().split('\n');
}

test('a good run reads like this', () => {
  const { reporter, text } = collect(textReporter);
  reporter.opening({ version: '0.1.0', command: 'build', invocation: 'inv-1' });
  reporter.found([
    ['model', 2],
    ['seed', 1],
    ['analysis', 2],
    ['data_test', 43],
    ['source', 0],
  ]);
  for (const event of aRun([seeded, built, passed])) reporter.observe(event);
  expect(text().split('\n')).toEqual([
    '03:04:05  Running with etl=0.1.0',
    '03:04:05  Found 2 models, 1 seed, 2 analyses, 43 data tests',
    '03:04:05',
    "03:04:05  Concurrency: 4 threads (target='dev')",
    '03:04:05',
    '03:04:05  1 of 3 START seed file gold.prices ............................................. [RUN]',
    '03:04:05  1 of 3 OK loaded seed file gold.prices ......................................... [INSERT 3 in 0.12s]',
    '03:04:05  2 of 3 START sql table model gold.margin ....................................... [RUN]',
    '03:04:05  2 of 3 OK created sql table model gold.margin .................................. [SELECT 12 in 0.12s]',
    '03:04:05  3 of 3 START test not_null_margin_id ........................................... [RUN]',
    '03:04:05  3 of 3 PASS not_null_margin_id ................................................. [PASS in 0.12s]',
    '03:04:05',
    '03:04:05  Finished running 1 data test, 1 seed, 1 table model in 0 hours 0 minutes and 2.31 seconds (2.31s).',
    '03:04:05',
    '03:04:05  Completed successfully',
    '03:04:05',
    '03:04:05  Done. PASS=3 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=3',
    '',
  ]);
});

test('a failed test shows its rows and where its SQL is', () => {
  const lines = report([failed]);
  expect(lines).toContain(
    '03:04:05  1 of 1 FAIL 3 not_null_margin_id ............................................... [FAIL 3 in 0.12s]',
  );
  const at = lines.indexOf('03:04:05  Failure in test not_null_margin_id (models/gold/_gold.yml)');
  expect(lines.slice(at - 2, at + 11)).toEqual([
    '03:04:05  Completed with 1 error, 0 partial successes, and 0 warnings:',
    '03:04:05',
    '03:04:05  Failure in test not_null_margin_id (models/gold/_gold.yml)',
    '03:04:05    Got 3 results, configured to fail if != 0',
    '03:04:05    | id | name |',
    '            | -- | ---- |',
    '            |  1 | ana  |',
    '            | 20 | NULL |',
    '03:04:05    error[ETL6001]',
    '              docs/errors/ETL6001.md',
    '03:04:05    compiled code at target/compiled/shop/models/gold/_gold.yml/not_null_margin_id.sql',
    '03:04:05',
    '03:04:05  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1',
  ]);
});

test('a warning is told with its result on the next line, after the end of the run', () => {
  const lines = report([warned]);
  const at = lines.indexOf('03:04:05  Warning in test not_null_margin_id (models/gold/_gold.yml)');
  expect(lines[at + 1]).toBe('03:04:05    Got 1 result, configured to warn if != 0');
  expect(lines.findIndex((line) => line.includes('Finished running'))).toBeLessThan(at);
  expect(lines).toContain('03:04:05  Completed with 1 warning:');
  expect(lines.at(-2)).toMatch(/Done\. PASS=0 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1$/);
});

test('an error shows the place in the source, and what it skips says so', () => {
  const lines = report([broken, skipped]);
  expect(
    lines.some((l) =>
      /1 of 2 ERROR creating sql table model gold.margin \.+ \[ERROR in 0.12s\]$/.test(l),
    ),
  ).toBe(true);
  expect(lines.some((l) => /2 of 2 SKIP relation gold.sales \.+ \[SKIP\]$/.test(l))).toBe(true);
  const at = lines.indexOf('03:04:05  Failure in model margin (models/gold/margin.sql)');
  expect(lines.slice(at + 1, at + 10)).toEqual([
    '03:04:05    Database Error in model margin (models/gold/margin.sql)',
    '03:04:05    error[ETL5001] models/gold/margin.sql:2:8',
    '              column "x" does not exist',
    "              1 | {{ config(materialized='table') }}",
    '              2 | select x',
    '                |        ^',
    '              hint: Look at the columns of gold.sales.',
    '              docs/errors/ETL5001.md',
    '03:04:05    compiled code at target/compiled/shop/models/gold/margin.sql',
  ]);
  expect(lines.at(-2)).toContain('PASS=0 WARN=0 ERROR=1 SKIP=1 NO-OP=0 TOTAL=2');
});

test('a stopped run says so', () => {
  expect(report([built], {}, true)).toContain('03:04:05  Stopped before the end');
});

test('colour marks the outcome, and no colour is no codes at all', () => {
  const coloured = report([built, warned, failed], { colour: true }).join('\n');
  expect(coloured).toContain('[\u001b[32mSELECT 12\u001b[39m in');
  expect(coloured).toContain('[\u001b[33mWARN 1\u001b[39m in');
  expect(coloured).toContain('[\u001b[31mFAIL 3\u001b[39m in');
  expect(report([built, warned, failed]).join('\n')).not.toContain('\u001b');
});

test('secrets are masked everywhere, also in cells that are cut', () => {
  const sample = { columns: ['hunter2'], rows: [[`${'x'.repeat(55)}hunter2`]] };
  const { reporter, text } = collect(textReporter, {
    readSource: () => `${'x'.repeat(155)} hunter2 ${'x'.repeat(99)}`,
  });
  reporter.note('hunter2');
  reporter.diagnostics([
    {
      code: 'ETL5002',
      severity: 'error',
      message: 'hunter2',
      hint: 'hunter2',
      at: { file: 'a', line: 1, column: 1 },
    },
  ]);
  reporter.observe({ kind: 'log', message: 'hunter2', info: true });
  for (const event of aRun([{ ...failed, sample, message: 'hunter2' }])) reporter.observe(event);
  expect(text()).not.toMatch(/hunt/);
  expect(text()).toContain('***');
});

test('secrets are masked before a terminal is spared what is in them', () => {
  const secret = 'hunt\u0007er2';
  const { reporter, text } = collect(textReporter, {
    level: 'debug',
    redact: (all) => all.replaceAll(secret, '*****'),
  });
  const id = nodeId('model.shop.margin');
  reporter.observe({ kind: 'statement_sent', id, sql: `select '${secret}'` });
  for (const event of aRun([{ ...built, message: `SELECT ${secret}` }])) reporter.observe(event);
  expect(text()).toContain("select '*****'");
  expect(text()).toContain('[SELECT ***** in');
  expect(text()).not.toContain('hunt');
});

test('what a project logs is shown without the codes that a terminal would obey', () => {
  const { reporter, text } = collect(textReporter);
  reporter.observe({ kind: 'log', message: 'one\u001b[2Jtwo', info: true });
  reporter.observe({ kind: 'log', message: 'unseen', info: false });
  expect(text()).toBe('03:04:05  one·[2Jtwo\n');
});

test('a good node tells its warnings at once', () => {
  const lines = report([
    anOutcome('model.shop.margin', {
      diagnostics: [{ code: 'ETL4005', severity: 'warning', message: 'still read by a view' }],
    }),
  ]);
  const at = lines.findIndex((line) => line.includes('OK created'));
  expect(lines[at + 1]).toBe('03:04:05  warning[ETL4005]');
  expect(lines[at + 2]).toBe('            still read by a view');
});

test('hooks have their line', () => {
  const { reporter, text } = collect(textReporter);
  reporter.observe({ kind: 'hook_finished', name: 'shop-on-run-start-0', ok: true, ms: 10 });
  expect(text()).toMatch(/^03:04:05 {2}OK hook: shop-on-run-start-0 \.+ \[OK in 0.01s\]\n$/);
});

test.each([
  [
    'partial success',
    'Completed with 1 partial success and 0 warnings',
    /PARTIALLY created.*\[PARTIAL SUCCESS in/,
  ],
  ['no-op', 'Completed successfully', /NO-OP sql table model gold.margin .*\[NO-OP in/],
  [
    'runtime error',
    'Completed with 1 error, 0 partial successes, and 0 warnings:',
    /ERROR creating/,
  ],
] as const)('status %s', (status, summary, line) => {
  const lines = report([anOutcome('model.shop.margin', { status })]);
  expect(lines).toContain(`03:04:05  ${summary}`);
  expect(lines.some((l) => line.test(l))).toBe(true);
});

test('more than an hour is told in hours, minutes and seconds', () => {
  const { reporter, text } = collect(textReporter);
  reporter.observe({ kind: 'run_finished', outcomes: [], cancelled: false, seconds: 3_725.5 });
  expect(text()).toContain(
    'Finished running nothing in 1 hours 2 minutes and 5.50 seconds (3725.50s).',
  );
});

test('windows of a microbatch model', () => {
  const { reporter, text } = collect(textReporter, { width: 61 });
  for (const event of batches) reporter.observe(event);
  expect(text().trimEnd().split('\n')).toEqual([
    '03:04:05  Batch 1 of 3 START batch 2026-01-01 of gold.margin .......... [RUN]',
    '03:04:05  Batch 1 of 3 OK created batch 2026-01-01 of gold.margin ..... [INSERT 7 in 1.50s]',
    '03:04:05  Batch 2 of 3 START batch 2026-01-02 of gold.margin .......... [RUN]',
    '03:04:05  Batch 2 of 3 ERROR creating batch 2026-01-02 of gold.margin . [ERROR in 1.50s]',
    '03:04:05  Batch 3 of 3 SKIP batch 2026-01-03 of gold.margin ........... [SKIPPED]',
  ]);
});

test('a clone is told as such, and as nothing where nothing was to be done', () => {
  const { reporter, text } = collect(textReporter, { width: 50 });
  const [begun, ...rest] = aRun([built, { ...seeded, message: 'No-op' }]);
  if (begun?.kind !== 'run_started') throw new Error('it begins with run_started');
  for (const event of [{ ...begun, command: 'clone' }, ...rest]) reporter.observe(event);
  expect(text()).toContain(
    '1 of 2 OK cloned sql table model gold.margin ..... [SELECT 12 in 0.12s]',
  );
  expect(text()).toContain('2 of 2 NO-OP seed file gold.prices ............... [No-op in 0.12s]');
});
