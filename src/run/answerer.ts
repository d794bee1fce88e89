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
import type { Answerer } from './answers.ts';

interface AnswererContext {
  readonly dialect: Dialect;
}

const READS = new Set(['select', 'with', 'show', 'explain', 'describe', 'values', 'table', 'desc']);

/** What is known of a statement beside its text: where the author's SQL begins in it. */
type Facts = (sql: string) => Pick<Statement, 'authoredAt'>;

/** Answers the questions of templates on a session. */
export const answerer =
  (ctx: AnswererContext, session: Session, factsOf: Facts = () => ({})): Answerer =>
  (question: Question) =>
    answer(ctx.dialect, session, question as WarehouseQuestion, factsOf);

async function answer(
  dialect: Dialect,
  session: Session,
  question: WarehouseQuestion,
  factsOf: Facts,
): Promise<WarehouseAnswers[keyof WarehouseAnswers]> {
  switch (question.kind) {
    case 'statement':
      return statement(dialect, session, question, factsOf(question.sql));
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
    case 'schema_sql':
      return dialect.createSchema(question.schema, question.database).sql;
    case 'seed_table':
      throw outside('load_agate_table');
    case 'table_sql':
      throw outside('adapter.create_table_sql');
    case 'action':
      return action(question);
  }
}

/** A query is read, anything else is sent as it is: what a project's own macros do is the project's decision. */
async function statement(
  dialect: Dialect,
  session: Session,
  question: StatementQuestion,
  facts: Pick<Statement, 'authoredAt'>,
): Promise<WarehouseAnswers['statement']> {
  const isRead = READS.has(leadingWords(question.sql, 1)[0]?.word ?? '');
  if (isRead && question.fetch)
    return session.read({ ...dialect.read(question.sql, {}), verb: 'hook' });
  const effect = await session.execute({
    sql: question.sql,
    verb: 'hook',
    repeatable: false,
    ...facts,
  });
  return { columns: [], rows: [], ...(effect.rows === undefined ? {} : { affected: effect.rows }) };
}

/** What belongs to a materialization that runs; elsewhere each statement is its own transaction. */
function action({ action: name }: ActionQuestion): undefined {
  if (name === 'commit' || name === 'begin') return undefined;
  throw outside(name === 'publish' ? 'adapter.publish_relation' : 'adapter.load_seed');
}

const outside = (called: string): EtlError =>
  new EtlError([
    {
      code: 'ETL2006',
      severity: 'error',
      message: `${called} works only inside a materialization`,
      hint: 'Call it from a {% materialization %} block.',
    },
  ]);
