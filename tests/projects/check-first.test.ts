// A run that checks first: it builds nothing when some of it would certainly fail, and is not held up by what cannot be known.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, run, test as runTests, isEtlError, type ApiOptions } from '../../src/api/index.ts';
import { scratch, type Scratch } from '../support/etl.ts';
import { ENGINES } from './support/bench.ts';

describe.each(ENGINES)('%s', (engine) => {
  let project: Scratch;
  beforeAll(async () => {
    project = await scratch({
      'dbt_project.yml': 'name: shop\nprofile: etl\n',
      'models/orders.sql': 'select 1 as id, 10 as amount',
      'models/totals.sql': "select sum(amount) as total from {{ ref('orders') }}",
      'models/models.yml':
        'models: [{name: totals, columns: [{name: total, data_tests: [not_null]}]}]',
    });
  });
  afterAll(() => project.dispose());

  /** How it ended: the codes of what kept it from beginning, or the status of each node. */
  const called = async (verb: typeof run, options: ApiOptions = {}): Promise<readonly string[]> => {
    try {
      const { outcomes } = await verb({
        projectDir: project.dir,
        cwd: project.dir,
        target: engine,
        env: { ...process.env, HOME: project.dir },
        checkFirst: true,
        ...options,
      });
      return outcomes.map((o) => `${o.id.split('.')[2] ?? ''} ${o.status}`).toSorted();
    } catch (error) {
      if (!isEtlError(error)) throw error;
      return error.diagnostics.map((d) => d.code);
    }
  };

  test('a call that is stopped while it checks goes no further', async () => {
    expect(await called(build, { signal: AbortSignal.abort() })).toEqual(['ETL5006']);
  });

  test('what is sound is built; what is certainly wrong is not begun, unless nobody asks', async () => {
    expect(await called(build)).toEqual(['not_null_totals_total pass', 'orders success', 'totals success']);
    await project.write({ 'models/totals.sql': "select sum(amuont) as total from {{ ref('orders') }}" });
    expect(await called(run)).toEqual(['ETL6041', 'ETL6053']);
    expect(await called(run, { checkFirst: false })).toEqual(['orders success', 'totals error']);
  });

  test('what is read from the warehouse as it is, and what only it can know, holds nothing up', async () => {
    // the parent is not built by this run: what stands there may have the column
    expect(await called(run, { select: ['totals'] })).toEqual(['totals error']);
    await project.write({
      'models/totals.sql': 'select total from elsewhere.made_by_hand',
      'models/called.sql': 'select of_the_house(1) as x',
    });
    expect(await called(run)).toEqual(['called error', 'orders success', 'totals error']);
    expect(await called(runTests)).toEqual(['not_null_totals_total pass']);
  });
  test.runIf(engine === 'postgres')('operators, casts and types may be those of an extension', async () => {
    const holdsUp = async (sql: string): Promise<boolean> => {
      await project.write({
        'models/totals.sql': 'select 1 as total',
        'models/called.sql': 'select 1 as x',
        'models/orders.sql': `select 1 as id where ${sql}`,
      });
      return (await called(run)).includes('ETL6053');
    };
    expect(await holdsUp("'a'::text % 'b'::text")).toBe(false);
    expect(await holdsUp("'a'::text OPERATOR(public.<->) 'b'::text > 0")).toBe(false);
    expect(await holdsUp("'a'::text = 1")).toBe(false);
    expect(await holdsUp('cast(true as date) is null')).toBe(false);
    expect(await holdsUp("'a'::ltree is null")).toBe(false);
    // what no extension changes
    expect(await holdsUp("1 = 'one'")).toBe(true);
  });
});
