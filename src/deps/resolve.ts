// From what everybody asks for to one version of each package.
import type { PackageSpec } from '../project/package-specs.ts';
import { resolve } from 'node:path';
import { pinGit, pinHub, pinLocal, pinTarball, type Pinned } from './fetch.ts';
import type { Hub } from './hub.ts';
import { contradiction, type DepsWorld, type Requirement } from './world.ts';

/** What makes two entries the same package. */
function keyOf(world: DepsWorld, spec: PackageSpec): string {
  switch (spec.kind) {
    case 'hub':
      return spec.package;
    case 'git':
      return `${spec.url.replace(/\.git$/, '')}/${spec.subdirectory ?? ''}`;
    case 'local':
      return resolve(world.projectDir, spec.path);
    case 'tarball':
      return spec.url;
  }
}

/** Resolves packages and what they ask for in turn; every version is fetched once. */
export class Resolver {
  readonly #world: DepsWorld;
  readonly #hub: Hub;
  readonly #pinned = new Map<string, Promise<Pinned>>();
  readonly #wanted = new Map<string, Requirement[]>();

  constructor(world: DepsWorld, hub: Hub) {
    this.#world = world;
    this.#hub = hub;
  }

  /** Everything that is needed for `specs`, in the order in which it was asked for. */
  async resolve(specs: readonly PackageSpec[]): Promise<readonly Pinned[]> {
    let pending: readonly Requirement[] = specs.map((spec) => ({
      spec,
      by: this.#world.projectName,
    }));
    while (pending.length > 0) {
      for (const requirement of pending) this.#note(requirement);
      const keys = new Set(pending.map(({ spec }) => keyOf(this.#world, spec)));
      const next: Requirement[] = [];
      for (const key of keys) {
        const pinned = await this.#pin(key);
        next.push(...pinned.requires.map((spec) => ({ spec, by: pinned.name })));
      }
      pending = next.filter((requirement) => !this.#isKnown(requirement));
    }
    const found: Pinned[] = [];
    for (const key of this.#wanted.keys()) found.push(await this.#pin(key));
    this.#refuseTwins(found);
    return found;
  }

  /** The packages of a lock file: just these. */
  async pinned(specs: readonly PackageSpec[]): Promise<readonly Pinned[]> {
    const found: Pinned[] = [];
    for (const spec of specs) {
      const requirement = { spec, by: 'package-lock.yml' };
      this.#note(requirement);
      found.push(await this.#pin(keyOf(this.#world, spec)));
    }
    this.#refuseTwins(found);
    return found;
  }

  #note(requirement: Requirement): void {
    const key = keyOf(this.#world, requirement.spec);
    this.#wanted.set(key, [...(this.#wanted.get(key) ?? []), requirement]);
  }

  /** The same wish of the same package, met before: packages that need each other end here. */
  #isKnown({ spec, by }: Requirement): boolean {
    const known = this.#wanted.get(keyOf(this.#world, spec)) ?? [];
    return known.some((r) => r.by === by && r.spec.hashed === spec.hashed);
  }

  #pin(key: string): Promise<Pinned> {
    const requirements = this.#wanted.get(key) ?? [];
    const spec = requireOneWish(requirements);
    if (spec.kind === 'hub') return this.#pinHub(spec, requirements);
    const version = `${key}@${spec.kind === 'git' ? (spec.revision ?? '') : ''}`;
    let pinned = this.#pinned.get(version);
    if (pinned === undefined) this.#pinned.set(version, (pinned = this.#pinSource(spec)));
    return pinned;
  }

  async #pinHub(
    spec: PackageSpec & { readonly kind: 'hub' },
    requirements: readonly Requirement[],
  ): Promise<Pinned> {
    const version = await this.#hub.choose(requirements);
    const key = `${spec.package}@${version.version}`;
    let pinned = this.#pinned.get(key);
    if (pinned === undefined)
      this.#pinned.set(
        key,
        (pinned = Promise.resolve(pinHub(this.#world, spec, version, this.#folder()))),
      );
    return pinned;
  }

  #pinSource(spec: Exclude<PackageSpec, { readonly kind: 'hub' }>): Promise<Pinned> {
    switch (spec.kind) {
      case 'local':
        return pinLocal(this.#world, spec);
      case 'git':
        return pinGit(this.#world, spec, this.#folder());
      case 'tarball':
        return pinTarball(this.#world, spec, this.#folder());
    }
  }

  /** No two packages may have one name, and none that of the root. */
  #refuseTwins(pinned: readonly Pinned[]): void {
    const seen = new Map<string, Pinned>();
    const askedFor = ({ spec }: Pinned): readonly Requirement[] =>
      this.#wanted.get(keyOf(this.#world, spec)) ?? [];
    for (const one of pinned) {
      if (one.name === this.#world.projectName)
        throw contradiction(
          `the package ${one.spec.label} has the name of this project, "${one.name}"`,
          askedFor(one),
          'Rename one of the two in its dbt_project.yml.',
        );
      const twin = seen.get(one.name);
      if (twin !== undefined)
        throw contradiction(
          `two packages are called "${one.name}": ${twin.spec.label} and ${one.spec.label}`,
          [...askedFor(twin), ...askedFor(one)],
          'Take one of the two out of packages.yml.',
        );
      seen.set(one.name, one);
    }
  }

  #folder(): string {
    return `fetched-${this.#pinned.size + 1}`;
  }
}

/** One repository has one revision, and one package is of one kind. */
function requireOneWish(requirements: readonly Requirement[]): PackageSpec {
  const [first] = requirements;
  if (first === undefined) throw new Error('a package that nobody asks for');
  const { spec } = first;
  const hint = 'Change packages.yml so that all ask for the same.';
  if (requirements.some((r) => r.spec.kind !== spec.kind))
    throw contradiction(`${spec.label} is asked for in two ways`, requirements, hint);
  if (spec.kind !== 'git') return spec;
  const pinned = requirements.filter((r) => r.spec.kind === 'git' && r.spec.revision !== undefined);
  const revisions = new Set(pinned.map((r) => (r.spec.kind === 'git' ? r.spec.revision : '')));
  if (revisions.size > 1)
    throw contradiction(`${spec.label} is asked for at two revisions`, pinned, hint);
  const quiet = requirements.some((r) => r.spec.kind === 'git' && !r.spec.warnUnpinned);
  const chosen = pinned[0]?.spec ?? spec;
  return chosen.kind === 'git' ? { ...chosen, warnUnpinned: !quiet } : chosen;
}
