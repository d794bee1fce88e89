// What a model leads to besides what its query reads: its foreign keys, and the pointer to its latest version.
import { extractMentions } from '../jinja/static-extract.ts';
import { configText } from '../kernel/config-text.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import type { ExecutableNode, ModelNode } from '../manifest/node.ts';
import type { LoadedProject } from '../project/load.ts';
import { behaviourFlag } from '../project/project-flags.ts';
import { foreignKeys } from './contract.ts';
import { nodeRelation } from './plan-node.ts';

/** The name of the view that shows the latest version; undefined where there is none, or the node is not the latest. */
export function versionPointer(
  node: ModelNode,
  flags: Readonly<Record<string, unknown>>,
): string | undefined {
  if (node.version === null || node.version !== node.latest_version) return undefined;
  const config = node.config['latest_version_pointer'];
  const given: Readonly<Record<string, unknown>> =
    typeof config === 'object' && config !== null ? { ...config } : {};
  const { enabled, alias } = given;
  const isWanted =
    typeof enabled === 'boolean'
      ? enabled
      : behaviourFlag(flags, 'latest_version_pointer_enabled_by_default');
  if (!isWanted) return undefined;
  return typeof alias === 'string' && alias.trim() !== '' ? alias.trim() : node.name;
}

/** Where the foreign keys of a model's contract lead, by their text. */
export function references(
  node: ExecutableNode,
  { manifest, resolver }: Pick<LoadedProject, 'manifest' | 'resolver'>,
  deferred: ReadonlyMap<NodeId, RelationName> | undefined,
): ReadonlyMap<string, RelationName> {
  const found = new Map<string, RelationName>();
  for (const text of foreignKeys(node)) {
    const { refs, sources } = extractMentions(`{{ ${text} }}`, node.original_file_path);
    for (const { args, kwargs } of refs) {
      const [first, second] = args.map((arg) => configText(arg));
      const version = kwargs.get('v') ?? kwargs.get('version');
      const id = resolver.ref(
        {
          name: second ?? first ?? '',
          package: second === undefined ? null : (first ?? null),
          version: typeof version === 'number' || typeof version === 'string' ? version : null,
        },
        node.package_name,
      );
      const target = id === undefined ? undefined : manifest.nodes[id];
      if (target !== undefined)
        found.set(text, deferred?.get(target.unique_id) ?? nodeRelation(target));
    }
    for (const { args } of sources) {
      const [source = '', table = ''] = args.map((arg) => configText(arg));
      const target = resolver.source(source, table, node.package_name);
      if (target !== undefined)
        found.set(text, {
          ...(target.database === null ? {} : { database: target.database }),
          schema: target.schema,
          name: target.identifier,
        });
    }
  }
  return found;
}
