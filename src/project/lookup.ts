import type { NodeId } from '../kernel/node-id.ts';
import { compareVersions } from '../manifest/versions.ts';
import type { DraftVersion } from './draft.ts';
import type { Access, NodeVersion, RefArgs, ResourceType, SourceNode } from '../manifest/node.ts';

export interface RefTarget {
  readonly id: NodeId;
  readonly name: string;
  readonly packageName: string;
  /** anybody may refer to what is no model */
  readonly access: Access;
  readonly group: string | null;
  /** as names write it */
  readonly version: string | undefined;
}

/** What `ref` may mean, and what it never means. */
export interface Referable {
  readonly type: ResourceType;
  readonly id: NodeId;
  readonly name: string;
  readonly packageName: string;
  readonly group: string | null;
  /** of a model */
  readonly access?: Access;
  readonly version?: DraftVersion;
}

/** How the index names a version of a model. */
const versionKey = (name: string, version: NodeVersion): string => `${name}.v${version}`;

/** Whether `ref` can mean it. */
export const isReferable = ({ type }: Pick<Referable, 'type'>): boolean =>
  type === 'model' || type === 'seed' || type === 'snapshot';

/** The things that `ref` may mean, by name. */
export class RefIndex {
  readonly #byName = new Map<string, RefTarget[]>();
  /** the versions of a name, as texts */
  readonly #versions = new Map<string, string[]>();

  constructor(drafts: Iterable<Referable>) {
    for (const draft of drafts) {
      if (!isReferable(draft)) continue;
      const { id, name, version, group, packageName } = draft;
      const access = (draft.type === 'model' ? draft.access : undefined) ?? 'public';
      const target = { id, name, access, group, packageName, version: version?.text };
      if (version === undefined) this.#add(name, target);
      else {
        this.#add(versionKey(name, version.text), target);
        this.#versions.set(name, [...(this.#versions.get(name) ?? []), version.text]);
        // what a ref without a version means
        if (version.v === version.latest) this.#add(name, target);
      }
    }
  }

  #add(key: string, target: RefTarget): void {
    const known = this.#byName.get(key);
    if (known === undefined) this.#byName.set(key, [target]);
    else known.push(target);
  }

  /** Looks in the named package only, else in the root project, the node's package, then anywhere. */
  find(
    { name, package: wanted, version }: RefArgs,
    nodePackage: string,
    root: string,
  ): RefTarget | undefined {
    const found = this.#byName.get(version === null ? name : versionKey(name, version));
    if (found === undefined) return undefined;
    if (wanted !== null) return found.find((target) => target.packageName === wanted);
    for (const candidate of [root, nodePackage]) {
      const target = found.find((one) => one.packageName === candidate);
      if (target !== undefined) return target;
    }
    return found[0];
  }

  /** The highest version of a name when it is above the one that a ref without a version means. */
  prerelease(name: string, latest: string): string | undefined {
    const highest = this.versionsOf(name).toSorted(compareVersions).at(-1);
    return highest !== undefined && compareVersions(highest, latest) > 0 ? highest : undefined;
  }

  /** The versions of a name; empty for what has none. */
  versionsOf(name: string): readonly string[] {
    return this.#versions.get(name) ?? [];
  }

  names(): readonly string[] {
    const versioned = [...this.#versions].flatMap(([name, all]) =>
      all.map((v) => versionKey(name, v)),
    );
    const hidden = new Set(versioned);
    return [...this.#byName.keys(), ...this.#versions.keys()].filter((name) => !hidden.has(name));
  }
}

/** The tables that `source` may mean. */
export class SourceIndex {
  readonly #byName = new Map<string, SourceNode[]>();

  constructor(sources: Iterable<SourceNode>) {
    for (const source of sources) {
      const key = `${source.source_name}.${source.name}`;
      const known = this.#byName.get(key);
      if (known === undefined) this.#byName.set(key, [source]);
      else known.push(source);
    }
  }

  /** Looks in the root project, the node's package, then anywhere. */
  find(source: string, table: string, nodePackage: string, root: string): SourceNode | undefined {
    const found = this.#byName.get(`${source}.${table}`);
    if (found === undefined) return undefined;
    for (const candidate of [root, nodePackage]) {
      const node = found.find((one) => one.package_name === candidate);
      if (node !== undefined) return node;
    }
    return found[0];
  }

  names(): Iterable<string> {
    return this.#byName.keys();
  }
}
