// What a request asks: the statement from the URL or the body, its parameters, and the rows of an INSERT as a stream.
import type { IncomingMessage } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { insertHead, type InsertHead } from './statement.ts';
import { FrontError } from './refusal.ts';

/** Of a body that is a statement; rows of an INSERT are not counted. */
const LONGEST = 64 * 1024 * 1024;
/** How much of a body is looked at for the head of an INSERT. */
const HEAD = 64 * 1024;

export interface Ask {
  readonly sql: string;
  readonly params: Readonly<Record<string, string>>;
  /** an INSERT with its rows */
  readonly insert?: { readonly head: InsertHead; readonly data: Readable };
}

const PREFIX = 'param_';

function paramsOf(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of entries)
    if (name.startsWith(PREFIX)) params[name.slice(PREFIX.length)] = value;
  return params;
}

/** The body as it was before it was compressed. A stream of its own: a load that fails ends it, not the request it came by. */
function decoded(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
    identity: () => new PassThrough(),
    gzip: createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const make = decoders[encoding];
  if (make === undefined)
    throw new FrontError(
      89,
      `Unknown compression method: ${encoding}`,
      'UNKNOWN_COMPRESSION_METHOD',
    );
  const body = make();
  const cut = (): void => {
    if (!request.complete) body.destroy(new Error('the client went away'));
  };
  request.on('error', cut).on('close', cut);
  request.pipe(body);
  return body;
}

/** Reads until `enough` bytes are there or nothing more comes; the rest stays in the stream. */
async function readSome(body: Readable, enough: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= enough) break;
  }
  return Buffer.concat(chunks);
}

async function readAll(start: Buffer, body: Readable): Promise<string> {
  const rest = await readSome(body, LONGEST - start.length);
  if (start.length + rest.length >= LONGEST)
    throw new FrontError(191, 'Query is too large', 'QUERY_IS_TOO_LARGE');
  return Buffer.concat([start, rest]).toString('utf8');
}

async function* joined(start: Buffer, rest: Readable): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start;
  yield* rest as AsyncIterable<Buffer>;
}

const streamOf = (start: Buffer, rest: Readable): Readable =>
  start.length === 0 ? rest : Readable.from(joined(start, rest), { objectMode: false });

/** Form fields, which is how clients send long parameters. */
function fieldsOf(body: string, type: string): ReadonlyMap<string, string> {
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1] ?? '';
  const fields = new Map<string, string>();
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const [, head = '', value = ''] = /^\r\n([\s\S]*?)\r\n\r\n([\s\S]*)\r\n$/.exec(part) ?? [];
    if (/\bfilename=/.test(head))
      throw new FrontError(48, 'External tables are not supported here', 'NOT_IMPLEMENTED');
    const name = /\bname="([^"]*)"/.exec(head)?.[1];
    if (name !== undefined) fields.set(name, value);
  }
  return fields;
}

/** Reads what is asked. Throws a FrontError for what is not understood; the body may then be unread. */
export async function readAsk(request: IncomingMessage, args: URLSearchParams): Promise<Ask> {
  const params = paramsOf(args);
  const inUrl = args.get('query') ?? '';
  if (request.method !== 'POST' && request.method !== 'PUT') return { sql: inUrl, params };
  const body = decoded(request);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    const fields = fieldsOf(await readAll(Buffer.alloc(0), body), type);
    return {
      sql: inUrl || (fields.get('query') ?? ''),
      params: { ...params, ...paramsOf(fields) },
    };
  }
  // the statement may begin in the URL and go on in the body
  const head = Buffer.from(inUrl === '' ? '' : `${inUrl}\n`);
  const inHead = insertHead(inUrl);
  if (inHead !== undefined) {
    const inline = Buffer.from(inUrl.slice(inHead.end));
    return { sql: inUrl, params, insert: { head: inHead, data: streamOf(inline, body) } };
  }
  const start = Buffer.concat([head, await readSome(body, HEAD)]);
  const text = start.toString('utf8');
  const found = inUrl === '' ? insertHead(text) : undefined;
  if (found !== undefined) {
    const data = start.subarray(Buffer.byteLength(text.slice(0, found.end)));
    return {
      sql: text.slice(0, found.end),
      params,
      insert: { head: found, data: streamOf(data, body) },
    };
  }
  const sql = await readAll(start, body);
  return { sql: inUrl !== '' && sql.trimEnd() === inUrl.trimEnd() ? inUrl : sql, params };
}
