import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { compiledPath, writeCompiled } from '../artifacts/compiled.ts';
import type { RunFiles } from '../run/context.ts';
import { fileProblem } from './file-problem.ts';
import type { OpenProject } from './open-project.ts';

/** Seeds are read from the project, compiled and sent SQL goes below the target folder. */
export function runFiles(project: OpenProject): RunFiles {
  const shown = (path: string): string =>
    relative(project.dir, join(project.targetDir, path)) || path;
  return {
    readSeed: async (node) => {
      const root = node.resource_type === 'seed' ? node.root_path : null;
      const path = join(root ?? project.dir, node.original_file_path);
      try {
        return { path, text: await readFile(path, 'utf8') };
      } catch (error) {
        throw fileProblem(error, path);
      }
    },
    keep: async (kind, node, sql) => shown(await writeCompiled(project.targetDir, node, kind, sql)),
    shownPath: (kind, node) => shown(compiledPath(node, kind)),
  };
}
