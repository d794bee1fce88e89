// A small file server for the folder of artifacts, for `etl docs serve`: this machine only unless told otherwise, reading only.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, isAbsolute, join, relative, sep } from 'node:path';

export interface ServedFolder {
  readonly path: string;
  /** whether a file in it may be seen: by its path from the folder, with slashes; undefined: every file */
  readonly isPublic?: (file: string) => boolean;
}
export interface ServeOptions {
  /** a file is taken from the first folder that has it; at least one */
  readonly folders: readonly ServedFolder[];
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
}
export interface Serving {
  readonly address: string;
  readonly close: () => Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.sql': 'text/plain; charset=utf-8',
};

/** Serves the files of folders until it is closed; rejects when the address cannot be had. */
export async function serve({ folders, host, port }: ServeOptions): Promise<Serving> {
  const roots = await Promise.all(
    folders.map(async (folder) => ({ ...folder, path: await realpath(folder.path) })),
  );
  const server = createServer((request, response) => {
    if (!isMeant(request, host)) {
      refuse(response, 403);
      return;
    }
    answer(roots, request, response).catch(() => refuse(response, 500));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => listening());
  });
  const bound = server.address();
  const taken = typeof bound === 'object' && bound !== null ? bound.port : port;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    address: `http://${shown}:${taken}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Whether a request names this server. A page of the web may have its own name resolve to here, and read what is answered: the
 * browser sends that name. An address that everybody may reach is reached by any name.
 */
function isMeant({ headers }: IncomingMessage, host: string): boolean {
  const bare = host.includes(':') ? `[${host}]` : host;
  if (bare === '0.0.0.0' || bare === '[::]') return true;
  const asked = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(headers.host ?? '')?.[1] ?? '';
  return LOOPBACK.test(asked) || asked.toLowerCase() === bare.toLowerCase();
}

function refuse(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(status === 404 ? 'not found\n' : 'refused\n');
}

async function answer(
  roots: readonly ServedFolder[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405);
    return;
  }
  const file = await firstFile(roots, request.url ?? '/');
  if (file === undefined) {
    refuse(response, 404);
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file.path)] ?? 'application/octet-stream',
    'content-length': file.size,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file.path)
      .on('error', () => response.destroy())
      .pipe(response);
}

async function firstFile(
  roots: readonly ServedFolder[],
  address: string,
): Promise<{ readonly path: string; readonly size: number } | undefined> {
  for (const root of roots) {
    const path = await fileOf(root, address);
    const found = path === undefined ? undefined : await stat(path);
    if (path !== undefined && found?.isFile() === true) return { path, size: found.size };
  }
  return undefined;
}

/** The file that an address means; undefined when there is none, or when it would lead out of the folder. */
async function fileOf(
  { path: root, isPublic }: ServedFolder,
  address: string,
): Promise<string | undefined> {
  let wanted: string;
  try {
    wanted = decodeURIComponent(new URL(address, 'http://x').pathname);
  } catch {
    return undefined;
  }
  if (wanted.includes('\0')) return undefined;
  // a link may lead out, so it is the real path that counts
  const path = await realpath(join(root, wanted === '/' ? 'index.html' : wanted)).catch(
    () => undefined,
  );
  if (path === undefined) return undefined;
  const below = relative(root, path);
  if (below.startsWith(`..${sep}`) || below === '..' || isAbsolute(below)) return undefined;
  return isPublic?.(below.split(sep).join('/')) === false ? undefined : path;
}
