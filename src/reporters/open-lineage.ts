// Lineage of columns in the words of OpenLineage: one DatasetEvent for each relation, with the facet columnLineage.
import type { Decision, Feed } from '../adapter/lineage.ts';
import { VERSION } from '../kernel/version.ts';
import type { LineageColumn, LineageNode, LineageSource } from '../check/column-lineage.ts';

const PRODUCER = `urn:etl:${VERSION}`;
const SPEC = 'https://openlineage.io/spec';

export interface OpenLineageFacts {
  /** where the relations are: `postgres://host:5432` */
  readonly namespace: string;
  /** what comes before `schema.name`; absent where there is no outer level */
  readonly database?: string | undefined;
  readonly at: Date;
}

type Json = Readonly<Record<string, unknown>>;

const facet = (name: string, version: string): Json => ({
  _producer: PRODUCER,
  _schemaURL: `${SPEC}/facets/${version}/${name}.json#/$defs/${name}`,
});

const DIRECT: Readonly<Record<Feed, string>> = {
  copied: 'IDENTITY',
  computed: 'TRANSFORMATION',
  aggregated: 'AGGREGATION',
};
const INDIRECT: Readonly<Record<Decision, Json>> = {
  filter: { subtype: 'FILTER' },
  join: { subtype: 'JOIN' },
  group: { subtype: 'GROUP_BY' },
  order: { subtype: 'SORT' },
  rows: { description: 'rows are unfolded from it' },
};

/** The events of all nodes that have columns. Sources come without lineage, so that every field that is named is described somewhere. */
export function openLineageEvents(
  nodes: readonly LineageNode[],
  facts: OpenLineageFacts,
): readonly Json[] {
  const { namespace } = facts;
  const nameOf = (relation: string): string =>
    facts.database === undefined ? relation : `${facts.database}.${relation}`;
  const field = <How extends string>(one: LineageSource<How>, transformation: Json): Json => ({
    namespace,
    name: nameOf(one.relation),
    field: one.column,
    transformations: [transformation],
  });
  const inputs = ({ feeds, decides }: LineageColumn): readonly Json[] => [
    ...feeds.map((one) => field(one, { type: 'DIRECT', subtype: DIRECT[one.how] })),
    ...decides.map((one) => field(one, { type: 'INDIRECT', ...INDIRECT[one.how] })),
  ];
  return nodes
    .filter(({ columns, unknown }) => columns.length > 0 || unknown !== undefined)
    .map((node) => ({
      eventTime: facts.at.toISOString(),
      producer: PRODUCER,
      schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/DatasetEvent`,
      dataset: {
        namespace,
        name: nameOf(node.relation),
        facets: {
          schema: {
            ...facet('SchemaDatasetFacet', '1-1-1'),
            fields: node.columns.map(({ name, type }) => ({ name, type })),
          },
          columnLineage: {
            ...facet('ColumnLineageDatasetFacet', '1-2-0'),
            fields: Object.fromEntries(
              node.columns.map((column) => [column.name, { inputFields: inputs(column) }]),
            ),
          },
          etl_node: {
            _producer: PRODUCER,
            _schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/DatasetFacet`,
            ...factsOf(node),
          },
        },
      },
    }));
}

/** What OpenLineage has no word for. */
function factsOf({ id, resourceType, columns, unknown }: LineageNode): Json {
  const parts = columns.flatMap((one) =>
    one.unknown === undefined ? [] : [[one.name, one.unknown] as const],
  );
  return {
    unique_id: id,
    resource_type: resourceType,
    ...(unknown === undefined ? {} : { unknown }),
    ...(parts.length === 0 ? {} : { unknown_columns: Object.fromEntries(parts) }),
  };
}

/** The same of one node, as it stands in `meta` of a manifest. */
export const lineageMeta = ({ columns, unknown }: LineageNode): Json => ({
  ...(unknown === undefined ? {} : { unknown }),
  columns: Object.fromEntries(
    columns.map(({ name, feeds, decides, unknown: why }) => [
      name,
      { feeds: feeds.map(named), decides: decides.map(named), ...(why && { unknown: why }) },
    ]),
  ),
});

const named = ({ node, relation, column, how }: LineageSource<string>): Json => ({
  ...(node === undefined ? { relation } : { unique_id: node }),
  column,
  how,
});
