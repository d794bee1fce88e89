import type { Connection } from '../adapter/contract.ts';

/** Told again and again: a statement that is just being sent does not run yet in the engine. */
const CANCEL_EVERY_MS = 250;

/** Cancels in the engine whatever runs, from the moment the signal is aborted until the returned function is called. */
export function cancelWhenAborted(connection: Connection, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => void connection.cancel().catch(() => 0);
  const start = (): void => {
    cancel();
    timer = setInterval(cancel, CANCEL_EVERY_MS);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return () => {
    signal.removeEventListener('abort', start);
    clearInterval(timer);
  };
}
