import type { Connection, Dialect } from '../adapter/contract.ts';
import type { BatchResults, Observer } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Timeline } from '../kernel/timeline.ts';
import type { Judge } from '../kernel/warn-policy.ts';
import type { FixtureColumn } from '../materializations/fixture-sql.ts';
import type { Manifest, RunHook } from '../manifest/manifest.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode, RunnableNode } from '../manifest/node.ts';
import type { UnitTestCase } from '../manifest/unit-test-case.ts';
import type { TimeWindow } from '../plan/batches.ts';
import type { Asking, NodeCompiler, UnitTestCompiler } from '../plan/compiler.ts';
import type { Debris } from './debris.ts';
import type { KnownRelations } from './known-relations.ts';
import type { IfLocked } from './if-locked.ts';
import type { Leftovers } from './leftovers.ts';
import type { SeedFile } from './seed-survey.ts';
import type { ToldAs } from '../kernel/told-as.ts';

/** What every node of one run shares. */
export interface RunContext {
  readonly manifest: Manifest;
  readonly dialect: Dialect;
  readonly connection: Connection;
  readonly compiler: NodeCompiler;
  readonly unitTestCompiler: UnitTestCompiler;
  readonly unitTests: ReadonlyMap<NodeId, UnitTestCase>;
  /** columns of sources that are written down, for those that are not there */
  readonly lockedSources?: ReadonlyMap<NodeId, readonly FixtureColumn[]> | undefined;
  /** where nodes are read that this run does not build (--defer) */
  readonly deferred: ReadonlyMap<NodeId, RelationName>;
  /** where the state has the nodes (clone only): what stands here is read by a view instead of being built */
  readonly clones?: ReadonlyMap<NodeId, RelationName> | undefined;
  /** renders a hook of on-run-start or on-run-end */
  readonly runHook: (
    hook: RunHook,
    names: Readonly<Record<string, unknown>>,
    log: (message: string, info: ToldAs) => void,
  ) => Asking<string>;
  readonly invocationId: string;
  /** the worker that a node is on: `Thread-1` */
  readonly thread?: string;
  readonly fullRefresh: boolean;
  /** nothing is read, and seeds load no rows */
  readonly empty: boolean;
  /** only rows of this stretch are read, of what has event_time */
  readonly sample?: TimeWindow | undefined;
  /** of microbatch models */
  readonly batches: {
    /** --event-time-start, --event-time-end */
    readonly from?: Date | undefined;
    readonly until?: Date | undefined;
    /** where time ends else: the start of the run, or of the one that is retried */
    readonly now: Date;
    /** the windows of the run that is retried */
    readonly previous: ReadonlyMap<string, BatchResults>;
  };
  readonly storeFailures: boolean;
  /** what is done while another run works on a relation */
  readonly ifLocked: IfLocked;
  /** how long a node may take; undefined: as long as it takes */
  readonly nodeTimeoutMs?: number | undefined;
  /** dangers the user accepted */
  readonly allow: ReadonlySet<string>;
  /** told where the time goes, when somebody wants to know */
  readonly timeline?: Timeline | undefined;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly chance: () => number;
  readonly signal: AbortSignal;
  /** tells bugs with their stack */
  readonly debug?: boolean;
  readonly observe: Observer;
  readonly report: (diagnostic: Diagnostic) => void;
  /** what --warn-error makes of a warning */
  readonly judge: Judge;
  /** messages that are not said again in this run */
  readonly said: Set<string>;
  readonly leftovers: Leftovers;
  readonly debris: Debris;
  readonly known: KnownRelations;
  readonly files: RunFiles;
}

/** Reading seeds and writing what was compiled and run; paths are the node's own. */
export interface RunFiles {
  readonly seed: (node: ExecutableNode) => SeedFile;
  /** keeps the compiled SQL (`compiled`) or the statements sent (`run`), in the background */
  readonly keep: (kind: 'compiled' | 'run', node: RunnableNode, sql: string) => void;
  /** waits until all of it is written; tells what could not be */
  readonly settled: () => Promise<readonly Diagnostic[]>;
  /** where `keep` puts it, as shown to people */
  readonly shownPath: (kind: 'compiled' | 'run', node: RunnableNode) => string;
}
