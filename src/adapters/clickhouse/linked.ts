// Statements that can be one message to an engine for which each message takes time.
import { isStatementFailure } from '../../adapter/failure.ts';
import type { Statement } from '../../adapter/statement.ts';

type Message = readonly [Statement, ...Statement[]];

const settingsOf = ({ settings = {} }: Statement): string =>
  JSON.stringify(Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The messages in which linked statements are sent; none where not all are linked, or their settings differ. What an author wrote
 * ends its message.
 */
export function linkedMessages(statements: readonly Statement[]): readonly Message[] {
  const [first] = statements;
  if (first === undefined || statements.length < 2) return [];
  const settings = settingsOf(first);
  if (!statements.every((s) => s.isLinked === true && settingsOf(s) === settings)) return [];
  const messages: [Statement, ...Statement[]][] = [];
  let last: Statement | undefined;
  for (const statement of statements) {
    if (last === undefined || last.authoredAt !== undefined) messages.push([statement]);
    else messages.at(-1)?.push(statement);
    last = statement;
  }
  return messages;
}

/** The engine has answered, and was not told to stop. */
export const isRefused = (error: unknown): boolean =>
  isStatementFailure(error) && !['connection', 'cancelled', 'timeout'].includes(error.error.kind);
