import { expect, test } from 'vitest';
import { runResultsJson } from '../../../src/artifacts/run-results-json.ts';
import { toJson } from '../../../src/artifacts/write.ts';
import { runResultsSchema } from '../../support/artifact-schemas.ts';
import { anOutcome, facts, outcomes } from './a-project.ts';

const options = { ...facts, args: { which: 'build', full_refresh: false }, elapsedSeconds: 1.5 };
interface Shape {
  readonly results: readonly Readonly<Record<string, unknown>>[];
}
const written = (given = outcomes): Shape => JSON.parse(toJson(runResultsJson(given, options)));
const result = (id: string) => written().results.find((r) => r['unique_id'] === id);

test('outcomes of every kind keep the schema of run-results v6', () => {
  expect(runResultsSchema.safeParse(written()).error?.issues ?? []).toEqual([]);
  expect(written()).toMatchObject({ elapsed_time: 1.5, args: { which: 'build' } });
});

test('a model tells its times, rows, message, SQL and relation', () => {
  expect(result('model.shop.margin')).toEqual({
    status: 'success',
    timing: [
      {
        name: 'compile',
        started_at: '2026-01-02T03:04:05.000000Z',
        completed_at: '2026-01-02T03:04:05.100000Z',
      },
      {
        name: 'execute',
        started_at: '2026-01-02T03:04:05.100000Z',
        completed_at: '2026-01-02T03:04:05.250000Z',
      },
    ],
    thread_id: 'Thread-1',
    execution_time: 0.25,
    adapter_response: { _message: 'SELECT 12', code: 'SELECT', rows_affected: 12 },
    message: 'SELECT 12',
    failures: null,
    unique_id: 'model.shop.margin',
    compiled: true,
    compiled_code: 'select 1',
    relation_name: '"db"."gold"."margin"',
    batch_results: null,
  });
});

test('a view has affected no countable rows, and a seed tells no relation, as in dbt', () => {
  const view = anOutcome('model.shop.v', { message: 'CREATE VIEW' });
  const seed = anOutcome('seed.shop.s', { message: 'INSERT 0 3', rows: 3, relationName: 's' });
  expect(written([view, seed]).results).toMatchObject([
    { adapter_response: { _message: 'CREATE VIEW', code: 'CREATE VIEW', rows_affected: -1 } },
    {
      adapter_response: { _message: 'INSERT 0 3', code: 'INSERT', rows_affected: 3 },
      relation_name: null,
    },
  ]);
});

test('a failed test tells how many rows, and none of them', () => {
  expect(result('test.shop.not_null_margin_id')).toMatchObject({
    status: 'fail',
    failures: 3,
    message: 'Got 3 results, configured to fail if != 0',
    adapter_response: {},
  });
  expect(toJson(written())).not.toContain('sample');
});

test('a passed test has zero failures, a model has none at all', () => {
  expect(result('test.shop.margin_is_positive')).toMatchObject({ status: 'pass', failures: 0 });
  expect(result('model.shop.margin')).toMatchObject({ failures: null });
});

test('an error without a message tells its first problem, in the words of dbt', () => {
  expect(result('model.shop.broken')).toMatchObject({
    status: 'error',
    message: expect.stringMatching(
      /^Database Error in model broken.*\n {2}column "x" does not exist$/,
    ) as string,
  });
});

test('a skipped node has no times', () => {
  expect(result('model.shop.below')).toMatchObject({
    status: 'skipped',
    timing: [],
    message: null,
  });
});

test('a seed is never compiled', () => {
  expect(result('seed.shop.prices')).toMatchObject({ compiled: null, compiled_code: null });
});

test('a clock that was set back gives no negative time', () => {
  const { results } = written([
    anOutcome('model.shop.a', { finishedAt: new Date('2026-01-02T03:04:04.000Z') }),
  ]);
  expect(results[0]?.['execution_time']).toBe(0);
});
