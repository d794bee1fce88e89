// libpq's sslmode on top of pg, which gives the same words other meanings (and changes them again in version 9).
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { ConnectionOptions } from 'node:tls';
import { EtlError } from '../../kernel/error.ts';
import type { Credentials } from './target.ts';

export type Tls = false | ConnectionOptions;
type Settings = Pick<
  Credentials,
  | 'sslmode'
  | 'sslcert'
  | 'sslkey'
  | 'sslpassword'
  | 'sslrootcert'
  | 'leastTls'
  | 'mostTls'
  | 'certificateDir'
  | 'systemRoots'
  | 'host'
>;

const refused = (key: string, why: string, hint?: string, cause?: unknown): EtlError =>
  new EtlError(
    [
      {
        code: 'ETL1008',
        severity: 'error',
        message: `"${key}" of the Postgres output: ${why}`,
        ...(hint === undefined ? {} : { hint }),
      },
    ],
    { cause },
  );

function requireFile(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw refused(key, `${path} cannot be read`, undefined, cause);
  }
}

/** A file that nothing names, but that libpq looks for. */
function byDefault({ certificateDir }: Settings, name: string): string | undefined {
  const path = certificateDir === undefined ? undefined : join(certificateDir, name);
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Where systems keep the authorities that they trust (OpenSSL's default on Debian, Red Hat, SUSE, macOS and Alpine). */
const SYSTEM_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** The authorities of the system; Node's own list where the system has none. */
function systemRoots({ systemRoots: asked }: Settings): ConnectionOptions {
  const path = asked ?? SYSTEM_ROOTS.find((p) => existsSync(p));
  return path === undefined ? {} : { ca: requireFile('sslrootcert', path) };
}

/** The client's certificate and its key. libpq refuses a key that others may read, as ssh does. */
function own(s: Settings): ConnectionOptions {
  const cert = s.sslcert ?? byDefault(s, 'postgresql.crt');
  if (cert === undefined) return {};
  const key = s.sslkey ?? byDefault(s, 'postgresql.key');
  if (key === undefined)
    throw refused('sslcert', `there is no private key for ${cert}`, 'Name its file with sslkey.');
  const pair = { cert: requireFile('sslcert', cert), key: requireFile('sslkey', key) };
  const { mode, uid } = statSync(key);
  // a key of root may be read by the group it is for
  const closed = uid === 0 ? 0o027 : 0o077;
  if (process.platform !== 'win32' && (mode & closed) !== 0)
    throw refused('sslkey', `${key} may be read by others`, `chmod 0600 ${key}`);
  return s.sslpassword === undefined ? pair : { ...pair, passphrase: s.sslpassword };
}

/**
 * The connections to try, in libpq's order (PostgreSQL documentation, 32.19 "SSL Support"). Unlike libpq, verify-full trusts the
 * system's authorities when no file is named; verify-ca does not, for any of their customers would pass.
 */
export function tlsAttempts(s: Settings): readonly Tls[] {
  // A unix socket never speaks TLS.
  if (s.host.startsWith('/')) return [false];
  const mode = s.sslmode ?? 'prefer';
  if (mode === 'disable') return [false];
  const base: ConnectionOptions = {
    ...own(s),
    minVersion: s.leastTls ?? 'TLSv1.2',
    ...(s.mostTls === undefined ? {} : { maxVersion: s.mostTls }),
  };
  const unverified: Tls = { ...base, rejectUnauthorized: false };
  const root = s.sslrootcert ?? byDefault(s, 'root.crt');
  // Said, because a variable of the environment could turn it off.
  const verified = { ...base, rejectUnauthorized: true };
  const verifyCa = (file: string): Tls => ({
    ...verified,
    ca: requireFile('sslrootcert', file),
    checkServerIdentity: () => undefined,
  });
  switch (mode) {
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return [unverified, false];
    case 'no-verify':
      return [unverified];
    case 'require':
      return [root === undefined ? unverified : verifyCa(root)];
    case 'verify-ca':
      if (root === undefined)
        throw refused(
          'sslrootcert',
          'is missing, and sslmode verify-ca has nothing to check against',
          'Name the file of the authority, or use verify-full, which takes the authorities of the system.',
        );
      return [verifyCa(root)];
    case 'verify-full':
      return root === undefined || root === 'system'
        ? [{ ...verified, ...systemRoots(s) }]
        : [{ ...verified, ca: requireFile('sslrootcert', root) }];
  }
}

/** Whether TLS was the reason of a failure, so that the next attempt may succeed. */
export const isTlsReason = (message: string, code: string | undefined): boolean =>
  /does not support SSL/.test(message) ||
  code === '28000' ||
  /^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(code ?? '');
