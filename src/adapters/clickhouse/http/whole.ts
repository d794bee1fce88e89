// Whether an answer that began well also ended well. A server that fails late has sent its status already.
import type { Readable } from 'node:stream';

/** Longer than any error at the end of an answer. */
const TAIL = 64 * 1024;

/** Reads a body to its end, and keeps that. */
export async function endOf(body: Readable): Promise<string> {
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const both = Buffer.concat([tail, chunk as Buffer]);
    tail = both.length > TAIL ? both.subarray(both.length - TAIL) : both;
  }
  return tail.toString('utf8');
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const MARK = '__exception__';
/** Of servers before 25.11: their version is the last that they say. */
const UNMARKED =
  /(?:^|\n)(Code: \d+\. DB::\w*Exception: (?:(?!\nCode: \d+\.)[\s\S])*\(version [^\n]*\))\s*$/;

/** Throws the error that an answer ends with, as the server wrote it. */
export function requireWhole(answer: string, headers: Headers): void {
  const tag = headers['x-clickhouse-exception-tag'];
  if (typeof tag === 'string') {
    const begin = answer.lastIndexOf(`${MARK}\r\n${tag}\r\n`);
    if (begin >= 0 && answer.trimEnd().endsWith(`${tag}\r\n${MARK}`)) {
      const text = answer.slice(begin + MARK.length + tag.length + 4);
      throw new Error(text.slice(0, text.lastIndexOf('\n', text.lastIndexOf(` ${tag}`))).trim());
    }
    return;
  }
  const told = UNMARKED.exec(answer.slice(-TAIL))?.[1];
  if (told !== undefined) throw new Error(told);
}
