// Where relations go: alias, schema, custom generate_schema_name, enabled, tags, and names that need quotes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, openBench } from './support/bench.ts';

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  const quoted = (name: string): string => (engine === 'postgres' ? `"${name}"` : `\`${name}\``);
  beforeAll(async () => {
    bench = await openBench(engine, {
      'models/aliased.sql': `{{ config(alias='another_name', tags=['night']) }} select 1 as id`,
      'models/placed.sql': `{{ config(schema='mart', tags='night') }} select id + 1 as id from {{ ref('aliased') }}`,
      'models/off.sql': `{{ config(enabled=false) }} select nonsense from nowhere`,
      'models/odd_columns.sql': `select 1 as ${quoted('Uma Coluna')}, 2 as ${quoted('preço')}, 3 as ${quoted('SELECT')}, 4 as ${quoted('a-b.c')}`,
      'models/reads_odd.sql': `{{ config(materialized='view') }} select ${quoted('Uma Coluna')} + ${quoted('preço')} + ${quoted('SELECT')} + ${quoted('a-b.c')} as total from {{ ref('odd_columns') }}`,
      'models/MixedCase.sql': `{{ config(alias='MixedCase') }} select 5 as id`,
      'models/accent.sql': `{{ config(alias='Preços do Mês') }} select * from {{ ref('MixedCase') }}`,
      'models/_names.yml': `version: 2
models:
  - name: odd_columns
    columns:
      - name: "Uma Coluna"
        quote: true
        data_tests: [not_null, unique]
      - name: preço
        quote: true
        data_tests: [not_null]
`,
      'seeds/odd_head.csv': 'Código,Nome do Item,select\n1,Pão de Queijo,x\n',
    });
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(Object.values(ran.status).filter((s) => s !== 'success' && s !== 'pass')).toEqual([]);
  });
  afterAll(() => bench.close());

  test('aliases, schemas and quoted names are where they should be; what is off is nowhere', async () => {
    expect((await bench.relations()).toSorted()).toEqual(
      [
        `${schema}.MixedCase table`,
        `${schema}.Preços do Mês table`,
        `${schema}.another_name table`,
        `${schema}.odd_columns table`,
        `${schema}.odd_head table`,
        `${schema}.reads_odd view`,
        `${schema}_mart.placed table`,
      ].toSorted(),
    );
    expect(await bench.rows(`select id from ${schema}_mart.placed`)).toEqual(['2']);
  });

  test('names with spaces, accents, capitals and keywords work in models, tests and seeds', async () => {
    expect(await bench.rows(`select total from ${schema}.reads_odd`)).toEqual(['10']);
    expect(await bench.rows(`select id from ${schema}.${quoted('Preços do Mês')}`)).toEqual(['5']);
    expect(
      await bench.rows(
        `select ${quoted('Código')}, ${quoted('Nome do Item')}, ${quoted('select')} from ${schema}.odd_head`,
      ),
    ).toEqual(['1|Pão de Queijo|x']);
  });

  test('they can be replaced as often as one likes', async () => {
    const ran = await bench.call('build');
    expect(ran.told).toEqual([]);
    expect(ran.ok).toBe(true);
    expect((await bench.relations()).filter((r) => r.includes('__'))).toEqual([]);
  });

  test('a tag selects', async () => {
    const ran = await bench.call('run', { select: ['tag:night'] });
    expect(ran.status).toEqual({ aliased: 'success', placed: 'success' });
  });

  test('a custom generate_schema_name is used, and sees the node', async () => {
    await bench.write({
      'macros/schemas.sql': `{% macro generate_schema_name(custom_schema_name, node) -%}
{%- if node.resource_type == 'seed' -%} raw {%- elif custom_schema_name is none -%} {{ target.schema }} {%- else -%} {{ custom_schema_name | trim }} {%- endif -%}
{%- endmacro %}`,
    });
    const ran = await bench.call('build', { select: ['placed', 'odd_head'] });
    expect(ran.told).toEqual([]);
    const relations = await bench.relations();
    expect(relations).toContain('mart.placed table');
    expect(relations).toContain('raw.odd_head table');
    await bench.remove('macros/schemas.sql');
  });

  test('two models of one name in the warehouse are an error before anything runs', async () => {
    await bench.write({ 'models/twin.sql': `{{ config(alias='another_name') }} select 2 as id` });
    const ran = await bench.call('run');
    expect(ran.status).toEqual({});
    expect(ran.told.join('\n')).toMatch(/another_name/);
    await bench.remove('models/twin.sql');
  });
});
