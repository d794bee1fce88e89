import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isStatementFailure } from '../adapter/failure.ts';
import { check as judge, type CheckedNode, type CheckResult } from '../check/check.ts';
import { LintSettings } from '../check/lints/lint-settings.ts';
import type { LockedSources } from '../check/source-lock.ts';
import { hasErrors, sortDiagnostics, type Diagnostic } from '../kernel/diagnostic.ts';
import { during } from '../kernel/timeline.ts';
import { EtlError } from '../kernel/error.ts';
import { sha256 } from '../kernel/hash.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ResourceType } from '../manifest/node.ts';
import { Compiler } from '../plan/compile.ts';
import { runScopes } from '../plan/run-scope.ts';
import { explainFailure } from '../run/explain.ts';
import { stoppable } from '../run/stoppable.ts';
import { hasMemory, Memories } from './check-memory.ts';
import { connect } from './connect.ts';
import { fileProblem } from './file-problem.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { LazyEngine, openScratch } from './lazy-engine.ts';
import { readLockFile } from './lock-file.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { runFiles } from './run-files.ts';
import { selectNodes, withoutEmpty, withSelected } from './select.ts';
import { templateWarnings } from './template-warnings.ts';

export interface CheckOptions extends ApiOptions {
  /** ask the embedded engine also where `target` is a server */
  readonly offline?: boolean;
}

export interface CheckReport {
  /** the engine that was asked, with its version: `postgres 18.4` */
  readonly engine: string;
  /** `embedded`: an engine of this machine with nothing in it; `target`: the server of the target */
  readonly where: 'embedded' | 'target';
  readonly target: string;
  readonly seconds: number;
  readonly nodes: readonly (CheckedNode & {
    readonly name: string;
    readonly resourceType: ResourceType;
    readonly path: string;
  })[];
  readonly diagnostics: readonly Diagnostic[];
  /** nothing of what was selected is wrong */
  readonly ok: boolean;
}

/**
 * Asks the engine about the SQL of the selected models, snapshots, seeds and data tests, without building anything: an embedded engine
 * with empty relations in it, or, when `target` names a server, that server, where nothing of it stays. Findings are
 * diagnostics of the report; what keeps the check from being made is an EtlError.
 */
export async function check(options: CheckOptions = {}): Promise<CheckReport> {
  const invocation = newInvocation(options);
  const isServerAsked = options.target !== undefined && options.offline !== true;
  let engine: LazyEngine | undefined;
  try {
    const project = await openProject(options, invocation, 'check', {
      onTarget: (early) => {
        const { adapter, target, targetDir, isChanged } = early;
        if (adapter.startsBeside !== true || (isServerAsked && adapter.isServer(target))) return;
        // where nothing may have changed, the engine may not be needed
        if (!isChanged && hasMemory(targetDir)) return;
        engine ??= new LazyEngine(() => openScratch(early, invocation), invocation);
        engine.begin();
      },
    });
    const isOnServer = isServerAsked && project.adapter.isServer(project.target);
    const selected = withoutEmpty(
      project,
      selectNodes(project, options, ['model', 'seed', 'snapshot', 'test']),
    );
    return await during(invocation.timeline, 'check', () =>
      checkProject(project, invocation, selected, isOnServer, engine),
    );
  } finally {
    await engine?.close();
  }
}

/** The same for a project that is open already. */
export async function checkProject(
  project: OpenProject,
  invocation: Invocation,
  selected: ReadonlySet<NodeId>,
  isOnServer: boolean,
  begun?: LazyEngine,
): Promise<CheckReport> {
  const startedAt = invocation.now();
  const asking = { selected, isOnServer, begun };
  const { found, engine, locked } = await askEngine(project, invocation, asking);
  const told = inOrder([
    ...found.diagnostics,
    ...otherVersion(project.dialect.name, engine, isOnServer ? undefined : locked),
  ]).flatMap((d) => project.judge(d) ?? []);
  return {
    engine: engine ?? project.dialect.name,
    where: isOnServer ? 'target' : 'embedded',
    target: project.targetName,
    seconds: (invocation.now().getTime() - startedAt.getTime()) / 1000,
    nodes: found.nodes.map((node) => ({ ...node, ...factsOf(project, node.id) })),
    diagnostics: told,
    ok: !hasErrors(told),
  };
}

export interface Asking {
  readonly selected: ReadonlySet<NodeId>;
  readonly isOnServer: boolean;
  readonly wantsLineage?: boolean;
  /** an engine that has been started for this */
  readonly begun?: LazyEngine | undefined;
}

export interface Answered {
  readonly found: CheckResult;
  /** `postgres 18.4` */
  readonly engine: string | undefined;
  readonly locked: LockedSources | undefined;
}

/** Starts the engine where it is needed, asks it, and stops it. Throws an EtlError where it cannot be asked, or when the call is stopped. */
export async function askEngine(
  project: OpenProject,
  invocation: Invocation,
  { selected, isOnServer, wantsLineage = false, begun }: Asking,
): Promise<Answered> {
  const locked = await lockOf(project);
  const stubs = await stubsOf(project);
  const memories = new Memories(project, { stubs, isUsed: !isOnServer && !wantsLineage });
  const engine =
    begun ??
    new LazyEngine(
      () => (isOnServer ? connect(project, invocation) : openScratch(project, invocation)),
      invocation,
    );
  const { signal } = invocation;
  try {
    const { manifest, graph, host } = project;
    const asking = isOnServer ? project.dialect.analysis.asking?.() : undefined;
    const dialect =
      asking === undefined ? project.dialect : { ...project.dialect, analysis: asking.analysis };
    const compiler = new Compiler(
      manifest,
      host,
      runScopes(withSelected(project, selected).loaded, {
        warn: templateWarnings(project, (d) => project.report([d])),
      }),
    );
    const memory = await memories.read();
    const found = await judge({
      manifest,
      graph,
      dialect,
      compiler,
      withSession: (use) =>
        engine.session((session, version) => {
          const heard = stoppable(session, () => signal.aborted);
          return use(asking?.over(heard) ?? heard, `${dialect.name} ${version}`);
        }),
      selected,
      places: isOnServer ? placesOf(project, invocation) : undefined,
      locked,
      stubs,
      runHook: (hook) => compiler.runHook(hook, {}, () => undefined),
      seed: runFiles(project).seed,
      now: invocation.startedAt,
      lints: new LintSettings(project.loaded.project.flags['lints']),
      memory,
      wantsLineage,
    });
    const name =
      engine.version === undefined ? memory?.engine : `${dialect.name} ${engine.version}`;
    if (found.memory !== memory?.nodes)
      await memories.write({ engine: name ?? dialect.name, nodes: found.memory });
    return { found, engine: name, locked };
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    throw new EtlError([explainFailure(error, {})], { cause: error });
  } finally {
    await engine.close();
  }
}

/** Mistakes and warnings by their place, then what is only noted. */
const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => {
  const isNote = (d: Diagnostic): boolean => d.severity === 'info';
  return [...sortDiagnostics(diagnostics.filter((d) => !isNote(d))), ...diagnostics.filter(isNote)];
};

const factsOf = ({ manifest }: OpenProject, id: NodeId) => {
  const node = manifest.nodes[id];
  return {
    name: node?.name ?? id,
    resourceType: node?.resource_type ?? ('model' as const),
    path: node?.original_file_path ?? '',
  };
};

/** In a warehouse relations are made beside the real ones, in schemas of the check's own. */
function placesOf(
  { manifest }: OpenProject,
  { id: invocationId }: Invocation,
): ReadonlyMap<NodeId, RelationName> {
  const prefix = `__etl_check_${sha256(invocationId).slice(0, 8)}`;
  const schemas = new Map<string, string>();
  const schemaFor = (schema: string): string => {
    const known = schemas.get(schema) ?? `${prefix}_${schemas.size}`;
    schemas.set(schema, known);
    return known;
  };
  return new Map(
    Object.values(manifest.nodes).flatMap((node) =>
      node.resource_type === 'test' || node.resource_type === 'analysis'
        ? []
        : [[node.unique_id, { schema: schemaFor(node.schema), name: node.alias }] as const],
    ),
  );
}

/** What schema.lock.yml says for the engine of the target; undefined where there is no such file. */
export const lockOf = async ({ dir, dialect }: OpenProject): Promise<LockedSources | undefined> =>
  (await readLockFile(dir))?.lock.get(dialect.name);

/** The text of the file that `flags: check_stubs` names. */
export async function stubsOf(project: OpenProject): Promise<readonly string[]> {
  const { check_stubs: file } = project.loaded.project.flags;
  if (typeof file !== 'string' || file === '') return [];
  const path = join(project.dir, file);
  try {
    return [await readFile(path, 'utf8')];
  } catch (error) {
    throw fileProblem(error, file);
  }
}

/** Major version: what decides which SQL there is. */
const release = (engine: string, version: string): string =>
  version
    .split('.')
    .slice(0, engine === 'clickhouse' ? 2 : 1)
    .join('.');

function otherVersion(
  dialect: string,
  engine: string | undefined,
  locked: LockedSources | undefined,
): readonly Diagnostic[] {
  const version = engine?.slice(dialect.length + 1) ?? '';
  if (locked === undefined || locked.version === '' || version === '') return [];
  if (release(dialect, version) === release(dialect, locked.version)) return [];
  return [
    {
      code: 'ETL6051',
      severity: 'info',
      message: `checked by ${engine}; the warehouse had ${locked.version} when its sources were pulled`,
      hint: 'What one version takes another may refuse: check on the server too, with --target.',
    },
  ];
}
