// From which columns each column comes and into which it goes, as `etl lineage --output json` tells.
import type { ColumnDetail, ColumnLink } from './format.ts';
import { isMap, listAt, said, textAt, type Json } from './json.ts';

type Lineage = Pick<ColumnDetail, 'from' | 'into' | 'unknown'>;

/** By the ids of nodes, then by the names of their columns in small letters. */
export type ColumnLineage = ReadonlyMap<string, ReadonlyMap<string, Lineage>>;

interface Growing {
  readonly from: ColumnLink[];
  readonly into: ColumnLink[];
  unknown: string;
}

/** What column_lineage.json says of values; what only decides about rows is left out. What is not as expected counts as absent. */
export function columnLineage(
  json: Json | undefined,
  placeOf: (id: string) => number | undefined,
): ColumnLineage {
  const found = new Map<string, Map<string, Growing>>();
  const at = (id: string, column: string): Growing => {
    const columns = found.get(id) ?? new Map<string, Growing>();
    found.set(id, columns);
    const key = column.toLowerCase();
    const known = columns.get(key) ?? { from: [], into: [], unknown: '' };
    columns.set(key, known);
    return known;
  };
  for (const node of listAt(json, 'nodes').filter(isMap)) {
    const id = textAt(node, 'unique_id');
    for (const column of listAt(node, 'columns').filter(isMap)) {
      const name = textAt(column, 'name');
      const here = at(id, name);
      here.unknown = textAt(column, 'unknown') || textAt(node, 'unknown');
      for (const source of listAt(column, 'feeds').filter(isMap)) {
        const how = textAt(source, 'how');
        const from = textAt(source, 'node');
        const fromColumn = textAt(source, 'column');
        here.from.push(linkOf(source, fromColumn, how, placeOf(from)));
        const place = placeOf(id);
        if (from !== '' && place !== undefined)
          at(from, fromColumn).into.push({ node: place, column: name, how });
      }
    }
  }
  return new Map(
    [...found].map(([id, columns]) => [
      id,
      new Map([...columns].map(([name, lineage]) => [name, said(lineage)])),
    ]),
  );
}

const linkOf = (source: Json, column: string, how: string, place: number | undefined): ColumnLink =>
  place === undefined
    ? { relation: textAt(source, 'relation') || textAt(source, 'node'), column, how }
    : { node: place, column, how };

/** Columns with what they come from and go into. */
export function withLineage(
  columns: readonly ColumnDetail[],
  lineage: ReadonlyMap<string, Lineage> | undefined,
): readonly ColumnDetail[] {
  if (lineage === undefined) return columns;
  return columns.map((column) => ({ ...column, ...lineage.get(column.name.toLowerCase()) }));
}
