import type { Question } from '../jinja/host.ts';
import type { Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode, Hook, ModelNode } from '../manifest/node.ts';
import type { UnitTestCase } from '../manifest/unit-test-case.ts';
import type { RenderedHook } from '../materializations/recipe.ts';
import type { TimeWindow } from './batches.ts';
import type { ToldAs } from '../kernel/told-as.ts';
import type { Lane } from './lane.ts';
import type { Commented, QueryComment } from './query-comment.ts';
import type { Materialized, MaterializeInputs } from './materialize.ts';

/** Work that may ask the warehouse: it yields questions, takes their answers and returns its result. */
export type Asking<T> = Generator<Question, T, unknown>;

/** The window that a microbatch is about. */
export interface BatchFacts {
  readonly id: string;
  readonly window: TimeWindow;
  /** true for its rows in the model's own table */
  readonly condition: string;
}

export interface CompileOptions {
  /** refs and sources that have an event_time are read in this window only */
  readonly batch?: BatchFacts;
  /** what is_incremental() answers */
  readonly isIncremental: boolean;
  /** false: ephemeral models are named and not put in front */
  readonly injectsEphemeral?: boolean;
  /** the worker that does it: what templates call thread_id; default: the main thread */
  readonly thread?: string;
  /** relations to read instead of the published ones: a test aimed at what was just built */
  readonly standIns?: ReadonlyMap<NodeId, RelationName>;
}

export interface CompiledNode {
  readonly sql: string;
  /** the same with the semicolon that the author closed it with: what artifacts show; absent where there is none */
  readonly written?: string;
  /** from an offset in `sql` to the author's file; undefined where the text is not the author's */
  readonly locate: (offset: number) => Span | undefined;
  /** statements to send before the create (sql_header) */
  readonly header?: string;
  /** where its foreign keys lead, by their text */
  readonly references?: ReadonlyMap<string, RelationName>;
  /** unique ids of the macros that the node's own text called; absent where nobody asks */
  readonly macros?: readonly string[];
  /** names of macros and texts that templates logged while this was rendered */
  readonly logs: readonly { readonly message: string; readonly info: ToldAs }[];
}

/** The SQL as artifacts show it. */
export const writtenSql = ({ sql, written }: Pick<CompiledNode, 'sql' | 'written'>): string =>
  written ?? sql;

/** What stands in for one input of a model: a query under a name of its own. */
export interface StandIn {
  /** of the node or source; of the model itself for `this` */
  readonly id: NodeId;
  readonly name: string;
  readonly sql: string;
  /** from an offset in `sql` to the place of what is written there */
  readonly locate?: (offset: number) => Span | undefined;
}

/** A model to be compiled on inputs that are given. */
export interface StandInRequest {
  readonly model: ExecutableNode;
  readonly inputs: readonly StandIn[];
  /** what the template meets instead of macros, vars and environment variables */
  readonly overrides?: UnitTestCase['overrides'];
}

/** Compiles models whose inputs are given, each as a CTE, instead of read. */
export interface UnitTestCompiler {
  /** An input that the model reads and that is not given is an EtlError ETL2020. */
  compile(request: StandInRequest): Asking<CompiledNode>;
  /** the text of a query, its templates filled in as in the model; it cannot read inputs */
  text(request: Omit<StandInRequest, 'inputs'>, sql: string, at: Span): Asking<string>;
}

export interface NodeHooks {
  readonly before: readonly RenderedHook[];
  readonly after: readonly RenderedHook[];
  /** post-hooks that ask the warehouse, and those behind them: to be rendered once the node is published */
  readonly late: readonly Hook[];
}

/** Renders nodes and hooks in the run phase (execute is true). */
export interface NodeCompiler {
  /** whether a node is built by a plan or by running its materialization */
  lane(node: ExecutableNode): Lane;
  /** what stands as a comment beside the statements of a node, or of what is none */
  comment(node: Commented | undefined): QueryComment | undefined;
  /** runs the body of a materialization */
  materialize(inputs: MaterializeInputs): Asking<Materialized>;
  compile(node: ExecutableNode, options: CompileOptions): Asking<CompiledNode>;
  /** the name of the view that shows the latest version; undefined where there is none, or the node is not the latest */
  versionPointer(node: ModelNode): string | undefined;
  /** where the foreign keys of a model's contract lead, by their text */
  references(node: ExecutableNode): ReadonlyMap<string, RelationName>;
  hooks(node: ExecutableNode, options: CompileOptions): Asking<NodeHooks>;
  /** One of the late hooks, rendered; undefined when it renders to nothing. */
  lateHook(
    node: ExecutableNode,
    hook: Hook,
    options: CompileOptions,
  ): Asking<RenderedHook | undefined>;
}
