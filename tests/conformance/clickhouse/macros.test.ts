import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Suspended, TemplateHost, type Scope } from '../../../src/jinja/host.ts';
import { hostFunction } from '../../../src/jinja/host-function.ts';
import { MacroLibrary } from '../../../src/jinja/library.ts';
import { GLOBALS } from '../../../src/jinja/globals.ts';
import type { PyObject, Value } from '../../../src/jinja/py/values.ts';
import { BUILT_IN_MACROS } from '../../../src/project/built-in-macros.ts';
import { macros } from '../../../src/adapters/clickhouse/macros.ts';
import { openWarehouse, type Warehouse } from '../../support/clickhouse.ts';

const library = new MacroLibrary();
for (const file of [...BUILT_IN_MACROS, ...macros]) library.addFile(file);
const host = new TemplateHost({
  library,
  rootPackage: 'shop',
  internalPackages: ['dbt_clickhouse', 'dbt'],
  dispatchPrefixes: ['clickhouse', 'default'],
  searchOrder: {},
});

/** Stands for what a run gives: dispatch, and one complaint. */
class Names implements PyObject {
  readonly #names: Readonly<Record<string, Value>>;
  constructor(names: Readonly<Record<string, Value>>) {
    this.#names = names;
  }
  pyAttr(name: string): Value {
    return this.#names[name];
  }
}
const scope: Scope = (attempt) => ({
  ...Object.fromEntries(GLOBALS),
  adapter: new Names({
    dispatch: hostFunction('dispatch', ([name, packageName]) =>
      attempt.dispatch(String(name), packageName),
    ),
  }),
  exceptions: new Names({
    raise_compiler_error: hostFunction('raise_compiler_error', ([message]) => {
      throw new Error(String(message));
    }),
  }),
});

function render(text: string): string {
  const rendered = host.render({ packageName: 'shop', path: 'models/m.sql', text }, scope);
  if (rendered instanceof Suspended) throw new Error('it asks');
  return rendered.text.trim();
}

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
});
afterAll(() => w.close());
const value = async (sql: string): Promise<unknown> => (await w.rows(`SELECT ${sql}`))[0]?.[0];

describe('the macros', () => {
  it.each<readonly [string, unknown]>([
    [`{{ dbt.concat(["'a'", "1", "'b'"]) }}`, 'a1b'],
    [`{{ dbt.concat(["5"]) }}`, '5'],
    [`{{ dbt.hash("'a'") }}`, '0cc175b9c0f1b6a831c399e269772661'],
    [`{{ dbt.hash("cast(NULL as Nullable(String))") }}`, null],
    [`{{ dbt.safe_cast("'12'", api_int) }}`, 12],
    [`{{ dbt.safe_cast("'x'", api_int) }}`, null],
    [
      `{{ dbt.safe_cast("'2026-01-02 03:04:05'", dbt.type_timestamp()) }}`,
      '2026-01-02 03:04:05.000000',
    ],
    [`{{ dbt.cast("'12'", dbt.type_bigint()) }}`, 12],
    [`{{ dbt.cast("'1.5'", dbt.type_numeric()) }}`, '1.500000'],
    [`{{ dbt.cast("1", dbt.type_string()) }}`, '1'],
    [`{{ dbt.cast("1", dbt.type_boolean()) }}`, true],
    [`{{ dbt.cast("1", dbt.type_float()) }}`, 1],
    [`{{ dbt.cast_bool_to_text("1 = 1") }}`, 'true'],
    [`{{ dbt.cast_bool_to_text("cast(NULL as Nullable(Bool))") }}`, null],
    [`{{ dbt.split_part("'a|b|c'", "'|'", 2) }}`, 'b'],
    [`{{ dbt.split_part("'a|b|c'", "'|'", -1) }}`, 'c'],
    [`{{ dbt.split_part("'a|b|c'", "'|'", 7) }}`, ''],
    [`{{ dbt.split_part("cast(NULL as Nullable(String))", "'|'", 1) }}`, null],
    [`{{ dbt.any_value("number") }} from numbers(1)`, 0],
    [`{{ dbt.bool_or("number = 2") }} from numbers(3)`, true],
    [`{{ dbt.right("'Zoë'", 2) }}`, 'oë'],
    [`{{ dbt.length("'Zoë'") }}`, 3],
    [`{{ dbt.position("'ë'", "'Zoë'") }}`, 3],
    [`{{ dbt.replace("'aba'", "'a'", "'c'") }}`, 'cbc'],
    [`{{ dbt.string_literal(dbt.escape_single_quotes("it's \\\\ x")) }}`, "it's \\ x"],
    [
      `{{ dbt.array_concat(dbt.array_construct(["1", "2"]), dbt.array_append(dbt.array_construct([], "Int32"), "3")) }}`,
      '[1,2,3]',
    ],
    [`{{ dbt.equals("NULL", "NULL") }}`, null],
    [`{{ dbt.dateadd("month", -1, "toDate32('2026-03-31')") }}`, '2026-02-28'],
    [
      `{{ dbt.dateadd("hour", 25, "toDateTime64('2026-03-31 00:00:00', 6, 'UTC')") }}`,
      '2026-04-01 01:00:00.000000',
    ],
    [`{{ dbt.datediff("toDate('2025-12-31')", "toDate('2026-01-01')", "year") }}`, 1],
    [`{{ dbt.datediff("toDate('2026-03-31')", "toDate('2026-01-01')", "month") }}`, -2],
    [`{{ dbt.datediff("toDate('2026-01-03')", "toDate('2026-01-04')", "week") }}`, 1],
    [`{{ dbt.datediff("toDate('2026-01-04')", "toDate('2026-01-05')", "week") }}`, 0],
    [`{{ dbt.date_trunc("month", "toDate('2026-01-31')") }}`, '2026-01-01'],
    [`{{ dbt.last_day("toDate('2026-02-10')", "month") }}`, '2026-02-28'],
    [`{{ dbt.last_day("toDate('2026-02-10')", "quarter") }}`, '2026-03-31'],
    [`toTypeName({{ dbt.current_timestamp() }})`, "DateTime64(6, 'UTC')"],
  ])('%s', async (template, expected) => {
    expect(await value(render(template.replace('api_int', 'dbt.type_int()')))).toEqual(expected);
  });

  it.each<readonly [string, unknown]>([
    [`dbt.listagg("n", "', '", "order by n desc")`, 'c, b, a, a'],
    [`dbt.listagg("n", "', '", "order by k", 2)`, 'b, a'],
    [`dbt.listagg("distinct n", "'|'", "order by n")`, 'a|b|c'],
    [`dbt.listagg("n", "'|'", "order by n, k")`, 'a|a|b|c'],
  ])('%s', async (call, expected) => {
    const rows =
      "values('n Nullable(String), k Int32', ('a', 2), ('b', 1), (NULL, 0), ('a', 3), ('c', 4))";
    expect(await value(`${render(`{{ ${call} }}`)} FROM ${rows}`)).toBe(expected);
    expect(await value(`${render(`{{ ${call} }}`)} FROM ${rows} WHERE n IS NULL`)).toBeNull();
  });

  it('except and intersect drop doubles', async () => {
    const three = 'select arrayJoin([1, 1, 2])';
    expect(await w.rows(render(`${three} {{ dbt.intersect() }} ${three} order by 1`))).toEqual([
      [1],
      [2],
    ]);
    expect(await w.rows(render(`${three} {{ dbt.except() }} select 2`))).toEqual([[1]]);
  });

  it('give series', async () => {
    expect(await w.rows(render('{{ dbt.generate_series(3) }} order by 1'))).toEqual([
      [1],
      [2],
      [3],
    ]);
  });

  it('find orphans, which a join that gives defaults would hide', async () => {
    await w.run('CREATE DATABASE IF NOT EXISTS shop');
    await w.run('CREATE TABLE shop.p ENGINE = Memory AS SELECT arrayJoin([1, 2, NULL]) AS id');
    await w.run('CREATE TABLE shop.c ENGINE = Memory AS SELECT arrayJoin([1, 9, NULL]) AS p');
    const sql = render(
      `{{ adapter.dispatch('test_relationships', 'dbt')('shop.c', 'p', 'shop.p', 'id') }}`,
    );
    expect(await w.rows(sql)).toEqual([[9]]);
  });
});
