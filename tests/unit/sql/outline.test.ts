// Where queries stand in a text, and their clauses; and what is said of texts that cannot be followed: nothing.
import { expect, test } from 'vitest';
import { fromItems, plainItem, selectList } from '../../../src/sql/from-items.ts';
import { Operands } from '../../../src/sql/operands.ts';
import { outlineOf, type Outline, type Range } from '../../../src/sql/outline.ts';
import { tokensOf } from '../../../src/sql/tokens.ts';

const of = (sql: string): Outline => {
  const outline = outlineOf(sql);
  if (outline === undefined) throw new Error(`no outline: ${sql}`);
  return outline;
};
const text = ({ sql, tokens }: Outline, { start, end }: Range): string =>
  sql.slice(tokens[start]?.start, tokens[end - 1]?.end);
const clauses = (sql: string): readonly string[] => {
  const outline = of(sql);
  const arm = outline.queries[0]?.arms.at(-1);
  return [...(arm?.clauses ?? [])].map(([name, range]) => `${name}: ${text(outline, range)}`);
};

test('tokens leave comments and blanks out and keep strings and names whole', () => {
  expect(
    tokensOf(`Select a.b /* x */, 'it''s', "Q n", 1.5::int -- end`).map((t) => t.text),
  ).toEqual(['select', 'a', '.', 'b', ',', `'it''s'`, ',', '"Q n"', ',', '1.5', '::', 'int']);
});

test.each([
  [
    'select a from t where b order by c limit 1',
    [
      'select: select a',
      'from: from t',
      'where: where b',
      'order by: order by c',
      'limit: limit 1',
    ],
  ],
  [
    'select extract(day from x) as d, a is distinct from b as e from t',
    ['select: select extract(day from x) as d, a is distinct from b as e', 'from: from t'],
  ],
  ['select t.limit, x as offset from t', ['select: select t.limit, x as offset', 'from: from t']],
  [
    'select rank() over (order by a) from t',
    ['select: select rank() over (order by a)', 'from: from t'],
  ],
  [
    'select 1 from t union all select * except (limit) from u limit 3',
    ['select: select * except (limit)', 'from: from u', 'limit: limit 3'],
  ],
])('clauses of %s', (sql, expected) => {
  expect(clauses(sql)).toEqual(expected);
});

test('CTEs are known by name, and each query knows what it stands in', () => {
  const outline = of(
    'with a as (select 1 as x), b (y) as not materialized (select x from a) select y from b where y in (select x from a)',
  );
  expect(outline.queries).toHaveLength(4);
  expect([...(outline.queries[0]?.ctes.keys() ?? [])]).toEqual(['a', 'b']);
  const [whole] = outline.queries;
  const [arm] = whole?.arms ?? [];
  const items = whole === undefined || arm === undefined ? [] : fromItems(outline, whole, arm);
  expect(items?.[0]?.query).toBe(whole?.ctes.get('b'));
});

test('what is read: joins, brackets, functions, aliases', () => {
  const outline = of(
    'select 1 from "db"."s"."T" as t left join u using (id), (select 1) as q cross join numbers(3) n left array join xs',
  );
  const [query] = outline.queries;
  const [arm] = query?.arms ?? [];
  if (query === undefined || arm === undefined) throw new Error('no query');
  expect(
    fromItems(outline, query, arm)?.map((i) => [i.path.join('.'), i.alias, i.isFunction]),
  ).toEqual([
    ['db.s.t', 't', false],
    ['u', 'u', false],
    ['', 'q', false],
    ['numbers', 'n', true],
  ]);
});

test('plain columns of a list', () => {
  const outline = of(
    'select distinct on (a) a, t.b as c, t.*, * except (x), a + 1 as d, f(a) from t',
  );
  const [arm] = outline.queries[0]?.arms ?? [];
  expect(
    arm === undefined ? [] : selectList(outline, arm).map((r) => plainItem(outline, r)?.name),
  ).toEqual(['a', 'c', '*', '*', undefined, undefined]);
});

test.each([
  ['a * b.c / d', 'a * b.c', 'd'],
  [
    'x + sum(a) over (partition by b) / count(*) over ()',
    'sum(a) over (partition by b)',
    'count(*) over ()',
  ],
  ['(a + b)::numeric(10, 2) / -c::int + 1', '(a + b)::numeric(10, 2)', '-c::int'],
  ['quantile(0.5)(x) / xs[1]', 'quantile(0.5)(x)', 'xs[1]'],
  ['case when a then b end / 2', undefined, '2'],
  ['1 / case a when 1 then 2 end', '1', undefined],
])('the sides of %s', (expression, left, right) => {
  const outline = of(`select ${expression}`);
  const operands = new Operands(outline);
  const at = outline.tokens.findIndex((t) => t.text === '/');
  const sides = [operands.factorsBefore(at), operands.after(at)];
  expect(sides.map((side) => (side === undefined ? undefined : text(outline, side)))).toEqual([
    left,
    right,
  ]);
});

test.each(['select (a from t', 'values (1)', 'from t select a', '(select 1) union (select 2)'])(
  'nothing is said of %s',
  (sql) => {
    expect(outlineOf(sql)).toBeUndefined();
  },
);
