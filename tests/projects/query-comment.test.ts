// The comment beside every statement, as the server sees it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, ENGINES, openBench } from './support/bench.ts';

const SEEN = {
  postgres: 'select current_query()',
  clickhouse: 'select 1',
} as const;

const none = (_name: string, _run: () => Promise<void>): void => undefined;

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  // only there does a query see its own text
  const onPostgres = engine === 'postgres' ? test : none;
  const project = (comment: string): string =>
    `name: shop\nversion: '1.0.0'\nprofile: etl\nmodels: {+materialized: table}\n${comment}`;
  beforeAll(async () => {
    bench = await openBench(engine, {
      'dbt_project.yml': project(''),
      'models/seen.sql': `${SEEN[engine]} as query`,
      'macros/query_comment.sql':
        "{% macro query_comment(node) %}{{ return('by ' ~ (node.name if node else 'nobody') ~ ' in ' ~ target.name) }}{% endmacro %}",
    });
  });
  afterAll(() => bench.close());
  const seen = async (comment: string): Promise<string> => {
    await bench.write({ 'dbt_project.yml': project(comment) });
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    return bench.value('select query from seen');
  };

  onPostgres('the default says who sent it', async () => {
    const query = await seen('');
    const text = /\/\* (\{.*?\}) \*\/\ncreate table/.exec(query)?.[1] ?? '{}';
    expect(JSON.parse(text)).toEqual({
      app: 'dbt',
      dbt_version: '1.11.16',
      profile_name: 'etl',
      target_name: 'postgres',
      node_id: 'model.shop.seen',
    });
  });

  onPostgres('a text, a macro, behind the statement, none', async () => {
    expect(await seen("query-comment: 'shop {{ target.name }}'")).toContain(
      '/* shop postgres */\ncreate table',
    );
    expect(await seen("query-comment: '{{ query_comment(node) }}'")).toContain(
      '/* by seen in postgres */\ncreate table',
    );
    const behind = await seen("query-comment: {comment: 'last', append: true}");
    expect(behind).toMatch(/create table[\s\S]*as query\s*\n\)\s*\n\/\* last \*\//);
    expect(await seen('query-comment: null')).not.toContain('/*');
  });

  test.each(['', "query-comment: {comment: 'behind', append: true}"])(
    'places in the SQL of the author stay right (%s)',
    async (comment) => {
      await bench.write({
        'dbt_project.yml': project(comment),
        'models/wrong.sql': 'select 1 as id,\n  no_such_column as x',
      });
      const ran = await bench.call('run', { select: ['wrong'] });
      await bench.remove('models/wrong.sql');
      expect(ran.outcomes['wrong']?.diagnostics[0]?.at).toMatchObject({
        file: 'models/wrong.sql',
        line: 2,
        column: 3,
      });
    },
  );

  test('every kind of node is built with it', async () => {
    await bench.write({
      'dbt_project.yml': project(''),
      'models/v.sql': "{{ config(materialized='view') }} select 1 as id",
      'models/i.sql': "{{ config(materialized='incremental', unique_key='id') }} select 1 as id",
      'seeds/s.csv': 'id\n1\n',
      'models/_v.yml': 'models: [{name: v, columns: [{name: id, data_tests: [unique]}]}]\n',
    });
    for (let time = 0; time < 2; time++) {
      const ran = await bench.call('build');
      expect(ran.told).toEqual([]);
      expect(new Set(Object.values(ran.status))).toEqual(new Set(['success', 'pass']));
    }
  });
});
