// What an earlier check has found to be sound is not asked again: the engine of checks is not even started.
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from './support/bench.ts';
import { bed, columnsOf, standings, told, type Bed } from './support/checked.ts';

const FILES = {
  'seeds/shops.csv': 'shop,state\n1,SP\n',
  'models/base.sql': "select shop, state, 10 as amount from {{ ref('shops') }}\n",
  'models/mid.sql':
    "{{ config(materialized='ephemeral') }}\nselect b.shop, b.state, b.amount * 2 as twice from {{ ref('base') }} as b\n",
  'models/top.sql': "select m.state, sum(m.twice) as total from {{ ref('mid') }} as m group by m.state\n",
  'models/other.sql': "select shop from {{ ref('shops') }}\n",
  'models/models.yml':
    'models: [{name: top, columns: [{name: state, data_tests: [not_null]}, {name: totl}]}]\n',
};

describe.each(ENGINES)('%s', (engine) => {
  let project: Bed;
  beforeAll(async () => {
    project = await bed(engine, FILES);
  });
  afterAll(() => project.dispose());
  const engineDir = (): string => join(project.dir, '.etl', 'check');
  /** How often the engine of Postgres was started so far. Its last word comes when it counts as stopped already. */
  const starts = async (): Promise<number> => {
    const [place = ''] = existsSync(engineDir()) ? await readdir(engineDir()) : [];
    const log = await readFile(join(engineDir(), place, 'server.log'), 'utf8').catch(() => '');
    return log.split('starting PostgreSQL').length;
  };
  /** A check; whether the engine was asked. */
  const checked = async (...args: Parameters<Bed['check']>) => {
    // that of ClickHouse makes its folder anew; that of Postgres would have to be initialised each time
    if (engine === 'clickhouse') await rm(engineDir(), { recursive: true, force: true });
    const before = await starts();
    const report = await project.check(...args);
    const wasAsked = engine === 'clickhouse' ? existsSync(engineDir()) : (await starts()) > before;
    return { report, wasAsked };
  };

  test('the second check says the same without an engine', async () => {
    const first = await checked();
    expect(first.wasAsked).toBe(true);
    const second = await checked();
    expect(second.wasAsked).toBe(false);
    expect(told(second.report)).toEqual(told(first.report));
    expect(told(second.report)[0]).toMatch(/^ETL6049 /);
    expect(standings(second.report)).toEqual(standings(first.report));
    expect(columnsOf(second.report, 'top')).toEqual(columnsOf(first.report, 'top'));
    expect(second.report.engine).toBe(first.report.engine);
  });

  test('a change is judged with all that is below it, on top of what was known', async () => {
    const renamed = await checked({
      'models/base.sql': "select shop, state, 10 as price from {{ ref('shops') }}\n",
    });
    expect(renamed.wasAsked).toBe(true);
    const [error] = renamed.report.diagnostics;
    expect(error).toMatchObject({
      code: 'ETL6041',
      at: { file: 'models/mid.sql', line: 2 },
      related: [{ message: 'base gave "amount" when it was last checked' }],
    });
    expect(standings(renamed.report)).toMatchObject({ base: 'ok', mid: 'wrong', top: 'unchecked', other: 'ok' });
    // told again and again until it is mended, and from where it came
    const again = await checked();
    expect(told(again.report)).toEqual(told(renamed.report));
    expect(again.report.diagnostics[0]?.related).toEqual(error?.related);
    const mended = await checked({ 'models/base.sql': FILES['models/base.sql'] });
    expect(mended.report.ok).toBe(true);
    expect((await checked()).wasAsked).toBe(false);
  });

  test('a part that was checked alone does not hide what it did to the rest', async () => {
    const alone = await checked(
      { 'models/base.sql': "select shop, state from {{ ref('shops') }}\n" },
      { select: ['base'] },
    );
    expect(alone.report.ok).toBe(true);
    const all = await checked();
    expect(standings(all.report)).toMatchObject({ base: 'ok', mid: 'wrong', top: 'unchecked' });
    await checked({ 'models/base.sql': FILES['models/base.sql'] });
  });

  test('what a macro named ref makes of a reference counts too', async () => {
    const macro = (made: string): Readonly<Record<string, string>> => ({
      'macros/ref.sql': `{% macro ref(name) %}{% set real = builtins.ref(name) %}{{ return(${made}) }}{% endmacro %}`,
    });
    expect((await checked(macro('real'))).report.ok).toBe(true);
    expect((await checked()).wasAsked).toBe(false);
    const instead = await checked(macro("real if name != 'shops' else '(select 2 as shop) as q'"), {
      select: ['other'],
    });
    expect(instead.wasAsked).toBe(true);
    expect(columnsOf(instead.report, 'other')[0]).toMatch(/int/i);
    await rm(join(project.dir, 'macros/ref.sql'));
  });

  test('a seed, a var and the type of a column count too', async () => {
    const wider = await checked({ 'seeds/shops.csv': 'shop,state\nx,SP\n' });
    expect(wider.wasAsked).toBe(true);
    expect(columnsOf(wider.report, 'other')[0]).toMatch(/text|String/);
    await checked({ 'models/other.sql': "select '{{ var('x', 1) }}' as x" });
    expect((await checked({}, { vars: { x: 2 } })).wasAsked).toBe(true);
    expect((await checked({}, { vars: { x: 2 } })).wasAsked).toBe(false);
  });

  test('a file that cannot be read, or of another engine, counts for nothing', async () => {
    const file = join(project.dir, 'target', 'check.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/"engine":"(\w+) [^"]*"/, '"engine":"$1 1.0"'));
    await project.write({ 'models/new.sql': 'select 1 as one' });
    const other = await checked();
    expect(other.report.ok).toBe(true);
    expect(other.report.engine).not.toContain('1.0');
    await writeFile(file, '{"half');
    const broken = await checked();
    expect(broken.wasAsked).toBe(true);
    expect(broken.report.ok).toBe(true);
    expect((await checked()).wasAsked).toBe(false);
  });
});
