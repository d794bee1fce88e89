// What a node does while another run works on its relation: wait and say for whom, fail, or be skipped.
import { isStatementFailure } from '../adapter/failure.ts';
import type { LockWish } from '../adapter/lock.ts';
import type { RunnableNode } from '../manifest/node.ts';
import type { RunContext } from './context.ts';
import type { RelationResult } from './run-relation.ts';

/** `--if-locked`; `wait` waits for `patienceMs`, the others not at all. */
export interface IfLocked {
  readonly kind: 'wait' | 'fail' | 'skip';
  readonly patienceMs: number;
}

/** How a node waits for the lock of its relation; the waiting is told. */
export const lockWish = (
  { ifLocked: { kind, patienceMs }, observe }: RunContext,
  node: RunnableNode,
): LockWish => ({
  patienceMs: kind === 'wait' ? patienceMs : 0,
  waiting: (holder) =>
    observe({
      kind: 'log',
      message: `${node.name} waits: another run works on it: ${holder}`,
      info: true,
      node: node.unique_id,
    }),
});

/** The outcome of a node that is skipped because another run works on it, which is told; undefined for every other error. */
export function skippedAsLocked(
  { ifLocked, observe }: RunContext,
  node: RunnableNode,
  error: unknown,
): RelationResult | undefined {
  if (ifLocked.kind !== 'skip' || !isStatementFailure(error)) return undefined;
  if (error.error.kind !== 'locked') return undefined;
  const message = `skipped: ${error.error.message}`;
  observe({ kind: 'log', message: `${node.name} is ${message}`, info: true, node: node.unique_id });
  return { status: 'skipped', message, diagnostics: [] };
}
