// Several statements in one message to the server, and the way back from a place in the message to a statement.
import type { Statement } from '../../adapter/statement.ts';
import { utf16Offset } from './errors.ts';

export interface Message {
  readonly text: string;
  readonly parts: readonly { readonly statement: Statement; readonly start: number }[];
  /** commands that the message holds before its first statement */
  readonly before: number;
}

/**
 * One message for all statements. Every statement is closed on a line of its own, because an author's text may end in a line
 * comment, which would swallow the semicolon.
 */
export function composed(
  statements: readonly Statement[],
  before: readonly string[],
  after: readonly string[],
): Message {
  let text = before.map((sql) => `${sql};\n`).join('');
  const parts = statements.map((statement) => {
    const start = text.length;
    text += `${statement.sql}\n;\n`;
    return { statement, start };
  });
  return { text: text + after.join(';\n'), parts, before: before.length };
}

/** The statement at a server's position (1-based, in code points), with the UTF-16 offset in its text. */
export function located(
  message: Message,
  position: string | undefined,
): { readonly statement: Statement; readonly offset: number } | undefined {
  if (position === undefined) return undefined;
  const at = utf16Offset(message.text, Number(position));
  const part = message.parts.findLast((p) => p.start <= at);
  if (part === undefined) return undefined;
  return {
    statement: part.statement,
    offset: Math.min(at - part.start, part.statement.sql.length),
  };
}

// More than the closing semicolon: such a text is several commands, so commands can no longer be counted off on statements.
export const isSeveral = (sql: string): boolean => /;\s*\S/.test(sql);

/** The statement that failed when `done` commands of the message had succeeded; undefined when that cannot be told. */
export function reached(message: Message, done: number): Statement | undefined {
  const index = done - message.before;
  const until = message.parts.slice(0, index);
  if (until.some((p) => p.statement.verb === 'hook' && isSeveral(p.statement.sql)))
    return undefined;
  return message.parts[index]?.statement;
}
