// Every row of docs/engines.md that compares expressions, on both engines; and the macros that are there so that nobody has to care.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './support/bench.ts';

const DOC = new URL('../../docs/engines.md', import.meta.url);
const PLACES = ['postgres', 'clickhouse', 'ansi'] as const;
type Place = (typeof PLACES)[number];

/** The SQL of rows whose first cell is no expression that could be sent. */
const SQL: Readonly<Record<string, string>> = {
  'column of an unmatched `left join`':
    "select r.b as x from (select 1 as a) l left join (select 2 as a, 'x' as b) r on r.a = l.a",
  '`sum(x)` over no rows': 'select sum(y) as x from (select 1 as y) t where y > 5',
  '`avg(x)` over no rows': 'select avg(y) as x from (select 1 as y) t where y > 5',
  '`count(x)` over no rows': 'select count(y) as x from (select 1 as y) t where y > 5',
  '`select 1 union select 1`': 'select count(*) as x from (select 1 as a union select 1) t',
  '`sum(a) as a ... group by a`':
    'select sum(a) as x, sum(a) as a from (select 2 as a union all select 2) t group by a',
  '`2 not in (1, null)`': 'select 2 not in (1, null) as x',
  'decimal / decimal zero': 'select cast(1 as numeric(12,2)) / cast(a as numeric(12,2)) as x from (select 0 as a) t',
  '`1/0`, `1.0/0`': 'select a / b as x from (select 1.0 as a, 0 as b) t',
  '`round(x, 2)` of a float 0.125': 'select round(cast(0.125 as double precision), 2) as x',
  "`date_trunc('month', <date>)`": "select date_trunc('month', cast('2024-08-20' as date)) as x",
  "`<date> + interval '1 month'`": "select cast('2024-01-31' as date) + interval '1 month' as x",
  '`<date> - <date>`': "select cast('2024-02-01' as date) - cast('2024-01-02' as date) as x",
  '`extract(dow from <date>)`': "select extract(dow from cast('2024-08-24' as date)) as x",
  "`to_char(<date>, 'YYYY-MM')`": "select to_char(cast('2024-08-20' as date), 'YYYY-MM') as x",
  "`dbt.datediff(a, b, 'month')`":
    "select {{ dbt.datediff(\"cast('2024-01-31' as date)\", \"cast('2024-03-01' as date)\", 'month') }} as x",
  '`select Foo from (select 1 as foo)`': 'select Foo as x from (select 1 as foo) t',
  "`string_agg(x, ',')`": "select string_agg(y, ',') as x from (select 'a' as y) t",
  "`'A' ilike 'a'`, `'1'::int`": "select case when 'A' ilike 'a' then '1'::int end as x",
  "`where 'a' = 'A'`": "select count(*) as x from (select 1 as a) t where 'a' = 'A'",
  'order of `b`, `A`, `a`':
    "select string_agg(y, '') as x from (select y from (select 'b' as y union all select 'A' union all select 'a') t order by y) s",
  '`order by x` with NULLs':
    'select y as x from (select 1 as y union all select null) t order by y limit 1',
  'a comparison as a column': 'select a = 1 as x from (select 1 as a) t',
};

interface Row {
  readonly what: string;
  readonly sql: string;
  readonly expected: Readonly<Partial<Record<Place, string>>>;
}

/** What a cell promises: the first text in backquotes, an error, or nothing that could be compared. */
const promised = (cell: string): string => {
  if (cell.startsWith('`` ')) return '';
  if (/^error\b/.test(cell)) return 'error';
  return /^`([^`]*)`/.exec(cell.replaceAll('\\|', '|'))?.[1] ?? cell;
};

function rowsIn(markdown: string): readonly Row[] {
  const found: Row[] = [];
  let head: readonly string[] = [];
  for (const line of markdown.split('\n')) {
    if (!line.startsWith('|')) {
      head = [];
      continue;
    }
    const cells = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    if (head.length === 0) {
      head = cells;
      continue;
    }
    if (head[0] !== 'Expression' || /^-+$/.test(cells[0] ?? '')) continue;
    const [what = '', postgres = '', clickhouse = '', third = ''] = cells;
    const only = /^`([^`]*)`$/.exec(what.replaceAll('\\|', '|'))?.[1];
    const hasAnsi = (head[3] ?? '').includes('ansi_settings');
    found.push({
      what,
      sql: SQL[what] ?? (only === undefined ? '' : `select ${only} as x`),
      expected: {
        postgres: promised(postgres),
        clickhouse: promised(clickhouse),
        ansi: promised(hasAnsi ? third : clickhouse),
      },
    });
  }
  return found;
}

const rows = rowsIn(await readFile(DOC, 'utf8'));

/** Expressions with macros that have to give the same on both engines. */
const DAY = "cast('2024-01-31' as date)";
const TIME = "cast('2024-03-01 13:45:10' as {{ dbt.type_timestamp() }})";
const TEXTS = "(select 'a' as y, 1 as n union all select 'b', 2 union all select 'b', 3) t";
const SAME: readonly (readonly [string, string, string])[] = [
  ...['day', 'week', 'month', 'quarter', 'year'].map((part): [string, string, string] => [
    `dateadd ${part}`,
    `select cast({{ dbt.dateadd('${part}', 1, "${DAY}") }} as date) as x`,
    { day: '2024-02-01', week: '2024-02-07', month: '2024-02-29', quarter: '2024-04-30', year: '2025-01-31' }[part] ?? '',
  ]),
  ['dateadd hour', `select {{ dbt.dateadd('hour', -2, "${TIME.replaceAll('{{ dbt.type_timestamp() }}', 'timestamp')}") }} as x`, '2024-03-01 11:45:10'],
  ...['day', 'week', 'month', 'quarter', 'year', 'hour'].map((part): [string, string, string] => [
    `datediff ${part}`,
    `select {{ dbt.datediff("cast('2023-12-30' as date)", "cast('2024-03-01' as date)", '${part}') }} as x`,
    { day: '62', week: '9', month: '3', quarter: '1', year: '1', hour: '1488' }[part] ?? '',
  ]),
  ...['day', 'month', 'quarter', 'year'].map((part): [string, string, string] => [
    `date_trunc ${part}`,
    `select cast({{ dbt.date_trunc('${part}', "cast('2024-05-20 10:00:00' as timestamp)") }} as date) as x`,
    { day: '2024-05-20', month: '2024-05-01', quarter: '2024-04-01', year: '2024-01-01' }[part] ?? '',
  ]),
  ['date_trunc week', `select cast({{ dbt.date_trunc('week', "cast('2024-05-22' as date)") }} as date) as x`, '2024-05-20'],
  ['last_day month', `select {{ dbt.last_day("cast('2024-02-10' as date)", 'month') }} as x`, '2024-02-29'],
  ['last_day quarter', `select {{ dbt.last_day("cast('2024-02-10' as date)", 'quarter') }} as x`, '2024-03-31'],
  ['date', 'select {{ dbt.date(2024, 2, 29) }} as x', '2024-02-29'],
  ['split_part', `select {{ dbt.split_part("'a|b|c'", "'|'", 2) }} as x`, 'b'],
  ['split_part from the end', `select {{ dbt.split_part("'a|b|c'", "'|'", -1) }} as x`, 'c'],
  ['split_part beyond the end', `select {{ dbt.split_part("'a|b'", "'|'", 5) }} as x`, ''],
  ['split_part of nothing', `{% set none_of_it = 'cast(null as Nullable(String))' if target.type == 'clickhouse' else 'cast(null as text)' %}select {{ dbt.split_part(none_of_it, "'|'", 1) }} as x`, 'NULL'],
  ['safe_cast', `select {{ dbt.safe_cast("'12'", dbt.type_int()) }} as x`, '12'],
  ['cast', `select {{ dbt.cast("'12.5'", dbt.type_numeric()) }} as x`, '12.5'],
  ['hash', `select {{ dbt.hash("'a'") }} as x`, '0cc175b9c0f1b6a831c399e269772661'],
  ['hash of a number', `select {{ dbt.hash("12") }} as x`, 'c20ad4d76fe97759aa27a0c99bff6710'],
  ['concat', `select {{ dbt.concat(["'a'", "'b'", "'c'"]) }} as x`, 'abc'],
  ['listagg', `select {{ dbt.listagg('y', "','", 'order by n desc') }} as x from ${TEXTS}`, 'b,b,a'],
  ['listagg with a limit', `select {{ dbt.listagg('y', "','", 'order by n', 2) }} as x from ${TEXTS}`, 'a,b'],
  ['length', `select {{ dbt.length("'ação'") }} as x`, '4'],
  ['position', `select {{ dbt.position("'o'", "'ação'") }} as x`, '4'],
  ['right', `select {{ dbt.right("'ação'", 2) }} as x`, 'ão'],
  ['replace', `select {{ dbt.replace("'a-b-c'", "'-'", "'+'") }} as x`, 'a+b+c'],
  ['any_value', `select {{ dbt.any_value('y') }} as x from (select 'q' as y) t`, 'q'],
  ['bool_or', `select case when {{ dbt.bool_or('n > 2') }} then 'yes' else 'no' end as x from ${TEXTS}`, 'yes'],
  ['cast_bool_to_text', `select {{ dbt.cast_bool_to_text('1 = 1') }} as x`, 'true'],
  ['except', 'select count(*) as x from (select n from (select 1 as n union all select 1 union all select 2) a {{ dbt.except() }} select 2) t', '1'],
  ['intersect', 'select count(*) as x from (select n from (select 1 as n union all select 1) a {{ dbt.intersect() }} select 1) t', '1'],
  ['escape_single_quotes', `select '{{ dbt.escape_single_quotes("it's") }}' as x`, "it's"],
  ['string_literal', `select {{ dbt.string_literal('a') }} as x`, 'a'],
  ['equals', `select case when {{ dbt.equals('1', '1') }} then 'yes' else 'no' end as x`, 'yes'],
  ['generate_series', `select sum(generated_number) as x from ({{ dbt.generate_series(10) }}) t`, '55'],
];

const PROJECT = `name: shop
profile: etl
models:
  +materialized: view
  shop: {ansi: {+ansi_settings: true, +schema: ansi}}
`;

const benches = new Map<Place, Bench>();
const on = (place: Place): Bench => {
  const found = benches.get(place);
  if (found === undefined) throw new Error(`${place} is not open`);
  return found;
};
const schemaOf = (place: Place): string =>
  ({ postgres: 'public', clickhouse: 'default', ansi: 'default_ansi' })[place];
const prefix: Readonly<Record<Place, string>> = { postgres: 'p', clickhouse: 'p', ansi: 'a' };

/** What reading the view gives: its value, or `error` where it cannot be made or read. */
async function got(place: Place, name: string): Promise<string> {
  const sql = `select x from ${schemaOf(place)}.${prefix[place]}_${name}`;
  return on(place)
    .value(sql)
    .catch(() => 'error');
}

beforeAll(async () => {
  const all = [
    ...rows.map(({ sql }, i) => [`r${i}`, sql] as const),
    ...SAME.map(([, sql], i) => [`m${i}`, sql] as const),
  ];
  const folder = (dir: string, letter: string): Record<string, string> =>
    Object.fromEntries(all.map(([name, sql]) => [`models/${dir}/${letter}_${name}.sql`, sql]));
  const pg = await openBench('postgres', { 'dbt_project.yml': PROJECT, ...folder('plain', 'p') });
  const ch = await openBench('clickhouse', {
    'dbt_project.yml': PROJECT,
    ...folder('plain', 'p'),
    ...folder('ansi', 'a'),
  });
  benches.set('postgres', pg).set('clickhouse', ch).set('ansi', ch);
  await Promise.all([pg.call('run'), ch.call('run')]);
});
afterAll(async () => {
  await Promise.all([...new Set(benches.values())].map((bench) => bench.close()));
});

describe('docs/engines.md', () => {
  test('has rows, and each can be tried', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter(({ sql }) => sql === '').map(({ what }) => what)).toEqual([]);
    expect(Object.keys(SQL).filter((what) => !rows.some((row) => row.what === what))).toEqual([]);
  });

  test.each(rows.map((row, i) => [row.what, i, row] as const))('%s', async (_, i, { expected }) => {
    const results = await Promise.all(PLACES.map((place) => got(place, `r${i}`)));
    expect(Object.fromEntries(PLACES.map((place, at) => [place, results[at]]))).toEqual(expected);
  });
});

describe('macros give the same on both engines', () => {
  test.each(SAME.map(([what, , expected], i) => [what, expected, i] as const))(
    '%s',
    async (_, expected, i) => {
      const results = await Promise.all(PLACES.map((place) => got(place, `m${i}`)));
      expect(results).toEqual([expected, expected, expected]);
    },
  );
});
