// Who asks, and whether a browser was talked into asking.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { FrontError } from './refusal.ts';

/** Somebody who may ask. */
export interface FrontUser {
  readonly name: string;
  /** undefined: whoever says the name */
  readonly password: string | undefined;
  readonly mayWrite: boolean;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

interface Login {
  readonly name: string;
  readonly password: string;
}

const one = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];

function loginOf({ headers }: IncomingMessage, args: URLSearchParams): Login {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [scheme = '', token = ''] = authorization.split(' ');
    if (scheme.toLowerCase() !== 'basic')
      throw new FrontError(516, `${scheme} is not understood here`, 'AUTHENTICATION_FAILED');
    const text = Buffer.from(token, 'base64').toString();
    const colon = text.indexOf(':');
    return colon < 0
      ? { name: text, password: '' }
      : { name: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  return {
    name: one(headers['x-clickhouse-user']) ?? args.get('user') ?? 'default',
    password: one(headers['x-clickhouse-key']) ?? args.get('password') ?? '',
  };
}

/** The user of a request; throws as a server does, which does not tell a wrong name from a wrong password. */
export function requireUser(
  request: IncomingMessage,
  args: URLSearchParams,
  users: readonly FrontUser[],
): FrontUser {
  const { name, password } = loginOf(request, args);
  const found = users.find((user) => user.name === name);
  const isRight =
    found !== undefined &&
    (found.password === undefined || timingSafeEqual(digest(found.password), digest(password)));
  if (isRight) return found;
  throw new FrontError(
    516,
    `${name}: Authentication failed: password is incorrect, or there is no user with such name.`,
    'AUTHENTICATION_FAILED',
  );
}

/** Whether an address or name leads to this machine alone. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|(.+\.)?localhost\.?|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

const hostOf = (address: string): string => {
  try {
    return new URL(address.includes('://') ? address : `http://${address}`).hostname;
  } catch {
    return '';
  }
};

/**
 * Why a request is not answered at all. A page of the web may name a machine of its own that resolves to 127.0.0.1, or post a form
 * to here: the browser says so in `Host` and `Origin`, and for its images in `Sec-Fetch-Site` alone.
 */
export function foreign({ headers }: IncomingMessage, isOnlyHere: boolean): string | undefined {
  const host = headers.host ?? '';
  if (isOnlyHere && !isLoopback(hostOf(host)))
    return `Host ${JSON.stringify(host)} is not this machine: use 127.0.0.1 or localhost`;
  const { origin } = headers;
  if (origin !== undefined && !isLoopback(hostOf(origin)) && hostOf(origin) !== hostOf(host))
    return `requests from pages of ${JSON.stringify(origin)} are not answered`;
  const site = one(headers['sec-fetch-site']);
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'requests from pages of other sites are not answered';
  return undefined;
}
