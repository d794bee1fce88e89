// The protocol's own way to cancel: behind a pooler the number of a backend is not known, but the pooler knows its client.
import pg from 'pg';
import { abandon, type Wire } from './client.ts';

interface Keyed {
  readonly processID: number;
  readonly secretKey: number;
  readonly host: string;
  readonly port: number;
  readonly connection: { readonly ssl: boolean | object };
}
interface Caller {
  on(event: string, listener: (error?: Error) => void): void;
  once(event: string, listener: (error?: Error) => void): void;
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(pid: number, key: number): void;
  readonly stream: { destroy(): void };
}
type CallerClass = new (config: { readonly ssl: boolean | object }) => Caller;

// A server that lives takes it within milliseconds; whoever cancels does not wait for a dead one.
const PATIENCE_MS = 2000;

/**
 * Sends the request over a connection of its own; the answer is the failure of what was cancelled. Throws when it cannot be sent, or
 * nobody takes it in time: then the connection is given up, because the request may still hit what it would do next.
 */
export function cancelRequest(wire: Wire, patienceMs: number = PATIENCE_MS): Promise<void> {
  const { processID, secretKey, host, port, connection } = wire.client as unknown as Keyed;
  const { ssl } = connection;
  const caller = new (pg as unknown as { readonly Connection: CallerClass }).Connection({ ssl });
  let timer: NodeJS.Timeout | undefined;
  const told = new Promise<void>((done, failed) => {
    const send = (): void => caller.cancel(processID, secretKey);
    caller.once('connect', () => (ssl === false ? send() : caller.requestSsl()));
    caller.once('sslconnect', send);
    caller.once('end', () => done());
    caller.on('error', (error) => failed(error ?? new Error('cancelling failed')));
    timer = setTimeout(() => {
      abandon(wire);
      failed(new Error(`nobody took the request to cancel within ${patienceMs} ms`));
    }, patienceMs);
    if (host.startsWith('/')) caller.connect(`${host}/.s.PGSQL.${port}`);
    else caller.connect(port, host);
  });
  return told.finally(() => {
    clearTimeout(timer);
    caller.stream.destroy();
  });
}
