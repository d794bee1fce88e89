// A data test whose materialization, or a macro that it calls, is the project's own: it is run, and its result `main` is the verdict.
import type { Question } from '../jinja/host.ts';
import type { QueryAnswer, WarehouseQuestion } from '../jinja/scope/questions.ts';
import { EtlError } from '../kernel/error.ts';
import type { ToldAs } from '../kernel/told-as.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import type { DeferredLane } from '../plan/lane.ts';
import { answerer } from './answerer.ts';
import { drive } from './answers.ts';
import type { RunContext } from './context.ts';
import type { StoppableSession } from './stoppable.ts';
import { Transaction } from './transaction.ts';

/** Runs the materialization of a test; returns the answer to its statement `main`. Throws an EtlError when there was none. */
export async function deferredVerdict(
  ctx: RunContext,
  session: StoppableSession,
  node: ExecutableNode,
  lane: DeferredLane,
  compiled: CompiledNode,
): Promise<QueryAnswer> {
  const mayBegin = ctx.dialect.can.transactionalDdl && session.isInTransaction !== true;
  const transaction = new Transaction(session, mayBegin);
  const plain = answerer(ctx, transaction, (sql) => {
    const at = sql.indexOf(compiled.sql);
    return at < 0 ? {} : { authoredAt: at };
  });
  let main: QueryAnswer | undefined;
  const answer = async (asked: Question): Promise<unknown> => {
    const question = asked as WarehouseQuestion;
    if (question.kind === 'action' && question.action === 'commit') return transaction.commit();
    if (question.kind !== 'statement') return plain(question);
    if (question.autoBegin) await transaction.begin();
    const given = (await plain(question)) as QueryAnswer;
    if (question.name === 'main') main = given;
    return given;
  };
  const log = (message: string, info: ToldAs): void =>
    ctx.observe({ kind: 'log', message, info, node: node.unique_id });
  try {
    const { macro } = lane;
    await drive(
      ctx.compiler.materialize({ node, macro, isIncremental: false, compiled, log }),
      answer,
    );
  } finally {
    await transaction.rollback(session.raw).catch(() => undefined);
  }
  if (main !== undefined && main.rows.length > 0) return main;
  throw new EtlError([
    {
      code: 'ETL2050',
      severity: 'error',
      message: `the materialization of the test ${node.name} gave no result "main"`,
      at: node.place,
      node: node.unique_id,
      hint: "Send its query with {% call statement('main', fetch_result=True) %}: one row with failures, should_warn and should_error.",
    },
  ]);
}
