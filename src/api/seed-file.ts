// A seed's file as it is read: a block at a time, and never anything but UTF-8.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { EtlError, isEtlError } from '../kernel/error.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { SeedFile } from '../run/seed-survey.ts';
import { fileProblem } from './file-problem.ts';

const BLOCK = 1 << 20;
/** what is only checked: a memory that is used again and again, and stays in the processor's cache */
const CHECKED = 1 << 18;
const BOM = Buffer.from('\u{feff}');
/** A character has at most so many bytes after its first. */
const LONGEST_TAIL = 3;

/** Where the last character begins that may go on in the next block. */
function wholeCharacters(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= 0 && at >= bytes.length - LONGEST_TAIL; at--) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return bytes.length;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (wanted > 0) return at + wanted > bytes.length ? at : bytes.length;
  }
  return bytes.length;
}

async function* blocksOf(path: string, node: ExecutableNode): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  const checked = async (bytes: Buffer): Promise<Buffer> => {
    if (!isUtf8(bytes)) throw await notUtf8(path, node);
    const begins = isFirst && bytes.subarray(0, BOM.length).equals(BOM);
    isFirst = false;
    return begins ? bytes.subarray(BOM.length) : bytes;
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: BLOCK })) {
      const block = chunk as Buffer;
      const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
      const whole = wholeCharacters(bytes);
      rest = bytes.subarray(whole);
      if (whole > 0) yield await checked(bytes.subarray(0, whole));
    }
    if (rest.length > 0) yield await checked(rest);
  } catch (error) {
    throw isEtlError(error) ? error : fileProblem(error, path);
  }
}

async function checkAll(path: string, node: ExecutableNode): Promise<void> {
  const memory = Buffer.allocUnsafe(CHECKED);
  try {
    const file = await open(path);
    try {
      let kept = 0;
      for (;;) {
        const { bytesRead } = await file.read(memory, kept, CHECKED - kept);
        const filled = memory.subarray(0, kept + bytesRead);
        const whole = bytesRead === 0 ? filled.length : wholeCharacters(filled);
        if (!isUtf8(filled.subarray(0, whole))) throw await notUtf8(path, node);
        if (bytesRead === 0) return;
        kept = filled.copy(memory, 0, whole);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw isEtlError(error) ? error : fileProblem(error, path);
  }
}

/** The file of a seed. Reading it fails with an EtlError: ETL7004 for what is not UTF-8, ETL1012 for what cannot be read. */
export const seedFile = (path: string, node: ExecutableNode): SeedFile => ({
  path,
  shownPath: node.original_file_path,
  blocks: () => blocksOf(path, node),
  check: () => checkAll(path, node),
});

/** Names the line of the first byte that is no UTF-8, for an engine may take it without a word. */
async function notUtf8(path: string, node: ExecutableNode): Promise<EtlError> {
  const bytes = await readFile(path);
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
    line += 1;
  }
  const text = bytes.subarray(start).toString('utf8');
  return new EtlError([
    {
      code: 'ETL7004',
      severity: 'error',
      message: `${node.original_file_path} is not valid UTF-8`,
      at: { file: node.original_file_path, line, column: text.indexOf('\uFFFD') + 1 },
      node: node.unique_id,
      hint: 'Save the file as UTF-8; it looks as if it were in an older encoding such as Latin-1.',
    },
  ]);
}
