// --defer: what is not selected, and not there, is read where an earlier run built it.
import { ask, type Connection } from '../adapter/contract.ts';
import { ancestors } from '../graph/traverse.ts';
import { EtlError } from '../kernel/error.ts';
import { nodeId, type NodeId } from '../kernel/node-id.ts';
import { relationKey, type RelationName } from '../kernel/relation.ts';
import type { PreviousNode, PreviousState } from '../manifest/previous-state.ts';
import type { OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';

export type Deferred = ReadonlyMap<NodeId, RelationName>;

/** Whether a call reads the manifest of an earlier run: --defer asks for it, and `clone` cannot do without. */
export const needsState = (options: ApiOptions, which: string): boolean =>
  options.defer === true || which === 'clone';

/** The state to defer to; undefined where none is needed. Throws an EtlError when one is, and cannot be had. */
export function requireDeferState(
  options: ApiOptions,
  which: string,
  state: PreviousState | undefined,
): PreviousState | undefined {
  if (!needsState(options, which)) return undefined;
  if (state?.manifest !== undefined) return state;
  throw new EtlError([
    state === undefined
      ? {
          code: 'ETL1001',
          severity: 'error',
          message: `${which === 'clone' ? 'etl clone' : '--defer'} needs the state of an earlier run`,
          hint: 'Name the folder with its manifest.json: --state <dir> or --defer-state <dir>.',
        }
      : {
          code: 'ETL8002',
          severity: 'error',
          message: `there is no manifest.json in ${state.folder} to ${which === 'clone' ? 'clone from' : 'defer to'}`,
          hint: `Name the target folder of the run to ${which === 'clone' ? 'clone from' : 'defer to'}.`,
        },
  ]);
}

/** Where unselected parents of the selected nodes are read instead; asks the warehouse what is there, unless the state is favoured. */
export async function deferredRelations(
  project: OpenProject,
  selected: ReadonlySet<NodeId>,
  options: ApiOptions,
  connection: () => Promise<Connection>,
): Promise<Deferred> {
  const before = project.deferTo?.manifest;
  if (before === undefined || options.defer !== true) return new Map();
  const { manifest, graph, dialect } = project;
  // SQL that is no node may read anything
  const above = selected.size === 0 ? graph.ids : [...ancestors(graph, selected)];
  const candidates = above.flatMap((id) => {
    const node = manifest.nodes[id];
    const relation = relationOf(before.nodes.get(id), dialect.can.databases);
    const isKept =
      node !== undefined &&
      relation !== undefined &&
      !selected.has(id) &&
      (node.resource_type === 'seed' || node.resource_type === 'model') &&
      node.config.materialized !== 'ephemeral';
    return isKept ? [{ id, relation, own: { schema: node.schema, name: node.alias } }] : [];
  });
  if (candidates.length === 0) return new Map();
  if (options.favorState === true) return new Map(candidates.map((c) => [c.id, c.relation]));
  const schemas = [...new Set(candidates.map((c) => c.own.schema))];
  const there = await (
    await connection()
  ).withSession('defer', (session) => ask(session, dialect.observe(schemas)));
  const known = new Set(there.map(({ relation }) => relationKey(relation)));
  return new Map(
    candidates.filter((c) => !known.has(relationKey(c.own))).map((c) => [c.id, c.relation]),
  );
}

/** Where the state has each node that it has a relation of. */
export const stateRelations = ({ deferTo, dialect }: OpenProject): Deferred =>
  new Map(
    [...(deferTo?.manifest?.nodes ?? [])].flatMap(([id, node]) => {
      const relation = relationOf(node, dialect.can.databases);
      return relation === undefined ? [] : [[nodeId(id), relation] as const];
    }),
  );

function relationOf(node: PreviousNode | undefined, databases: boolean): RelationName | undefined {
  if (node === undefined) return undefined;
  const { schema, database, alias, name, config } = node;
  const { materialized } = (config ?? {}) as { readonly materialized?: unknown };
  if (typeof schema !== 'string' || materialized === 'ephemeral') return undefined;
  return {
    schema,
    name: typeof alias === 'string' && alias !== '' ? alias : String(name as string),
    ...(databases && typeof database === 'string' && database !== '' ? { database } : {}),
  };
}
