// A proxy between here and the server, as clients of HTTP have it: named in the profile, or by the environment.
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { callbackify } from 'node:util';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether NO_PROXY names the host: itself, a domain above it, or all. */
function isExempt(host: string, port: string, exempt: string): boolean {
  return exempt
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (only !== undefined && only !== port) return false;
      const domain = name.replace(/^\*?\.?/, '');
      return name === '*' || host === domain || host.endsWith(`.${domain}`);
    });
}

/** The proxy for an address: that of the profile, else HTTPS_PROXY or HTTP_PROXY unless NO_PROXY says no. */
export function proxyFor(
  address: string,
  own: string | undefined,
  env: Environment,
): URL | undefined {
  const { hostname, port, protocol } = new URL(address);
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const valueOf = (key: string): string => env[key.toLowerCase()] ?? env[key] ?? '';
  const found = own ?? (isExempt(hostname, port, valueOf('NO_PROXY')) ? '' : valueOf(name));
  if (found === '') return undefined;
  return new URL(found.includes('://') ? found : `http://${found}`);
}

const authorization = ({ username, password }: URL): Record<string, string> =>
  username === ''
    ? {}
    : {
        'Proxy-Authorization': `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      };

const placeOf = ({ protocol, hostname, port }: URL): { host: string; port: number } => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port || (protocol === 'https:' ? 443 : 80)),
});

/** Requests in clear go to the proxy with the whole address, and it passes them on. */
export class ForwardingAgent extends http.Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: http.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  /** Called by Node for each request. */
  addRequest(request: http.ClientRequest, options: { host?: string; port?: number }): void {
    const { host = 'localhost', port = 80 } = options;
    request.path = `http://${host}:${port}${request.path}`;
    for (const [name, value] of Object.entries(authorization(this.#proxy)))
      request.setHeader(name, value);
    const base = Reflect.get(http.Agent.prototype, 'addRequest') as (
      this: http.Agent,
      request: http.ClientRequest,
      options: object,
    ) => void;
    base.call(this, request, { ...options, ...placeOf(this.#proxy) });
  }
}

/** Encrypted ones go through a tunnel that the proxy opens; it sees where they go, and nothing of them. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  /** Called by Node for each new connection. */
  override createConnection(
    options: https.RequestOptions,
    done: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    callbackify(() => this.#connect(options))(done);
    return undefined;
  }

  async #connect(options: https.RequestOptions): Promise<Duplex> {
    const { host, port } = options;
    const socket = await this.#tunnel(`${host ?? 'localhost'}:${port ?? 443}`);
    const { servername = host ?? '' } = options;
    return connectTls({ ...options, ...this.options, socket, servername } as object);
  }

  #tunnel(path: string): Promise<Socket> {
    const { request } = this.#proxy.protocol === 'https:' ? https : http;
    return new Promise((open, failed) => {
      const asked = request({
        ...placeOf(this.#proxy),
        method: 'CONNECT',
        path,
        headers: { Host: path, ...authorization(this.#proxy) },
        agent: false,
      });
      asked.on('connect', (response, socket) => {
        if (response.statusCode === 200) open(socket);
        else {
          socket.destroy();
          failed(
            new Error(
              `the proxy ${this.#proxy.host} answered ${response.statusCode ?? 0} to CONNECT ${path}`,
            ),
          );
        }
      });
      asked.on('error', failed).end();
    });
  }
}
