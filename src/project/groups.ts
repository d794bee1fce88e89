// Groups of property files, and who may refer to whose models.
import { didYouMean } from '../kernel/did-you-mean.ts';
import { nodeId } from '../kernel/node-id.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { GroupNode } from '../manifest/manifest.ts';
import type { Access } from '../manifest/node.ts';
import { renderDescription } from './descriptions.ts';
import { foundTwo } from './found-two.ts';
import { errorOf } from './problems.ts';
import type { Property } from './properties.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';

/** Reads the groups of all packages; a group without an owner, and a name that comes twice, are told. */
export function readGroups(
  world: World,
  properties: readonly Property[],
): Readonly<Record<string, GroupNode>> {
  const groups: Record<string, GroupNode> = {};
  const places = new Map<string, Span>();
  for (const property of properties) {
    if (property.section !== 'groups') continue;
    const { name, packageName, file, value, at, path } = property;
    const owner = isYamlMap(value['owner']) ? value['owner'] : {};
    if (owner['name'] === undefined && owner['email'] === undefined)
      world.diagnostics.push(
        errorOf('ETL1004', `the owner of the group "${name}" needs a name or an email`, {
          at,
          hint: 'Write: owner: {name: Finance, email: finance@example.org}',
        }),
      );
    const id = `group.${packageName}.${name}`;
    const twin = places.get(id);
    if (twin !== undefined)
      world.diagnostics.push(
        errorOf('ETL3005', foundTwo('groups', name), {
          at,
          hint: 'Rename or remove one of the two.',
          related: [{ message: 'the other one', at: twin }],
        }),
      );
    places.set(id, at);
    const config = isYamlMap(value['config']) ? value['config'] : {};
    groups[id] = {
      name,
      resource_type: 'group',
      package_name: packageName,
      path: file.path,
      original_file_path: file.originalPath,
      unique_id: nodeId(id),
      owner,
      description: renderDescription(world, packageName, value['description'], file, [
        ...path,
        'description',
      ]),
      config: { ...config, meta: isYamlMap(config['meta']) ? config['meta'] : {} },
    };
  }
  return groups;
}

/** Whether a node's group is one of the project's; an ETL3032 where it is not. */
export function checkGroup(
  world: World,
  groups: Readonly<Record<string, GroupNode>>,
  node: { readonly id: NodeId; readonly group: string | null; readonly at: Span },
): void {
  const names = Object.values(groups).map((group) => group.name);
  if (node.group === null || names.includes(node.group)) return;
  world.diagnostics.push(
    errorOf('ETL3032', `there is no group "${node.group}"`, {
      at: node.at,
      node: node.id,
      hint:
        didYouMean(node.group, names) ??
        `Define it in a property file: groups: [{name: ${node.group}, owner: {name: ...}}]`,
    }),
  );
}

/** Who refers, or is referred to. */
export interface Member {
  readonly id: NodeId;
  readonly packageName: string;
  readonly group: string | null;
}
export interface Guarded extends Member {
  readonly access: Access;
}

/**
 * Why a ref is not allowed, or undefined. A private model is for its own group; where its package restricts access, private and
 * protected models are for that package.
 */
export function refusedAccess(
  world: World,
  from: Member,
  to: Guarded,
  at: Span,
): Diagnostic | undefined {
  const isForeign = from.packageName !== to.packageName;
  const isRestricted =
    isForeign && world.packages.get(to.packageName)?.project.restrictAccess === true;
  if (to.access === 'public') return undefined;
  if (to.access === 'protected' && !isRestricted) return undefined;
  const isMember = from.group !== null && from.group === to.group;
  if (to.access === 'private' && isMember && !isRestricted) return undefined;
  const [message, hint] = isRestricted
    ? [
        `${from.id} may not refer to ${to.id}, which is ${to.access} to the package ${to.packageName}`,
        'Refer to a public model of that package, or make this one public (access: public).',
      ]
    : [
        `${from.id} may not refer to ${to.id}, which is private to ${to.group === null ? 'a group that it does not name' : `the group ${to.group}`}`,
        to.group === null
          ? 'Give the model a group, or another access.'
          : `Give this one the same group (group: ${to.group}), or the other a wider access (access: protected).`,
      ];
  return errorOf('ETL3031', message, { at, node: from.id, hint });
}
