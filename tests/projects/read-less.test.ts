// --empty and --sample: everything is built, from no rows or from those of a stretch of time.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../../src/api/compile.ts';
import { DEFAULT_SCHEMA, ENGINES, openBench, type Bench } from './support/bench.ts';

const STAMP = { postgres: 'timestamp', clickhouse: 'DateTime' } as const;

describe.each(ENGINES)('%s', (engine) => {
  let b: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  const count = (name: string): Promise<string> => b.value(`select count(*) from ${schema}.${name}`);
  beforeAll(async () => {
    b = await openBench(engine, {
      'seeds/raw.csv': 'id,at,amount\n1,2024-12-24 10:00:00,1.50\n2,2024-12-25 00:00:00,2.50\n3,2024-12-31 23:59:59,3.50\n4,2025-01-01 00:00:00,4.50\n',
      'seeds/_seeds.yml': `seeds: [{name: raw, config: {event_time: at, column_types: {at: ${STAMP[engine]}}}}]`,
      'models/inner_one.sql': `{{ config(materialized='ephemeral') }} select id, at from {{ ref('raw') }}`,
      'models/table_one.sql': `{{ config(event_time='at') }} select r.id, r.at from {{ ref('raw') }} as r join {{ ref('inner_one') }} as i on i.id = r.id`,
      'models/of_source.sql': `select id from {{ source('src', 'raw') }} {# after it: #}-- depends_on: {{ ref('raw') }}`,
      'models/raw_all.sql': `select id from {{ ref('raw').render() }}`,
      'models/plain.sql': `select id from {{ ref('raw_all') }}`,
      'models/_models.yml': `sources: [{name: src, schema: "${schema}", tables: [{name: raw, config: {event_time: at}}]}]
models: [{name: table_one, columns: [{name: id, data_tests: [not_null]}]}]`,
      'snapshots/snap.sql': `{% snapshot snap %}{{ config(unique_key='id', strategy='check', check_cols=['id']) }} select id from {{ ref('raw') }}{% endsnapshot %}`,
    });
  });
  afterAll(() => b.close());

  describe('--empty', () => {
    test('makes every relation, with its columns and without rows', async () => {
      const ran = await b.call('build', { empty: true });
      expect(ran.told).toEqual([]);
      expect(ran.ok).toBe(true);
      for (const name of ['raw', 'table_one', 'of_source', 'snap', 'plain'])
        expect(`${name} ${await count(name)}`).toBe(`${name} 0`);
    });

    test('spares what opts out with render(), and the types of a seed are those of its rows', async () => {
      expect((await b.call('seed')).ok).toBe(true);
      const ran = await b.call('run', { empty: true });
      expect(ran.ok, ran.told.join('\n')).toBe(true);
      expect(await count('raw')).toBe('4');
      expect(await count('raw_all')).toBe('4');
      expect(await count('table_one')).toBe('0');
    });

    test('shows in what is compiled', async () => {
      const [one] = await compile({ ...b.options, select: ['of_source'], empty: true, indirectSelection: 'empty' });
      expect(one?.sql).toMatch(/^select id from \(select \* from \S+ where false limit 0\)/);
    });
  });

  describe('--sample', () => {
    beforeEach(async () => {
      expect((await b.call('seed')).ok).toBe(true);
    });

    test('reads what has event_time from the start on and before the end', async () => {
      const ran = await b.call('run', { sample: '{start: 2024-12-25, end: 2025-01-01}' });
      expect(ran.ok, ran.told.join('\n')).toBe(true);
      expect(await b.rows(`select id from ${schema}.table_one order by id`)).toEqual(['2', '3']);
      expect(await count('of_source')).toBe('2');
      expect(await count('raw_all')).toBe('4');
      expect(await count('plain')).toBe('4');
    });

    test('looks back from now', async () => {
      expect((await b.call('run', { sample: '3 days', select: ['of_source'] })).ok).toBe(true);
      expect(await count('of_source')).toBe('0');
      expect((await b.call('run', { sample: '90 YEARS', select: ['of_source'] })).ok).toBe(true);
      expect(await count('of_source')).toBe('4');
      const { results } = JSON.parse(
        await readFile(join(b.dir, 'target/run_results.json'), 'utf8'),
      ) as { results: unknown[] };
      expect(results).toHaveLength(1);
    });

    test.each(['3', 'some days', '3 weeks', '{start: 2025-01-01}', '{start: 2025-01-02, end: 2025-01-01}'])(
      '%s is refused',
      async (sample) => {
        const { ok, told } = await b.call('run', { sample });
        expect(ok).toBe(false);
        expect(told.join()).toContain('ETL1001 --sample');
      },
    );
  });
});
