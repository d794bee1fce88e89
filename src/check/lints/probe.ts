// What the engine makes of a text with a small change in it: how types are told without a grammar of one's own.
import type { TypeProbes } from '../../adapter/analysis.ts';
import { ask, type Dialect, type EngineConfig } from '../../adapter/contract.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import type { Shadow } from '../shadow.ts';
import { SIDE_SCHEMA } from '../tasks.ts';
import type { TypedColumn } from '../verdict.ts';

/** A part of a text, by offsets, and what is put there instead. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export class Prober {
  readonly probes: TypeProbes;
  readonly #shadow: Shadow;
  readonly #dialect: Dialect;
  #count = 0;
  #joinNulls: boolean | undefined;

  constructor(shadow: Shadow, dialect: Dialect, probes: TypeProbes) {
    this.#shadow = shadow;
    this.#dialect = dialect;
    this.probes = probes;
  }

  /** Those of the changes that the engine takes, each for itself. */
  async taken<T extends Change>(
    node: ExecutableNode,
    sql: string,
    changes: readonly T[],
  ): Promise<readonly T[]> {
    if (changes.length === 0) return [];
    const disjoint = changes.every((c, i) => i === 0 || c.start >= (changes[i - 1]?.end ?? 0));
    if (disjoint && changes.length > 1 && (await this.#takes(changed(sql, changes), node.config)))
      return changes;
    const found: T[] = [];
    for (const change of changes)
      if (await this.#takes(changed(sql, [change]), node.config)) found.push(change);
    return found;
  }

  /** What a text gives under a config; undefined when the engine refuses it. */
  async columns(sql: string, config: EngineConfig): Promise<readonly TypedColumn[] | undefined> {
    const target = { schema: SIDE_SCHEMA, name: `lint_${this.#count}` };
    if (!(await this.#takes(sql, config))) return undefined;
    return this.#shadow.columnsOf(this.#dialect, target);
  }

  /** Whether outer joins give NULL where a config does not say; asked once. */
  async joinNulls(): Promise<boolean | undefined> {
    this.#joinNulls ??= (await ask(this.#shadow.session, this.probes.joinNulls))[0];
    return this.#joinNulls;
  }

  async #takes(select: string, config: EngineConfig): Promise<boolean> {
    const { analysis } = this.#shadow;
    const target = { schema: SIDE_SCHEMA, name: `lint_${this.#count++}` };
    return (await this.#shadow.attempt([analysis.query({ target, select, config })])) === undefined;
  }
}

const changed = (sql: string, changes: readonly Change[]): string =>
  changes.reduceRight(
    (text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end),
    sql,
  );
