// Limits of freshness from the levels of a source, and which of its two ways to tell the age counts.
import { expect, test } from 'vitest';
import { loadedFiles, loadFiles } from '../../support/load-files.ts';

const NONE = { count: null, period: null };

async function sourcesOf(yaml: string, project = '') {
  const { manifest } = await loadedFiles({
    'dbt_project.yml': `name: shop\nprofile: etl\n${project}`,
    'models/_s.yml': yaml,
  });
  return Object.fromEntries(Object.values(manifest.sources).map((one) => [one.name, one]));
}

test('null switches off one limit, or all of them; an empty limit says nothing', async () => {
  const sources = await sourcesOf(`sources:
  - name: erp
    freshness: {warn_after: {count: 3, period: hour}, error_after: {count: 2, period: day}}
    config: {freshness: {warn_after: {count: 4, period: hour}}}
    tables:
      - {name: same}
      - {name: empty, freshness: {warn_after: {count: 1, period: hour}, error_after: {}}}
      - {name: one_off, freshness: {error_after: null}}
      - {name: config_over, freshness: {error_after: {count: 9, period: day}}, config: {freshness: {error_after: {count: 8, period: day}}}}
      - {name: none, freshness: null}
      - {name: on_again, freshness: null, config: {freshness: {warn_after: {count: 7, period: day}}}}
`);
  const day = (count: number) => ({ count, period: 'day' });
  const hour = (count: number) => ({ count, period: 'hour' });
  expect(Object.fromEntries(Object.entries(sources).map(([n, s]) => [n, s.freshness]))).toEqual({
    same: { warn_after: hour(4), error_after: day(2), filter: null },
    empty: { warn_after: hour(1), error_after: day(2), filter: null },
    one_off: { warn_after: hour(4), error_after: null, filter: null },
    config_over: { warn_after: hour(4), error_after: day(8), filter: null },
    none: null,
    on_again: { warn_after: day(7), error_after: NONE, filter: null },
  });
});

test('where the files say nothing the project counts', async () => {
  const sources = await sourcesOf(
    'sources: [{name: erp, tables: [{name: silent, freshness: {}}, {name: own, freshness: {warn_after: {count: 1, period: day}}}]}]',
    'sources: {+freshness: {error_after: {count: 5, period: day}}}\n',
  );
  expect(sources['silent']?.freshness?.error_after).toEqual({ count: 5, period: 'day' });
  expect(sources['own']?.freshness?.error_after).toEqual(NONE);
});

test('a table that names a field is not asked by the query of its source', async () => {
  const sources = await sourcesOf(`sources:
  - name: erp
    config: {loaded_at_query: select now()}
    tables:
      - {name: asked}
      - {name: by_config, config: {loaded_at_field: at}}
      - {name: by_key, loaded_at_field: at}
      - {name: own_query, config: {loaded_at_query: select 1}}
  - name: crm
    loaded_at_field: at
    tables:
      - {name: by_field}
      - {name: by_query, loaded_at_query: select 2}
`);
  const told = Object.entries(sources).map(([name, { config, ...s }]) => {
    expect([config['loaded_at_field'], config['loaded_at_query']]).toEqual([
      s.loaded_at_field,
      s.loaded_at_query,
    ]);
    return [name, s.loaded_at_query ?? s.loaded_at_field];
  });
  expect(Object.fromEntries(told)).toEqual({
    asked: 'select now()',
    by_config: 'at',
    by_key: 'at',
    own_query: 'select 1',
    by_field: 'at',
    by_query: 'select 2',
  });
  expect(sources['by_config']?.loaded_at_query).toBeNull();
  expect(sources['by_query']?.loaded_at_query).toBe('select 2');
});

test('a field and a query of one level are refused', async () => {
  for (const [level, yaml] of [
    [
      'table',
      '[{name: erp, tables: [{name: t, loaded_at_field: at, config: {loaded_at_query: select 1}}]}]',
    ],
    [
      'source',
      '[{name: erp, loaded_at_query: select 1, loaded_at_field: at, tables: [{name: t}]}]',
    ],
  ] as const) {
    const { diagnostics } = await loadFiles({
      'dbt_project.yml': 'name: shop\nprofile: etl\n',
      'models/_s.yml': `sources: ${yaml}\n`,
    });
    expect(diagnostics).toMatchObject([
      {
        code: 'ETL1004',
        message: expect.stringContaining(
          `Cannot specify both loaded_at_field and loaded_at_query at ${level} level`,
        ),
      },
    ]);
  }
});
