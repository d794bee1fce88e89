// What the catalog knows about one relation and everything that hangs on it; written by introspect.ts, read by the swap.
import type { ObservedRelation } from '../../adapter/contract.ts';

/** One grant: to whom (null: everybody), what, and whether it may be passed on. */
export interface Grant {
  readonly to: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
}
interface ColumnGrant extends Grant {
  readonly column: string;
}

/** A view or materialized view that reads the relation directly. */
export interface Dependent {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'view' | 'materialized_view';
  /** the system's own text of its query, every name qualified */
  readonly definition: string;
  readonly options: readonly string[];
  readonly owner: string;
  readonly comment: string | null;
  readonly grants: readonly Grant[];
  /** `create index` texts (materialized views) */
  readonly indexes: readonly string[];
  /** what people gave to its columns and indexes, as statements (materialized views) */
  readonly given?: readonly string[];
  readonly populated: boolean;
  /** other relations read this one */
  readonly isRead: boolean;
  /** oid of its rewrite rule and the transaction that wrote it: changes when somebody re-defines the view */
  readonly rule: string;
  readonly ruleVersion: string;
}

/** A foreign key of another table that leads to the relation. */
export interface ForeignKey {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** the system's own text, every name qualified */
  readonly definition: string;
  readonly isValid: boolean;
  /** on a partitioned table, where a key is checked when it is made */
  readonly isPartitioned: boolean;
}

/** An index of the relation. */
export interface LiveIndex {
  readonly name: string;
  /** null for one over expressions, of some rows, or with anything else that a config cannot say */
  readonly columns: readonly string[] | null;
  readonly unique: boolean;
  readonly method: string;
  readonly isValid: boolean;
}

/** An index that no config made. */
export interface OtherIndex {
  readonly name: string;
  readonly unique: boolean;
  /** what follows `using`: method, columns, conditions */
  readonly tail: string;
  readonly comment: string | null;
}

/** A partition, with its bounds in the system's words: `FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')`. */
export interface Partition {
  readonly name: string;
  readonly bounds: string;
}

/** A constraint that no contract made. */
export interface OwnConstraint {
  readonly name: string;
  /** check, unique, primary key, exclusion, foreign key */
  readonly type: 'c' | 'u' | 'p' | 'x' | 'f';
  /** of the relation, that it is about; without those that only its expressions name */
  readonly columns: readonly string[];
  /** the system's own text, every name qualified */
  readonly definition: string;
  readonly comment: string | null;
}

/** Statistics over several columns or expressions. */
export interface StatisticsObject {
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  /** kinds and columns, without the relation */
  readonly body: string;
  readonly target: number | null;
  readonly comment: string | null;
}

/** How the planner is told about a column: statistics target and options such as n_distinct. */
export interface ColumnTuning {
  readonly column: string;
  readonly statistics: number | null;
  readonly options: readonly string[];
  /** how long values are kept, as `set` of a column takes it: `storage external`, `compression lz4` */
  readonly kept: readonly string[];
}

/** What somebody gave to the relation by hand, and its replacement takes over. */
export interface Belongings {
  readonly indexes: readonly OtherIndex[];
  /** the index in whose order CLUSTER writes the rows */
  readonly clusteredOn: string | null;
  readonly statistics: readonly StatisticsObject[];
  readonly columns: readonly ColumnTuning[];
  readonly rowSecurity: 'off' | 'on' | 'forced';
  /** policies by name, with the statement that makes each on a relation of this name */
  readonly policies: readonly {
    readonly name: string;
    readonly sql: string;
    readonly comment: string | null;
  }[];
  readonly publications: readonly { readonly name: string; readonly sql: string }[];
  /** the statement for another replica identity than the usual one; null: the usual one */
  readonly replicaIdentity: string | null;
}

export interface Facts {
  readonly oid: string;
  /** the transaction that wrote its row of pg_class: another one after a rename, a grant, new options */
  readonly version: string;
  readonly relkind: 'r' | 'p' | 'v' | 'm' | 'f';
  readonly owner: string;
  readonly options: readonly string[];
  readonly comment: string | null;
  readonly columnComments: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
  /** what the default privileges of the schema give to everything new */
  readonly defaultGrants: readonly Omit<Grant, 'grantable'>[];
  readonly columnGrants: readonly ColumnGrant[];
  readonly indexes: readonly LiveIndex[];
  readonly isUnlogged: boolean;
  /** of a partitioned table, as `RANGE (day)`, names without quotes */
  readonly partitionKey: string | null;
  readonly ownConstraints: readonly OwnConstraint[];
  /** publications of all tables, or of all in its schema */
  readonly publishedWithAll: readonly string[];
  readonly partitions: readonly Partition[];
  readonly belongings: Belongings;
  readonly dependents: readonly Dependent[];
  readonly foreignKeys: readonly ForeignKey[];
  /** sequences that do nothing but number the relation's own rows (serial columns); they go with it */
  readonly numberings: readonly string[];
  /** descriptions of what a replacement would lose or could not carry over */
  readonly obstacles: readonly string[];
}

/** The facts of a relation that was read by `observeOne`. */
export function requireFacts(live: ObservedRelation): Facts {
  const facts = live.facts;
  if (typeof facts !== 'object' || facts === null || !('dependents' in facts))
    throw new Error(`the facts of ${live.relation.schema}.${live.relation.name} were not read`);
  return facts as Facts;
}
