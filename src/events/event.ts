import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ToldAs } from '../kernel/told-as.ts';

/** dbt's status words. */
export type NodeStatus =
  | 'success'
  | 'error'
  | 'skipped'
  | 'pass'
  | 'fail'
  | 'warn'
  | 'no-op'
  | 'partial success'
  | 'runtime error';

/** The windows of a microbatch model, by how they ended. */
export interface BatchResults {
  readonly successful: readonly { readonly start: Date; readonly end: Date }[];
  readonly failed: readonly { readonly start: Date; readonly end: Date }[];
}

/** One window of a microbatch model among those of a run. */
export interface BatchPlace {
  /** when it begins, as short as its size allows: `2024-08-31` */
  readonly label: string;
  /** from 1 on */
  readonly position: number;
  readonly total: number;
}

/** How one node ended. */
export interface NodeOutcome {
  readonly id: NodeId;
  readonly status: NodeStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly compiledAt?: Date;
  /** which worker ran it: 'Thread-1' ... */
  readonly thread: string;
  /** rows changed by a model or loaded by a seed, when the engine tells */
  readonly rows?: number;
  /** failing rows of a test */
  readonly failures?: number;
  /** one line for people: `SELECT 1200`, `Got 3 results, configured to fail if != 0` */
  readonly message?: string;
  readonly diagnostics: readonly Diagnostic[];
  /** up to five failing rows of a test */
  readonly sample?: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly unknown[])[];
  };
  readonly batches?: BatchResults | undefined;
  readonly compiledCode?: string;
  readonly relationName?: string;
  /** the first failed or skipped ancestor that made this node be skipped */
  readonly because?: NodeId;
}

/** How old a source was found to be: `error` is too old, `runtime error` could not be asked. */
export interface FreshnessOutcome extends NodeOutcome {
  /** microseconds since 1970 */
  readonly measured?: { readonly maxLoadedAt: bigint; readonly snapshottedAt: bigint };
}

/** What happens in a run, for observers. */
export type RunEvent =
  | {
      readonly kind: 'run_started';
      readonly invocation: string;
      readonly total: number;
      readonly threads: number;
      readonly command: string;
    }
  | {
      readonly kind: 'node_started';
      readonly id: NodeId;
      readonly position: number;
      readonly at: Date;
      /** its template takes no time to speak of: whoever tells of it may do so a moment later */
      readonly isQuick?: boolean;
    }
  | {
      readonly kind: 'node_finished';
      readonly outcome: NodeOutcome;
      readonly position: number;
      readonly total: number;
    }
  | {
      readonly kind: 'batch_started';
      readonly id: NodeId;
      readonly batch: BatchPlace;
      readonly at: Date;
    }
  | {
      readonly kind: 'batch_finished';
      readonly id: NodeId;
      readonly batch: BatchPlace;
      readonly startedAt: Date;
      readonly finishedAt: Date;
      readonly status: 'success' | 'error' | 'skipped';
      /** `SELECT 1200`; empty unless it went well */
      readonly message: string;
    }
  | {
      readonly kind: 'statement_sent';
      readonly id: NodeId;
      readonly sql: string;
      /** as of `node_started` */
      readonly isQuick?: boolean;
    }
  | {
      readonly kind: 'hook_finished';
      readonly name: string;
      readonly ok: boolean;
      readonly ms: number;
    }
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic }
  | {
      readonly kind: 'log';
      readonly message: string;
      readonly info: ToldAs;
      readonly node?: NodeId;
    }
  | {
      readonly kind: 'run_finished';
      readonly outcomes: readonly NodeOutcome[];
      readonly cancelled: boolean;
      readonly seconds: number;
    };

/** May be slow or broken; the run never waits for, or fails because of, one. */
export type Observer = (event: RunEvent) => void;
