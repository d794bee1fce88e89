import http from 'node:http';
import https from 'node:https';
import { readFile } from 'node:fs/promises';
import type { Connecting } from '../target.ts';

const optionalFile = async (path: string | undefined): Promise<Buffer | undefined> =>
  path === undefined ? undefined : readFile(path);

/** Sockets of one connection: kept open between statements, with the profile's certificates. */
export async function makeAgent(from: Connecting, sockets: number): Promise<http.Agent> {
  const keep = { keepAlive: true, maxSockets: sockets, timeout: from.requestSeconds * 1000 };
  if (!from.url.startsWith('https:')) return new http.Agent(keep);
  const [ca, cert, key] = await Promise.all([
    optionalFile(from.certificates.ca),
    optionalFile(from.certificates.certificate),
    optionalFile(from.certificates.key),
  ]);
  return new https.Agent({
    ...keep,
    rejectUnauthorized: from.verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}
