// channel_binding=require: the server must prove with SCRAM that it is the end of this very TLS connection. pg can bind, but does not
// insist, and would hand a password to whoever asks for it in plain words.
import type pg from 'pg';

interface Asked {
  readonly mechanisms?: readonly string[];
}

/**
 * Ends the connection before anything secret is sent, unless the server binds it. What is returned throws the reason, for a server
 * that asks for nothing may say at once that all is well.
 */
export function requireChannelBinding(client: pg.Client): () => void {
  const { connection } = client as pg.Client & {
    readonly connection: {
      prependListener(event: string, listener: (message: Asked) => void): void;
      readonly stream: { destroy(error: Error): void };
    };
  };
  let isBound = false;
  let refused: Error | undefined;
  const refuse = (why: string): void => {
    refused = new Error(`channel binding is required, but the server ${why}`);
    connection.stream.destroy(refused);
  };
  connection.prependListener('authenticationSASL', ({ mechanisms = [] }) => {
    isBound = mechanisms.includes('SCRAM-SHA-256-PLUS');
    if (!isBound) refuse('does not offer it (SCRAM over TLS)');
  });
  for (const event of ['authenticationCleartextPassword', 'authenticationMD5Password'])
    connection.prependListener(event, () => refuse('asks for the password itself'));
  connection.prependListener('authenticationOk', () => {
    if (!isBound) refuse('asks for no proof');
  });
  return () => {
    if (refused !== undefined) throw refused;
  };
}
