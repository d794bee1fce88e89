// From which columns each column comes and into which it goes, as target/column_lineage.json of `etl lineage` tells.
import type { ColumnDetail, ColumnLink } from './format.ts';
import { isMap, listAt, mapAt, mapsAt, said, textAt, type Json } from './json.ts';

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
  const events = listAt(json, 'events')
    .filter(isMap)
    .map((event) => mapAt(event, 'dataset'));
  const nodeOf = (dataset: Json): Json => mapAt(mapAt(dataset, 'facets'), 'etl_node');
  const ids = new Map(events.map((one) => [nameOf(one), textAt(nodeOf(one), 'unique_id')]));
  for (const dataset of events) {
    const node = nodeOf(dataset);
    const id = textAt(node, 'unique_id');
    const fields = mapsAt(mapAt(mapAt(dataset, 'facets'), 'columnLineage'), 'fields');
    for (const [name, column] of fields) {
      const here = at(id, name);
      here.unknown = textAt(mapAt(node, 'unknown_columns'), name) || textAt(node, 'unknown');
      for (const input of listAt(column, 'inputFields').filter(isMap)) {
        const how = howOf(input);
        if (how === undefined) continue;
        const from = ids.get(nameOf(input)) ?? '';
        const there = textAt(input, 'field');
        here.from.push(linkOf(input, there, how, placeOf(from)));
        const place = placeOf(id);
        if (from !== '' && place !== undefined)
          at(from, there).into.push({ node: place, column: name, how });
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

/** One text per relation; a dataset and a field of it name it in the same way. */
const nameOf = (one: Json): string =>
  JSON.stringify([textAt(one, 'namespace'), textAt(one, 'name')]);

const HOW: Readonly<Record<string, ColumnLink['how'] | undefined>> = {
  IDENTITY: 'copied',
  TRANSFORMATION: 'computed',
  AGGREGATION: 'aggregated',
};

/** In which way a field is part of the value; undefined where it only decides about rows. */
const howOf = (input: Json): string | undefined =>
  listAt(input, 'transformations')
    .filter(isMap)
    .filter((one) => textAt(one, 'type') === 'DIRECT')
    .map((one) => {
      const subtype = textAt(one, 'subtype');
      return (Object.hasOwn(HOW, subtype) ? HOW[subtype] : undefined) ?? subtype;
    })[0];

const linkOf = (source: Json, column: string, how: string, place: number | undefined): ColumnLink =>
  place === undefined
    ? { relation: textAt(source, 'name'), column, how }
    : { node: place, column, how };

/** Columns with what they come from and go into. */
export function withLineage(
  columns: readonly ColumnDetail[],
  lineage: ReadonlyMap<string, Lineage> | undefined,
): readonly ColumnDetail[] {
  if (lineage === undefined) return columns;
  return columns.map((column) => ({ ...column, ...lineage.get(column.name.toLowerCase()) }));
}
