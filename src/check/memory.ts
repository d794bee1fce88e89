// What earlier checks have found to be sound, so that only what changed, and what is below it, is judged again.
import { sha256 } from '../kernel/hash.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import type { CheckContext } from './check-context.ts';
import { primaryKeyOf, sourceColumns } from './known-columns.ts';
import type { Finding } from './lints/lint.ts';
import { plainTemplate } from './plain-template.ts';
import type { CheckScope } from './scope.ts';
import type { TypedColumn } from './verdict.ts';

/** What is remembered of one node. */
export interface Remembered {
  /** a hash of all that its judgement depends on but the columns above it; empty when it was not sound */
  readonly own: string;
  /** a hash of the columns of what it reads */
  readonly above: string;
  readonly columns?: readonly TypedColumn[];
  /** names of columns that it gave in earlier checks and gives no more */
  readonly had?: readonly string[];
  /** what lints asked the engine, by the forms of the node */
  readonly lints?: readonly (readonly Finding[])[];
}
export interface CheckMemory {
  /** `postgres 18.4` */
  readonly engine: string;
  readonly nodes: Readonly<Record<string, Remembered>>;
}

/** Thrown where it turns out that what is remembered is of no use: everything is judged anew. */
export class MemoryUnfit extends Error {}

/** What of a check needs no engine. */
export interface Unchanged {
  /** sound nodes of which nothing has changed, with the columns they have */
  readonly clean: ReadonlyMap<NodeId, readonly TypedColumn[]>;
  /** by node; a node whose template asks the warehouse has none */
  readonly own: ReadonlyMap<NodeId, string>;
  /** the text of a node that was rendered on the way, or can be without an engine; of an incremental model its first form */
  readonly first: (id: NodeId) => CompiledNode | undefined;
  /** the second form of an incremental model, where it was rendered on the way */
  readonly second: (id: NodeId) => CompiledNode | undefined;
}

const hashed = (value: unknown): string => sha256(JSON.stringify(value)).slice(0, 32);

/** The hash of the columns of what a node reads. */
const aboveOf = (
  scope: CheckScope,
  id: NodeId,
  columnsOf: (parent: NodeId) => readonly TypedColumn[] | undefined,
): string => hashed(scope.graph.parents(id).map((parent) => [parent, columnsOf(parent) ?? []]));

class Renderer {
  readonly #first: Map<NodeId, CompiledNode | undefined> = new Map();
  readonly #second: Map<NodeId, CompiledNode> = new Map();
  readonly #ctx: CheckContext;

  constructor(ctx: CheckContext) {
    this.#ctx = ctx;
  }

  /** The text of a node; undefined when its template asks the warehouse or cannot be rendered. */
  text(node: ExecutableNode): string | undefined {
    const first = this.first(node.unique_id);
    if (first === undefined) return undefined;
    const isTwofold =
      node.config.materialized === 'incremental' && /\bis_incremental\b/.test(node.raw_code);
    if (!isTwofold) return first.sql;
    const second = this.#render(node, true);
    if (second === undefined) return undefined;
    this.#second.set(node.unique_id, second);
    return `${first.sql}\n${second.sql}`;
  }

  first(id: NodeId): CompiledNode | undefined {
    if (this.#first.has(id)) return this.#first.get(id);
    const node = this.#ctx.manifest.nodes[id];
    const compiled =
      node === undefined || node.resource_type === 'seed' ? undefined : this.#render(node, false);
    this.#first.set(id, compiled);
    return compiled;
  }

  second(id: NodeId): CompiledNode | undefined {
    return this.#second.get(id);
  }

  #render(node: ExecutableNode, isIncremental: boolean): CompiledNode | undefined {
    try {
      const step = this.#ctx.compiler.compile(node, { isIncremental }).next();
      return step.done === true ? step.value : undefined;
    } catch {
      // told when it is judged
      return undefined;
    }
  }
}

/** A hash of all that decides about a node but what it reads; undefined when that cannot be known without an engine. */
function ownOf(ctx: CheckContext, renderer: Renderer, id: NodeId): string | undefined {
  const source = ctx.manifest.sources[id];
  if (source !== undefined)
    return hashed([
      sourceColumns(source, ctx.dialect, ctx.locked) ?? source.schema,
      primaryKeyOf(source, ctx.dialect),
    ]);
  const node = ctx.manifest.nodes[id];
  if (node === undefined) return undefined;
  const { relation_name: relation, config, columns, contract } = node;
  const facts = [relation, config, columns, contract];
  if (node.resource_type === 'seed') {
    // of a large file only the path is known
    const { name, checksum } = node.checksum;
    return name === 'sha256' ? hashed([checksum, facts]) : undefined;
  }
  const text = plainTemplate(ctx.manifest, node)?.facts ?? renderer.text(node);
  return text === undefined ? undefined : hashed([text, facts]);
}

/** Finds what was sound and is as it was. A node whose parents are not is none of it. */
export function unchangedSince(
  ctx: CheckContext,
  scope: CheckScope,
  memory: CheckMemory | undefined,
): Unchanged {
  const renderer = new Renderer(ctx);
  const own = new Map<NodeId, string>();
  const clean = new Map<NodeId, readonly TypedColumn[]>();
  for (const id of scope.order) {
    const hash = ownOf(ctx, renderer, id);
    if (hash === undefined) continue;
    own.set(id, hash);
    const known = memory?.nodes[id];
    if (known === undefined || known.own !== hash) continue;
    const isSound =
      scope.graph.parents(id).every((parent) => clean.has(parent)) &&
      known.above === aboveOf(scope, id, (parent) => clean.get(parent));
    if (isSound) clean.set(id, known.columns ?? []);
  }
  return { clean, own, first: (id) => renderer.first(id), second: (id) => renderer.second(id) };
}

/** What has to be made for the others to be judged: they themselves and the relations that they read. */
export function neededFor(
  ctx: CheckContext,
  scope: CheckScope,
  { clean }: Unchanged,
): ReadonlySet<NodeId> {
  const needed = new Set<NodeId>();
  const read = (id: NodeId): void => {
    if (needed.has(id)) return;
    needed.add(id);
    const maker = scope.madeBy.get(id);
    if (maker !== undefined) read(maker);
    // the text of an ephemeral model stands in its readers
    if (ctx.manifest.nodes[id]?.config.materialized === 'ephemeral')
      for (const parent of scope.graph.parents(id)) read(parent);
  };
  for (const id of scope.order)
    if (!clean.has(id)) {
      needed.add(id);
      for (const parent of scope.graph.parents(id)) read(parent);
    }
  return needed;
}

/** What the next check should know; the very same where that is what this one knew. */
export function remembered(
  scope: CheckScope,
  before: CheckMemory | undefined,
  { clean, own }: Unchanged,
  isSound: (id: NodeId) => boolean,
  columnsOf: (id: NodeId) => readonly TypedColumn[] | undefined,
  lintsOf: (id: NodeId) => Remembered['lints'],
): CheckMemory['nodes'] {
  const nodes: Record<string, Remembered> = { ...before?.nodes };
  let isOther = before === undefined;
  for (const id of scope.order) {
    const known = nodes[id];
    if (known !== undefined && clean.has(id) && isSound(id)) continue;
    isOther = true;
    const columns = isSound(id) ? columnsOf(id) : known?.columns;
    const names = new Set(columns?.map((c) => c.name));
    const had = [...(known?.had ?? []), ...(known?.columns ?? []).map((c) => c.name)]
      .filter((name, i, all) => !names.has(name) && all.indexOf(name) === i)
      .slice(-50);
    const lints = lintsOf(id) ?? [];
    nodes[id] = {
      own: isSound(id) ? (own.get(id) ?? '') : '',
      above: aboveOf(scope, id, columnsOf),
      ...(columns === undefined ? {} : { columns }),
      ...(had.length === 0 ? {} : { had }),
      ...(lints.some((found) => found.length > 0) ? { lints } : {}),
    };
  }
  return isOther ? nodes : (before?.nodes ?? nodes);
}
