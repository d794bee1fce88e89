import { expect, test } from 'vitest';
import type { NodeOutcome } from '../../../src/events/event.ts';
import { jsonReporter } from '../../../src/reporters/json.ts';
import { aRun, batches, broken, built, collect, failed, seeded, skipped, warned } from './a-run.ts';

interface Line {
  readonly info: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
}
const parse = (text: string): readonly Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line));

function events(outcomes: readonly NodeOutcome[]): readonly Line[] {
  const { reporter, text } = collect(jsonReporter, { level: 'debug' });
  for (const event of aRun(outcomes)) reporter.observe(event);
  return parse(text());
}
const named = (lines: readonly Line[], name: string): readonly Line[] =>
  lines.filter((line) => line.info['name'] === name);

test('every line has the envelope that log readers know', () => {
  for (const { info } of events([seeded, built])) {
    expect(Object.keys(info).toSorted()).toEqual([
      'category',
      'code',
      'extra',
      'invocation_id',
      'level',
      'msg',
      'name',
      'pid',
      'thread',
      'ts',
    ]);
    expect(info).toMatchObject({
      invocation_id: 'inv-1',
      pid: 42,
      ts: '2026-01-02T03:04:05.678000Z',
      code: expect.stringMatching(/^[A-Z]\d{3}$/),
      level: expect.stringMatching(/^(debug|info|warn|error)$/),
    });
  }
});

test('a run gives its events in this order', () => {
  const { reporter, text } = collect(jsonReporter, { level: 'debug' });
  reporter.opening({ version: '0.1.0', command: 'build', invocation: 'inv-1' });
  reporter.found([['model', 1]]);
  for (const event of aRun([built, failed, skipped])) reporter.observe(event);
  reporter.closing({ command: 'etl build', ok: false, seconds: 2 });
  expect(parse(text()).map((line) => line.info['name'])).toEqual([
    'MainReportVersion',
    'FoundStats',
    'ConcurrencyLine',
    'NodeStart',
    'LogStartLine',
    'LogModelResult',
    'NodeFinished',
    'NodeStart',
    'LogStartLine',
    'LogTestResult',
    'NodeFinished',
    'NodeStart',
    'LogStartLine',
    'SkippingDetails',
    'NodeFinished',
    'FinishedRunningStats',
    'EndOfRunSummary',
    'RunResultFailure',
    'RunResultError',
    'StatsLine',
    'CommandCompleted',
  ]);
});

test('a finished node tells id, status, times, path and message', () => {
  expect(named(events([built]), 'NodeFinished')[0]).toMatchObject({
    info: { code: 'Q025', thread: 'Thread-1' },
    data: {
      node_info: {
        unique_id: 'model.shop.margin',
        resource_type: 'model',
        node_status: 'success',
        node_name: 'margin',
        node_path: 'gold/margin.sql',
        materialized: 'table',
        node_started_at: '2026-01-02T03:04:05.000000Z',
        node_finished_at: '2026-01-02T03:04:05.120000Z',
      },
      run_result: {
        status: 'success',
        message: 'SELECT 12',
        adapter_response: { rows_affected: 12 },
      },
    },
  });
});

test('results carry dbt’s words and the level that fits', () => {
  const lines = events([seeded, warned, broken]);
  expect(named(lines, 'LogSeedResult')[0]?.info).toMatchObject({
    level: 'info',
    msg: '1 of 3 OK loaded seed file gold.prices [INSERT 3 in 0.12s]',
  });
  expect(named(lines, 'LogTestResult')[0]).toMatchObject({
    info: { level: 'warn' },
    data: { num_failures: 1, status: 'warn' },
  });
  expect(named(lines, 'LogModelResult')[0]?.info['level']).toBe('error');
});

test('a skip names what it is because of', () => {
  expect(named(events([broken, skipped]), 'SkippingDetails')[0]?.data).toMatchObject({
    node_name: 'sales',
    resource_type: 'model',
    because: 'model.shop.margin',
    node_info: { node_status: 'skipped' },
  });
});

test('the last lines count', () => {
  expect(named(events([built, failed, warned, skipped]), 'StatsLine')[0]).toMatchObject({
    info: { msg: 'Done. PASS=1 WARN=1 ERROR=1 SKIP=1 NO-OP=0 TOTAL=4' },
    data: { stats: { pass: 1, warn: 1, error: 1, skip: 1, noop: 0, total: 4 } },
  });
});

test('failing rows stay out of the log', () => {
  expect(JSON.stringify(events([failed]))).not.toContain('ana');
});

test('diagnostics have names by what they are', () => {
  const { reporter, text } = collect(jsonReporter, { level: 'debug' });
  const at = { file: 'a.sql', line: 1, column: 2 };
  reporter.diagnostics([
    { code: 'ETL3001', severity: 'error', message: 'no such model', at },
    { code: 'ETL3008', severity: 'warning', message: 'matches nothing' },
    { code: 'ETL1005', severity: 'warning', message: 'odd key' },
  ]);
  expect(parse(text()).map(({ info }) => [info['name'], info['level'], info['msg']])).toEqual([
    ['MainEncounteredError', 'error', 'ETL3001 (a.sql:1:2) no such model'],
    ['NoNodesForSelectionCriteria', 'warn', 'ETL3008 matches nothing'],
    ['Note', 'warn', 'ETL1005 odd key'],
  ]);
});

test('what a project logs is the message itself', () => {
  const { reporter, text } = collect(jsonReporter, { level: 'debug' });
  reporter.observe({ kind: 'log', message: '{"a": 1}', info: true });
  reporter.observe({ kind: 'log', message: 'quietly', info: false });
  expect(parse(text()).map(({ info }) => [info['name'], info['msg']])).toEqual([
    ['JinjaLogInfo', '{"a": 1}'],
    ['JinjaLogDebug', 'quietly'],
  ]);
});

test('a secret that is an ordinary word does not break the envelope', () => {
  const { reporter, text } = collect(jsonReporter, {
    redact: (given) => given.replaceAll('info', '***'),
  });
  reporter.note('the info is');
  expect(parse(text())[0]).toMatchObject({
    info: { level: 'info', name: 'Note', msg: 'the *** is' },
    data: { msg: 'the *** is' },
  });
});

test('a secret is masked before JSON escapes it', () => {
  const secret = 'pa"ss\\word';
  const { reporter, text } = collect(jsonReporter, {
    redact: (given) => given.replaceAll(secret, '***'),
  });
  reporter.note(`the ${secret} is`);
  expect(parse(text())[0]?.info['msg']).toBe('the *** is');
});

test('windows of a microbatch model are events of their own', () => {
  const { reporter, text } = collect(jsonReporter);
  for (const event of batches) reporter.observe(event);
  const lines = parse(text());
  expect(lines.map(({ info }) => [info['name'], info['code'], info['level']].join(' '))).toEqual([
    'LogStartBatch Q045 info',
    'LogBatchResult Q046 info',
    'LogStartBatch Q045 info',
    'LogBatchResult Q046 error',
    'LogBatchResult Q046 info',
  ]);
  expect(lines[0]?.data).toMatchObject({
    description: 'batch 2026-01-01 of gold.margin',
    batch_index: 1,
    total_batches: 3,
    node_info: { unique_id: 'model.shop.margin', node_status: 'started' },
  });
  expect(lines[1]?.data).toMatchObject({ status: 'INSERT 7', execution_time: 1.5 });
  expect(lines[1]?.info['msg']).toBe(
    'Batch 1 of 3 OK created batch 2026-01-01 of gold.margin [INSERT 7 in 1.50s]',
  );
  expect(lines[3]?.data).toMatchObject({ status: 'error', batch_index: 2 });
  expect(lines[4]?.data).toMatchObject({ status: 'skipped' });
});

test('a warning of a template has the name that log readers know', () => {
  const { reporter, text } = collect(jsonReporter);
  reporter.diagnostics([{ code: 'ETL2004', severity: 'warning', message: 'beware' }]);
  expect(parse(text())[0]).toMatchObject({
    info: { name: 'JinjaLogWarning', code: 'I061', level: 'warn' },
    data: { msg: 'beware' },
  });
});

test('a result tells the group of its node, with the owner', () => {
  const group = { name: 'sales', package_name: 'shop', owner: { name: 'Ana' } };
  const { reporter, text } = collect(jsonReporter, {
    describe: (id) => ({
      resourceType: 'model',
      materialized: 'table',
      label: id,
      name: id,
      path: 'models/x.sql',
      group,
    }),
  });
  for (const event of aRun([failed])) reporter.observe(event);
  const lines = parse(text());
  for (const name of ['LogModelResult', 'RunResultFailure', 'RunResultError'])
    expect(named(lines, name)[0]?.data).toMatchObject({ group });
});
