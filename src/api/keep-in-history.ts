import { historyRun, keepRun } from '../artifacts/run-history.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';

interface Ended {
  readonly outcomes: readonly NodeOutcome[];
  readonly seconds: number;
  readonly cancelled: boolean;
  readonly command: string;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** Adds a run to the history of the project, for `etl history` and the site; nothing is kept of one without nodes. */
export async function keepInHistory(
  project: OpenProject,
  invocation: Invocation,
  { outcomes, report, ...ended }: Ended,
): Promise<void> {
  if (!project.writesJson || outcomes.length === 0) return;
  const run = historyRun(outcomes, {
    invocation: invocation.id,
    at: invocation.startedAt.toISOString(),
    target: project.targetName,
    ...ended,
  });
  const problem = await keepRun(project.dir, run, project.inTarget('').mask);
  if (problem !== undefined) report(problem);
}
