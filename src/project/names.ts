// Names that come twice, that no relation can have, or that belong to nothing.
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { CapturedRef, NamedDraft } from './draft.ts';
import { foundTwo, pluralOf } from './found-two.ts';
import { isReferable } from './lookup.ts';
import { errorOf, warningOf } from './problems.ts';
import type { Property } from './properties.ts';
import type { World } from './world.ts';

// dbt's words, which its users search for
const NAMED_TWICE: Readonly<Record<string, (name: string, packageName: string) => string>> = {
  exposures: (name) => foundTwo('exposures', name),
  metrics: (name) => foundTwo('metrics', name),
  semantic_models: (name) => foundTwo('semantic models', name),
  saved_queries: (name) => foundTwo('saved queries', name),
  macros: (name, packageName) =>
    `dbt found two schema.yml entries for the same macro in package ${packageName} named ${name}`,
};

/** Exposures, and entries of macros, that come twice in a package. */
export function checkEntries(world: World, properties: readonly Property[]): void {
  const seen = new Map<string, Property>();
  for (const property of properties) {
    const { section, packageName, name, at } = property;
    const told = NAMED_TWICE[section];
    if (told === undefined) continue;
    const key = `${packageName} ${section} ${name}`;
    const twin = seen.get(key);
    seen.set(key, property);
    if (twin !== undefined)
      world.diagnostics.push(
        errorOf('ETL3005', told(name, packageName), {
          at,
          hint: 'Rename one of the two entries, or join them into one.',
          related: [{ message: 'the other one', at: twin.at }],
        }),
      );
  }
}

/** Names with a space: an error as in dbt, or a warning where the project asks for its older way. */
export function checkSpaces(world: World, drafts: readonly NamedDraft[]): void {
  const tell =
    world.root.project.flags['require_resource_names_without_spaces'] === false
      ? warningOf
      : errorOf;
  for (const { id, type, name, place } of drafts)
    if (name.includes(' '))
      world.diagnostics.push(
        tell('ETL3035', `the name of the ${type} "${name}" has a space`, {
          at: place,
          node: id,
          hint: `Call it ${name.trim().replaceAll(/\s+/g, '_')}; the config alias gives its relation any name.`,
        }),
      );
}

/** A model with versions and a node without one that have one name: a ref could mean either. */
function checkVersioned(world: World, drafts: readonly NamedDraft[]): void {
  const nodes = drafts.filter(isReferable);
  const key = ({ package: pkg, name }: NamedDraft): string => `${pkg.project.name}.${name}`;
  const versioned = new Map(
    nodes.filter((d) => d.version !== undefined).map((draft) => [key(draft), draft]),
  );
  for (const draft of nodes) {
    const twin = draft.version === undefined ? versioned.get(key(draft)) : undefined;
    if (twin === undefined) continue;
    world.diagnostics.push(
      errorOf(
        'ETL3005',
        `"${draft.name}" is both a ${draft.type} and the name of a model with versions`,
        {
          at: draft.place,
          node: draft.id,
          hint: `Rename it, or make its file a version: defined_in: ${draft.name}`,
          related: [{ message: 'the versions', at: twin.patch?.at ?? twin.place }],
        },
      ),
    );
  }
}

/** Two nodes of one name that `ref` could mean, and two that write the same relation. */
export function checkDuplicates(world: World, drafts: readonly NamedDraft[]): void {
  checkVersioned(world, drafts);
  const names = new Map<string, NamedDraft>();
  const nodes = drafts.filter((d) => d.type === 'model' || d.type === 'seed');
  const isNodeTwice =
    new Set(nodes.map((d) => `${d.package.project.name}.${d.name}`)).size < nodes.length;
  const relations = new Map<string, NamedDraft>();
  for (const draft of drafts) {
    const key =
      isReferable(draft) && draft.version === undefined
        ? `node ${draft.package.project.name}.${draft.name}`
        : draft.id;
    const twin = names.get(key);
    // the tests of two nodes of one name have one name, too: the nodes are the cause
    if (twin !== undefined && (draft.type !== 'test' || !isNodeTwice))
      world.diagnostics.push(
        errorOf(
          'ETL3005',
          foundTwo(draft.type === twin.type ? pluralOf(draft.type) : 'resources', draft.name),
          {
            at: draft.place,
            node: draft.id,
            hint:
              draft.generic === undefined
                ? 'Rename one of the files.'
                : 'Give one of them a name: name: another_name',
            related: [{ message: 'the other one', at: twin.place }],
          },
        ),
      );
    else if (twin === undefined) names.set(key, draft);
    if (draft.relationName === null || twin !== undefined || draft.type === 'test') continue;
    const holder = relations.get(draft.relationName);
    if (holder === undefined) relations.set(draft.relationName, draft);
    else
      world.diagnostics.push(
        errorOf(
          'ETL3006',
          `dbt found two resources with the database representation ${draft.relationName}: ${draft.id} and ${holder.id} both write it`,
          {
            at: draft.patch?.at ?? draft.place,
            node: draft.id,
            hint: 'Give one of them another alias or schema.',
            related: [{ message: 'the other one', at: holder.place }],
          },
        ),
      );
  }
}

/** A property entry that belongs to nothing. */
export function warnOfOrphans(
  world: World,
  orphans: readonly {
    readonly section: string;
    readonly name: string;
    readonly at: CapturedRef['at'];
  }[],
  names: Iterable<string>,
): void {
  const known = [...names];
  for (const { section, name, at } of orphans)
    world.diagnostics.push(
      warningOf(
        'ETL3010',
        `there is no ${section.replace(/ies$/, 'y').replace(/ses$/, 'sis').replace(/s$/, '').replace('_', ' ')} "${name}" to describe`,
        {
          at,
          hint: known.includes(name)
            ? 'It is of another kind: move the entry to that section. Until then only its tests count.'
            : (didYouMean(name, known) ?? 'Remove the entry, or name it like the file.'),
        },
      ),
    );
}
