// What an engine must say so that SQL can be judged by it over empty relations, before anything is built. Pure text.
import type { Column, RelationName } from '../kernel/relation.ts';
import type { EngineConfig, Session } from './contract.ts';
import type { DriverError } from './failure.ts';
import type { LineageQuestions } from './lineage.ts';
import type { SnapshotRequest } from './snapshot.ts';
import type { Query, Statement } from './statement.ts';

/** Where the empty relations are made. */
export interface Ground {
  readonly schemas: readonly string[];
  /** the warehouse itself: nothing may stay, nobody may be kept waiting, and what is there is only read */
  readonly isWarehouse: boolean;
}

/** One SELECT of the author's that becomes an empty relation. */
export interface JudgedQuery {
  readonly target: RelationName;
  readonly select: string;
  /** UTF-16 offset in `select` at which the author's text begins; 0 where all of it is the author's */
  readonly authoredAt?: number;
  readonly config: EngineConfig;
}

/** What a failure says of the author's SQL. */
export interface Fault {
  readonly kind: 'syntax' | 'column' | 'relation' | 'function' | 'type' | 'other';
  /** what is missing, without its qualifier where it is a column */
  readonly name?: string;
  /** true: what is missing may be made by an extension, or by hand, on another server of the engine */
  readonly isExtensible?: boolean;
}

/** `merging`: a table as ClickHouse's MergeTree family has it, which can be read with FINAL and PREWHERE. */
export type StubForm = 'plain' | 'merging';

/** A query in the engine's own words: without the author's layout and comments. */
export interface QueryOutline {
  readonly text: string;
  /** aggregates stand in its outermost SELECT */
  readonly aggregates: boolean;
  /** its outermost SELECT has functions that give several rows for one */
  readonly multiplies: boolean;
  /** any SELECT inside it has */
  readonly multipliesInside: boolean;
  /** the same of what is inside, in an order of the engine's: to be compared */
  readonly inner: string;
}

/** How the values that one type holds relate to those of another. */
export type TypeChange = 'wider' | 'narrower' | 'other';

/** Questions about the types inside a query, put as a text that the engine takes only if the answer is yes. */
export interface TypeProbes {
  /** both are whole numbers; of the type that dividing them gives */
  wholeNumbers(left: string, right: string): string;
  /** true or false, of an expression that cannot be NULL */
  neverNull(expression: string): string;
  /** one type that holds values of several others */
  readonly isMixed: (type: string) => boolean;
  /** whether rows that an outer join does not find are NULL, where a config does not say */
  readonly joinNulls: Query<boolean>;
  /** what a config says of it */
  joinNullsIn(config: EngineConfig): boolean | undefined;
  /** the config under which they are */
  withJoinNulls(config: EngineConfig): EngineConfig;
}

/** A judge that makes nothing: what it takes stands in the text of what reads it. It serves one check. */
export interface AskingJudge {
  readonly analysis: Analysis;
  /** the session by which it asks: reads go on, what the analysis gives becomes a question, and anything else is refused */
  over(session: Session): Session;
}

export interface Analysis {
  /** true: several queries may travel in one message, which fails or succeeds as a whole */
  readonly together: boolean;
  /** makes the ground */
  open(ground: Ground): readonly Statement[];
  /** leaves nothing of it */
  close(ground: Ground): readonly Statement[];
  /** one message of statements that `undo` takes back when it fails */
  attempt(statements: readonly Statement[]): Statement;
  /** what has to be sent after a failure; absent where a failed statement leaves nothing */
  readonly undo?: Statement;
  /** an empty relation with these columns */
  stub(
    target: RelationName,
    columns: readonly Pick<Column, 'name' | 'type'>[],
    form?: StubForm,
    /** names of the columns of its primary key: what depends on it need not be grouped */
    key?: readonly string[],
  ): readonly Statement[];
  /** the query as an empty relation: its failure is the judgement */
  query(request: JudgedQuery): Statement;
  /** the query as a view; absent where `query` makes one */
  view?(request: JudgedQuery): Statement;
  /** the failure is about what a table can hold, and says nothing of a view */
  isOfTable?(error: DriverError): boolean;
  /** takes back a query that was just taken; `isTable`: one of a snapshot, which becomes a table everywhere */
  forget(target: RelationName, isTable: boolean): Statement;
  /** the form of what it reads that a reader needs who was refused with this error; undefined where no form helps */
  readerWants?(error: DriverError): StubForm | undefined;
  /** every relation of the ground with its columns */
  columns(schemas: readonly string[]): Query<{ readonly relation: RelationName } & Column>;
  /** where the columns of queries come from that have been taken */
  readonly lineage: LineageQuestions;
  fault(error: DriverError): Fault;
  /** for a server where nothing that is made can be taken back; absent where a transaction does that */
  asking?(): AskingJudge;
  /** statements of authors (headers) are not sent */
  readonly onlyAsks?: true;
  /** the columns of a relation that only this judge knows of */
  columnsOf?(target: RelationName): readonly Column[] | undefined;
  /** the first versions of a snapshot, where they are not made as a run makes them */
  snapshot?(request: SnapshotRequest): Statement;
  /** why the failure proves nothing about the author's SQL; undefined where it does */
  doubt(error: DriverError): string | undefined;
  /** whether the engine has a function of this name, with whatever arguments; absent where its errors tell */
  hasFunction?(name: string): Query<boolean>;
  /** absent where the engine refuses what it would otherwise be silent about */
  readonly probes?: TypeProbes;
  /** a NULL in the list behind IN is as if it were not there */
  readonly passesOverNulls: boolean;
  /** schemas that the engine has of itself */
  readonly ownSchemas: ReadonlySet<string>;
  /** a backslash escapes inside every string */
  readonly backslashEscapes: boolean;
  /** what has to be sent once before outlines are asked for */
  readonly beforeOutlines?: Statement;
  /** a query that was judged, as the engine has understood it */
  outline(request: JudgedQuery): Query<QueryOutline>;
  /** what becomes of a column whose type changes; the types are different texts */
  typeChange(before: string, after: string): TypeChange;
}
