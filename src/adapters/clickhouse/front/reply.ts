// The answer to one request: headers once, the body with or without compression, and the end that an error in the middle has.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import { exceptionBlock, refusalOf } from './refusal.ts';

const TYPES: readonly (readonly [RegExp, string])[] = [
  [
    /^JSON(Compact|Strings|CompactStrings|Columns\w*|ObjectEachRow)?$/,
    'application/json; charset=UTF-8',
  ],
  [/^(JSON\w*EachRow\w*|NDJSON|JSONLines)$/, 'application/x-ndjson; charset=UTF-8'],
  [/^CSVWithNames/, 'text/csv; charset=UTF-8; header=present'],
  [/^CSV/, 'text/csv; charset=UTF-8; header=absent'],
  [/^(TSV|TabSeparated)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^XML$/, 'application/xml; charset=UTF-8'],
  [/^(Pretty|Vertical|Values|Markdown|SQLInsert|LineAsString)/, 'text/plain; charset=UTF-8'],
];

export const contentType = (format: string): string =>
  TYPES.find(([pattern]) => pattern.test(format))?.[1] ?? 'application/octet-stream';

const COMPRESSORS = {
  gzip: () => createGzip({ level: 1 }),
  deflate: () => createDeflate({ level: 1 }),
  br: createBrotliCompress,
} as const;
type Encoding = keyof typeof COMPRESSORS;

/** What of the codings that the client takes is spoken here, if it asks for any. */
function encodingOf(request: IncomingMessage, args: URLSearchParams): Encoding | undefined {
  if (args.get('enable_http_compression') !== '1') return undefined;
  const accepted = String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.split(';')[0]?.trim().toLowerCase());
  return (['gzip', 'deflate', 'br'] as const).find((name) => accepted.includes(name));
}

/** The answer to one request. */
export class Reply {
  /** marks an error that comes after the first byte */
  readonly tag: string = randomBytes(8).toString('hex');
  readonly headers: Record<string, string> = {};
  readonly #response: ServerResponse;
  readonly #encoding: Encoding | undefined;
  readonly #gone: Promise<unknown>;
  #out: Writable | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, args: URLSearchParams) {
    this.#response = response;
    this.#encoding = encodingOf(request, args);
    this.#gone = new Promise((resolve) => response.once('close', resolve));
  }

  /** the client does not listen any more */
  get isGone(): boolean {
    return this.#response.destroyed;
  }

  /** Sends a piece of the body, the headers first; waits while the client is slower. */
  async write(piece: Uint8Array): Promise<void> {
    if (this.isGone) return;
    const out = this.#open();
    if (!out.write(piece)) await Promise.race([once(out, 'drain'), this.#gone]);
  }

  /** Sends the last piece, which may be empty. */
  end(piece: Uint8Array): void {
    if (!this.isGone) this.#open().end(piece);
  }

  /** Tells an error: as the answer, or as the end of one that was begun. */
  fail(error: unknown, version: string): void {
    if (this.isGone) return;
    const refusal = refusalOf(error, version);
    if (this.#out !== undefined) {
      this.#out.end(exceptionBlock(refusal, this.tag));
      return;
    }
    this.#response.writeHead(refusal.status, {
      ...this.headers,
      'X-ClickHouse-Exception-Code': String(refusal.code),
      'Content-Type': 'text/plain; charset=UTF-8',
    });
    this.#response.end(refusal.text);
  }

  #open(): Writable {
    if (this.#out !== undefined) return this.#out;
    const encoding = this.#encoding;
    this.#response.writeHead(200, {
      ...this.headers,
      ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
    });
    if (encoding === undefined) this.#out = this.#response;
    else {
      this.#out = COMPRESSORS[encoding]();
      this.#out.pipe(this.#response);
    }
    return this.#out;
  }
}
