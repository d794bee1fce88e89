// Models whose text was changed and nothing else: what an earlier load found out of all the others holds.
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ModelNode } from '../manifest/node.ts';
import { captureText } from './capture.ts';
import { textOrNull } from './configure.ts';
import type { Capture } from './draft.ts';
import { modelOfText } from './file-nodes.ts';
import { joinPath } from './file-system.ts';
import { Naming } from './naming.ts';
import type { KeptParse } from './parse-cache/cache.ts';
import type { NodePatch } from './parse-cache/unpack.ts';
import type { World } from './world.ts';
import { writtenCalls } from './written-config.ts';

const comparable = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));

/** What of a text other nodes and the own config follow from. */
const shownBy = (text: string, file: string, { refs, sources, config, macros }: Capture): string =>
  comparable([
    // configs are kept as they are written, too
    writtenCalls(text, file, config),
    refs.map(({ name, package: pkg, version }) => [name, pkg, version]),
    sources.map(({ source, table }) => [source, table]),
    config,
    macros,
  ]);

/** The one model that a file makes; undefined where there is none, or something else is made of it, too. */
function modelOfFile(manifest: Manifest, file: string): ModelNode | undefined {
  const isOfFile = (node: object): boolean =>
    'original_file_path' in node && node.original_file_path === file;
  const of = Object.values(manifest.nodes).filter(isOfFile);
  const [model] = of;
  if (of.length !== 1 || model?.resource_type !== 'model') return undefined;
  const others = [...Object.values(manifest.disabled).flat(), ...Object.values(manifest.stranded)];
  return others.some(isOfFile) || model.package_name !== manifest.project_name ? undefined : model;
}

/** Whether something was told of a file or its node: that would have to be told anew. */
const isTold = ({ diagnostics }: KeptParse, file: string, id: NodeId): boolean =>
  diagnostics.some(
    ({ at, node, related = [] }) =>
      node === id || at?.file === file || related.some((one) => one.at?.file === file),
  );

/** Whether the naming macros, which may look at the text, name the model as before. */
function isNamedAlike(world: World, node: ModelNode, rawCode: string): boolean {
  const { config } = node;
  const versionText =
    node.version === null
      ? undefined
      : node.unique_id.slice(`model.${node.package_name}.${node.name}.v`.length);
  const { target } = world;
  const found = new Naming(world).names({
    id: node.unique_id,
    name: node.name,
    packageName: node.package_name,
    custom: {
      schema: textOrNull(config.schema),
      alias: textOrNull(config.alias),
      database: textOrNull(config.database),
    },
    versionText,
    node: () => ({
      unique_id: node.unique_id,
      name: node.name,
      resource_type: node.resource_type,
      package_name: node.package_name,
      path: node.path,
      original_file_path: node.original_file_path,
      fqn: node.fqn,
      alias: node.name,
      schema: target.schema,
      database: target.database ?? null,
      config,
      tags: node.tags,
      meta: node.meta,
      version: node.version,
      raw_code: rawCode,
      unrendered_config: node.unrendered_config,
    }),
  });
  const database = world.dialect.can.databases ? found.database : null;
  return found.schema === node.schema && found.alias === node.alias && database === node.database;
}

/** Whether a unit test of the model may be settled differently for its text. */
const mayUnsettle = ({ unit_tests: tests }: Manifest, texts: readonly string[]): boolean =>
  Object.keys(tests).length > 0 && texts.some((text) => text.includes('is_incremental'));

/** What one changed text makes of its node; undefined where more may follow from it than that. */
function patchOf(
  world: World,
  kept: KeptParse,
  file: string,
  text: string,
): readonly [NodeId, NodePatch] | undefined {
  const { root, diagnostics } = world;
  const node = modelOfFile(kept.manifest, file);
  if (node === undefined || text.includes('\uFFFD') || isTold(kept, file, node.unique_id))
    return undefined;
  if (root.files.macros.some((macro) => macro.originalPath === file)) return undefined;
  if (mayUnsettle(kept.manifest, [text, node.raw_code])) return undefined;
  const folder = root.project.paths.models.find((one) => file.startsWith(`${one}/`));
  if (folder === undefined) return undefined;
  const path = file.slice(folder.length + 1);
  const place = { path, originalPath: file, shownPath: file };
  const now = modelOfText(world, root, { ...place, text });
  if (now.rawCode === '' || node.raw_code === '') return undefined;
  // what the earlier text showed is not kept: all else being the same, it shows that once more
  const before = captureText(
    { ...world, witness: undefined, watched: world.session },
    {
      ...now.subject,
      text: node.raw_code,
      model: { ...now.subject.model, raw_code: node.raw_code },
    },
  );
  if (shownBy(node.raw_code, file, before) !== shownBy(now.rawCode, file, now.capture))
    return undefined;
  if (!isNamedAlike(world, node, now.rawCode) || diagnostics.length > 0) return undefined;
  const { rawCode, checksum } = now;
  return [node.unique_id, { raw_code: rawCode, checksum, place: now.place }];
}

/**
 * What changed files make of their nodes: they are read and rendered again, and where a text shows the same refs, sources, config and
 * macros as the one before, nothing else of the project can follow from it. Undefined where it may.
 */
export async function changedNodes(
  world: World,
  kept: KeptParse,
  read: (path: string) => Promise<string>,
): Promise<Readonly<Record<NodeId, NodePatch>> | undefined> {
  const { root } = world;
  const dir = joinPath(root.dir, '');
  const patches: Record<NodeId, NodePatch> = {};
  for (const path of kept.changed) {
    if (!path.startsWith(dir)) return undefined;
    const patch = patchOf(world, kept, path.slice(dir.length), await read(path));
    if (patch === undefined || (world.witness?.fleeting ?? 0) > 0) return undefined;
    [, patches[patch[0]]] = patch;
  }
  return patches;
}
