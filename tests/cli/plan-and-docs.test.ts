// etl plan, etl parse and etl docs generate.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogSchema, manifestSchema } from '../support/artifact-schemas.ts';
import { etl, rowsOf, scratch, type EtlResult, type Scratch } from '../support/etl.ts';

interface PlanJson {
  readonly version: number;
  readonly target: string;
  readonly nodes: readonly {
    id: string;
    action: string;
    relation: string | null;
    statements: unknown[];
  }[];
}

describe.each(['postgres', 'clickhouse'])('%s', (engine) => {
  let project: Scratch;
  const run = (...args: readonly string[]): Promise<EtlResult> =>
    etl([...args, '-t', engine], { cwd: project.dir });
  const tables = (): Promise<readonly Record<string, unknown>[]> =>
    rowsOf(
      engine === 'postgres'
        ? `select schemaname || '.' || tablename as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`
        : `select database || '.' || name as name from system.tables where database not in ('system', 'information_schema', 'INFORMATION_SCHEMA') order by 1`,
      project.dir,
      '-t',
      engine,
    );
  const actions = async (...args: readonly string[]): Promise<Record<string, string>> => {
    const { code, stdout, output } = await run('plan', '--output', 'json', ...args);
    expect(code, output).toBe(0);
    const plan = JSON.parse(stdout) as PlanJson;
    expect(plan.target).toBe(engine);
    return Object.fromEntries(
      plan.nodes.map((n) => [
        n.id
          .split('.')
          .slice(2)
          .join('.')
          .replace(/\.\w{10}$/, ''),
        n.action,
      ]),
    );
  };
  beforeAll(async () => {
    project = await scratch({
      'dbt_project.yml': 'name: shop\nprofile: etl\n',
      'seeds/raw.csv': 'id,email\n1,ana@shop.example\n',
      'models/v.sql': `select * from {{ ref('raw') }}`,
      'models/t.sql': `{{ config(materialized='table') }} select * from {{ ref('v') }}`,
      'models/i.sql': `{{ config(materialized='incremental') }} select * from {{ ref('v') }}`,
      'models/_docs.yml': `version: 2
models:
  - name: t
    description: A table & its <words>.
    columns: [{name: id, description: the key, data_tests: [unique]}, {name: email, config: {meta: {pii: true}}}]
`,
    });
  });
  afterAll(() => project.dispose());

  test('a plan of nothing there: everything is created, and afterwards there still is nothing', async () => {
    const planned = await actions();
    expect(Object.keys(planned).toSorted()).toEqual(['i', 'raw', 't', 'unique_t_id', 'v']);
    expect(planned['unique_t_id']).toBe('test');
    expect(await tables()).toEqual([]);
    expect(existsSync(join(project.dir, 'target/run_results.json'))).toBe(false);
    const { code, stdout } = await run('plan');
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Plan for target '${engine}': 4 relations, 1 tests. Nothing was changed.`,
    );
    expect(stdout.match(/^ {2}\+ /gm)).toHaveLength(4);
  });

  test('a plan after a build says something else, takes selections, and changes nothing', async () => {
    const fresh = await actions('-s', 'i');
    expect((await run('build')).code).toBe(0);
    const before = await tables();
    const again = await actions('-s', 'i');
    expect(Object.keys(again)).toEqual(['i']);
    expect(again['i']).not.toBe(fresh['i']);
    expect((await actions('-s', 'i', '--full-refresh'))['i']).not.toBe(again['i']);
    expect(await tables()).toEqual(before);
    expect(await rowsOf(`select id from {{ ref('i') }}`, project.dir, '-t', engine)).toEqual([
      { id: 1 },
    ]);
  });

  test('docs generate: a catalog of what is there, a page with everything in it', async () => {
    const { code, stdout, output } = await run('docs', 'generate');
    expect(code, output).toBe(0);
    expect(stdout).toContain('target/index.html');
    const catalog = catalogSchema.parse(
      JSON.parse(await readFile(join(project.dir, 'target/catalog.json'), 'utf8')),
    ) as {
      nodes: Record<
        string,
        { metadata: { type: string }; columns: Record<string, { index: number }> }
      >;
    };
    expect(Object.keys(catalog.nodes).toSorted()).toEqual([
      'model.shop.i',
      'model.shop.t',
      'model.shop.v',
      'seed.shop.raw',
    ]);
    expect(catalog.nodes['model.shop.v']?.metadata.type.toLowerCase()).toContain('view');
    expect(Object.keys(catalog.nodes['model.shop.t']?.columns ?? {})).toEqual(['id', 'email']);
    const page = await readFile(join(project.dir, 'target/index.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="https?:/);
    expect(page).not.toContain('A table & its <words>.');
    // as it stands in a block of data, where no tag may begin
    expect(page).toContain(String.raw`A table & its \u003cwords>.`);
  });

  test('docs generate --profile-columns: what is marked pii is not looked at, wherever it stands', async () => {
    const profiles = async (): Promise<readonly string[]> => {
      const page = await readFile(join(project.dir, 'target/docs/data/m/0.js'), 'utf8');
      return page.match(/"name":"\w+"[^{}]*"profile":\{[^}]*\}/g) ?? [];
    };
    expect(await profiles()).toEqual([]);
    const { code, output } = await run('docs', 'generate', '--profile-columns');
    expect(code, output).toBe(0);
    const found = await profiles();
    // the table, the view, the incremental model and the seed
    expect(found).toHaveLength(4);
    for (const text of found) expect(text).toMatch(/^"name":"id".*"nulls":0,"min":"1","max":"1"/);
  });

  test('parse writes a manifest and needs no warehouse', async () => {
    const other = await scratch({
      'dbt_project.yml': 'name: shop\nprofile: etl\n',
      'models/v.sql': 'select 1 as id',
    });
    const { code, stdout } = await etl(['parse', '-t', engine], { cwd: other.dir });
    expect(code).toBe(0);
    expect(stdout).toContain('Wrote target/manifest.json');
    const manifest = manifestSchema.parse(
      JSON.parse(await readFile(join(other.dir, 'target/manifest.json'), 'utf8')),
    ) as {
      nodes: Record<string, { raw_code: string }>;
    };
    expect(manifest.nodes['model.shop.v']?.raw_code).toBe('select 1 as id');
    expect(existsSync(join(other.dir, '.etl'))).toBe(false);
    await other.dispose();
  });
});
