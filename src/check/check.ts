import { ask } from '../adapter/contract.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey, type Column } from '../kernel/relation.ts';
import type { CheckContext } from './check-context.ts';
import { comparePromises } from './compare-promises.ts';
import { explainRefusal, type Surroundings } from './explain-refusal.ts';
import { notesOf, sourceNotes } from './notes.ts';
import { scopeOf, type CheckScope } from './scope.ts';
import { Shadow } from './shadow.ts';
import { makeStubs } from './stub-statements.ts';
import { SIDE_SCHEMA } from './tasks.ts';
import type { Standing, TypedColumn, Verdict } from './verdict.ts';
import { Walk, type Refusal } from './walk.ts';

export interface CheckedNode {
  readonly id: NodeId;
  readonly standing: Standing;
  readonly because?: string;
  /** of what makes a relation, where they are known */
  readonly columns?: readonly TypedColumn[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface CheckResult {
  /** those that were selected */
  readonly nodes: readonly CheckedNode[];
  /** of nodes and of what surrounds them, in the order in which they should be read */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Asks the engine about the SQL of every selected node and of all that it is made from, over empty relations. Whatever was made is
 * gone when it returns. Throws what keeps the engine from being asked.
 */
export async function check(ctx: CheckContext): Promise<CheckResult> {
  const scope = scopeOf(ctx.manifest, ctx.graph, ctx.selected);
  const schemas = schemasOf(ctx, scope);
  const { analysis } = ctx.dialect;
  const ground = { schemas, isWarehouse: ctx.places !== undefined };
  const shadow = new Shadow(ctx.session, analysis, ground);
  try {
    await shadow.open();
    const stubs = ground.isWarehouse ? [] : await makeStubs(ctx, shadow);
    const walk = new Walk(ctx, scope, shadow);
    await walk.run();
    const found = await ask(ctx.session, analysis.columns(schemas));
    const columns = columnsById(ctx, walk, found);
    const around: Surroundings = {
      manifest: ctx.manifest,
      scope,
      columnsOf: (id) => columns.get(id),
      backslashEscapes: analysis.backslashEscapes,
    };
    const refused = new Map<NodeId, Diagnostic>();
    for (const refusal of walk.refusals)
      if (!refused.has(refusal.task.node.unique_id))
        refused.set(refusal.task.node.unique_id, await explained(refusal, shadow, around));
    const promises = await comparePromises(ctx, shadow, walk.verdicts, columns);
    const nodes = [...walk.verdicts.values()]
      .filter((v) => ctx.selected.has(v.id))
      .map((v) => judged(v, [refused.get(v.id), promises.get(v.id)].flat(), columns));
    return {
      nodes,
      diagnostics: [
        ...stubs,
        ...nodes.flatMap((n) => n.diagnostics),
        ...sourceNotes(ctx.manifest, walk.undeclared, [...walk.verdicts.values()]),
        ...notesOf(
          ctx.manifest,
          [...walk.verdicts.values()].filter((v) => ctx.selected.has(v.id)),
        ),
      ],
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

function judged(
  { id, standing, because, diagnostics }: Verdict,
  more: readonly (Diagnostic | undefined)[],
  columns: ReadonlyMap<NodeId, readonly TypedColumn[]>,
): CheckedNode {
  const list = columns.get(id);
  const all = [...diagnostics, ...more.flatMap((d) => d ?? [])];
  const isWrong = all.some((d) => d.severity === 'error');
  return {
    id,
    standing: standing === 'ok' && isWrong ? 'wrong' : standing,
    ...(because === undefined ? {} : { because }),
    ...(list === undefined || standing === 'unjudged' ? {} : { columns: list }),
    diagnostics: all,
  };
}
