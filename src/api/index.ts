// The public API: what the command line does, minus the terminal. Loading errors throw an EtlError, node failures are outcomes.
import type { Plan } from '../plan/explain.ts';
import { executeVerb, type RunResult } from './execute.ts';
import type { ApiOptions } from './options.ts';

export type { ApiOptions, ProjectFacts } from './options.ts';
export type { RunResult } from './execute.ts';
export type { NodeOutcome, NodeStatus, Observer, RunEvent } from '../events/event.ts';
export type { Diagnostic, Span } from '../kernel/diagnostic.ts';
export {
  columns,
  type ColumnDifference,
  type ColumnsOptions,
  type ColumnsReport,
  type NodeColumns,
} from './columns.ts';
export { EtlError, isEtlError } from '../kernel/error.ts';
export { VERSION } from '../kernel/version.ts';
export type { Plan };

/** Builds the selected seeds, models and snapshots and runs their tests, in graph order. */
export const build = (options: ApiOptions = {}): Promise<RunResult> =>
  executeVerb('build', options);
/** Builds the selected models. */
export const run = (options: ApiOptions = {}): Promise<RunResult> => executeVerb('run', options);
/** Runs the selected tests on what is published. */
export const test = (options: ApiOptions = {}): Promise<RunResult> => executeVerb('test', options);
/** Loads the selected seeds. */
export const seed = (options: ApiOptions = {}): Promise<RunResult> => executeVerb('seed', options);
/** Records what has changed in the selected snapshots. */
export const snapshot = (options: ApiOptions = {}): Promise<RunResult> =>
  executeVerb('snapshot', options);
/** Puts views over the relations of an earlier run in the place of the selected nodes. */
export const clone = (options: ApiOptions = {}): Promise<RunResult> =>
  executeVerb('clone', options);

export { check, type CheckOptions, type CheckReport } from './check.ts';
export { clean } from './clean.ts';
export { compile } from './compile.ts';
export { debug } from './debug.ts';
export { deps, type DepsOptions } from './deps.ts';
export { diff, type DiffReport } from './diff.ts';
export { docsFromArtifacts } from './docs-from-artifacts.ts';
export { docsGenerate } from './docs-generate.ts';
export { docsServe } from './docs-serve.ts';
export { grants, type GrantsResult } from './grants.ts';
export { history, type History } from './history.ts';
export { init } from './init.ts';
export {
  lineage,
  type LineageColumn,
  type LineageNode,
  type LineageOptions,
  type LineageReport,
} from './lineage.ts';
export { list } from './list.ts';
export { parse } from './parse.ts';
export { plan } from './plan.ts';
export { recordUnitTest, type Recorded, type RecordOptions } from './record-unit-test.ts';
export { retry } from './retry.ts';
export { runOperation } from './run-operation.ts';
export { serve, type ServeOptions } from './serve.ts';
export { show } from './show.ts';
export { sourceFreshness } from './source-freshness.ts';
export { sourcesPull, type PulledSources } from './sources-pull.ts';
