import { relative } from 'node:path';
import { compiledPath } from '../artifacts/compiled.ts';
import {
  manifestJson,
  manifestSections,
  type ManifestJsonOptions,
} from '../artifacts/manifest-json.ts';
import type { Json } from '../artifacts/node-json.ts';
import { writeSections } from '../artifacts/write.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';
import type { ReadProject } from './read-project.ts';

/** What manifest.json holds; `compiled` nodes carry their compiled SQL. */
export const manifestJsonOf = (...[project, ...more]: ManifestOf): Json =>
  manifestJson(project.manifest, manifestFacts(project, ...more));

type ManifestOf = [
  project: OpenProject,
  invocation: Invocation,
  compiled?: ReadonlyMap<NodeId, CompiledNode>,
];

function manifestFacts(...[project, invocation, compiled]: ManifestOf): ManifestJsonOptions {
  const facts =
    compiled === undefined
      ? {}
      : {
          compiled: new Map(
            [...compiled].map(
              ([id, { sql, written = sql, references = new Map(), macros = [] }]) => [
                id,
                {
                  code: written,
                  path: compiledPathOf(project, id),
                  macros,
                  references: new Map(
                    [...references].map(([text, to]) => [text, project.dialect.relation(to)]),
                  ),
                },
              ],
            ),
          ),
        };
  return { ...factsOf(project, invocation), ...facts };
}

const factsOf = ({ customEnv: env }: ReadProject, { id, startedAt, now }: Invocation) => ({
  invocationId: id,
  startedAt,
  generatedAt: now(),
  env,
});

/** Writes target/manifest.json of a project that is only read, unless it is there and may stay, or --no-write-json was given. */
export async function keepManifest(project: ReadProject, invocation: Invocation): Promise<void> {
  if (!project.writesJson || project.written?.isCurrent() === true) return;
  const sections = manifestSections(project.manifest, factsOf(project, invocation));
  const inode = await writeSections(project.inTarget('manifest.json'), sections);
  await project.written?.note(inode);
}

/** Writes target/manifest.json, unless --no-write-json was given. */
export async function writeManifest(...[project, ...more]: ManifestOf): Promise<void> {
  if (!project.writesJson) return;
  const sections = manifestSections(project.manifest, manifestFacts(project, ...more));
  await writeSections(project.inTarget('manifest.json'), sections);
}

function compiledPathOf(project: OpenProject, id: NodeId): string {
  const node = project.manifest.nodes[id];
  return node === undefined
    ? ''
    : relative(project.dir, project.inTarget(compiledPath(node, 'compiled')).path);
}
