// Which entry of the property files describes which node.
import type { Draft } from './draft.ts';
import { errorOf } from './problems.ts';
import type { Property } from './properties.ts';
import type { Versioned } from './versions.ts';
import type { World } from './world.ts';

const SECTION_OF_TYPE: Readonly<Record<Draft['type'], string>> = {
  model: 'models',
  seed: 'seeds',
  snapshot: 'snapshots',
  analysis: 'analyses',
  test: 'data_tests',
};

/** Sections whose entries describe no node that has a file. */
const NO_NODES: ReadonlySet<string> = new Set([
  'sources',
  'exposures',
  'macros',
  'groups',
  'unit_tests',
  'semantic_models',
  'metrics',
  'saved_queries',
]);

/** Property entries of nodes by package, section and name; the second of two is an error. */
export class Patches {
  readonly #byKey = new Map<string, Property>();
  readonly #used = new Set<Property>();

  readonly #versions: ReadonlyMap<Draft, Property>;
  readonly #read: ReadonlySet<Property>;

  constructor(world: World, properties: readonly Property[], versioned: Versioned) {
    this.#versions = versioned.patches;
    this.#read = versioned.read;
    for (const property of properties) {
      if (NO_NODES.has(property.section)) continue;
      const key = `${property.packageName} ${property.section} ${property.name}`;
      const twin = this.#byKey.get(key);
      if (versioned.read.has(property)) this.#used.add(property);
      if (twin === undefined) this.#byKey.set(key, property);
      else
        world.diagnostics.push(
          errorOf(
            'ETL3005',
            `dbt found two schema.yml entries for the same resource named ${property.name}`,
            {
              at: property.at,
              hint: 'Join the two entries into one.',
              related: [{ message: 'the other one', at: twin.at }],
            },
          ),
        );
    }
  }

  /** The entry that describes a draft. */
  of(draft: Draft): Property | undefined {
    if (draft.version !== undefined) return this.#versions.get(draft);
    const found = this.#byKey.get(
      `${draft.package.project.name} ${SECTION_OF_TYPE[draft.type]} ${draft.name}`,
    );
    if (found === undefined || this.#read.has(found)) return undefined;
    this.#used.add(found);
    return found;
  }

  /**
   * Entries that name a node of another section: a seed below `models`. dbt leaves the description out and keeps the tests, so
   * each comes with its node.
   */
  misplaced(
    drafts: readonly Draft[],
  ): readonly { readonly draft: Draft; readonly property: Property }[] {
    const sections = new Set(['models', 'seeds', 'snapshots']);
    return this.unused().flatMap((property) => {
      if (!sections.has(property.section)) return [];
      const draft = drafts.find(
        (d) =>
          sections.has(SECTION_OF_TYPE[d.type]) &&
          d.version === undefined &&
          d.name === property.name &&
          d.package.project.name === property.packageName,
      );
      return draft === undefined ? [] : [{ draft, property }];
    });
  }

  /** Entries of nodes that no file makes: dbt keeps their tests, switched off. */
  fileless(drafts: readonly Draft[]): readonly Property[] {
    const placed = new Set(this.misplaced(drafts).map(({ property }) => property));
    return this.unused().filter(
      (property) =>
        ['models', 'seeds', 'snapshots'].includes(property.section) && !placed.has(property),
    );
  }

  /** Entries that describe nothing. */
  unused(): readonly Property[] {
    // a snapshot with a relation is a node of its own, and what is wrong with it was told
    return [...this.#byKey.values()].filter(
      (property) =>
        !this.#used.has(property) &&
        !(property.section === 'snapshots' && property.value['relation'] !== undefined),
    );
  }
}
