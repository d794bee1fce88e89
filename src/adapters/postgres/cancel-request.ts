// The protocol's own way to cancel: behind a pooler the number of a backend is not known, but the pooler knows its client.
import pg from 'pg';
import type { Wire } from './client.ts';

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
}
type CallerClass = new (config: { readonly ssl: boolean | object }) => Caller;

/** Sends the request over a connection of its own; the answer is the failure of what was cancelled. */
export function cancelRequest({ client }: Wire): Promise<void> {
  const { processID, secretKey, host, port, connection } = client as unknown as Keyed;
  const { ssl } = connection;
  const caller = new (pg as unknown as { readonly Connection: CallerClass }).Connection({ ssl });
  return new Promise((done, failed) => {
    const send = (): void => caller.cancel(processID, secretKey);
    caller.once('connect', () => (ssl === false ? send() : caller.requestSsl()));
    caller.once('sslconnect', send);
    caller.once('end', () => done());
    caller.on('error', (error) => failed(error ?? new Error('cancelling failed')));
    if (host.startsWith('/')) caller.connect(`${host}/.s.PGSQL.${port}`);
    else caller.connect(port, host);
  });
}
