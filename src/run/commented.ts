import type { Session } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';
import type { QueryComment } from '../plan/query-comment.ts';

/** A statement with the comment beside it; places in the author's SQL move along. */
function withComment(statement: Statement, { text, append }: QueryComment): Statement {
  const mark = `/* ${text} */`;
  if (append) {
    const sql = statement.sql.replace(/\s*;?\s*$/, '');
    return { ...statement, sql: `${sql}\n${mark}` };
  }
  const { authoredAt } = statement;
  return {
    ...statement,
    sql: `${mark}\n${statement.sql}`,
    ...(authoredAt === undefined ? {} : { authoredAt: authoredAt + mark.length + 1 }),
  };
}

/** A session that sends every statement with the comment; the same session where there is none. */
export function commented(session: Session, comment: QueryComment | undefined): Session {
  if (comment === undefined) return session;
  return {
    execute: (statement) => session.execute(withComment(statement, comment)),
    read: (statement) => session.read(withComment(statement, comment)),
    segment: (segment) =>
      session.segment({
        ...segment,
        statements: segment.statements.map((s) => withComment(s, comment)),
      }),
    load: (target, input) => session.load(target, input),
    lock: (relation) => session.lock(relation),
  };
}
