import http from 'node:http';
import https from 'node:https';
import { readFile } from 'node:fs/promises';
import { EtlError } from '../../../kernel/error.ts';
import type { Connecting } from '../target.ts';
import { ForwardingAgent, proxyFor, TunnelAgent } from './proxy.ts';

async function fileOf(key: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EtlError(
      [
        {
          code: 'ETL1012',
          severity: 'error',
          message: `${path}, ${key} of the ClickHouse output, cannot be read`,
          hint: 'Check the path, which is relative to the folder the command is called in, and who may read the file.',
        },
      ],
      { cause },
    );
  }
}

/** The certificates that the profile names. */
async function certificatesOf({ certificates: named }: Connecting): Promise<https.AgentOptions> {
  const [ca, cert, key] = await Promise.all([
    fileOf('ca_cert', named.ca),
    fileOf('client_cert', named.certificate),
    fileOf('client_cert_key', named.key),
  ]);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    // one file may hold both
    ...(key === undefined ? (cert === undefined ? {} : { key: cert }) : { key }),
  };
}

/** Makes sockets for one connection: kept open between statements, with the profile's certificates, through its proxy. */
export type AgentMaker = () => http.Agent;

/** Reads what the agents need; each that is made has sockets of its own. */
export async function agentMaker(
  from: Connecting,
  sockets: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<AgentMaker> {
  const proxy = proxyFor(from.url, from.proxy, env);
  const keep: http.AgentOptions = {
    keepAlive: true,
    maxSockets: sockets,
    timeout: from.requestSeconds * 1000,
    ...(from.keepAliveSeconds === undefined
      ? {}
      : { keepAliveMsecs: from.keepAliveSeconds * 1000 }),
  };
  if (!from.url.startsWith('https:'))
    return () => (proxy === undefined ? new http.Agent(keep) : new ForwardingAgent(proxy, keep));
  const secure: https.AgentOptions = {
    ...keep,
    ...(await certificatesOf(from)),
    rejectUnauthorized: from.verify,
    ...(from.serverName === undefined ? {} : { servername: from.serverName }),
  };
  return () => (proxy === undefined ? new https.Agent(secure) : new TunnelAgent(proxy, secure));
}
