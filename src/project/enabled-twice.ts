import type { NamedDraft } from './draft.ts';
import type { Property } from './properties.ts';
import { errorOf } from './problems.ts';
import type { World } from './world.ts';
import { isYamlMap } from './yaml.ts';

const isEnabledBy = (patch: Property): boolean =>
  isYamlMap(patch.value['config']) && patch.value['config']['enabled'] === true;

/** An entry that switches a node on of which there are several files, all of them switched off: nobody knows which one is meant. */
export function checkEnabling(world: World, drafts: readonly NamedDraft[]): void {
  const byPatch = new Map<Property, NamedDraft[]>();
  for (const draft of drafts) {
    const { patch } = draft;
    if (patch === undefined || draft.version !== undefined || !isEnabledBy(patch)) continue;
    byPatch.set(patch, [...(byPatch.get(patch) ?? []), draft]);
  }
  for (const [patch, found] of byPatch) {
    const [first] = found;
    if (first === undefined || found.length < 2 || found.some((draft) => draft.config.enabled))
      continue;
    world.diagnostics.push(
      errorOf(
        'ETL3005',
        `Found ${found.length} matching disabled nodes for ${first.type} '${first.name}'`,
        {
          at: patch.at,
          node: first.id,
          hint: 'An entry cannot tell which of the files it enables: enable one of them in dbt_project.yml or in the file itself.',
          related: found.map((draft) => ({ message: 'one of them', at: draft.place })),
        },
      ),
    );
  }
}
