import { didYouMean } from '../kernel/did-you-mean.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RefArgs, SourceNode } from '../manifest/node.ts';
import type { CapturedRef, CapturedSource, NamedDraft } from './draft.ts';
import { refusedAccess } from './groups.ts';
import type { Finder } from './finder.ts';
import { RefIndex, SourceIndex } from './lookup.ts';
import type { Referable, RefTarget } from './lookup.ts';
import { errorOf, warningOf } from './problems.ts';
import type { World } from './world.ts';

/** What asks for refs and sources. */
export interface Asker {
  readonly id: NodeId;
  readonly packageName: string;
  readonly group: string | null;
  readonly isTest: boolean;
  readonly refs: readonly CapturedRef[];
  readonly sources: readonly CapturedSource[];
}

/** What an asker depends on; `disabled` when it is a test of something that is switched off or not there. */
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

/** A ref to a version that is not there, or to the latest one when that has no file. */
function missingVersion(
  ref: CapturedRef,
  shown: string,
  versions: readonly string[],
  more: { readonly at: CapturedRef['at']; readonly node: NodeId },
): Diagnostic {
  const list = versions.join(', ');
  if (ref.version === null)
    return errorOf('ETL3030', `the latest version of "${shown}" is not there`, {
      ...more,
      hint: `Add its file, or name another version: ref('${ref.name}', v=...). There are: ${list}.`,
    });
  return versions.length === 0
    ? errorOf('ETL3030', `"${shown}" has no versions, so version ${ref.version} is not there`, {
        ...more,
        hint: `Write ref('${ref.name}'), or give the model versions in its property file.`,
      })
    : errorOf('ETL3030', `there is no version ${ref.version} of "${shown}"`, {
        ...more,
        hint: `Versions: ${list}.`,
      });
}

/** Finds what refs and sources mean; everything missing is reported with its place. */
/** A test of what is not there cannot run, and hinders nothing else: dbt warns of it too. */
const lighter = (asker: Asker, problem: Diagnostic): Diagnostic =>
  asker.isTest ? { ...problem, severity: 'warning' } : problem;

const asReferable = (draft: NamedDraft): Referable => {
  const { type, id, name, group, access, version } = draft;
  const packageName = draft.package.project.name;
  const found = { type, id, name, group, access, packageName };
  return version === undefined ? found : { ...found, version };
};

export class Resolver implements Finder {
  readonly #world: World;
  readonly #refs: RefIndex;
  readonly #disabledRefs: RefIndex;
  readonly #sources: SourceIndex;
  readonly #disabledSources: SourceIndex;
  readonly #paths: ReadonlyMap<NodeId, string>;

  constructor(world: World, input: ResolveInput) {
    this.#world = world;
    this.#refs = new RefIndex(input.drafts.map(asReferable));
    this.#disabledRefs = new RefIndex(input.disabledDrafts.map(asReferable));
    this.#sources = new SourceIndex(input.sources);
    this.#disabledSources = new SourceIndex(input.disabledSources);
    this.#paths = new Map(input.disabledDrafts.map((draft) => [draft.id, draft.shownPath]));
  }

  /** The id that a ref means, or undefined. */
  ref(ref: RefArgs, nodePackage: string): NodeId | undefined {
    return this.#refs.find(ref, nodePackage, this.#world.root.project.name)?.id;
  }

  /** The source that a call means, or undefined. */
  source(source: string, table: string, nodePackage: string): SourceNode | undefined {
    return this.#sources.find(source, table, nodePackage, this.#world.root.project.name);
  }

  #missingRef(ref: CapturedRef, asker: Asker): void {
    const { diagnostics, root } = this.#world;
    const shown = ref.package === null ? ref.name : `${ref.package}.${ref.name}`;
    const disabled = this.#disabledRefs.find(ref, asker.packageName, root.project.name);
    const more = { at: ref.at, node: asker.id };
    if (disabled !== undefined) {
      const file = this.#paths.get(disabled.id);
      diagnostics.push(
        errorOf('ETL3003', `${asker.id} depends on a node named '${shown}' which is disabled`, {
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
    const versions = this.#refs.versionsOf(ref.name);
    const isThere = this.ref({ ...ref, version: null }, asker.packageName) !== undefined;
    if (versions.length > 0 || (ref.version !== null && isThere)) {
      diagnostics.push(missingVersion(ref, shown, versions, more));
      return;
    }
    const isPackageUnknown = ref.package !== null && !this.#world.packages.has(ref.package);
    diagnostics.push(
      lighter(
        asker,
        errorOf(
          'ETL3001',
          isPackageUnknown
            ? `there is no package "${ref.package ?? ''}" to find "${ref.name}" in`
            : `${asker.id} depends on a node named '${shown}' which was not found`,
          {
            ...more,
            hint: isPackageUnknown
              ? (didYouMean(ref.package ?? '', this.#world.packages.keys()) ??
                'Name a package of this project, or leave the package out.')
              : (didYouMean(ref.name, this.#refs.names()) ??
                `Add ${ref.name}.sql below models/ or ${ref.name}.csv below seeds/, or correct the name.`),
          },
        ),
      ),
    );
  }

  /** A ref without a version goes on meaning the latest one; that a newer one can be tried is worth knowing. */
  #tellPrerelease(ref: CapturedRef, found: RefTarget, asker: Asker): void {
    if (ref.version !== null || found.version === undefined) return;
    const newer = this.#refs.prerelease(ref.name, found.version);
    if (newer === undefined) return;
    this.#world.diagnostics.push({
      ...warningOf(
        'ETL3034',
        `"${ref.name}" means version ${found.version}; version ${newer} is there and not yet the latest`,
        {
          at: ref.at,
          node: asker.id,
          hint: `Try it: ref('${ref.name}', v=${newer}). To stay: ref('${ref.name}', v=${found.version}).`,
        },
      ),
      severity: 'info',
    });
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
        ? lighter(
            asker,
            errorOf(
              'ETL3002',
              `${asker.id} depends on a source named '${shown}' which was not found`,
              {
                ...more,
                hint:
                  didYouMean(shown, this.#sources.names()) ??
                  'Define it below "sources:" in a property file.',
              },
            ),
          )
        : errorOf('ETL3003', `${asker.id} depends on a source named '${shown}' which is disabled`, {
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
      else {
        this.#missingSource(source, asker);
        disabled ||= asker.isTest;
      }
    }
    for (const ref of asker.refs) {
      const found = this.#refs.find(ref, asker.packageName, root);
      if (found !== undefined) {
        nodes.add(found.id);
        const refused = refusedAccess(this.#world, asker, found, ref.at);
        if (refused !== undefined) this.#world.diagnostics.push(refused);
        this.#tellPrerelease(ref, found, asker);
      } else if (
        asker.isTest &&
        this.#disabledRefs.find(ref, asker.packageName, root) !== undefined
      )
        disabled = true;
      else {
        this.#missingRef(ref, asker);
        disabled ||= asker.isTest;
      }
    }
    return { nodes: [...nodes], disabled };
  }
}
