import type { ApiOptions } from './options.ts';

/** Keys that dbt leaves out while they are false. */
const SILENT_WHEN_FALSE: ReadonlySet<string> = new Set([
  'debug',
  'fail_fast',
  'full_refresh',
  'log_cache_events',
  'single_threaded',
  'store_failures',
  'use_experimental_parser',
  'warn_error',
]);

/**
 * `invocation_args_dict` of templates: the flags and the options of the call under dbt's names. What has neither a value nor a
 * default is not in it.
 */
export function invocationArgs(
  options: ApiOptions,
  flags: Readonly<Record<string, unknown>>,
  vars: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const lower = Object.entries(flags).map(([name, value]) => [name.toLowerCase(), value] as const);
  const all: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(lower),
    select: options.select,
    exclude: options.exclude,
    selector: options.selector,
    resource_types: options.resourceType,
    exclude_resource_types: options.excludeResourceType,
    state: options.state,
    defer: options.defer,
    defer_state: options.deferState,
    favor_state: options.favorState,
    profile: options.profile,
    target: options.target,
    threads: options.threads,
    project_dir: options.projectDir,
    event_time_start: options.eventTimeStart,
    event_time_end: options.eventTimeEnd,
    vars,
    ...more,
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([key, value]) =>
        value !== undefined && value !== null && !(value === false && SILENT_WHEN_FALSE.has(key)),
    ),
  );
}
