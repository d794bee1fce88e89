import type { Session } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';

/** The same throughout a transaction, and another in the next: text in the time zone of no session. */
const MOMENT: Statement = {
  sql: 'select extract(epoch from now())::text',
  verb: 'set',
  repeatable: true,
};

/** By what a transaction is known again: a hook may end it, in words that no pattern finds. Throws what the engine says. */
export async function momentOf(session: Pick<Session, 'read'>): Promise<unknown> {
  return (await session.read(MOMENT)).rows[0]?.[0];
}
