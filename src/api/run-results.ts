import { runResultsJson } from '../artifacts/run-results-json.ts';
import { writeJson } from '../artifacts/write.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';

interface RunResultsInput {
  readonly outcomes: readonly NodeOutcome[];
  readonly seconds: number;
  /** `which`, and what only this command has */
  readonly args: Readonly<Record<string, unknown>> & { readonly which: string };
  readonly options: ApiOptions;
}

/** Writes target/run_results.json; `args` is what `etl retry` runs again, so every option that changes a run is in it. */
export async function writeRunResults(
  project: OpenProject,
  invocation: Invocation,
  { outcomes, seconds, args, options }: RunResultsInput,
): Promise<void> {
  if (!project.writesJson) return;
  const json = runResultsJson(outcomes, {
    invocationId: invocation.id,
    startedAt: invocation.startedAt,
    generatedAt: invocation.now(),
    env: project.customEnv,
    elapsedSeconds: seconds,
    args: {
      invocation_command: `etl ${args.which}`,
      select: options.select ?? [],
      exclude: options.exclude ?? [],
      selector: options.selector ?? null,
      resource_types: options.resourceType ?? [],
      exclude_resource_types: options.excludeResourceType ?? [],
      state: options.state ?? null,
      defer: options.defer ?? false,
      defer_state: options.deferState ?? null,
      favor_state: options.favorState ?? false,
      vars: project.vars,
      target: project.targetName,
      profile: project.profileName,
      project_dir: project.dir,
      threads: project.threads,
      empty: options.empty ?? false,
      sample: options.sample ?? null,
      warn_error: options.warnError ?? false,
      warn_error_options: options.warnErrorOptions ?? {},
      full_refresh: options.fullRefresh ?? false,
      fail_fast: options.failFast ?? false,
      event_time_start: options.eventTimeStart ?? null,
      event_time_end: options.eventTimeEnd ?? null,
      offline: options.offline ?? false,
      store_failures: options.storeFailures ?? false,
      indirect_selection: options.indirectSelection ?? 'eager',
      test_before_publish: options.testBeforePublish ?? true,
      allow: options.allow ?? [],
      node_timeout: options.nodeTimeout ?? null,
      if_locked: options.ifLocked ?? 'wait',
      ...args,
    },
  });
  await writeJson(project.inTarget('run_results.json'), json);
}
