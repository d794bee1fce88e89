// What is sent for a node so that the engine judges it.
import type { Analysis } from '../adapter/analysis.ts';
import type { Dialect } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';
import { md5 } from '../kernel/hash.ts';
import type { RelationName } from '../kernel/relation.ts';
import { readSnapshotConfig } from '../manifest/snapshot-config.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { testSettings, verdictQuery } from '../materializations/data-test.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import { scanSql } from '../sql/scan.ts';
import { transactionEnd } from '../sql/transaction-end.ts';

/** The statements of one node, with what is needed to explain how they failed. */
export interface Task {
  readonly node: ExecutableNode;
  readonly compiled: CompiledNode;
  readonly statements: readonly Statement[];
  /** what the query becomes */
  readonly target: RelationName;
  /** of what becomes no table in a run, where the engine judges by tables */
  readonly asView?: Statement | undefined;
}

/** Where relations are made that nobody reads: tests, ephemeral models, second forms of incremental models. */
export const SIDE_SCHEMA = '__etl_check';

/** An internal name for what has no relation of its own. */
export const sideRelation = (node: ExecutableNode, form: string): RelationName => ({
  schema: SIDE_SCHEMA,
  name: `${form}_${md5(node.unique_id).slice(0, 20)}`,
});

/** The offset of a semicolon that would end the statement; the text has been freed of a closing one. */
export function semicolonIn(sql: string, { backslashEscapes }: Analysis): number | undefined {
  if (!sql.includes(';')) return undefined;
  for (const { kind, start } of scanSql(sql, backslashEscapes))
    if (kind === 'semicolon') return start;
  return undefined;
}

const hasHeader = ({ header }: CompiledNode): boolean =>
  header !== undefined && header.trim() !== '';

/** Why a header is not sent, and its model not judged: it would end the transaction that all is taken back with, or there is none. */
export function headerDoubt(
  compiled: CompiledNode,
  { undo, onlyAsks }: Analysis,
): string | undefined {
  if (!hasHeader(compiled)) return undefined;
  if (onlyAsks === true) return 'its sql_header is not sent to a server that has no transactions';
  const ends = undo !== undefined && transactionEnd(compiled.header ?? '') !== undefined;
  return ends ? 'its sql_header ends the transaction' : undefined;
}

const headerOf = (compiled: CompiledNode): readonly Statement[] =>
  hasHeader(compiled) ? [{ sql: compiled.header ?? '', verb: 'set', repeatable: true }] : [];

/** The query of a model. */
export const modelTask = (
  dialect: Dialect,
  node: ExecutableNode,
  compiled: CompiledNode,
  target: RelationName,
): Task => {
  const { analysis } = dialect;
  const request = { target, select: compiled.sql, config: node.config };
  const isTable = !['view', 'ephemeral'].includes(String(node.config.materialized));
  return {
    node,
    compiled,
    target,
    statements: [...headerOf(compiled), analysis.query(request)],
    asView: isTable ? undefined : analysis.view?.(request),
  };
};

/** The query of a data test, with the thresholds around it. */
export function testTask(dialect: Dialect, node: ExecutableNode, compiled: CompiledNode): Task {
  const target = sideRelation(node, 'test');
  const asked = verdictQuery(dialect, compiled.sql, testSettings(node.config), node.config);
  const query = dialect.analysis.query({
    target,
    select: asked.sql,
    config: node.config,
    authoredAt: asked.authoredAt ?? 0,
  });
  return { node, compiled, target, statements: [query] };
}

/** The first versions of a snapshot, as a run would make them; undefined when its config is not understood, which a run tells. */
export function snapshotTask(
  dialect: Dialect,
  node: ExecutableNode,
  compiled: CompiledNode,
  { target, now }: { readonly target: RelationName; readonly now: Date },
): Task | undefined {
  const { value: config } = readSnapshotConfig(node.name, node.config);
  if (config === undefined) return undefined;
  const request = {
    ...config,
    target,
    staged: target,
    live: undefined,
    config: node.config,
    comments: { columns: {} },
    grants: undefined,
    select: compiled.sql,
    ...(compiled.header === undefined ? {} : { header: compiled.header }),
    isPartial: false,
    now: now.toISOString().replace('T', ' ').replace('Z', ''),
  };
  const asked = dialect.analysis.snapshot?.(request);
  const statements = asked === undefined ? dialect.buildSnapshot(request) : [asked];
  return { node, compiled, target, statements };
}
