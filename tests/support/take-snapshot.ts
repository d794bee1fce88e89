// A snapshot as a run takes it: staged, checked, published, tidied; the clock is the test's.
import { expect } from 'vitest';
import {
  ask,
  type Connection,
  type Dialect,
  type ObservedRelation,
} from '../../src/adapter/contract.ts';
import type { Diagnostic } from '../../src/kernel/diagnostic.ts';
import { md5 } from '../../src/kernel/hash.ts';
import { relationKey, type RelationName } from '../../src/kernel/relation.ts';
import { snapshot } from '../../src/materializations/snapshot.ts';
import type { Recipe } from '../../src/materializations/recipe.ts';
import { publish } from '../../src/run/publish.ts';
import { mergeRows } from './merge-rows.ts';

export interface Taken {
  readonly select: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** seconds since 2024-01-01 00:00 UTC */
  readonly at: number;
}

let runs = 0;

class Refused extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => d.message).join('\n'));
    this.diagnostics = diagnostics;
  }
}

function planned(
  dialect: Dialect,
  target: RelationName,
  staged: RelationName,
  live: ObservedRelation | undefined,
  taken: Taken,
): Recipe {
  const { value, diagnostics } = snapshot({
    dialect,
    target,
    staged,
    live,
    config: { materialized: 'snapshot', ...taken.config },
    comments: { columns: {} },
    grants: undefined,
    before: [],
    after: [],
    select: taken.select,
    nodeName: target.name,
    isPartial: false,
    now: new Date(Date.UTC(2024, 0, 1) + taken.at * 1000),
  });
  if (value === undefined) throw new Refused(diagnostics);
  return value;
}

/** Takes a snapshot; gives `CODE message` of what refused it, nothing when it was taken. */
export async function takeSnapshot(
  connection: Connection,
  dialect: Dialect,
  target: RelationName,
  taken: Taken,
): Promise<readonly string[]> {
  const staged = {
    ...target,
    name: `__etl_${md5(relationKey(target)).slice(0, 8)}_${(runs++).toString(16).padStart(6, '0')}`,
  };
  return connection.withSession(`snapshot.${target.name}`, async (session) => {
    const unlock = await session.lock(target);
    try {
      const live = (await ask(session, dialect.observeOne(target)))[0];
      const recipe = planned(dialect, target, staged, live, taken);
      for (const segment of recipe.build) await session.segment(segment);
      for (const { statement, judge } of recipe.checks ?? []) {
        const found = judge(await session.read(statement));
        if (found.length > 0) throw new Refused(found);
      }
      const { publish: way } = recipe;
      if (way.kind === 'merges') {
        const { value, diagnostics } = way.decide(await ask(session, way.question));
        if (value === undefined) throw new Refused(diagnostics);
        await mergeRows(session, value);
        return [];
      }
      const decided =
        way.kind === 'ready'
          ? { value: way.attempts, diagnostics: [] }
          : way.kind === 'asks'
            ? way.decide(await ask(session, way.question))
            : expect.unreachable('a snapshot compares no views');
      const attempts = decided.value;
      if (attempts === undefined) throw new Refused(decided.diagnostics);
      await publish(session, () => Promise.resolve(attempts), {
        transactional: dialect.can.transactionalDdl,
        sleep: () => Promise.resolve(),
        chance: () => 0,
        now: () => new Date(),
        stopped: () => false,
        sent: () => undefined,
      });
      return [];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.diagnostics.map((d) => `${d.code} ${d.message}`);
    } finally {
      for (const statement of dialect.tidy(staged)) await session.execute(statement);
      await unlock?.();
    }
  });
}
