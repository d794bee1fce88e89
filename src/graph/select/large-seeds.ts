// Seeds above the size up to which their contents are hashed: what a comparison with an earlier manifest can know of them.
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { SeedNode } from '../../manifest/node.ts';
import type { PreviousNode } from '../../manifest/previous-state.ts';
import { mapOf } from './json.ts';

/** What is known of a large seed, in the words that dbt has for it. */
function comparison(seed: SeedNode, old: PreviousNode): string {
  const { name, checksum } = mapOf(old['checksum']);
  if (name !== 'path') return ' in size. The previous file was <=1MiB, so it has changed';
  return checksum === seed.checksum.checksum
    ? ' in size at the same path: nobody can tell if it has changed, assuming they are the same'
    : ' in size. The previous file was in a different location, assuming it has changed';
}

/** ETL3080, a warning, for every seed of which only the path is compared. Seeds that are new are left out. */
export function largeSeeds(
  manifest: Manifest,
  before: ReadonlyMap<string, PreviousNode>,
): readonly Diagnostic[] {
  return Object.values(manifest.nodes).flatMap((node): readonly Diagnostic[] => {
    const old = before.get(node.unique_id);
    if (node.resource_type !== 'seed' || node.checksum.name !== 'path' || old === undefined)
      return [];
    return [
      {
        code: 'ETL3080',
        severity: 'warning',
        message: `Found a seed (${node.package_name}.${node.name}) >1MiB${comparison(node, old)}`,
        at: node.place,
        node: node.unique_id,
        hint: 'Select it by its name when it has changed, or load files of this size by other means than a seed.',
      },
    ];
  });
}
