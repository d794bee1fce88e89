// ClickHouse's HTTP interface over the embedded engine: what etl serve answers with, and what the HTTP driver is tried on.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Engine } from '../embedded/engine.ts';
import { Gate } from '../gate.ts';
import { letOthersWrite } from '../public-writes.ts';
import { Answers } from './answer.ts';
import { foreign, type FrontUser, isLoopback, requireUser } from './identity.ts';
import { Reply } from './reply.ts';
import { readAsk } from './request.ts';
import { Sessions } from './sessions.ts';

export interface FrontOptions {
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  readonly users: readonly FrontUser[];
  /** statements that run at the same time; each holds a thread of the pool */
  readonly atOnce: number;
}

export interface Front {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Lets nobody in any more, stops what runs, and gives the sessions back; the engine stays open. */
  readonly close: () => Promise<void>;
}

/** Clients close their sockets earlier than that. */
const KEEP_ALIVE_MS = 30_000;

const ALIVE: ReadonlySet<string> = new Set(['/ping', '/replicas_status']);
const plain = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' });
  response.end(text);
};

class HttpFront {
  readonly #options: FrontOptions;
  readonly #version: string;
  readonly #answers: Answers;
  readonly #sessions: Sessions;
  readonly #gate: Gate;
  readonly #isOnlyHere: boolean;
  readonly #open = new Set<Promise<void>>();

  constructor(engine: Engine, timezone: string, options: FrontOptions) {
    this.#options = options;
    this.#version = engine.version;
    this.#answers = new Answers(engine, timezone);
    this.#sessions = new Sessions(engine);
    this.#gate = new Gate(options.atOnce);
    this.#isOnlyHere = isLoopback(options.host);
  }

  receive(request: IncomingMessage, response: ServerResponse): void {
    const handled = this.#handle(request, response);
    this.#open.add(handled);
    void handled.finally(() => this.#open.delete(handled));
  }

  /** Waits for those that are being answered; their statements are stopped. */
  async close(): Promise<void> {
    this.#answers.killAll();
    await Promise.all(this.#open);
    this.#sessions.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const refused = foreign(request, this.#isOnlyHere);
    if (refused !== undefined) {
      plain(response, 403, `${refused}\n`);
      return;
    }
    const url = new URL(`http://front${request.url?.startsWith('/') === true ? request.url : '/'}`);
    const isBare = url.pathname === '/' && url.search === '';
    if (ALIVE.has(url.pathname) || (isBare && /^(GET|HEAD)$/.test(request.method ?? '')))
      plain(response, 200, 'Ok.\n');
    else if (url.pathname !== '/' && url.pathname !== '/query')
      plain(response, 404, `There is no handle ${url.pathname}\n`);
    else if (!/^(GET|HEAD|POST|PUT)$/.test(request.method ?? ''))
      plain(response, 501, `${request.method ?? ''} is not supported\n`);
    else await this.#ask(request, response, url.searchParams);
    // what nobody read of the request is let through, so that the next one can come by the same way
    request.resume();
  }

  async #ask(
    request: IncomingMessage,
    response: ServerResponse,
    args: URLSearchParams,
  ): Promise<void> {
    const reply = new Reply(request, response, args);
    try {
      const user = requireUser(request, args, this.#options.users);
      const ask = await readAsk(request, args);
      const { headers, method } = request;
      const isGet = method === 'GET' || method === 'HEAD';
      // as on a server: no statement is allowed more than its user, its method, and it itself say
      const asked = args.get('readonly');
      const reading =
        asked === '1' ? '1' : !user.mayWrite || isGet || asked === '2' ? '2' : undefined;
      const call = { ask, args, headers, user, reading, reply, response } as const;
      const lease = this.#sessions.lease(args, user.name, reading !== undefined);
      let end: Uint8Array;
      try {
        end = await this.#gate.run(() => this.#answers.answer(call, lease));
      } finally {
        ask.insert?.data.destroy();
        lease.release();
      }
      reply.end(end);
    } catch (error) {
      reply.fail(error, this.#version);
    }
  }
}

/** Starts to listen; rejects with the system's error when the address cannot be had. */
export async function startFront(engine: Engine, options: FrontOptions): Promise<Front> {
  const session = engine.open();
  const timezone = (await session.queryAsync('SELECT timezone()', { format: 'TSV' })).text().trim();
  session.close();
  const front = new HttpFront(engine, timezone, options);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) =>
    front.receive(request, response),
  );
  // a long statement or a large load takes as long as it takes
  server.requestTimeout = 0;
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port, options.host, () => listening());
  });
  const noMore = letOthersWrite();
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  const shown = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    host: options.host,
    port,
    url: `http://${shown}:${port}`,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await front.close();
      await closed;
      noMore();
    },
  };
}
