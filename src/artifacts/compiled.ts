import { posix } from 'node:path';
import type { RunnableNode } from '../manifest/node.ts';
import { versionedName } from '../manifest/unit-test.ts';
import { writeTextNow, type ArtifactFile } from './write.ts';

/** `compiled`: the author's SELECT with its templates filled in; `run`: the statements that were sent. */
export type CompiledKind = 'compiled' | 'run';

/** Where the SQL of a node is written, below the target folder and with dbt's layout. */
export function compiledPath(node: RunnableNode, kind: CompiledKind): string {
  const { original_file_path: original } = node;
  // dbt's layout: below the file, and there below its folder again
  const path =
    node.resource_type === 'unit_test'
      ? posix.join(posix.dirname(original), `${versionedName(node)}.sql`)
      : node.path;
  // several tests live in one YAML file: there the file's name becomes a folder
  const isOwnFile = posix.basename(path) === posix.basename(original);
  // so does a file of several snapshot blocks
  const isOneOfMany = node.resource_type === 'snapshot' && !path.endsWith(`${node.name}.sql`);
  const file = isOneOfMany
    ? posix.join(original, `${node.name}.sql`)
    : isOwnFile
      ? original
      : posix.join(original, path);
  const below = posix.normalize(file.replaceAll('\\', '/')).replace(/^(?:\.\.\/)+|^\/+/, '');
  return posix.join(kind, node.package_name, below);
}

/** The file of a node's SQL below the target folder. */
export const compiledFile = (
  inTarget: (name: string) => ArtifactFile,
  node: RunnableNode,
  kind: CompiledKind,
): ArtifactFile => inTarget(compiledPath(node, kind));

/** Writes the SQL of a node below the target folder and gives the path of the file. */
export function writeCompiled(
  inTarget: (name: string) => ArtifactFile,
  node: RunnableNode,
  kind: CompiledKind,
  sql: string,
): string {
  const file = compiledFile(inTarget, node, kind);
  writeTextNow(file, sql);
  return file.path;
}
