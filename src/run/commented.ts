import type { Session } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';
import type { QueryComment } from '../plan/query-comment.ts';

/** A text with the comment beside it; the same where there is none. */
export function commentedText(sql: string, comment: QueryComment | undefined): string {
  if (comment === undefined) return sql;
  const mark = `/* ${comment.text} */`;
  return comment.append ? `${sql.replace(/\s*;?\s*$/, '')}\n${mark}` : `${mark}\n${sql}`;
}

/** A statement with the comment beside it; places in the author's SQL move along. */
export function commentedStatement(
  statement: Statement,
  comment: QueryComment | undefined,
): Statement {
  if (comment === undefined) return statement;
  const sql = commentedText(statement.sql, comment);
  const { authoredAt } = statement;
  if (comment.append || authoredAt === undefined) return Object.assign({}, statement, { sql });
  const at = authoredAt + sql.length - statement.sql.length;
  return Object.assign({}, statement, { sql, authoredAt: at });
}

/** A session that sends every statement with the comment; the same session where there is none. */
export function commented(session: Session, comment: QueryComment | undefined): Session {
  if (comment === undefined) return session;
  return {
    execute: (statement) => session.execute(commentedStatement(statement, comment)),
    // what is prepared has one text for all nodes
    read: (statement) =>
      session.read(
        statement.prepared === undefined ? commentedStatement(statement, comment) : statement,
      ),
    segment: (segment) =>
      session.segment({
        ...segment,
        statements: segment.statements.map((s) => commentedStatement(s, comment)),
      }),
    load: (target, input) => session.load(target, input),
    interrupt: () => session.interrupt(),
    lock: (relation, wish) => session.lock(relation, wish),
  };
}
