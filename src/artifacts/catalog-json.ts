import type { CatalogColumn } from '../adapter/catalog.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey } from '../kernel/relation.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { metadataOf, type InvocationFacts } from './metadata.ts';
import type { Json } from './node-json.ts';

/** catalog.json, version 1 of dbt's schema: the relations of the project as the warehouse describes them. */
export function catalogJson(
  manifest: Manifest,
  columns: readonly CatalogColumn[],
  /** a source and a seed may be one relation, and only one of them be asked for */
  isChosen: (id: NodeId) => boolean,
  facts: InvocationFacts,
): Json {
  const relations = byRelation(columns);
  const entries = (
    nodes: readonly { readonly id: NodeId; readonly schema: string; readonly name: string }[],
  ): Json =>
    Object.fromEntries(
      nodes.flatMap(({ id, schema, name }) => {
        const found = isChosen(id) ? relations.get(relationKey({ schema, name })) : undefined;
        return found === undefined ? [] : [[id, tableJson(id, found)]];
      }),
    );
  return {
    metadata: metadataOf('catalog', 1, facts),
    nodes: entries(
      Object.values(manifest.nodes)
        .filter((node) => node.relation_name !== null)
        .map((node) => ({ id: node.unique_id, schema: node.schema, name: node.alias })),
    ),
    sources: entries(
      Object.values(manifest.sources).map((node) => ({
        id: node.unique_id,
        schema: node.schema,
        name: node.identifier,
      })),
    ),
    errors: null,
  };
}

function byRelation(
  columns: readonly CatalogColumn[],
): ReadonlyMap<string, readonly CatalogColumn[]> {
  const found = new Map<string, CatalogColumn[]>();
  for (const column of columns) {
    const key = relationKey(column.relation);
    const same = found.get(key);
    if (same === undefined) found.set(key, [column]);
    else same.push(column);
  }
  return found;
}

function tableJson(id: string, columns: readonly CatalogColumn[]): Json {
  const [first] = columns;
  return {
    metadata: {
      type:
        first?.kind === 'table'
          ? 'BASE TABLE'
          : (first?.kind ?? '').replace('_', ' ').toUpperCase(),
      schema: first?.relation.schema,
      name: first?.relation.name,
      database: first?.relation.database ?? '',
      comment: first?.relationComment ?? null,
      owner: first?.owner ?? null,
    },
    columns: Object.fromEntries(
      columns
        .toSorted((a, b) => a.index - b.index)
        .map(({ column, index, type, comment }) => [
          column,
          { type, index, name: column, comment },
        ]),
    ),
    stats: statsJson(first),
    unique_id: id,
  };
}

function statsJson(first: CatalogColumn | undefined): Json {
  const stat = (id: string, label: string, value: number, description: string): Json => ({
    [id]: { id, label, value, include: true, description },
  });
  const known = {
    ...(first?.rows === undefined
      ? {}
      : stat(
          'num_rows',
          'Rows',
          first.rows,
          'Number of rows, as the engine counts or estimates it',
        )),
    ...(first?.bytes === undefined
      ? {}
      : stat('num_bytes', 'Size', first.bytes, 'Size on disk in bytes')),
  };
  return {
    has_stats: {
      id: 'has_stats',
      label: 'Has Stats?',
      value: Object.keys(known).length > 0,
      include: false,
      description: 'Indicates whether there are statistics for this table',
    },
    ...known,
  };
}
