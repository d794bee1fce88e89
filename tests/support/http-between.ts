// Stands between a client and ClickHouse's HTTP interface: every request is recorded, and a test may answer it, or cut the line.
import {
  Agent,
  createServer,
  request as send,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** What is not a setting among the keys of a URL. */
const NOT_SETTINGS = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
]);

/** A request as it came. */
export interface Seen {
  readonly sql: string;
  /** the rows of an INSERT; nothing when the statement is the body */
  readonly body: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly args: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** the client's port: one for each connection */
  readonly from: number | undefined;
}

/** Where a line is cut: `before` the server hears of it, `during` its work, or `after` it, with the answer never told. */
export const MOMENTS = ['before', 'during', 'after'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Between {
  readonly port: number;
  readonly seen: Seen[];
  /** what to do with a request instead of passing it on */
  intercept: ((seen: Seen, response: ServerResponse) => boolean) | undefined;
  /** whether, and when, the line of a request is to be cut */
  cut: ((seen: Seen) => Moment | undefined) | undefined;
  readonly close: () => Promise<void>;
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function seenIn({ url, headers, socket }: IncomingMessage, body: Buffer): Seen {
  const { searchParams: args } = new URL(url ?? '/', 'http://x');
  const inUrl = args.get('query');
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
  return {
    sql: inUrl ?? text,
    body: inUrl === null ? '' : text,
    settings: Object.fromEntries([...args].filter(([name]) => !NOT_SETTINGS.has(name))),
    args,
    headers,
    from: socket.remotePort,
  };
}

/** Listens on a port of its own and passes everything on to `port`. */
export async function between(port: number): Promise<Between> {
  const agent = new Agent({ keepAlive: true });
  const state: Omit<Between, 'port' | 'close'> = { seen: [], intercept: undefined, cut: undefined };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bytesOf(request);
    const seen = seenIn(request, body);
    state.seen.push(seen);
    if (state.intercept?.(seen, response) === true) return;
    const moment = state.cut?.(seen);
    if (moment === 'before') {
      response.destroy();
      return;
    }
    const { method, url, headers } = request;
    const answer = await new Promise<IncomingMessage>((answered, failed) => {
      const onward = send({ agent, host: '127.0.0.1', port, method, path: url, headers });
      onward.on('response', answered).on('error', failed).end(body);
      response.on('close', () => {
        if (!response.writableFinished) onward.destroy();
      });
      if (moment === 'during') onward.on('finish', () => setTimeout(() => response.destroy(), 3));
    });
    if (moment === 'after') {
      await bytesOf(answer);
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.on('error', () => response.destroy()).pipe(response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      agent.destroy();
    },
  });
}
