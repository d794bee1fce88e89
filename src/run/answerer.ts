import { ask, type Dialect, type Session } from '../adapter/contract.ts';
import { leadingWords } from '../sql/scan.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Question } from '../jinja/host.ts';
import type {
  ActionQuestion,
  StatementQuestion,
  WarehouseAnswers,
  WarehouseQuestion,
} from '../jinja/scope/questions.ts';
import { EtlError } from '../kernel/error.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { Answerer } from './answers.ts';

interface AnswererContext {
  readonly dialect: Dialect;
}

const READS = new Set(['select', 'with', 'show', 'explain', 'describe', 'values', 'table', 'desc']);

/** Answers the questions of templates on a session. */
export const answerer =
  (ctx: AnswererContext, session: Session): Answerer =>
  (question: Question) =>
    answer(ctx.dialect, session, question as WarehouseQuestion);

async function answer(
  dialect: Dialect,
  session: Session,
  question: WarehouseQuestion,
): Promise<WarehouseAnswers[keyof WarehouseAnswers]> {
  switch (question.kind) {
    case 'statement':
      return statement(dialect, session, question);
    case 'relation':
      return (await ask(session, dialect.observeOne(question.relation)))[0];
    case 'columns':
      return ask(session, dialect.columns(question.relation));
    case 'query_columns': {
      const { columns } = await session.read(dialect.limited(question.sql, 0, {}));
      return columns.map((c) => ({ name: c.name, type: c.type, nullable: true }));
    }
    case 'relations':
      return ask(session, dialect.observe([question.schema]));
    case 'schema_exists':
      return ask(session, dialect.observe([question.schema])).then((found) => found.length > 0);
    case 'action':
      return action(dialect, session, question);
  }
}

/** A query is read, anything else is sent as it is: what a project's own macros do is the project's decision. */
async function statement(
  dialect: Dialect,
  session: Session,
  question: StatementQuestion,
): Promise<WarehouseAnswers['statement']> {
  const isRead = READS.has(leadingWords(question.sql, 1)[0]?.word ?? '');
  if (isRead && question.fetch)
    return session.read({ ...dialect.read(question.sql, {}), verb: 'hook' });
  const effect = await session.execute({ sql: question.sql, verb: 'hook', repeatable: false });
  return { columns: [], rows: [], ...(effect.rows === undefined ? {} : { affected: effect.rows }) };
}

async function action(
  dialect: Dialect,
  session: Session,
  question: ActionQuestion,
): Promise<undefined> {
  const send = (s: Statement): Promise<unknown> => session.execute(s);
  const relation = (): RelationName => {
    if (question.relation !== undefined) return question.relation;
    throw new EtlError([
      { code: 'ETL2003', severity: 'error', message: `${question.action} needs a relation` },
    ]);
  };
  switch (question.action) {
    case 'create_schema':
      await send(dialect.createSchema(relation().schema, relation().database));
      return undefined;
    case 'drop':
      await send(dialect.drop(relation(), question.relationKind ?? 'table'));
      return undefined;
    case 'commit':
      return undefined;
    case 'truncate':
      await send({
        sql: `truncate table ${dialect.relation(relation())}`,
        verb: 'write',
        repeatable: true,
      });
      return undefined;
    default:
      throw new EtlError([
        {
          code: 'ETL2006',
          severity: 'error',
          message: `adapter operation "${question.action}" is not available to templates`,
          hint: 'Use a hook with the SQL statement instead.',
        },
      ]);
  }
}
