// The verbs that change the warehouse: seed, run, snapshot, test, build, clone.
import type { Connection } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { hookResults } from '../artifacts/hook-results.ts';
import type { NodeOutcome, Observer } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { dbtObject } from '../jinja/scope/dbt-object.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { during } from '../kernel/timeline.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ResourceType } from '../manifest/node.ts';
import { orderOf } from '../graph/order.ts';
import { behaviourFlag } from '../project/project-flags.ts';
import { Compiler } from '../plan/compile.ts';
import { StandInCompiler } from '../plan/compile-stand-ins.ts';
import { hasOutcome } from '../plan/fold-tests.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import { runScopes } from '../plan/run-scope.ts';
import type { RunContext } from '../run/context.ts';
import { execute, skipEverything } from '../run/execute.ts';
import type { RunRecord } from '../run/record.ts';
import { explainFailure } from '../run/explain.ts';
import { Debris } from '../run/debris.ts';
import { KnownRelations } from '../run/known-relations.ts';
import { Leftovers } from '../run/leftovers.ts';
import { storesFailures } from '../run/store-failures.ts';
import { runHooks } from '../run/run-hooks.ts';
import { timedCompiler, timedEvents } from '../run/timed.ts';
import { batchWishes } from './batches.ts';
import { cancelWhenAborted } from './cancel-when-aborted.ts';
import { lockOf } from './check.ts';
import { checkFirst } from './check-first.ts';
import { connect } from './connect.ts';
import { deferredRelations, stateRelations, type Deferred } from './defer.ts';
import { ifLockedOf } from './if-locked.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { openScratch } from './lazy-engine.ts';
import { nodeTimeoutOf } from './node-timeout.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { readingFor } from './reading.ts';
import { runFiles } from './run-files.ts';
import { beginRecord, statusOf } from './run-ledger.ts';
import { keepInHistory } from './keep-in-history.ts';
import { writeRunResults } from './run-results.ts';
import { selectNodes, withoutEmpty, withSelected } from './select.ts';
import { templateWarnings } from './template-warnings.ts';
import { warnOfUnheardGrants } from './unheard-grants.ts';
import { writeManifest } from './write-manifest.ts';

export type ExecutingVerb = 'seed' | 'run' | 'snapshot' | 'test' | 'build' | 'clone';

export interface RunResult {
  readonly outcomes: readonly NodeOutcome[];
  /** true when the call was interrupted */
  readonly cancelled: boolean;
  /** true when nothing failed: no error, no failed test, no failed hook */
  readonly ok: boolean;
  readonly seconds: number;
}

const WORKS_ON: Readonly<Record<ExecutingVerb, readonly ResourceType[]>> = {
  seed: ['seed'],
  run: ['model'],
  snapshot: ['snapshot'],
  test: ['test', 'unit_test'],
  build: ['model', 'seed', 'snapshot', 'test', 'unit_test', 'exposure'],
  clone: ['model', 'seed', 'snapshot'],
};

/**
 * Runs one of the executing verbs. Throws an EtlError when it could not begin; whatever happens to a node is an outcome. Writes
 * target/manifest.json and target/run_results.json.
 */
export async function executeVerb(
  verb: ExecutingVerb,
  options: ApiOptions = {},
): Promise<RunResult> {
  requireKnownHazards(options.allow ?? []);
  ifLockedOf(options.ifLocked);
  nodeTimeoutOf(options.nodeTimeout);
  const invocation = newInvocation(options);
  batchWishes(options, invocation);
  const opened = await openProject(options, invocation, verb);
  const isOffline = verb === 'test' && options.offline === true;
  const works = isOffline ? (['unit_test'] as const) : WORKS_ON[verb];
  const selected = withoutEmpty(opened, selectNodes(opened, options, works));
  if (isOffline) opened.report(leftOut(selectNodes(opened, options, ['test']).size));
  const project = withSelected(opened, selected);
  if (verb !== 'test') warnOfUnheardGrants(project, selected);
  const { timeline } = invocation;
  if (CHECKED.has(verb) && isCheckedFirst(project, options))
    await during(timeline, 'check', () => checkFirst(project, invocation, selected));
  await during(timeline, 'write manifest.json', () => writeManifest(project, invocation));
  const hasUnitTests = [...selected].some((id) => project.loaded.unitTests.has(id));
  const locked = hasUnitTests ? await lockOf(project) : undefined;
  const connection = await during(timeline, 'connect', () =>
    isOffline ? openScratch(project, invocation, project.threads) : connect(project, invocation),
  );
  const disarm = cancelWhenAborted(connection, invocation.signal);
  try {
    const deferred = await deferredRelations(project, selected, options, () =>
      Promise.resolve(connection),
    );
    const parts = { options, invocation, project, connection, selected, deferred, isOffline };
    const record = isOffline ? undefined : await beginRecord({ command: verb, ...parts });
    try {
      return await runSelected(verb, {
        ...parts,
        clones: verb === 'clone' ? stateRelations(project) : undefined,
        lockedSources: locked?.columns,
        record,
        disarm,
      });
    } catch (error) {
      disarm();
      // it could not begin, or what it did could not be told; an end that is written already stays
      await record?.end('error', invocation.now(), []);
      throw error;
    }
  } finally {
    disarm();
    await during(timeline, 'disconnect', () => connection.close());
  }
}

const CHECKED: ReadonlySet<ExecutingVerb> = new Set(['run', 'test', 'build']);

const isCheckedFirst = (
  { adapter, target }: OpenProject,
  { checkFirst: asked = false, offline = false }: ApiOptions,
): boolean => (asked === 'embedded' ? !offline && !adapter.isServer(target) : asked);

/** Data tests read what is built. */
const leftOut = (count: number): readonly Diagnostic[] =>
  count === 0
    ? []
    : [
        {
          code: 'ETL6111',
          severity: 'info',
          message: `${count === 1 ? 'one data test is' : `${count} data tests are`} left out: with --offline there is no warehouse to read`,
        },
      ];

const HAZARDS = ['drops_data'];

function requireKnownHazards(allowed: readonly string[]): void {
  const unknown = allowed.find((kind) => !HAZARDS.includes(kind));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, HAZARDS) ?? `Known: ${HAZARDS.join(', ')}.`;
  throw new EtlError([
    { code: 'ETL1001', severity: 'error', message: `--allow does not know "${unknown}"`, hint },
  ]);
}

interface Parts {
  readonly options: ApiOptions;
  readonly invocation: Invocation;
  readonly project: OpenProject;
  readonly connection: Connection;
  readonly selected: ReadonlySet<NodeId>;
  readonly deferred: Deferred;
  readonly clones: Deferred | undefined;
  readonly lockedSources: RunContext['lockedSources'];
  readonly record: RunRecord | undefined;
  /** from here on nothing is cancelled any more */
  readonly disarm: () => void;
  /** the engine is one of this machine with nothing in it */
  readonly isOffline: boolean;
}

const NO_HOOKS: Pick<Manifest, 'on_run_start' | 'on_run_end'> = {
  on_run_start: [],
  on_run_end: [],
};

async function runSelected(verb: ExecutingVerb, parts: Parts): Promise<RunResult> {
  const { options, invocation, project, selected } = parts;
  const observe = timedEvents(invocation.timeline, options.observe ?? ((): void => undefined));
  const executed = [...selected].filter((id) => hasOutcome(project.manifest, id));
  observe({
    kind: 'run_started',
    invocation: invocation.id,
    total: executed.length,
    threads: project.threads,
    command: verb,
  });
  const { timeline } = invocation;
  const found = await during(timeline, 'schemas', () => prepareSchemas(parts, executed));
  const ctx = makeContext(parts, observe, found);
  // as in dbt, a clone is no run: its hooks are not its. What hooks prepare is of no use where nothing is
  const { on_run_start, on_run_end } =
    verb === 'clone' || parts.isOffline ? NO_HOOKS : project.manifest;
  const begun = await during(timeline, 'on-run-start', () => runHooks(ctx, on_run_start, {}));
  if (begun.broken !== undefined) throw begun.broken;
  const isExecutedNow = new Set(executed);
  const goesOn =
    begun.ok || !behaviourFlag(project.loaded.project.flags, 'skip_nodes_if_on_run_start_fails');
  const outcomes = goesOn
    ? await during(timeline, 'nodes', () =>
        execute(ctx, project.graph, selected, {
          threads: project.threads,
          failFast: options.failFast ?? false,
          gate: verb === 'build',
          testBeforePublish: options.testBeforePublish ?? true,
        }),
      )
    : skipEverything(
        ctx,
        orderOf(project.graph).ids.filter((id) => isExecutedNow.has(id)),
      );
  await dropLeftovers(ctx);
  // a file that cannot be written does not change what happened in the warehouse
  for (const diagnostic of await ctx.files.settled())
    ctx.report({ ...diagnostic, severity: 'warning' });
  const ended = await runHooks(
    ctx,
    on_run_end,
    // as in dbt: what was skipped because nothing began is no result
    on_run_end.length === 0
      ? {}
      : {
          results: hookResults(goesOn ? outcomes : [], project.manifest),
          ...usedSchemas(outcomes, project),
        },
  );
  const seconds = (invocation.now().getTime() - invocation.startedAt.getTime()) / 1000;
  const cancelled = invocation.signal.aborted;
  // what happened is told even where it cannot be written down
  const written = await during(timeline, 'write run_results.json', () =>
    writeRunResults(project, invocation, {
      outcomes: [...begun.outcomes, ...outcomes, ...ended.outcomes],
      seconds,
      args: { which: verb, selected: selected.size },
      options,
    }),
  ).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  await keepInHistory(project, invocation, {
    outcomes,
    seconds,
    cancelled,
    command: verb,
    report: ctx.report,
  });
  const failed = outcomes.some((o) => ['error', 'fail', 'partial success'].includes(o.status));
  const ok = begun.ok && ended.ok && !failed;
  parts.disarm();
  const { record } = parts;
  if (record !== undefined)
    await during(timeline, 'end the run ledger', () =>
      record.end(statusOf(outcomes, { ok, cancelled }), invocation.now(), outcomes),
    );
  observe({ kind: 'run_finished', outcomes, cancelled, seconds });
  if (written !== undefined) throw written.error;
  if (ended.broken !== undefined) throw ended.broken;
  return { outcomes, cancelled, ok, seconds };
}

function makeContext(
  { options, invocation, project, connection, deferred, clones, lockedSources }: Parts,
  observe: Observer,
  found: Pick<RunContext, 'debris' | 'known'>,
): RunContext {
  const { manifest, loaded, dialect } = project;
  const report = (found: Diagnostic): void => {
    const diagnostic = project.judge(found);
    if (diagnostic !== undefined) observe({ kind: 'diagnostic', diagnostic });
  };
  const warn = templateWarnings(project, report);
  const reading = readingFor(project, options, invocation.startedAt, connection);
  const scopes = runScopes(loaded, { warn, deferred, ...reading });
  const compiler = new Compiler(manifest, project.host, scopes);
  // one that cannot be used would fail every node: it is told before anything runs
  compiler.comment(undefined);
  return {
    manifest,
    dialect,
    connection,
    compiler: timedCompiler(compiler, invocation.timeline),
    timeline: invocation.timeline,
    unitTestCompiler: new StandInCompiler(project.host, scopes),
    unitTests: loaded.unitTests,
    deferred,
    clones,
    lockedSources,
    runHook: (hook, names, log) => compiler.runHook(hook, toNames(names), log),
    invocationId: invocation.id,
    fullRefresh: options.fullRefresh ?? false,
    empty: options.empty ?? false,
    sample: reading.sample,
    batches: batchWishes(options, invocation, reading.sample),
    storeFailures: options.storeFailures ?? false,
    ifLocked: ifLockedOf(options.ifLocked),
    nodeTimeoutMs: nodeTimeoutOf(options.nodeTimeout),
    allow: new Set(options.allow ?? []),
    now: invocation.now,
    sleep: invocation.sleep,
    chance: invocation.chance,
    signal: invocation.signal,
    debug: options.debug ?? false,
    observe,
    report,
    judge: project.judge,
    said: new Set(),
    leftovers: new Leftovers(),
    ...found,
    files: runFiles(project),
  };
}

/** `schemas` and `database_schemas` of on-run-end: where this run built something. */
function usedSchemas(
  outcomes: readonly NodeOutcome[],
  { manifest }: Pick<OpenProject, 'manifest'>,
): Readonly<Record<'schemas' | 'database_schemas', unknown>> {
  const used = new Map<string, readonly [database: string, schema: string]>();
  for (const { id, status } of outcomes) {
    const node = manifest.nodes[id];
    if (node === undefined || node.resource_type === 'test' || node.relation_name === null)
      continue;
    if (status === 'error' || status === 'skipped') continue;
    used.set(JSON.stringify([node.database, node.schema]), [node.database ?? '', node.schema]);
  }
  const pairs = [...used.values()];
  return { schemas: [...new Set(pairs.map(([, schema]) => schema))], database_schemas: pairs };
}

/** `results` and `schemas` as templates of on-run-end see them. */
function toNames(names: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [name, dbtObject(value)]));
}

/**
 * Makes the schemas, before anything runs and one after the other, because concurrent CREATE SCHEMA statements disturb each
 * other in Postgres; then looks for what earlier runs left in them, and for what stands where views are to be made.
 */
async function prepareSchemas(
  { options, project, connection }: Parts,
  ids: readonly NodeId[],
): Promise<Pick<RunContext, 'debris' | 'known'>> {
  const views: RelationName[] = [];
  const wanted = new Map<string, { schema: string; database: string | undefined }>();
  for (const id of ids) {
    const node = project.manifest.nodes[id];
    if (node === undefined) continue;
    if (node.resource_type === 'test' && !storesFailures(node, options.storeFailures ?? false))
      continue;
    const relation = nodeRelation(node);
    if (node.resource_type === 'model' && node.config.materialized === 'view') views.push(relation);
    const { schema, database } = relation;
    wanted.set(`${database ?? ''}.${schema}`, { schema, database });
  }
  if (wanted.size === 0) return { debris: new Debris([]), known: KnownRelations.none };
  const { dialect } = project;
  try {
    return await connection.withSession('schemas', async (session) => {
      for (const { schema, database } of wanted.values())
        await session.execute(dialect.createSchema(schema, database));
      const schemas = [...new Set([...wanted.values()].map((w) => w.schema))];
      return {
        debris: await Debris.find(session, dialect, schemas),
        known: await KnownRelations.find(session, dialect, views, connection.sinceNow?.()),
      };
    });
  } catch (error) {
    if (isStatementFailure(error))
      throw new EtlError([explainFailure(error, {})], { cause: error });
    throw error;
  }
}

/** At the end of the run; a server that is gone by then is no reason to lose the report. */
async function dropLeftovers(ctx: RunContext): Promise<void> {
  if (ctx.leftovers.isEmpty) return;
  try {
    const warnings = await ctx.connection.withSession('leftovers', (session) =>
      ctx.leftovers.drop(session, ctx.dialect),
    );
    for (const warning of warnings) ctx.report(warning);
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    ctx.report({ ...explainFailure(error, {}), severity: 'warning' });
  }
}
