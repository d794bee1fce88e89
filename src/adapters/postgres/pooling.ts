// Whether a pooler stands between us and the server, and whether it lends a connection for a session or for a transaction only.
import type { Wire } from './client.ts';

/** `transaction`: what is set for a session, and a lock of one, may meet another client, or none. */
export type Pooling = 'none' | 'session' | 'transaction';

const ANSWER_MS = 5000;

async function backendWithin(ms: number, wire: Wire, before: string): Promise<number | undefined> {
  const asked = wire.client.query<[string]>({
    text: `${before}select pg_catalog.pg_backend_pid()`,
    rowMode: 'array',
  });
  asked.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), ms);
  });
  const answer = await Promise.race([asked, late]).finally(() => clearTimeout(timer));
  if (answer === undefined) return undefined;
  const results = Array.isArray(answer) ? answer : [answer];
  return Number((results.at(-1) as { rows: [string][] } | undefined)?.rows[0]?.[0]);
}

/**
 * Finds out, from the number of the backend that answered `first`. A pooler tells its clients another number for themselves. It lends
 * for a transaction when a second client is given the backend of the first, or the first is given another one. In doubt it does: what
 * holds within a transaction holds within a session.
 */
export async function poolingOf(
  first: Wire,
  backend: number,
  open: () => Promise<Wire>,
  answerMs: number = ANSWER_MS,
): Promise<Pooling> {
  if (backend === first.pid) return 'none';
  const backendOf = (wire: Wire, before = ''): Promise<number | undefined> =>
    backendWithin(answerMs, wire, before);
  const second = await open();
  try {
    const other = await backendOf(second, 'begin;');
    if (other === backend || (await backendOf(first)) !== backend) return 'transaction';
    // the pool is used up by the first, which would not hold the backend for longer than a transaction
    if (other === undefined) return 'session';
    await second.client.query('rollback');
    // a pooler that deals its backends out in turn
    for (let tries = 0; tries < 3; tries++)
      if ((await backendOf(first)) !== backend) return 'transaction';
    return 'session';
  } finally {
    second.client.end().catch(() => undefined);
  }
}

/** For people; nothing where nothing is between. */
export const pooledText = (pooling: Pooling): string | undefined =>
  pooling === 'none'
    ? undefined
    : pooling === 'session'
      ? 'behind a pooler in session mode'
      : 'behind a pooler in transaction mode: settings are sent with every transaction, locks have a connection of their own';
