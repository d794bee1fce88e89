import { relative } from 'node:path';
import { compiledPath } from '../artifacts/compiled.ts';
import { manifestJson } from '../artifacts/manifest-json.ts';
import type { Json } from '../artifacts/node-json.ts';
import { writeJson } from '../artifacts/write.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { CompiledNode } from '../plan/compiler.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';
import type { ReadProject } from './read-project.ts';

/** What manifest.json holds; `compiled` nodes carry their compiled SQL. */
export function manifestJsonOf(
  project: OpenProject,
  invocation: Invocation,
  compiled?: ReadonlyMap<NodeId, CompiledNode>,
): Json {
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
  return manifestJson(project.manifest, { ...factsOf(project, invocation), ...facts });
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
  const json = manifestJson(project.manifest, factsOf(project, invocation));
  const inode = await writeJson(project.inTarget('manifest.json'), json);
  await project.written?.note(inode);
}

/** Writes target/manifest.json, unless --no-write-json was given; returns what it holds. */
export async function writeManifest(
  ...of: Parameters<typeof manifestJsonOf>
): Promise<ReturnType<typeof manifestJsonOf>> {
  const [project] = of;
  const json = manifestJsonOf(...of);
  if (project.writesJson) await writeJson(project.inTarget('manifest.json'), json);
  return json;
}

function compiledPathOf(project: OpenProject, id: NodeId): string {
  const node = project.manifest.nodes[id];
  return node === undefined
    ? ''
    : relative(project.dir, project.inTarget(compiledPath(node, 'compiled')).path);
}
