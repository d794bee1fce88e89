/**
 * The address of a table or view: dbt's three parts, with `name` for its identifier. ClickHouse has no outer level: there
 * `database` is absent and `schema` is what ClickHouse itself calls a database.
 */
export interface RelationName {
  readonly database?: string;
  readonly schema: string;
  readonly name: string;
}
export type RelationKind = 'table' | 'view' | 'materialized_view' | 'dictionary' | 'external';

/** The kind of a relation in a sentence: `a materialized view`. */
export const aKind = (kind: RelationKind): string =>
  kind === 'external' ? 'an external table' : `a ${kind.replace('_', ' ')}`;

/** A column as the engine describes it; `type` is the engine's own text. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** One text per address, to use as a key. */
export const relationKey = (r: RelationName): string => JSON.stringify([r.schema, r.name]);
