import { didYouMean } from '../kernel/did-you-mean.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { SourceNode } from '../manifest/node.ts';
import type { CapturedRef, CapturedSource, NamedDraft } from './draft.ts';
import { RefIndex, SourceIndex, isReferable } from './lookup.ts';
import { errorOf, warningOf } from './problems.ts';
import type { World } from './world.ts';

/** What asks for refs and sources. */
export interface Asker {
  readonly id: NodeId;
  readonly packageName: string;
  readonly isTest: boolean;
  readonly refs: readonly CapturedRef[];
  readonly sources: readonly CapturedSource[];
}

/** What an asker depends on; `disabled` when it is a test of something that is switched off. */
export interface Resolution {
  readonly nodes: readonly NodeId[];
  readonly disabled: boolean;
}

export interface ResolveInput {
  readonly drafts: readonly NamedDraft[];
  readonly disabledDrafts: readonly NamedDraft[];
  readonly sources: readonly SourceNode[];
  readonly disabledSources: readonly SourceNode[];
}

/** Finds what refs and sources mean; everything missing is reported with its place. */
export class Resolver {
  readonly #world: World;
  readonly #refs: RefIndex;
  readonly #disabledRefs: RefIndex;
  readonly #sources: SourceIndex;
  readonly #disabledSources: SourceIndex;
  readonly #paths: ReadonlyMap<NodeId, string>;

  constructor(world: World, input: ResolveInput) {
    this.#world = world;
    this.#refs = new RefIndex(input.drafts);
    this.#disabledRefs = new RefIndex(input.disabledDrafts);
    this.#sources = new SourceIndex(input.sources);
    this.#disabledSources = new SourceIndex(input.disabledSources);
    this.#paths = new Map(input.disabledDrafts.map((draft) => [draft.id, draft.shownPath]));
  }

  /** The id that a ref means, or undefined. */
  ref(name: string, wanted: string | null, nodePackage: string): NodeId | undefined {
    return this.#refs.find(name, wanted, nodePackage, this.#world.root.project.name)?.id;
  }

  /** The source that a call means, or undefined. */
  source(source: string, table: string, nodePackage: string): SourceNode | undefined {
    return this.#sources.find(source, table, nodePackage, this.#world.root.project.name);
  }

  #missingRef(ref: CapturedRef, asker: Asker): void {
    const { diagnostics, root } = this.#world;
    const shown = ref.package === null ? ref.name : `${ref.package}.${ref.name}`;
    const disabled = this.#disabledRefs.find(
      ref.name,
      ref.package,
      asker.packageName,
      root.project.name,
    );
    const more = { at: ref.at, node: asker.id };
    if (disabled !== undefined) {
      const file = this.#paths.get(disabled.id);
      diagnostics.push(
        errorOf('ETL3003', `"${shown}" is disabled`, {
          ...more,
          hint: 'Enable it (enabled: true), disable what depends on it, or remove the ref.',
          related:
            file === undefined
              ? undefined
              : [
                  {
                    message: `${disabled.id} is defined in ${file}`,
                    at: { file, line: 1, column: 1 },
                  },
                ],
        }),
      );
      return;
    }
    const isPackageUnknown = ref.package !== null && !this.#world.packages.has(ref.package);
    diagnostics.push(
      errorOf(
        'ETL3001',
        isPackageUnknown
          ? `there is no package "${ref.package ?? ''}" to find "${ref.name}" in`
          : `there is no model, seed or snapshot "${shown}"`,
        {
          ...more,
          hint: isPackageUnknown
            ? (didYouMean(ref.package ?? '', this.#world.packages.keys()) ??
              'Name a package of this project, or leave the package out.')
            : (didYouMean(ref.name, this.#refs.names()) ??
              `Add ${ref.name}.sql below models/ or ${ref.name}.csv below seeds/, or correct the name.`),
        },
      ),
    );
  }

  #missingSource(source: CapturedSource, asker: Asker): void {
    const { diagnostics, root } = this.#world;
    const shown = `${source.source}.${source.table}`;
    const disabled = this.#disabledSources.find(
      source.source,
      source.table,
      asker.packageName,
      root.project.name,
    );
    const more = { at: source.at, node: asker.id };
    diagnostics.push(
      disabled === undefined
        ? errorOf('ETL3002', `there is no source "${shown}"`, {
            ...more,
            hint:
              didYouMean(shown, this.#sources.names()) ??
              'Define it below "sources:" in a property file.',
          })
        : errorOf('ETL3003', `the source "${shown}" is disabled`, {
            ...more,
            hint: 'Enable it (enabled: true), or disable what depends on it.',
            related: [{ message: 'defined here', at: disabled.place }],
          }),
    );
  }

  /** Resolves what one node asks for: sources first, as in dbt. */
  resolve(asker: Asker): Resolution {
    const nodes = new Set<NodeId>();
    const root = this.#world.root.project.name;
    let disabled = false;
    for (const source of asker.sources) {
      const found = this.source(source.source, source.table, asker.packageName);
      if (found !== undefined) nodes.add(found.unique_id);
      else if (
        asker.isTest &&
        this.#disabledSources.find(source.source, source.table, asker.packageName, root) !==
          undefined
      )
        disabled = true;
      else this.#missingSource(source, asker);
    }
    for (const ref of asker.refs) {
      const found = this.ref(ref.name, ref.package, asker.packageName);
      if (found !== undefined) nodes.add(found);
      else if (
        asker.isTest &&
        this.#disabledRefs.find(ref.name, ref.package, asker.packageName, root) !== undefined
      )
        disabled = true;
      else this.#missingRef(ref, asker);
    }
    return { nodes: [...nodes], disabled };
  }
}

/** Two nodes of one name that `ref` could mean, and two that write the same relation. */
export function checkDuplicates(world: World, drafts: readonly NamedDraft[]): void {
  const names = new Map<string, NamedDraft>();
  const nodes = drafts.filter((d) => d.type === 'model' || d.type === 'seed');
  const isNodeTwice =
    new Set(nodes.map((d) => `${d.package.project.name}.${d.name}`)).size < nodes.length;
  const relations = new Map<string, NamedDraft>();
  for (const draft of drafts) {
    const key = isReferable(draft) ? `node ${draft.package.project.name}.${draft.name}` : draft.id;
    const twin = names.get(key);
    // the tests of two nodes of one name have one name, too: the nodes are the cause
    if (twin !== undefined && (draft.type !== 'test' || !isNodeTwice))
      world.diagnostics.push(
        errorOf(
          'ETL3005',
          `two ${draft.type === 'test' ? 'tests' : 'nodes'} are called "${draft.name}"`,
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
        errorOf('ETL3006', `${draft.id} and ${holder.id} both write ${draft.relationName}`, {
          at: draft.patch?.at ?? draft.place,
          node: draft.id,
          hint: 'Give one of them another alias or schema.',
          related: [{ message: 'the other one', at: holder.place }],
        }),
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
          hint: didYouMean(name, known) ?? 'Remove the entry, or name it like the file.',
        },
      ),
    );
}
