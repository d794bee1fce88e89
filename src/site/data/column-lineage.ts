// From which columns each column comes and into which it goes, as target/column_lineage.json of `etl lineage` tells.
import type { ColumnDetail, ColumnLink } from './format.ts';
import { isMap, listAt, mapAt, mapsAt, said, textAt, type Json } from './json.ts';

type Lineage = Pick<ColumnDetail, 'from' | 'into' | 'unknown' | 'decides'>;

/** What is known of the columns of one node, by their names in small letters. */
export interface NodeLineage {
  readonly columns: ReadonlyMap<string, Lineage>;
  /** columns that decide which rows there are */
  readonly decidedBy: readonly ColumnLink[];
}
/** By the ids of nodes. */
export type ColumnLineage = ReadonlyMap<string, NodeLineage>;

interface Growing {
  readonly from: ColumnLink[];
  readonly into: ColumnLink[];
  readonly decides: Set<number>;
  unknown: string;
}
interface GrowingNode {
  readonly columns: Map<string, Growing>;
  readonly decidedBy: Map<string, ColumnLink>;
}

/** What column_lineage.json says. What is not as expected counts as absent. */
export function columnLineage(
  json: Json | undefined,
  placeOf: (id: string) => number | undefined,
): ColumnLineage {
  const found = new Map<string, GrowingNode>();
  const nodeAt = (id: string): GrowingNode => {
    const node = found.get(id) ?? { columns: new Map(), decidedBy: new Map() };
    found.set(id, node);
    return node;
  };
  const at = (id: string, column: string): Growing => {
    const { columns } = nodeAt(id);
    const key = column.toLowerCase();
    const known = columns.get(key) ?? { from: [], into: [], decides: new Set(), unknown: '' };
    columns.set(key, known);
    return known;
  };
  const events = listAt(json, 'events')
    .filter(isMap)
    .map((event) => mapAt(event, 'dataset'));
  const nodeOf = (dataset: Json): Json => mapAt(mapAt(dataset, 'facets'), 'etl_node');
  const ids = new Map(events.map((one) => [nameOf(one), textAt(nodeOf(one), 'unique_id')]));
  for (const dataset of events) {
    const node = nodeOf(dataset);
    const id = textAt(node, 'unique_id');
    const place = placeOf(id);
    const fields = mapsAt(mapAt(mapAt(dataset, 'facets'), 'columnLineage'), 'fields');
    for (const [name, column] of fields) {
      const here = at(id, name);
      here.unknown = textAt(mapAt(node, 'unknown_columns'), name) || textAt(node, 'unknown');
      for (const input of listAt(column, 'inputFields').filter(isMap)) {
        const from = ids.get(nameOf(input)) ?? '';
        const there = textAt(input, 'field');
        const { value, rows } = howOf(input);
        if (value !== undefined) {
          here.from.push(linkOf(input, there, value, placeOf(from)));
          if (from !== '' && place !== undefined)
            at(from, there).into.push({ node: place, column: name, how: value });
        }
        if (rows === undefined) continue;
        // every column of a node says the same of its rows
        const link = linkOf(input, there, rows, placeOf(from));
        nodeAt(id).decidedBy.set(JSON.stringify(link), link);
        if (from !== '' && place !== undefined) at(from, there).decides.add(place);
      }
    }
  }
  return new Map(
    [...found].map(([id, { columns, decidedBy }]) => [
      id,
      {
        columns: new Map(
          [...columns].map(([name, one]) => [name, said({ ...one, decides: [...one.decides] })]),
        ),
        decidedBy: [...decidedBy.values()],
      },
    ]),
  );
}

/** One text per relation; a dataset and a field of it name it in the same way. */
const nameOf = (one: Json): string =>
  JSON.stringify([textAt(one, 'namespace'), textAt(one, 'name')]);

const HOW: ReadonlyMap<string, string> = new Map([
  ['IDENTITY', 'copied'],
  ['TRANSFORMATION', 'computed'],
  ['AGGREGATION', 'aggregated'],
  ['FILTER', 'filter'],
  ['JOIN', 'join'],
  ['GROUP_BY', 'group'],
  ['SORT', 'order'],
]);

/** In which way a field is part of the value, and in which it decides about rows. */
function howOf(input: Json): { readonly value?: string; readonly rows?: string } {
  const ways = listAt(input, 'transformations').filter(isMap);
  const wordOf = (type: string): string | undefined => {
    const way = ways.find((one) => textAt(one, 'type') === type);
    const subtype = textAt(way, 'subtype');
    return way === undefined ? undefined : (HOW.get(subtype) ?? subtype);
  };
  const [value, rows] = [wordOf('DIRECT'), wordOf('INDIRECT')];
  return { ...(value === undefined ? {} : { value }), ...(rows === undefined ? {} : { rows }) };
}

const linkOf = (source: Json, column: string, how: string, place: number | undefined): ColumnLink =>
  place === undefined
    ? { relation: textAt(source, 'name'), column, how }
    : { node: place, column, how };

/** Columns with what they come from and go into. */
export function withLineage(
  columns: readonly ColumnDetail[],
  lineage: NodeLineage | undefined,
): readonly ColumnDetail[] {
  if (lineage === undefined) return columns;
  return columns.map((column) => ({
    ...column,
    ...lineage.columns.get(column.name.toLowerCase()),
  }));
}
