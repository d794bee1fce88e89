// A text of an author stays in its brackets: the embedded engine would take what follows them for statements of their own.
import { StatementFailure } from '../../adapter/failure.ts';
import type { Statement } from '../../adapter/statement.ts';
import { scanSql } from '../../sql/scan.ts';

/** What is sent as the author wrote it, however many statements that is. */
const AS_WRITTEN: ReadonlySet<Statement['verb']> = new Set(['hook', 'set']);

/** The offset of a semicolon behind which more than comments stands. */
function endOfFirst(sql: string): number | undefined {
  let semicolon: number | undefined;
  for (const { kind, start } of scanSql(sql, true)) {
    if (kind === 'semicolon') semicolon ??= start;
    else if (semicolon !== undefined && kind !== 'space' && kind !== 'comment') return semicolon;
  }
  return undefined;
}

/** Throws where a statement that is no hook holds several: a server refuses them, and they would be sent as often as the first. */
export function requireOne(statement: Statement): void {
  const { sql, verb } = statement;
  if (!sql.includes(';') || AS_WRITTEN.has(verb)) return;
  const position = endOfFirst(sql);
  if (position === undefined) return;
  throw new StatementFailure(
    {
      kind: 'syntax',
      code: '62',
      message: 'Syntax error at ";": this is to be one statement, and another one follows',
      hint: 'Leave the semicolon out; further statements belong into a hook or an operation.',
      position,
      transient: false,
    },
    statement,
  );
}
