// A server that lives answers soon; whoever cancels or takes leave does not wait for a dead one.
import { abandon, type Wire } from './client.ts';

/** Opening a connection to cancel by, and the answer to it. */
export const CANCEL_PATIENCE_MS = 3000;
const LEAVE_PATIENCE_MS = 2000;

/** The work, or a rejection when it takes longer; what it comes to later is nobody's. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Ends a connection: with a word to the server when it listens, without one when it does not. */
export async function takeLeave(wire: Wire): Promise<void> {
  try {
    await within(LEAVE_PATIENCE_MS, wire.client.end());
  } catch {
    abandon(wire);
  }
}
