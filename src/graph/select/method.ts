import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { GraphNode } from '../../manifest/node.ts';
import type { PreviousState } from '../../manifest/previous-state.ts';

/** What a method is asked: `method.argument.argument:value`. */
interface MethodRequest {
  readonly value: string;
  readonly arguments: readonly string[];
  readonly manifest: Manifest;
  /** the earlier run of --state */
  readonly state?: PreviousState | undefined;
  /** told what is found on the way */
  readonly report?: ((diagnostic: Diagnostic) => void) | undefined;
}

/** Whether a criterion takes a node. */
export type Matcher = (node: GraphNode) => boolean;

/** A value that the method cannot understand. */
export interface MethodProblem {
  readonly problem: string;
  readonly hint?: string;
}
export type Method = (request: MethodRequest) => Matcher | MethodProblem;
