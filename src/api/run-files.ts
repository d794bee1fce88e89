import { join, relative } from 'node:path';
import { compiledFile } from '../artifacts/compiled.ts';
import { FileQueue } from '../artifacts/file-queue.ts';
import type { ArtifactFile } from '../artifacts/write.ts';
import type { RunFiles } from '../run/context.ts';
import type { OpenProject } from './open-project.ts';
import { seedFile } from './seed-file.ts';

/** Seeds are read from the project, compiled and sent SQL goes below the target folder. */
export function runFiles(project: OpenProject): RunFiles {
  const queue = new FileQueue();
  const shown = (path: string): string => relative(project.dir, path) || path;
  return {
    seed: (node) => {
      const root = node.resource_type === 'seed' ? node.root_path : null;
      return seedFile(join(root ?? project.dir, node.original_file_path), node);
    },
    keep: (kind, node, sql) => {
      const file = (): ArtifactFile => compiledFile(project.inTarget, node, kind);
      // each window of a microbatch model has a file of its own
      queue.add(`${kind} ${node.unique_id} ${node.path}`, file, sql);
    },
    shownPath: (kind, node) => shown(compiledFile(project.inTarget, node, kind).path),
    settled: () => queue.settled(),
  };
}
