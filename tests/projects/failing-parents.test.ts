// What becomes of the rest when a hook of on-run-start fails, or a model that says on_error: continue.
import { afterEach, describe, expect, test } from 'vitest';
import { openBench, PROJECT, type Bench } from './support/bench.ts';

let b: Bench;
afterEach(() => b.close());

describe('on-run-start fails', () => {
  const files = {
    'dbt_project.yml': `${PROJECT}on-run-start: ["select 1 as fine", "select nonsense", "create table never (i int)"]\n`,
    'models/one.sql': 'select 1 as id',
    'models/two.sql': `select id from {{ ref('one') }}`,
  };

  test('every node is skipped, and has an outcome', async () => {
    b = await openBench('postgres', files);
    const ran = await b.call('build');
    expect(ran.ok).toBe(false);
    expect(ran.status).toEqual({ one: 'skipped', two: 'skipped' });
    expect(await b.relations()).toEqual([]);
  });

  test('with skip_nodes_if_on_run_start_fails: false the nodes run all the same', async () => {
    b = await openBench('postgres', {
      ...files,
      'dbt_project.yml': `${files['dbt_project.yml']}flags: {skip_nodes_if_on_run_start_fails: false}\n`,
    });
    const ran = await b.call('build');
    expect(ran.ok).toBe(false);
    expect(ran.status).toEqual({ one: 'success', two: 'success' });
  });
});

describe('on_error', () => {
  const parents = (first: string, second: string): Readonly<Record<string, string>> => ({
    'models/one.sql': first,
    'models/two.sql': second,
    'models/child.sql': `select id from {{ ref('one') }} union all select id from {{ ref('two') }}`,
    'models/_m.yml':
      'models: [{name: one, config: {on_error: skip_children}}, {name: two, config: {on_error: continue}, columns: [{name: id, data_tests: [unique]}]}]',
  });
  const good = `select 1 as id`;

  test('continue: what is below runs on what is there', async () => {
    b = await openBench('postgres', parents(good, good));
    expect((await b.call('build')).ok).toBe(true);
    await b.write(parents(good, 'select 1 / 0 as id'));
    for (const verb of ['run', 'build'] as const) {
      const { ok, status } = await b.call(verb);
      expect(ok).toBe(false);
      expect(status).toMatchObject({ one: 'success', two: 'error', child: 'success' });
    }
    const fast = await b.call('run', { failFast: true, threads: 1 });
    expect(fast.status).toMatchObject({ two: 'error', child: 'skipped' });
  });

  test('the other parent, and failing tests, hold back as ever', async () => {
    b = await openBench('postgres', parents('select 1 / 0 as id', good));
    expect((await b.call('run')).status).toMatchObject({ one: 'error', child: 'skipped' });
    await b.write(parents(good, 'select 1 as id union all select 1'));
    expect((await b.call('build')).status).toMatchObject({ unique_two_id: 'fail', child: 'skipped' });
  });
});
