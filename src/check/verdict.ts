import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';

export interface TypedColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * `wrong`: the engine refuses it. `unchecked`: something above it is wrong. `unjudged`: only the warehouse could tell, there or
 * somewhere above.
 */
export type Standing = 'ok' | 'wrong' | 'unchecked' | 'unjudged';

/** What was found out about one node. */
export interface Verdict {
  readonly id: NodeId;
  readonly standing: Standing;
  /** of what is unchecked or unjudged */
  readonly because?: string;
  /** the node or source with which that began */
  readonly origin?: NodeId;
  readonly diagnostics: readonly Diagnostic[];
  /** false: only the second form of an incremental model is wrong */
  readonly isCertain?: boolean;
}
