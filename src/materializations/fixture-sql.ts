// The rows of a fixture as a query of typed columns.
import type { Dialect, FixtureValue } from '../adapter/contract.ts';
import type { Span } from '../kernel/diagnostic.ts';
import type { FixtureCell, FixtureRow } from '../manifest/unit-test-case.ts';

/** A column that rows are given for. */
export interface FixtureColumn {
  readonly name: string;
  readonly type: string;
}

export interface FixtureSql {
  readonly sql: string;
  /** the place of the value that an offset of the text lies in */
  readonly locate: (offset: number) => Span | undefined;
}

const ABSENT: FixtureValue = { kind: 'absent', text: '' };

/** The column that a written name means: exactly, else whatever its case. */
export const columnNamed = <C extends { readonly name: string }>(
  columns: readonly C[],
  written: string,
): C | undefined =>
  columns.find(({ name }) => name === written) ??
  columns.find(({ name }) => name.toLowerCase() === written.toLowerCase());

/** Names in rows that mean none of the columns, each once with its first cell. */
export function unknownColumns(
  columns: readonly FixtureColumn[],
  rows: readonly FixtureRow[],
): ReadonlyMap<string, FixtureCell> {
  const unknown = new Map<string, FixtureCell>();
  for (const row of rows)
    for (const [name, cell] of row)
      if (!unknown.has(name) && columnNamed(columns, name) === undefined) unknown.set(name, cell);
  return unknown;
}

/**
 * One SELECT over all rows; every row has every column, and without rows there are the columns alone. With a `counter` each
 * row has its number under that name besides.
 */
export function fixtureSql(
  dialect: Dialect,
  columns: readonly FixtureColumn[],
  rows: readonly FixtureRow[],
  counter?: string,
): FixtureSql {
  const places: { readonly from: number; readonly at: Span }[] = [];
  let sql = '';
  const add = (row: FixtureRow, number: number): void => {
    const cells = new Map(
      [...row].map(([written, cell]) => [columnNamed(columns, written)?.name, cell]),
    );
    sql += 'select ';
    columns.forEach(({ name, type }, i) => {
      const cell = cells.get(name);
      if (cell !== undefined) places.push({ from: sql.length, at: cell.at });
      sql += `${i === 0 ? '' : ', '}${dialect.fixtureValue(cell ?? ABSENT, type)} as ${dialect.ident(name)}`;
    });
    if (counter !== undefined) sql += `, ${number} as ${dialect.ident(counter)}`;
  };
  rows.forEach((row, i) => {
    if (i > 0) sql += '\nunion all\n';
    add(row, i);
  });
  if (rows.length === 0) {
    add(new Map(), 0);
    sql += '\nlimit 0';
  }
  return { sql, locate: (offset) => places.findLast(({ from }) => from <= offset)?.at };
}

/** The rows in the order in which they are written: a UNION ALL by itself promises none, and ClickHouse keeps none. */
export function orderedFixture(
  dialect: Dialect,
  columns: readonly FixtureColumn[],
  rows: readonly FixtureRow[],
): string {
  const counter = '__etl_row';
  const list = columns.map(({ name }) => dialect.ident(name)).join(', ');
  const { sql } = fixtureSql(dialect, columns, rows, counter);
  return `select ${list} from (\n${sql}\n) as __etl_rows order by ${dialect.ident(counter)}`;
}

/** The rows under the comment that dbt writes over them, so that a reader of the compiled SQL sees whose they are. */
export function titledFixture(name: string, { sql, locate }: FixtureSql): FixtureSql {
  const title = `-- Fixture for ${name}\n`;
  return { sql: title + sql, locate: (offset) => locate(offset - title.length) };
}
