// The next state of a live table is put together beside it, tested there, and published only if nobody wrote to the table meanwhile.
import { ask, type Attempt, type Session, type SinceNow } from '../adapter/contract.ts';
import type { Mark, Merge, MergeFound, Merging } from '../adapter/merging.ts';
import type { Statement } from '../adapter/statement.ts';
import { EtlError } from '../kernel/error.ts';
import type { RelationName } from '../kernel/relation.ts';
import { failing } from './not-published.ts';
import type { RunTests } from './run-relation.ts';
import type { StoppableSession } from './stoppable.ts';

/** How often a table is read again, because somebody wrote to it meanwhile. */
const TRIES = 3;

/** Tests of the next state failed: it is kept to be looked at, and nothing of it is published. */
export class Rejected extends Error {
  readonly failed: number;
  readonly kept: RelationName;

  constructor(failed: number, kept: RelationName) {
    super('rejected');
    this.failed = failed;
    this.kept = kept;
  }
}

/** What a merge needs of the run of its node. */
export interface Merger {
  readonly session: StoppableSession;
  readonly target: string;
  readonly runTests: RunTests;
  readonly sent: (sql: string) => void;
  /** whether nothing was written meanwhile, where that can be known */
  readonly sinceNow: (() => SinceNow) | undefined;
  /** told how it is done */
  readonly say: (how: string) => void;
}

async function send(
  session: Session,
  statements: readonly Statement[],
  { sent }: Merger,
): Promise<void> {
  if (statements.length === 0) return;
  for (const { sql } of statements) sent(sql);
  await session.segment({ atomicity: 'none', statements });
}

const written = (marks: readonly Mark[], { guarded }: Merge): string =>
  marks
    .filter(({ part }) => guarded === 'all' || part === '' || guarded.includes(part))
    .map(({ part, mark }) => `${part} ${mark}`)
    .toSorted()
    .join('\n');

/** Asks which parts the new rows touch, as far as it matters. */
export async function survey(
  session: Session,
  { survey: first, others }: Merging,
  known: Pick<MergeFound, 'marks' | 'isTested'>,
): Promise<MergeFound> {
  const found = { ...known, touched: first === undefined ? [] : await ask(session, first) };
  const further = others?.(found);
  if (further === undefined) return found;
  const names = new Set(found.touched.map(({ part }) => part));
  const more = (await ask(session, further)).filter(({ part }) => !names.has(part));
  return { ...found, touched: [...found.touched, ...more] };
}

/**
 * Puts the next state of a table together and has it tested. Returns the attempts that publish it. Throws Rejected when a test
 * fails, and an EtlError when others write to the table faster than it can be read.
 */
export async function mergeBeside(merging: Merging, merger: Merger): Promise<readonly Attempt[]> {
  const { session, runTests } = merger;
  const isTested = runTests.howMany > 0;
  for (let tries = 1; tries <= TRIES; tries++) {
    await send(session, merging.arrange, merger);
    const isUnwritten = merger.sinceNow?.();
    const marks = await ask(session, merging.watch);
    const merge = merging.decide(await survey(session, merging, { marks, isTested }));
    merger.say(merge.how);
    await send(session, merge.prepare, merger);
    if (isTested) {
      // an earlier try has tested rows that are gone
      runTests.forget();
      const failed = failing(await runTests({ ...session, isTried: true }, merge.preview));
      session.requireRunning();
      if (failed > 0) throw new Rejected(failed, merge.preview);
    }
    const isGuarded = merge.guarded === 'all' || merge.guarded.length > 0;
    if (!isGuarded) return merge.attempts;
    const glance = isUnwritten?.() === true ? merging.glance : undefined;
    const now = await ask(session, glance ?? merging.watch);
    const before = glance === undefined ? marks : marks.filter(({ part }) => part !== '');
    if (written(now, merge) === written(before, merge)) return merge.attempts;
  }
  throw new EtlError([
    {
      code: 'ETL4090',
      severity: 'error',
      message: `others wrote to ${merger.target} each of the ${TRIES} times that its next state was put together; replacing it would have lost their rows, so nothing was changed`,
      hint: 'Let the others write at another time, or use incremental_strategy: append, or upsert_method: lightweight.',
    },
  ]);
}
