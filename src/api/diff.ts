import { unchangedSince } from '../check/memory.ts';
import { scopeOf } from '../check/scope.ts';
import type { CheckContext } from '../check/check-context.ts';
import { check as judge } from '../check/check.ts';
import { impactOf, type ModelImpact, type Side } from '../check/impact/impact.ts';
import { LEVELS, type Level } from '../check/impact/finding.ts';
import type { Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { Compiler } from '../plan/compile.ts';
import { runScopes } from '../plan/run-scope.ts';
import { explainFailure } from '../run/explain.ts';
import { lockOf, stubsOf } from './check.ts';
import { interrupted, revisionIn, withRevision } from './git-revision.ts';
import { newInvocation, type Invocation } from './invocation.ts';
import { LazyEngine, openScratch } from './lazy-engine.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';
import { runFiles } from './run-files.ts';
import { selectNodes } from './select.ts';

export interface DiffReport {
  /** what was compared with, as it was named */
  readonly state: string;
  readonly target: string;
  /** absent where nothing had to be asked */
  readonly engine?: string;
  readonly seconds: number;
  /** the worst first */
  readonly models: readonly ModelImpact[];
  readonly counts: Readonly<Record<Level, number>>;
  /** name of what is reached, by its id */
  readonly names: Readonly<Record<NodeId, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Says what the changes since `options.state` (`git:<revision>`) mean for each model and for what reads it. Columns, types and queries
 * are compared as the embedded engine understands them on both sides, over empty relations; no warehouse is touched. Throws an EtlError
 * when one of the sides cannot be read.
 */
export async function diff(options: ApiOptions = {}): Promise<DiffReport> {
  const invocation = newInvocation(options);
  const { state, ...rest } = options;
  const revision = state === undefined ? undefined : revisionIn(state);
  if (state === undefined || revision === undefined) throw noState(state);
  const now = await openProject(rest, invocation, 'diff');
  const present = { dir: now.dir, packagesDir: now.loaded.project.packagesInstallPath };
  return withRevision(revision, present, invocation, async (found) => {
    const then = await openThen(rest, invocation, found, revision);
    const report = await compareProjects(then, now, invocation, options, state);
    return { ...report, diagnostics: [...found.notes, ...report.diagnostics] };
  });
}

const noState = (folder: string | undefined): EtlError =>
  new EtlError([
    {
      code: 'ETL1001',
      severity: 'error',
      message:
        folder === undefined
          ? 'etl diff needs a revision to compare with'
          : `etl diff compares with a revision of Git, and --state ${folder} names a folder`,
      hint: 'Name a revision of Git: etl diff --state git:origin/main.',
    },
  ]);

/** The project of then, read with the words and the connection of now. */
async function openThen(
  options: ApiOptions,
  invocation: Invocation,
  { dir, targetDir }: { readonly dir: string; readonly targetDir: string },
  revision: string,
): Promise<OpenProject> {
  const { report: _, onProject: __, ...kept } = options;
  try {
    return await openProject(
      { ...kept, projectDir: dir, targetPath: targetDir, partialParse: false, writeJson: false },
      invocation,
      'diff',
    );
  } catch (error) {
    if (!isEtlError(error)) throw error;
    throw new EtlError(
      error.diagnostics.map((d) => ({ ...d, message: `at ${revision}: ${d.message}` })),
      { cause: error },
    );
  }
}

const MADE: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot']);

/** Compares two projects that are read. */
async function compareProjects(
  then: OpenProject,
  now: OpenProject,
  invocation: Invocation,
  options: ApiOptions,
  state: string,
): Promise<Omit<DiffReport, 'diagnostics'> & { readonly diagnostics: readonly Diagnostic[] }> {
  const startedAt = invocation.now();
  const sides = [await contextOf(then, invocation), await contextOf(now, invocation)] as const;
  const changed = changedIn(...sides);
  const touched = new Set([...belowAll(then, changed), ...belowAll(now, changed)]);
  const engine = new Engines(now, invocation);
  try {
    const [before, after] = [
      await judged(sides[0], then, touched, engine),
      await judged(sides[1], now, touched, engine),
    ];
    const all = impactOf({ before, after, changed, analysis: now.dialect.analysis });
    const models = inOrder(selectedOf(now, options, all));
    return {
      state,
      target: now.targetName,
      ...(engine.name === undefined ? {} : { engine: engine.name }),
      seconds: (invocation.now().getTime() - startedAt.getTime()) / 1000,
      models,
      counts: Object.fromEntries(
        LEVELS.map((level) => [level, models.filter((m) => m.level === level).length]),
      ) as DiffReport['counts'],
      names: Object.fromEntries(
        models
          .flatMap((m) => m.reaches)
          .map((id) => [id, nameOf(now, id) ?? nameOf(then, id) ?? id]),
      ),
      diagnostics: [],
    };
  } catch (error) {
    if (!isStatementFailure(error)) throw error;
    throw new EtlError([explainFailure(error, {})], { cause: error });
  } finally {
    await engine.close();
  }
}

const nameOf = ({ manifest }: OpenProject, id: NodeId): string | undefined =>
  manifest.nodes[id]?.name ?? manifest.exposures[id]?.name;

type SideContext = Omit<CheckContext, 'withSession' | 'selected'> & {
  readonly own: ReadonlyMap<NodeId, string>;
};

async function contextOf(project: OpenProject, invocation: Invocation): Promise<SideContext> {
  const { manifest, graph, dialect, host } = project;
  const compiler = new Compiler(
    manifest,
    host,
    runScopes(project.loaded, { warn: () => undefined }),
  );
  const context: SideContext = {
    manifest,
    graph,
    dialect,
    compiler,
    places: undefined,
    locked: await lockOf(project),
    stubs: await stubsOf(project),
    runHook: (hook) => compiler.runHook(hook, {}, () => undefined),
    seed: runFiles(project).seed,
    now: invocation.startedAt,
    outlines: true,
    wantsLineage: true,
    own: new Map(),
  };
  const ids = Object.values(manifest.nodes)
    .filter((node) => MADE.has(node.resource_type))
    .map((node) => node.unique_id);
  const selected = new Set([...ids, ...Object.values(manifest.sources).map((s) => s.unique_id)]);
  const asked = { ...context, selected, withSession: neverAsked };
  const { own } = unchangedSince(asked, scopeOf(manifest, graph, selected), undefined);
  return { ...context, own };
}

const neverAsked = (): Promise<never> =>
  Promise.reject(new Error('texts are compared without an engine'));

/** Nodes and sources whose text, config or declared columns are others, or may be. */
function changedIn(then: SideContext, now: SideContext): ReadonlySet<NodeId> {
  const macros = (side: SideContext): string =>
    Object.values(side.manifest.macros)
      .map((m) => `${m.unique_id}\n${m.macro_sql}`)
      .join('\n');
  const sameMacros = macros(then) === macros(now);
  const ids = [then, now].flatMap(({ manifest }) => [
    ...Object.values(manifest.nodes).flatMap((n) =>
      MADE.has(n.resource_type) ? [n.unique_id] : [],
    ),
    ...Object.values(manifest.sources).map((s) => s.unique_id),
  ]);
  return new Set(
    ids.filter((id) => {
      const [a, b] = [then.own.get(id), now.own.get(id)];
      if (a !== undefined || b !== undefined) return a !== b;
      // its template asks the warehouse, or it is a large seed
      const [old, node] = [then.manifest.nodes[id], now.manifest.nodes[id]];
      const facts = (n: typeof old): string =>
        JSON.stringify([n?.raw_code, n?.config, n?.checksum]);
      return !sameMacros || facts(old) !== facts(node);
    }),
  );
}

/** They and everything below them. */
function belowAll({ graph }: OpenProject, ids: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const found = new Set(ids);
  const stack = [...ids];
  for (let id = stack.pop(); id !== undefined; id = stack.pop())
    for (const child of graph.children(id))
      if (!found.has(child)) {
        found.add(child);
        stack.push(child);
      }
  return found;
}

/** Asks the engine about those that are touched. */
async function judged(
  context: SideContext,
  { manifest, graph }: OpenProject,
  touched: ReadonlySet<NodeId>,
  engine: Engines,
): Promise<Side> {
  const selected = new Set(
    [...touched].filter((id) => MADE.has(manifest.nodes[id]?.resource_type ?? '')),
  );
  engine.requireTime();
  const found = await judge({
    ...context,
    selected,
    withSession: (use) => engine.session(use),
  });
  return {
    manifest,
    graph,
    checked: new Map(found.nodes.map((node) => [node.id, node])),
    lineage: found.lineage,
  };
}

/** The engine of checks, for one side after the other. */
class Engines {
  readonly #open: () => LazyEngine;
  readonly #isShared: boolean;
  readonly #dialect: string;
  readonly #signal: AbortSignal;
  #engine: LazyEngine | undefined;
  #name: string | undefined;

  constructor(project: OpenProject, invocation: Invocation) {
    this.#open = () => new LazyEngine(() => openScratch(project, invocation), invocation);
    // where all is taken back, the next side finds nothing of the one before
    this.#isShared = project.dialect.can.transactionalDdl;
    this.#dialect = project.dialect.name;
    this.#signal = invocation.signal;
  }

  get name(): string | undefined {
    return this.#name;
  }

  /** Throws when the call is to end. */
  requireTime(): void {
    if (this.#signal.aborted) throw interrupted();
  }

  async session<T>(use: (session: Session, engine: string) => Promise<T>): Promise<T> {
    if (!this.#isShared) await this.close();
    this.#engine ??= this.#open();
    return this.#engine.session((session, version) => {
      this.#name = `${this.#dialect} ${version}`;
      return use(session, this.#name);
    });
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.close();
  }
}

function selectedOf(
  project: OpenProject,
  options: ApiOptions,
  models: readonly ModelImpact[],
): readonly ModelImpact[] {
  const { select, exclude, selector } = options;
  if (select === undefined && exclude === undefined && selector === undefined) return models;
  const chosen = selectNodes(project, options, ['model', 'seed', 'snapshot']);
  return models.filter((m) => chosen.has(m.id));
}

const inOrder = (models: readonly ModelImpact[]): readonly ModelImpact[] =>
  models.toSorted(
    (a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || (a.name < b.name ? -1 : 1),
  );
