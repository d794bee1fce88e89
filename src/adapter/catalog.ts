// What the catalog of an engine tells of relations beyond what planning needs.
import type { RelationKind, RelationName } from '../kernel/relation.ts';
import type { Query } from './statement.ts';

/** One privilege that a relation gives to a role that does not own it. */
export interface Granted {
  readonly relation: RelationName;
  /** in lower case; `(id)` behind it when it is for a column alone */
  readonly privilege: string;
  readonly role: string;
  /** the default privileges of the schema give it to everything new */
  readonly isDefault: boolean;
}

export interface CatalogColumn {
  readonly relation: RelationName;
  readonly kind: RelationKind;
  readonly owner: string | null;
  readonly relationComment: string | null;
  readonly column: string;
  readonly index: number;
  readonly type: string;
  readonly comment: string | null;
  readonly rows?: number;
  readonly bytes?: number;
}

/** Who may do what with relations. */
export interface Access {
  readonly granted: (schemas: readonly string[]) => Query<Granted>;
  /** the role that a config names */
  readonly role: (written: string) => string;
}
