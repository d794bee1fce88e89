import { expect, test } from 'vitest';
import { Dict } from '../../../src/jinja/py/dict.ts';
import type { Value } from '../../../src/jinja/py/values.ts';
import { ResultTable } from '../../../src/jinja/scope/result-table.ts';
import { BUILT_IN_MACROS } from '../../../src/project/built-in-macros.ts';
import { answered, hostOf, rendered } from './render.ts';

test.each([
  ['{{ this.include(database=false) }}', '"s"."me"'],
  ['{{ this.include(database=false, schema=false) }}', '"me"'],
  ['{{ this.quote(identifier=false) }}', '"db"."s".me'],
  ["{{ this.incorporate(path={'identifier': 'x'}, type='view').is_view }}", 'True'],
  ["{{ this.incorporate(path={'identifier': 'x', 'schema': none}) }}", '"db"."x"'],
  ['{{ this.without_identifier() }}', '"db"."s"'],
  ["{{ this.replace_path(identifier='y').identifier }}", 'y'],
  ["{{ this.information_schema('columns') }}", '"db".INFORMATION_SCHEMA.columns'],
  ['{{ this.is_table }}{{ this.is_view }}{{ this.table }}', 'TrueFalseme'],
  ["{{ this.matches(schema='s') }}{{ this.matches(schema='t') }}", 'TrueFalse'],
  ['{{ this.render() }}|{{ this ~ "!" }}', '"db"."s"."me"|"db"."s"."me"!'],
  ["{{ ref('a') == ref('a') }}{{ ref('a') == ref('b') }}", 'TrueFalse'],
  ['{{ this.nothing is defined }}', 'False'],
  ["{{ this.get('metadata', {}).get('type', '').endswith('Relation') }}", 'True'],
  ['{{ this.incorporate(limit=0) }}', '(select * from "db"."s"."me" where false limit 0)'],
])('relation: %s', (text, expected) => {
  expect(rendered(text)).toBe(expected);
});

test.each([
  ['varchar(10)', 'is_string', true],
  ['character varying', 'is_string', true],
  ['String', 'is_string', true],
  ['bigint', 'is_integer', true],
  ['UInt64', 'is_integer', true],
  ['Nullable(Int32)', 'is_integer', true],
  ['interval', 'is_integer', false],
  ['numeric(10,2)', 'is_numeric', true],
  ['Decimal(38, 10)', 'is_number', true],
  ['double precision', 'is_float', true],
  ['date', 'is_number', false],
])('column of type %s: %s() is %s', (type, question, expected) => {
  expect(rendered(`{{ api.Column('c', '${type}').${question}() }}`)).toBe(
    expected ? 'True' : 'False',
  );
});

test('sizes of a column type', () => {
  expect(
    rendered(
      "{% set c = api.Column('c', 'numeric(10,2)') %}{{ c.numeric_precision }} {{ c.numeric_scale }} {{ c.dtype }} {{ c.data_type }} {{ c.char_size }}",
    ),
  ).toBe('10 2 numeric numeric(10,2) None');
});

test.each([
  ["api.Column('c', 'character varying', 20)", 'character varying(20)'],
  ["api.Column('c', dtype='varchar', char_size=7)", 'character varying(7)'],
  ["api.Column('c', 'text', 20)", 'text'],
  ["api.Column('c', 'numeric', none, 10, 2)", 'numeric(10,2)'],
  ["api.Column('c', 'numeric')", 'numeric'],
])('%s is of the type %s', (call, type) => {
  expect(rendered(`{{ (${call}).data_type }}`)).toBe(type);
});

test('a whole number of a column of floats prints with its point, as in Python', () => {
  const answer = {
    columns: [
      { name: 'hours', type: 'double precision' },
      { name: 'n', type: 'integer' },
      { name: 'at', type: 'timestamp with time zone' },
    ],
    rows: [[240, 240, '2024-01-31 10:00:00.5+00']],
  };
  const t = new ResultTable(answer);
  expect(rendered('{{ t.rows[0][0] }} {{ t.rows[0][1] }}', { extra: { t } })).toBe('240.0 240');
  expect(rendered('{{ t.rows[0].at }}', { extra: { t } })).toBe('2024-01-31 10:00:00.5+00:00');
});

const ANSWER = {
  columns: [
    { name: 'id', type: 'bigint' },
    { name: 'amount', type: 'numeric' },
    { name: 'name', type: 'text' },
  ],
  rows: [
    ['1', '2.50', 'a'],
    ['9007199254740993', '3.5', null],
  ],
} as const;

const table = (text: string): string => rendered(text, { extra: { t: new ResultTable(ANSWER) } });

test.each([
  ['{{ t.columns[0].values() }}', '(1, 9007199254740993)'],
  ["{{ t.columns['name'].values() }}", "('a', None)"],
  ['{{ t.columns[1].values()[0] }} {{ t.columns[1].values()[1] + 1 }}', '2.50 4.5'],
  ['{{ t.column_names }}', "('id', 'amount', 'name')"],
  [
    '{{ t.rows | length }} {{ t.rows[0].name }} {{ t.rows[0]["id"] }} {{ t.rows[-1][2] }}',
    '2 a 1 None',
  ],
  ["{% for row in t %}{{ row.id }}:{{ row['name'] }},{% endfor %}", '1:a,9007199254740993:None,'],
  ['{{ t | length }} {{ t[1].amount }}', '2 3.5'],
  ["{% for row in t.rows %}{{ row['name'] }};{% endfor %}", 'a;None;'],
  ['{{ t.rows[0].dict() }}', "{'id': 1, 'amount': '2.50', 'name': 'a'}"],
  ['{% for a, b, c in t.rows %}{{ a }}-{{ c }} {% endfor %}', '1-a 9007199254740993-None '],
  ['{{ t.rows[0].values() | length }}', '3'],
])('result: %s', (text, expected) => {
  expect(table(text)).toBe(expected);
});

test('print_table lines its columns up', () => {
  expect(table('{{ t.print_table() }}').split('\n')[2]).toBe(
    '| 1                | 2.50   | a    |',
  );
});

const host = hostOf(...BUILT_IN_MACROS.map((macro) => macro.text));

test('run_query asks once and gives the rows', () => {
  const text =
    "{% set r = run_query('select 1 as id') %}{{ r.columns[0].values()[0] }}|{{ r.rows | length }}";
  const { text: sql, questions } = answered(text, [ANSWER], host);
  expect(sql).toBe('1|2');
  expect(questions).toEqual([
    {
      kind: 'statement',
      name: 'run_query_statement',
      sql: 'select 1 as id',
      fetch: true,
      autoBegin: false,
    },
  ]);
});

test('a result is loaded once, the last one of a materialization again and again', () => {
  const twice = (name: string): string =>
    `{% call statement('${name}', fetch_result=true) %}select 1{% endcall %}` +
    `{{ load_result('${name}').data }}{{ load_result('${name}').data | length }}`;
  expect(answered(twice('main'), [ANSWER], host).text).toBe(
    "[[1, '2.50', 'a'], [9007199254740993, 3.5, None]]2",
  );
  expect(() => answered(twice('stock'), [ANSWER], host)).toThrow(
    "The 'statement' result named 'stock' has already been loaded into a variable",
  );
  const again = `{% set first = run_query('q') %}{% set second = run_query('q') %}{{ second | length }}`;
  expect(answered(again, [ANSWER, ANSWER], host).text).toBe('2');
});

test.each([
  ['under its name', '{% macro get_columns_in_relation(relation) %}'],
  ['behind its dispatch', '{% macro postgres__get_columns_in_relation(relation) %}'],
  ['as the default', '{% macro default__get_columns_in_relation(relation) %}'],
])('adapter.get_columns_in_relation is the macro of the project %s', (_, head) => {
  const own = hostOf(...BUILT_IN_MACROS.map((macro) => macro.text));
  own.options.library.addFile({
    packageName: 'shop',
    path: 'macros/own.sql',
    text: `${head}{{ return([relation.identifier ~ '!']) }}{% endmacro %}`,
  });
  const { text: sql, questions } = answered(
    "{{ adapter.get_columns_in_relation(this) }}{{ dbt.default__get_columns_in_relation(this) | map(attribute='name') | list }}",
    [[{ name: 'id', type: 'int', nullable: true }]],
    own,
  );
  expect(sql).toBe("['me!']['id']");
  expect(questions).toEqual([
    { kind: 'columns', relation: { database: 'db', schema: 's', name: 'me' } },
  ]);
});

test('adapter_macro says what took its place', () => {
  expect(() => rendered("{{ adapter_macro('shop.tax', 1) }}", {}, host)).toThrow(
    'The "adapter_macro" macro has been deprecated',
  );
});

test('adapter methods ask about relations and columns', () => {
  const text =
    "{% set r = adapter.get_relation(database='d', schema='s', identifier='i') %}{{ r.is_view }}{{ adapter.get_columns_in_relation(this) | map(attribute='name') | list }}{{ adapter.get_relation('d', 's', 'none') is none }}{{ adapter.check_schema_exists('d', 's') }}{% do adapter.drop_relation(r) %}";
  const answers = [
    { relation: { database: 'd', schema: 's', name: 'i' }, kind: 'view' },
    [{ name: 'id', type: 'int', nullable: true }],
    undefined,
    true,
    ANSWER,
  ];
  const { text: sql, questions } = answered(text, answers, host);
  expect(sql).toBe("True['id']TrueTrue");
  expect(questions).toEqual([
    { kind: 'relation', relation: { database: 'd', schema: 's', name: 'i' } },
    { kind: 'columns', relation: { database: 'db', schema: 's', name: 'me' } },
    { kind: 'relation', relation: { database: 'd', schema: 's', name: 'none' } },
    { kind: 'schema_exists', schema: 's', database: 'd' },
    {
      kind: 'statement',
      name: 'drop_relation',
      sql: 'drop view if exists "d"."s"."i"',
      fetch: false,
      autoBegin: false,
    },
  ]);
});

test.each([
  ["{{ dbt.dateadd('day', 3, 'd') }}", "d + ((interval '1 day') * (3))"],
  ["{{ dbt.concat(['a', 'b']) }}", 'a || b'],
  ["{{ dbt.hash('a') }}", 'md5(cast(a as TEXT))'],
  ['{{ dbt.string_literal(dbt.escape_single_quotes("it\'s")) }}', "'it''s'"],
  ['{{ dbt.type_string() }} {{ type_int() }}', 'TEXT integer'],
  [
    "{{ dbt.last_day('d', 'month') | trim }}",
    "cast(date_trunc('month', d) + ((interval '1 month') * (1)) + ((interval '1 day') * (-1)) as date)",
  ],
  ['{{ dbt.except() }}', 'except'],
  ['{{ dbt.get_powers_of_two(5) }}', '3'],
  ["{{ dates_in_range('20240228', '20240301') }}", "['20240228', '20240229', '20240301']"],
  [
    '{{ generate_schema_name(none, model) }} {{ generate_schema_name(" x ", model) }}',
    'analytics analytics_x',
  ],
])('built-in macro: %s', (text, expected) => {
  expect(rendered(text, {}, host)).toBe(expected);
});

test('generate_series counts from one', () => {
  expect(rendered('{{ dbt.generate_series(5) }}', {}, host)).toContain(
    'p2.generated_number * power(2, 2)',
  );
});

test.each([
  ["{{ adapter.parse_index({'columns': ['a', 'b'], 'unique': true}).columns }}", "['a', 'b']"],
  ["{{ adapter.get_hard_deletes_behavior({'invalidate_hard_deletes': true}) }}", 'invalidate'],
  ['{{ adapter.get_hard_deletes_behavior({}) }}', 'ignore'],
  ["{{ 'yes' if adapter.behavior.anything_at_all else 'no' }}", 'no'],
  [
    "{{ adapter.get_incremental_strategy_macro(context, 'delete+insert') }}",
    "<Macro 'get_incremental_delete_insert_sql'>",
  ],
  ["{{ api.Relation.scd_args(['a', 'b'], 'at') }}", "['a', 'b', 'at']"],
  [
    "{{ adapter.render_raw_columns_constraints({'id': {'name': 'id', 'data_type': 'int', 'quote': true, 'constraints': [{'type': 'not_null'}, {'type': 'check', 'expression': 'id > 0'}]}}) }}",
    `['"id" int not null check (id > 0)']`,
  ],
  [
    "{{ adapter.render_raw_model_constraints([{'type': 'foreign_key', 'columns': ['a'], 'to': 't', 'to_columns': ['b']}, {'type': 'unique', 'name': 'u', 'columns': ['a']}]) }}",
    "['foreign key (a) references t (b)', 'constraint u unique (a)']",
  ],
])('adapter: %s', (text, expected) => {
  expect(rendered(text, {}, host)).toBe(expected);
});

test('what is wrong for an adapter method is said', () => {
  expect(() =>
    rendered("{{ adapter.get_incremental_strategy_macro(context, 'none_such') }}", {}, host),
  ).toThrow(/get_incremental_none_such_sql/);
  expect(() =>
    rendered("{{ adapter.get_incremental_strategy_macro(context, 'insert_overwrite') }}", {}, host),
  ).toThrow(/has no incremental strategy 'insert_overwrite'/);
  expect(() =>
    rendered("{{ adapter.verify_database('elsewhere') }}", { target: { database: 'db' } }, host),
  ).toThrow(/cross-database/);
});

test.each([
  ["{{ modules.itertools.product([1, 2], 'ab') }}", "[(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]"],
  ['{{ modules.itertools.product([0, 1], repeat=2) | length }}', '4'],
  ['{{ modules.itertools.chain([1], [2, 3]) | list }}', '[1, 2, 3]'],
  ['{{ modules.itertools.combinations([1, 2, 3], 2) }}', '[(1, 2), (1, 3), (2, 3)]'],
  ['{{ modules.itertools.combinations_with_replacement([1, 2], 2) }}', '[(1, 1), (1, 2), (2, 2)]'],
  ['{{ modules.itertools.permutations([1, 2, 3], 2) | length }}', '6'],
  ['{{ modules.itertools.zip_longest([1], [2, 3], fillvalue=0) }}', '[(1, 2), (0, 3)]'],
  ['{{ modules.itertools.islice([1, 2, 3, 4], 1, 4, 2) }}', '[2, 4]'],
  ['{{ modules.itertools.compress([1, 2, 3], [1, 0, 1]) }}', '[1, 3]'],
  ['{{ sql_now }}{{ defer_relation is none }}{{ write("x") }}', 'now()True'],
])('%s', (text, expected) => {
  expect(rendered(text)).toBe(expected);
});

test('what has no meaning here says so', () => {
  expect(() => rendered("{{ metric('x') }}")).toThrow(/metric\(\) cannot be used/);
  expect(() => rendered('{{ modules.itertools.count() }}')).toThrow(/has no end/);
});

test('builtins.ref.config shows the project', () => {
  const runtimeConfig = (): Value => new Dict([['project_name', 'shop']]);
  expect(rendered('{{ builtins.ref.config.project_name }}', { runtimeConfig })).toBe('shop');
});

test('a result can be given other names of columns', () => {
  const text =
    "{% set t = run_query('q').rename({'id': 'key'}) %}{{ t.column_names[0] }}{{ t.rows[0].key }}{{ t.rename(['a', 'b', 'c']).column_names }}";
  expect(answered(text, [ANSWER], host).text).toBe("key1('a', 'b', 'c')");
});
