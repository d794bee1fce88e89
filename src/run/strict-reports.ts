// Warnings told while a node runs that --warn-error takes for errors: the node ends as one that failed.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RunContext } from './context.ts';

/** Keeps such a warning until its node ends; every other one is told at once. */
export class StrictReports {
  /** the context whose reports are looked at */
  readonly ctx: RunContext;
  readonly #kept = new Map<string, Diagnostic[]>();

  constructor(ctx: RunContext) {
    const report = (told: Diagnostic): void => {
      if (told.node === undefined || ctx.judge(told)?.severity !== 'error') ctx.report(told);
      else this.#kept.set(told.node, [...(this.#kept.get(told.node) ?? []), told]);
    };
    this.ctx = { ...ctx, report };
  }

  /** What was kept for a node, once. */
  take(id: NodeId): readonly Diagnostic[] {
    const kept = this.#kept.get(id);
    if (kept === undefined) return [];
    this.#kept.delete(id);
    return kept;
  }
}
