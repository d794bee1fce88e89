// Models whose time is over, or has an end, and who still reads them.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode, ModelNode } from '../manifest/node.ts';
import { warningOf } from './problems.ts';

const shown = ({ name, version }: ModelNode): string =>
  version === null ? name : `${name}.v${version}`;
const day = (date: string): string => date.replace(/T00:00:00\+00:00$/, '');

function refText(node: ModelNode, version: ModelNode['version']): string {
  const v = typeof version === 'string' ? `'${version}'` : version;
  return `ref('${node.name}', v=${v})`;
}

/** Warnings (ETL3033) of models past their `deprecation_date`, and of models that refer to one that has such a date. */
export function warnOfDeprecations(
  nodes: Readonly<Record<NodeId, ExecutableNode>>,
  now: Date,
): readonly Diagnostic[] {
  const all = Object.values(nodes);
  return all.flatMap((node): readonly Diagnostic[] => {
    if (node.resource_type !== 'model' || node.deprecation_date === null) return [];
    const isPast = Date.parse(node.deprecation_date) < now.getTime();
    const date = day(node.deprecation_date);
    const readers = all.filter(
      (one) => one.resource_type === 'model' && one.depends_on.nodes.includes(node.unique_id),
    );
    const isOld = node.version !== null && node.version !== node.latest_version;
    const hint = isOld
      ? `Move to the latest version: ${refText(node, node.latest_version)}.`
      : 'Ask the owner of the model what to read instead.';
    return [
      ...(isPast
        ? [
            warningOf('ETL3033', `${shown(node)} is past its deprecation date, ${date}`, {
              at: node.place,
              node: node.unique_id,
              hint: 'Disable or remove it.',
            }),
          ]
        : []),
      ...readers.map((reader) =>
        warningOf(
          'ETL3033',
          isPast
            ? `${reader.name} reads ${shown(node)}, which was deprecated on ${date}`
            : `${reader.name} reads ${shown(node)}, which will be deprecated on ${date}`,
          { at: reader.place, node: reader.unique_id, hint },
        ),
      ),
    ];
  });
}
