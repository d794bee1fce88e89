// ClickHouse's HTTP interface, as much of it as the adapter uses, over the embedded engine: requests are recorded, statements
// are real, and a test can cut the line.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session, drainPending } from 'chdb';

interface Seen {
  readonly sql: string;
  readonly body: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}
export interface FakeServer {
  readonly port: number;
  readonly seen: Seen[];
  /** what to do with a statement instead of answering it */
  intercept: ((seen: Seen, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

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
const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function fail(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)/.exec(text)?.[1] ?? '1000';
  response.writeHead(code === '516' ? 403 : 500, { 'X-ClickHouse-Exception-Code': code });
  response.end(
    `${text.replace(/ ?\(([A-Z_]+)\)$/, ' ($1)')} (version 26.7.2.1 (official build))\n`,
  );
}

class Front {
  readonly #dir: string;
  constructor(dir: string) {
    this.#dir = dir;
  }

  async answer({ sql, body, settings }: Seen, id: string, response: ServerResponse): Promise<void> {
    const session = new Session(join(this.#dir, 'data'));
    try {
      const set = Object.entries(settings).map(([k, v]) => `${k} = ${quoted(v)}`);
      await session.queryAsync(`SET ${[...set, `log_comment = ${quoted(id)}`].join(', ')}`);
      const [, insert, format] = /^(INSERT [\s\S]*?)\s+FORMAT (CSVWithNames)\s*$/.exec(sql) ?? [];
      let written = 0;
      let text = '';
      if (insert !== undefined) {
        const file = join(this.#dir, `${id.replace(/\W/g, '_')}.csv`);
        await writeFile(file, body);
        await session.queryAsync(`${insert} FROM INFILE ${quoted(file)} FORMAT ${format}`);
      } else {
        // the embedded engine has no query ids
        const real = sql.replaceAll(/\bquery_id\b/g, "Settings['log_comment']");
        if (real.startsWith('KILL')) session.query(real, 'Null');
        else text = (await session.queryAsync(real, { format: 'TabSeparated' })).text();
        if (/^(CREATE TABLE .* AS|INSERT)/s.test(sql)) written = 7;
      }
      response.writeHead(200, {
        'X-ClickHouse-Summary': JSON.stringify({ written_rows: String(written) }),
      });
      response.end(text);
    } finally {
      session.close();
    }
  }
}

/** Starts the server with one user, `etl` with password `s3cr3t-pass`. */
export async function startFakeServer(): Promise<FakeServer> {
  const dir = await mkdtemp(join(tmpdir(), 'etl-http-'));
  const anchor = new Session(join(dir, 'data'));
  const front = new Front(dir);
  const fake: Omit<FakeServer, 'port' | 'close'> = { seen: [], intercept: undefined };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { searchParams } = new URL(request.url ?? '/', 'http://x');
    const body = await bodyOf(request);
    const inUrl = searchParams.get('query');
    const seen: Seen = {
      sql: inUrl ?? body,
      body: inUrl === null ? '' : body,
      settings: Object.fromEntries([...searchParams].filter(([k]) => !NOT_SETTINGS.has(k))),
      headers: request.headers,
    };
    fake.seen.push(seen);
    if (fake.intercept?.(seen, response) === true) return;
    const login = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64').toString();
    if (login !== 'etl:s3cr3t-pass')
      throw new Error(
        'Code: 516. DB::Exception: etl: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)',
      );
    await front.answer(seen, searchParams.get('query_id') ?? 'none', response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => fail(response, error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(fake, {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await drainPending();
      anchor.close();
      await drainPending();
      await rm(dir, { recursive: true, force: true });
    },
  });
}
