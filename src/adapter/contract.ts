// What an engine must offer. The dialect is pure text; the session talks; the adapter is the package of both.
import type { ClockWord } from '../kernel/clock-word.ts';
import type { Analysis } from './analysis.ts';
import type { Ahead, AtOnce } from './at-once.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import type { Column, RelationKind, RelationName } from '../kernel/relation.ts';
import type { Access, CatalogColumn } from './catalog.ts';
export type { Attempt, MaterializedViewChange, MaterializedViewUpdate } from './attempt.ts';
import type { Attempt, MaterializedViewChange, MaterializedViewUpdate } from './attempt.ts';
import type { FreshnessAnswer, FreshnessRequest } from './freshness.ts';
import type { Keeping } from './keeping.ts';
import type { LockWish } from './lock.ts';
import type { Merging } from './merging.ts';
import type { OwnMaterializations } from './own-build.ts';
import type { ProfileRequest, RelationProfile } from './profile.ts';
import type { OwnServer, TargetWorld } from './own-server.ts';
import type { Serving, ServingWish } from './serving.ts';
export type { InferredType, SeedColumn, SeedInput } from './seed-input.ts';
export type { SnapshotColumnNames, SnapshotRequest } from './snapshot.ts';
import type { InferredType, SeedInput } from './seed-input.ts';
import type { SnapshotRequest } from './snapshot.ts';
import type { Query, ResultSet, Scalar, Segment, Statement } from './statement.ts';

export type IncrementalStrategy =
  | 'append'
  | 'delete+insert'
  | 'merge'
  | 'insert_overwrite'
  | 'microbatch';

/** Differences between engines that code above the adapters may ask for; engine names are never compared there. */
export interface Capabilities {
  readonly transactionalDdl: boolean;
  readonly incremental: ReadonlySet<IncrementalStrategy>;
  /** whether a relation name has the outer part (database) */
  readonly databases: boolean;
  readonly maxIdentifierBytes: number;
  /** from this version on a subquery in FROM needs no name; 0: it never did */
  readonly namelessSubqueriesSince: number;
  /** a column may have a codec and a TTL */
  readonly storesByColumn?: boolean;
  /** false: there are no users, so that grants have no effect */
  readonly keepsGrants?: boolean;
  readonly constraints: Readonly<Record<ConstraintKind, ConstraintSupport>>;
}

/** The configs of a node that only its engine understands (indexes, engine, order_by, ...); opaque above the adapters. */
export type EngineConfig = Readonly<Record<string, unknown>>;

/** Descriptions to store in the warehouse (persist_docs). */
export interface Comments {
  readonly relation?: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** privilege -> grantees, as in dbt's `grants` config. */
export type Grants = Readonly<Record<string, readonly string[]>>;

/** How far an engine keeps a type of constraint: made and enforced, made as a note, or not made. */
export type ConstraintSupport = 'enforced' | 'not_enforced' | 'not_supported';
export type ConstraintKind =
  | 'check'
  | 'not_null'
  | 'unique'
  | 'primary_key'
  | 'foreign_key'
  | 'custom';

/** A constraint to be made; the texts are the author's. */
export interface ContractConstraint {
  readonly type: ConstraintKind;
  readonly name: string | null;
  readonly expression: string | null;
  /** of a constraint of the whole relation */
  readonly columns: readonly string[];
  /** what a foreign key refers to, unless its expression says it */
  readonly to?: RelationName | undefined;
  readonly toColumns: readonly string[];
}
export interface ContractColumn {
  readonly name: string;
  readonly type: string;
  /** the name is taken as it is written */
  readonly quote: boolean;
  readonly constraints: readonly ContractConstraint[];
  /** what only its engine understands of the column (codec, ttl) */
  readonly storage?: EngineConfig;
}
/** What a model promises: its columns in their order, and what holds for its rows. */
export interface ContractRequest {
  readonly columns: readonly ContractColumn[];
  readonly constraints: readonly ContractConstraint[];
}

/** What every build of a relation starts from. */
export interface RelationRequest {
  readonly target: RelationName;
  /** the internal name under which it is built; nobody else uses it */
  readonly staged: RelationName;
  readonly config: EngineConfig;
  readonly comments: Comments;
  readonly grants: Grants | undefined;
  /** the table is made from these columns and constraints, and the query fills it */
  readonly contract?: ContractRequest | undefined;
  /** what stands at the target now, where it is known */
  readonly live?: ObservedRelation | undefined;
  /** made empty and filled by a second statement, where a CREATE reaches several nodes */
  readonly inTwoSteps?: boolean;
}
export interface SelectRequest extends RelationRequest {
  /** compiled SQL of the model: one SELECT, without a closing semicolon */
  readonly select: string;
  /** a statement or block of statements that must run before the create (dbt's sql_header) */
  readonly header?: string;
}
export interface SeedRequest extends RelationRequest {
  readonly columns: readonly Column[];
}
export interface SwapRequest extends RelationRequest {
  /** what the staged relation is; a table unless said */
  readonly becomes?: RelationKind;
  /** what stands at the target now, with all that depends on it; undefined when nothing does */
  readonly live: ObservedRelation | undefined;
}
export interface ViewRequest extends SelectRequest {
  readonly live: ObservedRelation | undefined;
  /** whoever asks tries the first way only, behind `guardAhead` */
  readonly firstWayOnly?: boolean;
}
export interface DeltaRequest extends SelectRequest {
  readonly strategy: IncrementalStrategy;
  readonly uniqueKey: readonly string[];
  readonly predicates: readonly string[];
  readonly mergeUpdateColumns: readonly string[] | undefined;
  readonly mergeExcludeColumns: readonly string[] | undefined;
  readonly onSchemaChange: 'ignore' | 'append_new_columns' | 'sync_all_columns' | 'fail';
  /** true for the rows that a microbatch is about */
  readonly window?: string;
  readonly live: ObservedRelation;
}

/** Materialized views that are filled by a refresh. */
export interface MaterializedViews {
  /** statements that leave `staged` filled, indexed, commented and granted; or `empty`, to be compared and filled later */
  build(request: SelectRequest, filling: 'filled' | 'empty'): readonly Statement[];
  /** put the filled `staged` in place of what is live */
  publish(request: SwapRequest): readonly Attempt[];
  /** what the empty staged one differs in from the live one */
  compare(request: SwapRequest): Query<MaterializedViewChange>;
  /** bring the live one up to date: refreshed in place, or the staged one filled and put in its place */
  update(request: SwapRequest, change: MaterializedViewChange): MaterializedViewUpdate;
}

/** The pure half of an adapter: no driver import, no clock, no environment. */
export interface Dialect {
  readonly name: string;
  readonly can: Capabilities;
  ident(name: string): string;
  /** the name that the engine makes of one written without quotes */
  bare(name: string): string;
  literal(value: Scalar): string;
  /** true for rows whose time, in UTC, lies in the window; `column` is the author's text */
  inWindow(column: string, start: Date, end: Date): string;
  /** the quoted, qualified text of a relation */
  relation(name: RelationName): string;
  createSchema(schema: string, database?: string): Statement;
  /** statements that leave `staged` filled, indexed, commented and granted; the first drops a leftover of that name */
  buildTable(request: SelectRequest): readonly Statement[];
  /** put `staged` (a table unless `becomes` says otherwise) in place of what is live; hazards of doing so come as diagnostics with code ETL4001 */
  publishTable(request: SwapRequest): readonly Attempt[];
  /** create or replace the view at the target, whatever is live there */
  publishView(request: ViewRequest): readonly Attempt[];
  /** absent in an engine whose materialized views are something else */
  readonly materializedView?: MaterializedViews;
  /** materializations that this engine has and others have not */
  readonly own?: OwnMaterializations;
  /** an empty, typed, staged table for a file to be loaded into */
  buildSeed(request: SeedRequest): readonly Statement[];
  /** what is left to do on the staged seed once its rows are in (indexes, statistics, grants, comments) */
  finishSeed(request: SeedRequest): readonly Statement[];
  /** the staged delta of an incremental model */
  buildDelta(request: DeltaRequest): readonly Statement[];
  /** merge the staged delta, whose columns are `delta`, into the live table; `mergeDelta` where nothing could be undone */
  readonly publishDelta?: (
    request: DeltaRequest,
    delta: readonly Column[],
  ) => Checked<readonly Attempt[]>;
  readonly mergeDelta?: (request: DeltaRequest, delta: readonly Column[]) => Checked<Merging>;
  /** the staged first versions of a snapshot, or, when it is live, the staged rows of its query */
  buildSnapshot(request: SnapshotRequest): readonly Statement[];
  /** close and open versions in the live snapshot; `staged` are the columns of the staged rows, whose keys are distinct */
  readonly publishSnapshot?: (
    request: SnapshotRequest,
    staged: readonly Column[],
  ) => Checked<readonly Attempt[]>;
  readonly mergeSnapshot?: (
    request: SnapshotRequest,
    staged: readonly Column[],
  ) => Checked<Merging>;
  /** repeatable clean-up of one node's internal names; sent whatever happened before */
  tidy(staged: RelationName): readonly Statement[];
  drop(relation: RelationName, kind: RelationKind): Statement;
  /** every relation of the schemas, without the expensive facts: what planning needs */
  observe(schemas: readonly string[]): Query<ObservedRelation>;
  /** one relation with all that its replacement has to know (dependents, grants, ...); no row when it does not exist */
  observeOne(relation: RelationName): Query<ObservedRelation>;
  /** absent where a publish cannot be made to depend on what stood there before */
  readonly atOnce?: AtOnce;
  /** cheaper than `observeOne`: whether a view (or nothing) that `observe` saw still stands at the target; a failure means no */
  readonly isStill?: (target: RelationName, live: ObservedRelation | undefined) => Query<boolean>;
  columns(relation: RelationName): Query<Column>;
  /** the same of a relation that is there for certain; absent where that is no faster */
  readonly builtColumns?: (relation: RelationName) => Query<Column>;
  /** catalog.json: one row per column of the relations in the schemas */
  catalog(schemas: readonly string[]): Query<CatalogColumn>;
  /** what can be told of the values of columns; one row */
  profile(request: ProfileRequest): Query<RelationProfile>;
  /** internal relations of runs that are over (names that start with __etl_), to be swept */
  leftovers(
    schemas: readonly string[],
  ): Query<{ readonly relation: RelationName; readonly kind: RelationKind }>;
  /** who may do what with the relations of the schemas; absent where that is not known */
  readonly access?: Access;
  /** a query without a row whose columns are those of a contract */
  typed(columns: readonly ContractColumn[]): string;
  /** what of a type a contract compares, from the name that a result gives it */
  contractType(type: string): string;
  /** tables of the tool's own */
  readonly keeping: Keeping;
  /** one SELECT of the author's, sent as it is, read-only, with the settings that the node's config asks for (tests) */
  read(sql: string, config: EngineConfig): Statement;
  /** `select * from (<sql>) limit n` in the engine's own words; `limit` undefined or below 0 means all rows */
  limited(sql: string, limit: number | undefined, config: EngineConfig): Statement;
  /** the newest moment in a source, beside the engine's own clock */
  freshness(request: FreshnessRequest): Query<FreshnessAnswer>;
  /** dangers of this build that the user must allow: ETL4001 diagnostics */
  hazards(request: {
    readonly target: RelationName;
    readonly becomes: RelationKind;
    readonly live: ObservedRelation | undefined;
    readonly config?: EngineConfig;
  }): readonly Diagnostic[];
  /** whether a field of a seed is NULL */
  isSeedNull(field: { readonly text: string; readonly quoted: boolean }): boolean;
  /** the kind of number that a text of a seed is; undefined for what is none */
  seedNumber(text: string): 'integer' | 'number' | undefined;
  /** the type a seed column gets: the configured one, or the inferred kind in this engine's words */
  seedType(inferred: InferredType): string;
  /** the engine's type for one that a project writes (`data_type`, `column_types`), as a column that may be NULL */
  columnType(written: string): string;
  /** a value that a unit test gives, as SQL of the column's type; nothing of it is cut off */
  fixtureValue(value: FixtureValue, type: string): string;
  /** an expression made into a type, without cutting anything off */
  cast(expression: string, type: string): string;
  /** what stands for the words that ask for the time, where that is to stand still at `at` (`2024-01-01 10:00:00`) */
  clockWords(at: string): ReadonlyMap<string, ClockWord>;
  /** how SQL is judged by the engine before anything is built */
  readonly analysis: Analysis;
  /** Jinja macros of this engine (package `dbt_<name>`) */
  readonly macros: readonly BuiltInMacro[];
}

/** A value as a unit test writes it. `absent`: a column that its row leaves out. */
export interface FixtureValue {
  readonly kind: 'absent' | 'null' | 'text' | 'number' | 'boolean' | 'nested';
  /** JSON for lists and mappings */
  readonly text: string;
  /** of a list or mapping */
  readonly value?: unknown;
}

/** A macro file that ships with the product and belongs to package `dbt` or `dbt_<engine>`; projects may override any of it. */
export interface BuiltInMacro {
  readonly packageName: string;
  readonly path: string;
  readonly text: string;
}

export interface ObservedRelation {
  readonly relation: RelationName;
  readonly kind: RelationKind;
  readonly columns: readonly Column[];
  /** what only its own dialect reads: dependents with their definitions, grants, uuid, partition key, ... */
  readonly facts: unknown;
}

export interface Effect {
  readonly rows?: number;
  readonly bytes?: number;
}

/** One conversation with the engine; one per running node. Everything it throws is a StatementFailure or an EtlError. */
export interface Session {
  /** Sends one statement or block that gives no rows; returns the rows it changed when the engine tells. */
  execute(statement: Statement): Promise<Effect>;
  /** Sends one statement and returns its rows; verb `read` runs read-only and must be a single statement. */
  read(statement: Statement): Promise<ResultSet>;
  /** Sends a segment: all of it or nothing where `transaction`; one message where the engine allows it. */
  segment(segment: Segment): Promise<Effect>;
  /**
   * Waits until no other run works on the relation, and keeps others waiting until the returned function is called. An engine
   * that only one process can use returns at once; one that has no locks returns undefined. Throws `locked`, naming who works on
   * it, when that takes longer than the wish has patience for (unless it says: as long as it takes).
   */
  lock(relation: RelationName, wish?: LockWish): Promise<(() => Promise<void>) | undefined>;
  /** Cancels what the session is doing right now, which then fails as cancelled; nothing when it does nothing. */
  interrupt(): Promise<void>;
  /**
   * Does `use` with a way to send many transactions without waiting for each; nothing else may be sent on the session meanwhile.
   * Absent, or resolves to undefined without a call, where the session cannot do that.
   */
  ahead?<T>(use: (ahead: Ahead) => Promise<T>): Promise<T | undefined>;
  /** Loads a CSV file into an existing table; a bad cell is an EtlError ETL7xxx with file, line and column. */
  load(target: RelationName, input: SeedInput): Promise<Effect>;
}

/** Whether nothing was written since it was made; of one relation: whether no statement can have put another in its place. */
export type SinceNow = (relation?: RelationName) => boolean;

export interface Connection {
  /** what is worth knowing of the way to the server, for people */
  readonly remarks?: readonly string[];
  readonly serverVersion: string;
  /** One session for the time of `use`; `tag` names the node in the engine's own process list. */
  withSession<T>(tag: string, use: (session: Session) => Promise<T>): Promise<T>;
  /**
   * From the call on: whether nobody has written anything that others can see, beside what lies under staged names. Absent where
   * that cannot be known.
   */
  readonly sinceNow?: (() => SinceNow) | undefined;
  /** Cancels every running statement in the engine; returns how many were told to stop. */
  cancel(): Promise<number>;
  close(): Promise<void>;
}

/** A checked connection target. Secrets are reachable only through the adapter that made it. */
export interface Target {
  readonly type: string;
  readonly schema: string;
  readonly database?: string;
  readonly threads: number;
  /** names and values that templates may see as `target.*`; never a secret */
  readonly shown: Readonly<Record<string, Scalar>>;
  /** texts that must never be printed */
  readonly secrets: readonly string[];
  /** what keeps it from being connected to; for what needs no warehouse it will do */
  readonly incomplete?: readonly Diagnostic[];
}

export interface ConnectOptions {
  /** absolute; the embedded engines keep their data below `<projectDir>/.etl/` */
  readonly projectDir: string;
  /** the folder below the project where embedded engines keep their data (default: `.etl`) */
  readonly home?: string;
  readonly threads: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly invocationId: string;
  /** told of a password that only connecting brings to light, before it is used */
  readonly onSecret?: (secret: string) => void;
}

export interface Adapter {
  readonly name: string;
  /** Checks one output of profiles.yml; unknown keys are tolerated. What it leaves open may be taken from the world around. */
  parseTarget(raw: Readonly<Record<string, unknown>>, world?: TargetWorld): Checked<Target>;
  dialect(target: Target): Dialect;
  connect(target: Target, options: ConnectOptions): Promise<Connection>;
  /** An engine of its own, on this machine, with the names of the target and nothing in it; nothing leads out of it. */
  scratch(target: Target, options: ConnectOptions): Promise<Connection>;
  /** that engine is another process: it starts while this one goes on */
  readonly startsBeside?: true;
  /** whether the target is a server that others use, and not the embedded engine */
  isServer(target: Target): boolean;
  /** the server of the target, when it is one that the adapter runs and that can outlive a command */
  ownServer?(
    target: Target,
    world: Pick<ConnectOptions, 'projectDir' | 'env'>,
  ): Promise<OwnServer | undefined>;
  /** lets other programs read what is in the embedded engine of the target; undefined where it is no such engine */
  serve?(
    target: Target,
    world: Pick<ConnectOptions, 'projectDir' | 'env'>,
    wish: ServingWish,
  ): Promise<Serving> | undefined;
}

/** Runs a Query on a session and decodes its rows. */
export async function ask<T>(session: Session, query: Query<T>): Promise<readonly T[]> {
  const { columns, rows } = await session.read(query.statement);
  return rows.map((row) =>
    query.decode(Object.fromEntries(columns.map((c, i) => [c.name, row[i] ?? null]))),
  );
}
