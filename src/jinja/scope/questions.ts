// What a template may ask the warehouse, and what it is told. Whoever drives a render answers these.
import type { Column, RelationKind, RelationName } from '../../kernel/relation.ts';

/** Rows of a query as they travel: exact numerics and timestamps are text. */
export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | number | bigint | boolean | null)[])[];
  /** rows changed, when the engine tells */
  readonly affected?: number;
}

/** A relation as the engine knows it. */
export interface RelationAnswer {
  readonly relation: RelationName;
  readonly kind: RelationKind;
}

/** Rows are wanted only where `fetch`; a statement without may write. Answer: QueryAnswer. */
export interface StatementQuestion {
  readonly kind: 'statement';
  readonly name: string;
  readonly sql: string;
  readonly fetch: boolean;
  /** a transaction is begun first, where none is open and the engine has them */
  readonly autoBegin: boolean;
  readonly [key: string]: unknown;
}
/** Is there a relation of this name? Answer: RelationAnswer or undefined. */
export interface RelationQuestion {
  readonly kind: 'relation';
  readonly relation: RelationName;
  readonly [key: string]: unknown;
}
/** Answer: readonly Column[], empty when there is no such relation. */
export interface ColumnsQuestion {
  readonly kind: 'columns';
  readonly relation: RelationName;
  readonly [key: string]: unknown;
}
/** Which columns would this query have? Answer: readonly Column[]. */
export interface QueryColumnsQuestion {
  readonly kind: 'query_columns';
  readonly sql: string;
  readonly [key: string]: unknown;
}
/** Every relation of a schema. Answer: readonly RelationAnswer[]. */
export interface RelationsQuestion {
  readonly kind: 'relations';
  readonly schema: string;
  readonly database?: string;
  readonly [key: string]: unknown;
}
/** Answer: boolean. */
export interface SchemaQuestion {
  readonly kind: 'schema_exists';
  readonly schema: string;
  readonly database?: string;
  readonly [key: string]: unknown;
}
/** The columns and the texts of a seed's file. Answer: QueryAnswer. */
export interface SeedTableQuestion {
  readonly kind: 'seed_table';
  readonly [key: string]: unknown;
}
/** The statement that makes a table from a query, with all that the node's config says of it. Answer: string. */
export interface TableSqlQuestion {
  readonly kind: 'table_sql';
  readonly relation: RelationName;
  readonly sql: string;
  readonly [key: string]: unknown;
}
/** The statement that makes a schema where there is none. Answer: string. */
export interface SchemaSqlQuestion {
  readonly kind: 'schema_sql';
  readonly schema: string;
  readonly database?: string;
  readonly [key: string]: unknown;
}
/** An operation of the adapter that changes the warehouse. Answer: nothing. */
export interface ActionQuestion {
  readonly kind: 'action';
  readonly action: 'commit' | 'begin' | 'publish' | 'load_seed';
  /** what is published, or loaded */
  readonly relation?: RelationName;
  readonly relationKind?: RelationKind;
  /** where it is published */
  readonly to?: RelationName;
  readonly [key: string]: unknown;
}

export type WarehouseQuestion =
  | StatementQuestion
  | RelationQuestion
  | ColumnsQuestion
  | QueryColumnsQuestion
  | RelationsQuestion
  | SchemaQuestion
  | SeedTableQuestion
  | TableSqlQuestion
  | SchemaSqlQuestion
  | ActionQuestion;

/** What each kind of question is answered with. */
export interface WarehouseAnswers {
  readonly statement: QueryAnswer;
  readonly relation: RelationAnswer | undefined;
  readonly columns: readonly Column[];
  readonly query_columns: readonly Column[];
  readonly relations: readonly RelationAnswer[];
  readonly schema_exists: boolean;
  readonly seed_table: QueryAnswer;
  readonly table_sql: string;
  readonly schema_sql: string;
  readonly action: undefined;
}
