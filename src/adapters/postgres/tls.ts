// libpq's sslmode on top of pg, which gives the same words other meanings (and changes them again in version 9).
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { EtlError } from '../../kernel/error.ts';
import type { Credentials } from './target.ts';

export type Tls = false | ConnectionOptions;
type Settings = Pick<Credentials, 'sslmode' | 'sslcert' | 'sslkey' | 'sslrootcert' | 'host'>;

function requireFile(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new EtlError(
      [
        {
          code: 'ETL1008',
          severity: 'error',
          message: `"${key}" of the Postgres output: ${path} cannot be read`,
        },
      ],
      { cause },
    );
  }
}

/** The connections to try, in libpq's order (PostgreSQL documentation, 32.19 "SSL Support"). */
export function tlsAttempts(s: Settings): readonly Tls[] {
  // A unix socket never speaks TLS.
  if (s.host.startsWith('/')) return [false];
  const root = s.sslrootcert;
  const ca =
    root === undefined || root === 'system' ? {} : { ca: requireFile('sslrootcert', root) };
  const own =
    s.sslcert === undefined || s.sslkey === undefined
      ? {}
      : { cert: requireFile('sslcert', s.sslcert), key: requireFile('sslkey', s.sslkey) };
  const unverified: Tls = { rejectUnauthorized: false, ...own };
  const verifyCa: Tls = { ...ca, ...own, checkServerIdentity: () => undefined };
  switch (s.sslmode ?? 'prefer') {
    case 'disable':
      return [false];
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return [unverified, false];
    case 'no-verify':
      return [unverified];
    case 'require':
      return [root === undefined ? unverified : verifyCa];
    case 'verify-ca':
      return [verifyCa];
    case 'verify-full':
      return [{ ...ca, ...own }];
  }
}

/** Whether TLS was the reason of a failure, so that the next attempt may succeed. */
export const isTlsReason = (message: string, code: string | undefined): boolean =>
  /does not support SSL/.test(message) || code === '28000';
