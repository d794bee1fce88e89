import type { NodeId } from '../kernel/node-id.ts';
import type { NamedDraft } from './draft.ts';
import type { SourceNode } from '../manifest/node.ts';

export interface RefTarget {
  readonly id: NodeId;
  readonly name: string;
  readonly packageName: string;
}

/** Whether `ref` can mean it. */
export const isReferable = ({ type }: Pick<NamedDraft, 'type'>): boolean =>
  type === 'model' || type === 'seed' || type === 'snapshot';

/** The things that `ref` may mean, by name. */
export class RefIndex {
  readonly #byName = new Map<string, RefTarget[]>();

  constructor(drafts: Iterable<NamedDraft>) {
    for (const draft of drafts)
      if (isReferable(draft)) {
        const target = { id: draft.id, name: draft.name, packageName: draft.package.project.name };
        const known = this.#byName.get(draft.name);
        if (known === undefined) this.#byName.set(draft.name, [target]);
        else known.push(target);
      }
  }

  /** Looks in the named package only, else in the root project, the node's package, then anywhere. */
  find(
    name: string,
    wanted: string | null,
    nodePackage: string,
    root: string,
  ): RefTarget | undefined {
    const found = this.#byName.get(name);
    if (found === undefined) return undefined;
    if (wanted !== null) return found.find((target) => target.packageName === wanted);
    for (const candidate of [root, nodePackage]) {
      const target = found.find((one) => one.packageName === candidate);
      if (target !== undefined) return target;
    }
    return found[0];
  }

  names(): Iterable<string> {
    return this.#byName.keys();
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
