import type { QueryOutline } from '../adapter/analysis.ts';
import { ask, type Session } from '../adapter/contract.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey, type Column } from '../kernel/relation.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import type { CheckContext } from './check-context.ts';
import { brokenContracts, undescribed } from './compare-promises.ts';
import { readLineage, type NodeLineage } from './lineage.ts';
import { explainRefusal, type Surroundings } from './explain-refusal.ts';
import {
  MemoryUnfit,
  neededFor,
  remembered,
  unchangedSince,
  type CheckMemory,
  type Remembered,
  type Unchanged,
} from './memory.ts';
import { Lints } from './lints/lints.ts';
import { notesOf, sourceNotes } from './notes.ts';
import { outlinesOf } from './outlines.ts';
import { plainTemplate } from './plain-template.ts';
import type { SourceNode } from '../manifest/node.ts';
import { scopeOf, type CheckScope } from './scope.ts';
import { Shadow } from './shadow.ts';
import { makeStubs } from './stub-statements.ts';
import { SIDE_SCHEMA, type Task } from './tasks.ts';
import type { Standing, TypedColumn, Verdict } from './verdict.ts';
import { Walk, type Refusal } from './walk.ts';

type Probed = NonNullable<Remembered['lints']>;

export interface CheckedNode {
  readonly id: NodeId;
  readonly standing: Standing;
  readonly because?: string;
  /** of what makes a relation, where they are known */
  readonly columns?: readonly TypedColumn[];
  readonly diagnostics: readonly Diagnostic[];
  /** false: another form of it, or a relation that is not as here, may still do in a run */
  readonly isCertain: boolean;
  /** how the engine understands its query; only where that was asked for and could be told */
  readonly outline?: QueryOutline;
}

export interface CheckResult {
  /** those that were selected */
  readonly nodes: readonly CheckedNode[];
  /** of nodes and of what surrounds them, in the order in which they should be read */
  readonly diagnostics: readonly Diagnostic[];
  /** for the next check */
  readonly memory: CheckMemory['nodes'];
  /** of everything that was looked at, each after what it reads */
  readonly order: readonly NodeId[];
  /** of all that was taken, where it is wanted */
  readonly lineage: ReadonlyMap<NodeId, NodeLineage>;
  /** columns of everything that was looked at */
  readonly columns: ReadonlyMap<NodeId, readonly TypedColumn[]>;
}

/**
 * Asks the engine about the SQL of every selected node and of all that it is made from, over empty relations. Whatever was made is
 * gone when it returns. What was sound before and has not changed is not asked again. Throws what keeps the engine from being asked.
 */
export async function check(ctx: CheckContext): Promise<CheckResult> {
  const scope = scopeOf(ctx.manifest, ctx.graph, ctx.selected);
  const isRemembered = ctx.places === undefined && ctx.wantsLineage !== true;
  const memory = isRemembered ? ctx.memory : undefined;
  try {
    return await checkFrom(ctx, scope, memory);
  } catch (error) {
    if (!(error instanceof MemoryUnfit)) throw error;
    return checkFrom({ ...ctx, memory: undefined }, scope, undefined);
  }
}

const NOTHING_KNOWN: Unchanged = {
  clean: new Map(),
  own: new Map(),
  first: () => undefined,
  second: () => undefined,
};

async function checkFrom(
  ctx: CheckContext,
  scope: CheckScope,
  memory: CheckMemory | undefined,
): Promise<CheckResult> {
  const isOnServer = ctx.places !== undefined;
  const unchanged = isOnServer ? NOTHING_KNOWN : unchangedSince(ctx, scope, memory);
  const needed = neededFor(ctx, scope, unchanged);
  const found =
    needed.size === 0
      ? {
          verdicts: [],
          undeclared: [],
          stubs: [],
          refused: new Map(),
          extensible: new Set<NodeId>(),
          outlines: new Map<NodeId, QueryOutline>(),
          columns: unchanged.clean,
          lineage: new Map(),
          taken: [],
          lints: new Map<NodeId, Probed>(),
        }
      : await ctx.withSession((session, engine) => {
          if (memory !== undefined && memory.engine !== engine) throw new MemoryUnfit();
          return asked(ctx, scope, session, unchanged, needed, memory);
        });
  const lints = lintsFrom(ctx, scope, unchanged, found.taken, found.columns);
  const lintsOf = (id: NodeId): Probed | undefined =>
    found.lints.get(id) ?? (unchanged.clean.has(id) ? memory?.nodes[id]?.lints : undefined);
  const judgedNow = new Map(found.verdicts.map((v) => [v.id, v]));
  const verdicts = scope.order.flatMap(
    (id): Verdict | readonly Verdict[] =>
      judgedNow.get(id) ?? (unchanged.clean.has(id) ? { id, standing: 'ok', diagnostics: [] } : []),
  );
  const nodes = verdicts
    .filter((v) => ctx.selected.has(v.id))
    .map((v) => judged(v, found.refused.get(v.id) ?? [], ctx, found.columns))
    .map((node) => withLints(node, lints, lintsOf(node.id) ?? []))
    .map((node) => (found.extensible.has(node.id) ? { ...node, isCertain: false } : node))
    .map((node) => withOutline(node, found.outlines.get(node.id)));
  const isWrong = new Set(nodes.filter((n) => n.standing !== 'ok').map((n) => n.id));
  const isSound = new Set(
    verdicts.filter((v) => v.standing === 'ok' && !isWrong.has(v.id)).map((v) => v.id),
  );
  return {
    nodes,
    order: scope.order,
    lineage: found.lineage,
    columns: found.columns,
    memory: remembered(
      scope,
      memory,
      unchanged,
      (id) => isSound.has(id) && found.stubs.length === 0,
      (id) => found.columns.get(id),
      lintsOf,
    ),
    diagnostics: [
      ...found.stubs,
      ...nodes.flatMap((n) => n.diagnostics),
      ...(ctx.lints?.problems(nodes.flatMap(({ id }) => ctx.manifest.nodes[id] ?? [])) ?? []),
      ...sourceNotes(ctx.manifest, found.undeclared, verdicts),
      ...notesOf(
        ctx.manifest,
        verdicts.filter((v) => ctx.selected.has(v.id)),
      ),
    ],
  };
}

interface Found {
  readonly verdicts: readonly Verdict[];
  readonly undeclared: readonly SourceNode[];
  readonly stubs: readonly Diagnostic[];
  readonly refused: ReadonlyMap<NodeId, readonly Diagnostic[]>;
  /** refused for what another server may have: an operator, a cast */
  readonly extensible: ReadonlySet<NodeId>;
  readonly columns: ReadonlyMap<NodeId, readonly TypedColumn[]>;
  readonly lineage: ReadonlyMap<NodeId, NodeLineage>;
  readonly outlines: ReadonlyMap<NodeId, QueryOutline>;
  readonly taken: readonly Task[];
  readonly lints: ReadonlyMap<NodeId, Probed>;
}

const withOutline = (node: CheckedNode, outline: QueryOutline | undefined): CheckedNode =>
  outline === undefined ? node : { ...node, outline };

/** What the engine says. */
async function asked(
  ctx: CheckContext,
  scope: CheckScope,
  session: Session,
  unchanged: Unchanged,
  needed: ReadonlySet<NodeId>,
  memory: CheckMemory | undefined,
): Promise<Found> {
  const schemas = schemasOf(ctx, scope);
  const { analysis } = ctx.dialect;
  const ground = { schemas, isWarehouse: ctx.places !== undefined };
  const shadow = new Shadow(session, analysis, ground);
  try {
    await shadow.open();
    const stubs = ground.isWarehouse ? [] : await makeStubs(ctx, shadow, schemas);
    const walk = new Walk(ctx, scope, shadow, unchanged);
    await walk.run(needed);
    const relations = await ask(session, analysis.columns(schemas));
    const columns = new Map([...unchanged.clean, ...columnsById(ctx, walk, relations)]);
    const around: Surroundings = {
      manifest: ctx.manifest,
      scope,
      columnsOf: (id) => columns.get(id),
      had: (id) => memory?.nodes[id],
      backslashEscapes: analysis.backslashEscapes,
    };
    const refused = new Map<NodeId, readonly Diagnostic[]>();
    const extensible = new Set<NodeId>();
    for (const refusal of walk.refusals) {
      const id = refusal.task.node.unique_id;
      if (refused.has(id)) continue;
      refused.set(id, [await explained(refusal, shadow, around)]);
      if (analysis.fault(refusal.failure.error).isExtensible) extensible.add(id);
    }
    for (const [id, list] of await brokenContracts(ctx, session, walk.verdicts, unchanged.clean))
      refused.set(id, [...(refused.get(id) ?? []), ...list]);
    const lineage =
      ctx.wantsLineage === true
        ? await readLineage(ctx, shadow, walk.taken, { schemas, relations })
        : new Map<NodeId, NodeLineage>();
    const isAsked = (id: NodeId): boolean =>
      ctx.selected.has(id) && walk.verdicts.get(id)?.standing === 'ok';
    const tasks = walk.taken.filter((task) => isAsked(task.node.unique_id));
    const lints = lintsFrom(ctx, scope, unchanged, walk.taken, columns);
    const probed = new Map<NodeId, Probed>();
    for (const { id, standing } of walk.verdicts.values())
      if (standing === 'ok' && !refused.has(id) && !unchanged.clean.has(id))
        probed.set(id, await lints.probed(id, shadow));
    return {
      lineage,
      outlines: ctx.outlines === true ? await outlinesOf(shadow, tasks) : new Map(),
      verdicts: [...walk.verdicts.values()],
      extensible,
      taken: walk.taken,
      lints: probed,
      undeclared: walk.undeclared,
      stubs,
      refused,
      columns,
    };
  } finally {
    await shadow.close();
  }
}

function schemasOf(ctx: CheckContext, { order }: CheckScope): readonly string[] {
  const own = ctx.dialect.analysis.ownSchemas;
  const schemas = order.flatMap((id) => {
    const place = ctx.places?.get(id);
    if (ctx.places !== undefined) return place === undefined ? [] : [place.schema];
    return ctx.manifest.nodes[id]?.schema ?? ctx.manifest.sources[id]?.schema ?? [];
  });
  return [...new Set([...schemas, SIDE_SCHEMA])].filter((schema) => !own.has(schema));
}

function columnsById(
  ctx: CheckContext,
  walk: Walk,
  found: readonly ({ readonly relation: Parameters<typeof relationKey>[0] } & Column)[],
): ReadonlyMap<NodeId, readonly TypedColumn[]> {
  const byRelation = new Map<string, TypedColumn[]>();
  for (const { relation, name, type } of found) {
    const key = relationKey(relation);
    const list = byRelation.get(key);
    if (list === undefined) byRelation.set(key, [{ name, type }]);
    else list.push({ name, type });
  }
  const columns = new Map<NodeId, readonly TypedColumn[]>();
  for (const id of walk.verdicts.keys()) {
    const node = ctx.manifest.nodes[id];
    const source = ctx.manifest.sources[id];
    const place =
      source === undefined
        ? node === undefined || node.resource_type === 'test'
          ? undefined
          : walk.placeOf(node)
        : { schema: source.schema, name: source.identifier };
    const list = place === undefined ? undefined : byRelation.get(relationKey(place));
    if (list !== undefined) columns.set(id, list);
  }
  return columns;
}

async function explained(
  refusal: Refusal,
  shadow: Shadow,
  around: Surroundings,
): Promise<Diagnostic> {
  const { analysis, session } = shadow;
  const fault = analysis.fault(refusal.failure.error);
  const known =
    fault.kind === 'function' && fault.name !== undefined
      ? analysis.hasFunction?.(fault.name)
      : undefined;
  const isThere = known !== undefined && (await ask(session, known))[0] === true;
  return explainRefusal(refusal, isThere ? { kind: 'type' } : fault, around);
}

/** The lints over the texts that were taken, and over those that were sound before. */
function lintsFrom(
  ctx: CheckContext,
  scope: CheckScope,
  { clean, first, second }: Unchanged,
  taken: readonly Task[],
  columns: ReadonlyMap<NodeId, readonly TypedColumn[]>,
): Lints {
  const forms = new Map<NodeId, CompiledNode[]>();
  for (const task of taken)
    forms.set(task.node.unique_id, [...(forms.get(task.node.unique_id) ?? []), task.compiled]);
  const known = (id: NodeId): readonly CompiledNode[] =>
    [first(id), second(id)].flatMap((text) => text ?? []);
  return new Lints(
    ctx,
    scope,
    (id) => forms.get(id) ?? known(id),
    (id) => columns.get(id),
    (node) =>
      clean.has(node.unique_id) && !forms.has(node.unique_id)
        ? plainTemplate(ctx.manifest, node)?.words
        : undefined,
  );
}

/** A node that is well, with what is told of it although it is. */
const withLints = (node: CheckedNode, lints: Lints, probed: Probed): CheckedNode =>
  node.standing === 'ok'
    ? { ...node, diagnostics: [...node.diagnostics, ...lints.told(node.id, probed)] }
    : node;

function judged(
  { id, standing, because, diagnostics, isCertain }: Verdict,
  more: readonly Diagnostic[],
  ctx: CheckContext,
  columns: ReadonlyMap<NodeId, readonly TypedColumn[]>,
): CheckedNode {
  const list = columns.get(id);
  const found = [...diagnostics, ...more];
  const all =
    standing === 'ok' && found.length === 0 && list !== undefined
      ? undescribed(ctx.manifest, id, list)
      : found;
  const isWrong = all.some((d) => d.severity === 'error');
  const isShown = list !== undefined && list.length > 0 && standing !== 'unjudged';
  return {
    id,
    standing: standing === 'ok' && isWrong ? 'wrong' : standing,
    ...(because === undefined ? {} : { because }),
    ...(isShown ? { columns: list } : {}),
    diagnostics: all,
    isCertain: standing === 'wrong' && isCertain !== false,
  };
}
