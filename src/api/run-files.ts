import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { compiledFile } from '../artifacts/compiled.ts';
import { FileQueue } from '../artifacts/file-queue.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { RunFiles } from '../run/context.ts';
import { fileProblem } from './file-problem.ts';
import type { OpenProject } from './open-project.ts';

/** Seeds are read from the project, compiled and sent SQL goes below the target folder. */
export function runFiles(project: OpenProject): RunFiles {
  const queue = new FileQueue();
  const shown = (path: string): string => relative(project.dir, path) || path;
  return {
    readSeed: async (node) => {
      const root = node.resource_type === 'seed' ? node.root_path : null;
      const path = join(root ?? project.dir, node.original_file_path);
      try {
        const bytes = await readFile(path);
        if (!isUtf8(bytes)) throw notUtf8(bytes, node);
        return { path, text: bytes.toString('utf8') };
      } catch (error) {
        throw isEtlError(error) ? error : fileProblem(error, path);
      }
    },
    keep: (kind, node, sql) => {
      const file = compiledFile(project.inTarget, node, kind);
      queue.add(file, sql);
      return shown(file.path);
    },
    shownPath: (kind, node) => shown(compiledFile(project.inTarget, node, kind).path),
    settled: () => queue.settled(),
  };
}

/** The line of the first byte that is no UTF-8, for an engine may take it without a word. */
function notUtf8(bytes: Buffer, node: ExecutableNode): EtlError {
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
