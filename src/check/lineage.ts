// Where the columns of the project come from, as the engine that has just judged its queries reads them.
import type { ColumnLineage, Decision, Feed, TakenQuery } from '../adapter/lineage.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { relationKey, type Column, type RelationName } from '../kernel/relation.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import type { CheckContext } from './check-context.ts';
import { makesRelation } from './scope.ts';
import type { Shadow } from './shadow.ts';
import { sideRelation, type Task } from './tasks.ts';

/** A column that another one comes from. */
export interface ColumnSource<How extends string> {
  /** the node or source that has it; absent: it is of no relation of the project */
  readonly node?: NodeId;
  readonly relation: RelationName;
  readonly column: string;
  readonly how: How;
}

/** What one column of a node comes from. */
export interface ColumnOrigin {
  readonly name: string;
  readonly feeds: readonly ColumnSource<Feed>[];
  readonly decides: readonly ColumnSource<Decision>[];
  /** why there may be more; absent where all is known */
  readonly unknown?: string;
}

/** What the columns of a node come from; `unknown`: why nothing is known of them. */
export interface NodeLineage {
  readonly columns: readonly ColumnOrigin[];
  readonly unknown?: string;
}

/** The relations of the check with their columns. */
interface Surveyed {
  readonly schemas: readonly string[];
  readonly relations: readonly ({ readonly relation: RelationName } & Column)[];
}

/** Asks about every query of a model or snapshot that was taken. */
export async function readLineage(
  ctx: CheckContext,
  shadow: Shadow,
  tasks: readonly Task[],
  { schemas, relations }: Surveyed,
): Promise<ReadonlyMap<NodeId, NodeLineage>> {
  const asked = new Map<string, NodeId>();
  const taken: TakenQuery[] = [];
  for (const task of tasks) {
    const { node, compiled } = task;
    if (node.resource_type !== 'model' && node.resource_type !== 'snapshot') continue;
    const target = await queryOf(shadow, task);
    if (target === undefined) continue;
    asked.set(relationKey(target), node.unique_id);
    taken.push({ target, select: compiled.sql, config: node.config });
  }
  const answers = new Map<string, readonly ColumnLineage[]>();
  const { session, analysis } = shadow;
  const failures = new Map<string, string>();
  for (const question of analysis.lineage(taken, schemas, byRelation(relations)))
    try {
      for (const [key, columns] of question.resolve(await session.read(question.statement)))
        answers.set(key, columns);
    } catch (error) {
      if (!isStatementFailure(error)) throw error;
      for (const target of question.about) failures.set(relationKey(target), error.error.message);
      if (analysis.undo !== undefined) await session.execute(analysis.undo);
    }
  const ids = idsByRelation(ctx);
  const found = new Map<NodeId, NodeLineage>();
  for (const [key, id] of asked) {
    const origins = answers.get(key)?.map((column) => originOf(column, id, ids));
    found.set(id, joined(found.get(id), origins, failures.get(key)));
  }
  return withSnapshotColumns(ctx, found);
}

/** Where the query of a task is; that of a snapshot is made once more, without the columns of its versions. */
async function queryOf(shadow: Shadow, task: Task): Promise<RelationName | undefined> {
  const { node, compiled, target } = task;
  if (node.resource_type !== 'snapshot') return target;
  const side = sideRelation(node, 'snapshot');
  const query = shadow.analysis.query({
    target: side,
    select: compiled.sql,
    config: node.config,
  });
  return (await shadow.attempt([query])) === undefined ? side : undefined;
}

function byRelation(relations: Surveyed['relations']): ReadonlyMap<string, readonly Column[]> {
  const columns = new Map<string, Column[]>();
  for (const { relation, ...column } of relations) {
    const key = relationKey(relation);
    const list = columns.get(key);
    if (list === undefined) columns.set(key, [column]);
    else list.push(column);
  }
  return columns;
}

/** A relation that a node makes is the node's, also where a source stands for it. */
const idsByRelation = ({ manifest }: CheckContext): ReadonlyMap<string, NodeId> =>
  new Map([
    ...Object.values(manifest.sources).map(
      ({ unique_id: id, schema, identifier: name }) => [relationKey({ schema, name }), id] as const,
    ),
    ...Object.values(manifest.nodes)
      .filter(makesRelation)
      .map((node) => [relationKey(nodeRelation(node)), node.unique_id] as const),
  ]);

/** A column of the node itself, which an incremental model reads, is what it was made of before. */
function originOf(
  { name, feeds, decides, unknown }: ColumnLineage,
  self: NodeId,
  ids: ReadonlyMap<string, NodeId>,
): ColumnOrigin {
  const placed = <How extends string>(
    list: readonly Omit<ColumnSource<How>, 'node'>[],
  ): readonly ColumnSource<How>[] =>
    list.flatMap((one) => {
      const node = ids.get(relationKey(one.relation));
      if (node === self) return [];
      return [{ ...(node === undefined ? {} : { node }), ...one }];
    });
  return {
    name,
    feeds: placed(feeds),
    decides: placed(decides),
    ...(unknown.length === 0 ? {} : { unknown: unknown.join('; ') }),
  };
}

const sourceKey = (one: ColumnSource<string>): string =>
  `${relationKey(one.relation)}.${one.column}`;

/** Both forms of an incremental model are one. */
function joined(
  first: NodeLineage | undefined,
  columns: readonly ColumnOrigin[] | undefined,
  failure = 'the engine does not tell how it reads it',
): NodeLineage {
  if (columns === undefined) return { columns: first?.columns ?? [], unknown: failure };
  if (first === undefined) return { columns };
  return {
    ...first,
    columns: first.columns.map((column) => {
      const second = columns.find((one) => one.name === column.name);
      return second === undefined ? column : both(column, second);
    }),
  };
}

function both(a: ColumnOrigin, b: ColumnOrigin): ColumnOrigin {
  const merged = <How extends string>(
    x: readonly ColumnSource<How>[],
    y: readonly ColumnSource<How>[],
  ): readonly ColumnSource<How>[] => {
    const known = new Set(x.map(sourceKey));
    return [...x, ...y.filter((one) => !known.has(sourceKey(one)))];
  };
  const feeds = merged(a.feeds, b.feeds);
  const fed = new Set(feeds.map(sourceKey));
  const unknown = [a.unknown, b.unknown].filter((why) => why !== undefined);
  return {
    name: a.name,
    feeds,
    decides: merged(a.decides, b.decides).filter((one) => !fed.has(sourceKey(one))),
    ...(unknown.length === 0 ? {} : { unknown: [...new Set(unknown)].join('; ') }),
  };
}

/** What tells the versions of a snapshot apart is made by it, and not by its query. */
function withSnapshotColumns(
  { manifest }: CheckContext,
  found: Map<NodeId, NodeLineage>,
): ReadonlyMap<NodeId, NodeLineage> {
  for (const [id, lineage] of found) {
    if (manifest.nodes[id]?.resource_type !== 'snapshot' || lineage.unknown !== undefined) continue;
    const names = ['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to'];
    const made = names.map((name) => ({
      name,
      feeds: [],
      decides: [],
      unknown: 'the snapshot makes it',
    }));
    found.set(id, { columns: [...lineage.columns, ...made] });
  }
  return found;
}
