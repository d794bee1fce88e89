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

/** One SELECT over all rows; every row has every column, and without rows there are the columns alone. */
export function fixtureSql(
  dialect: Dialect,
  columns: readonly FixtureColumn[],
  rows: readonly FixtureRow[],
): FixtureSql {
  const places: { readonly from: number; readonly at: Span }[] = [];
  let sql = '';
  const add = (row: FixtureRow): void => {
    const cells = new Map(
      [...row].map(([written, cell]) => [columnNamed(columns, written)?.name, cell]),
    );
    sql += 'select ';
    columns.forEach(({ name, type }, i) => {
      const cell = cells.get(name);
      if (cell !== undefined) places.push({ from: sql.length, at: cell.at });
      sql += `${i === 0 ? '' : ', '}${dialect.fixtureValue(cell ?? ABSENT, type)} as ${dialect.ident(name)}`;
    });
  };
  rows.forEach((row, i) => {
    if (i > 0) sql += '\nunion all\n';
    add(row);
  });
  if (rows.length === 0) {
    add(new Map());
    sql += '\nlimit 0';
  }
  return { sql, locate: (offset) => places.findLast(({ from }) => from <= offset)?.at };
}

/** The rows under the comment that dbt writes over them, so that a reader of the compiled SQL sees whose they are. */
export function titledFixture(name: string, { sql, locate }: FixtureSql): FixtureSql {
  const title = `-- Fixture for ${name}\n`;
  return { sql: title + sql, locate: (offset) => locate(offset - title.length) };
}
