// target/column_lineage.json, and the lineage in the `meta` of target/manifest.json.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { writeJson } from '../artifacts/write.ts';
import type { LineageNode } from '../check/column-lineage.ts';
import { VERSION } from '../kernel/version.ts';
import { lineageMeta, openLineageEvents } from '../reporters/open-lineage.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';
import { writeManifest } from './write-manifest.ts';

/** The key in `meta` of a node. */
const META_KEY = 'etl_column_lineage';

/** Writes it and returns its path from the project; undefined where --no-write-json was given. */
export async function writeColumnLineage(
  project: OpenProject,
  { id, now }: Invocation,
  nodes: readonly LineageNode[],
  engine: string,
): Promise<string | undefined> {
  if (!project.writesJson) return undefined;
  const file = project.inTarget('column_lineage.json');
  const { host, port } = project.target.shown;
  const isServer = project.adapter.isServer(project.target);
  const where = isServer && host !== undefined ? `${String(host)}:${String(port)}` : 'embedded';
  const at = now();
  await writeJson(file, {
    metadata: {
      etl_version: VERSION,
      generated_at: at.toISOString(),
      invocation_id: id,
      engine,
      target: project.targetName,
    },
    events: openLineageEvents(nodes, {
      namespace: `${project.dialect.name}://${where}`,
      database: project.dialect.can.databases ? project.target.database : undefined,
      at,
    }),
  });
  return relative(project.dir, file.path);
}

/**
 * Puts the lineage under `meta` of the nodes of target/manifest.json, and changes nothing else of it: it may be that of a run, with
 * compiled SQL in it. Where there is none yet it is written.
 */
export async function noteInManifest(
  project: OpenProject,
  invocation: Invocation,
  nodes: readonly LineageNode[],
): Promise<void> {
  if (!project.writesJson) return;
  const file = project.inTarget('manifest.json');
  let manifest = await readManifest(file.path);
  if (manifest === undefined) {
    await writeManifest(project, invocation);
    manifest = await readManifest(file.path);
  }
  if (manifest === undefined) return;
  for (const node of nodes) {
    const shown = manifest.nodes[node.id];
    if (shown !== undefined) shown.meta = { ...shown.meta, [META_KEY]: lineageMeta(node) };
  }
  await writeJson(file, manifest);
}

interface WithMeta {
  meta?: Record<string, unknown>;
}
interface ManifestFile {
  readonly nodes: Readonly<Record<string, WithMeta | undefined>>;
}

/** Undefined where there is none that can be read. */
async function readManifest(path: string): Promise<ManifestFile | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    const hasNodes = typeof value === 'object' && value !== null && 'nodes' in value;
    return hasNodes ? (value as ManifestFile) : undefined;
  } catch {
    return undefined;
  }
}
