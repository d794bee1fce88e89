// What a model promises, kept by the engine: the table is made from the contract, and nothing is published that breaks it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, DEFAULT_SCHEMA, ENGINES, type Ran, openBench } from './support/bench.ts';

const TYPES = {
  postgres: { int: 'integer', text: 'text', date: 'date' },
  clickhouse: { int: 'Int32', text: 'String', date: 'Date' },
};

describe.each(ENGINES)('%s', (engine) => {
  let bench: Bench;
  const schema = DEFAULT_SCHEMA[engine];
  const type = TYPES[engine];
  beforeAll(async () => {
    bench = await openBench(engine, {});
  });
  afterAll(() => bench.close());

  /** Runs one contracted model; `yaml` are further lines of its entry. */
  async function runModel(
    name: string,
    sql: string,
    columns: readonly string[],
    more: readonly string[] = [],
  ): Promise<Ran> {
    await bench.write({
      [`models/${name}.sql`]: sql,
      [`models/${name}.yml`]: [
        'models:',
        `  - name: ${name}`,
        '    config: {contract: {enforced: true}}',
        ...more.map((line) => `    ${line}`),
        '    columns:',
        ...columns.map((column) => `      - {${column}}`),
        '',
      ].join('\n'),
    });
    return bench.call('run', { select: [name] });
  }
  const one = (cast: string): string => `cast(${cast})`;

  test('the table has the columns of the contract, in its order', async () => {
    const ran = await runModel(
      'orders',
      `select ${one(`'2024-01-02' as ${type.date}`)} as day, ${one(`1 as ${type.int}`)} as id, ${one(`'a' as ${type.text}`)} as colour`,
      [
        `name: id, data_type: ${type.int}`,
        `name: colour, data_type: ${type.text}`,
        `name: day, data_type: ${type.date}`,
      ],
    );
    expect(ran.told).toEqual([]);
    expect(await bench.rows(`select * from ${schema}.orders`)).toEqual(['1|a|2024-01-02']);
    const again = await bench.call('run', { select: ['orders'] });
    expect(again.told).toEqual([]);
  });

  test('another type, a column too many and one too few are told as a table, and the old rows stay', async () => {
    const ran = await runModel(
      'orders',
      `select ${one(`2 as ${type.int}`)} as id, ${one(`3 as ${type.int}`)} as colour, ${one(`'x' as ${type.text}`)} as extra`,
      [
        `name: id, data_type: ${type.int}`,
        `name: colour, data_type: ${type.text}`,
        `name: day, data_type: ${type.date}`,
      ],
    );
    expect(ran.status).toEqual({ orders: 'error' });
    const [told = ''] = ran.told;
    const [INT, TEXT, DATE] = engine === 'postgres' ? ['INTEGER', 'TEXT', 'DATE'] : ['Int32', 'String', 'Date'];
    const rows = told
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()).slice(1, 5).join('|'));
    expect(rows.slice(0, 1)).toEqual([
      'column_name|definition_type|contract_type|mismatch_reason',
    ]);
    expect(rows.slice(2)).toEqual([
      `colour|${INT}|${TEXT}|data type mismatch`,
      `day||${DATE}|missing in definition`,
      `extra|${TEXT}||missing in contract`,
    ]);
    expect(told).toMatch(/^ETL4030 This model has an enforced contract that failed\./);
    expect(await bench.rows(`select id from ${schema}.orders`)).toEqual(['1']);
    expect((await bench.relations()).filter((r) => r.includes('__etl'))).toEqual([]);
  });

  test('a broken constraint leaves the old table, and its message says which', async () => {
    const sql = (id: string): string =>
      `select ${one(`${id} as ${type.int}`)} as id, ${one(`'a' as ${type.text}`)} as colour`;
    const columns = [
      `name: id, data_type: ${type.int}, constraints: [{type: not_null}]`,
      `name: colour, data_type: ${type.text}`,
    ];
    const more = ["constraints: [{type: check, name: small, expression: 'id < 10'}]"];
    expect((await runModel('checked', sql('1'), columns, more)).told).toEqual([]);
    const large = await runModel('checked', sql('11'), columns, more);
    expect(large.status).toEqual({ checked: 'error' });
    expect(large.told.join()).toMatch(/small/);
    expect(await bench.rows(`select id from ${schema}.checked`)).toEqual(['1']);
    const absent = await runModel(
      'checked',
      engine === 'postgres' ? sql('null') : sql('null').replace('Int32', 'Nullable(Int32)'),
      columns,
      more,
    );
    expect(absent.status).toEqual({ checked: 'error' });
    expect(absent.told.join()).toMatch(/null/i);
    expect(await bench.rows(`select id from ${schema}.checked`)).toEqual(['1']);
  });

  test('views and incremental models keep their contracts, too', async () => {
    const view = await runModel(
      'seen',
      `{{ config(materialized='view') }} select ${one(`'a' as ${type.text}`)} as id`,
      [`name: id, data_type: ${type.int}`],
    );
    expect(view.told.join()).toMatch(/ETL4030.*data type mismatch/s);
    const sql = (more: string): string =>
      `{{ config(materialized='incremental', on_schema_change='append_new_columns') }} select ${one(`1 as ${type.int}`)} as id${more}`;
    expect(
      (await runModel('grows', sql(''), [`name: id, data_type: ${type.int}`])).told,
    ).toEqual([]);
    const wider = sql(`, ${one(`'b' as ${type.text}`)} as b`);
    const refused = await runModel('grows', wider, [`name: id, data_type: ${type.int}`]);
    expect(refused.told.join()).toMatch(/ETL4030.*missing in contract/s);
    const ran = await runModel('grows', wider, [
      `name: id, data_type: ${type.int}`,
      `name: b, data_type: ${type.text}`,
    ]);
    expect(ran.told).toEqual([]);
    expect(await bench.rows(`select id, b from ${schema}.grows order by b nulls first`)).toEqual(
      engine === 'postgres' ? ['1|NULL', '1|b'] : ['1|', '1|b'],
    );
  });

  test('a column without a type is told, and pre-hooks come before the comparison', async () => {
    const untyped = await runModel('untyped', 'select 1 as id', ['name: id']);
    expect(untyped.told).toEqual([
      'ETL4030 untyped has an enforced contract, and no data_type for: id (Give each of its columns a data_type in the property file.)',
    ]);
    const create =
      engine === 'postgres'
        ? 'create table if not exists hooked as select 5 as id'
        : 'create table if not exists hooked engine Memory as select toInt32(5) as id';
    const hooked = await runModel(
      'after_hook',
      `{{ config(pre_hook="${create}") }} select id from hooked`,
      [`name: id, data_type: ${type.int}`],
    );
    expect(hooked.told).toEqual([]);
    expect(await bench.rows(`select id from ${schema}.after_hook`)).toEqual(['5']);
  });

  test('what the engine does not make is told once, unless the author knows', async () => {
    const columns = (flag: string): string[] => [
      `name: id, data_type: ${type.int}, constraints: [{type: unique${flag}}]`,
    ];
    const sql = `select ${one(`1 as ${type.int}`)} as id`;
    const told = (await runModel('noted', sql, columns(''))).told;
    if (engine === 'postgres') expect(told).toEqual([]);
    else expect(told.join()).toMatch(/^ETL4031 unique constraints are not made by clickhouse: noted/);
    expect((await runModel('noted', sql, columns(', warn_unsupported: false'))).told).toEqual([]);
  });
});
