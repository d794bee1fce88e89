// What an error leaves: whether readers see the new rows, the old ones, or nobody can say.
import { isStatementFailure } from '../adapter/failure.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { ExecutableNode } from '../manifest/node.ts';

/** How far the publishing of a node has come. */
export interface Published {
  /** `untold`: it publishes more than once, or in ways of its own */
  is: 'no' | 'yes' | 'partly' | 'unknown' | 'untold';
}

/** What may have come while the engine was on its way to the end of a publish that is not all or nothing. */
const CUT_SHORT: readonly string[] = ['cancelled', 'overtime', 'timeout'];

/** Whether a publish happens as a whole: so, in steps of which each may be the last, or with hooks that commit on the way. */
export type Wholeness = 'whole' | 'steps' | 'commits inside';

/** Publishes, and keeps in mind how that ended; `work` gives undefined when it found that it cannot. */
export async function watchPublish<T>(
  published: Published,
  how: Wholeness,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const done = await work();
    if (done !== undefined && published.is !== 'untold') published.is = 'yes';
    return done;
  } catch (error) {
    const kind = isStatementFailure(error) ? error.error.kind : 'other';
    if (published.is === 'untold') throw error;
    if (isStatementFailure(error) && error.error.isUnsent === true) throw error;
    if (isStatementFailure(error) && error.statement?.isInPlace === true) {
      published.is = 'partly';
      throw error;
    }
    if (
      kind === 'connection' ||
      how === 'commits inside' ||
      (how === 'steps' && CUT_SHORT.includes(kind))
    )
      published.is = 'unknown';
    throw error;
  }
}

const WORDS: Readonly<Record<Exclude<Published['is'], 'untold'>, string>> = {
  no: 'was not published: readers see what they saw before',
  yes: 'had been published before that: readers see the new rows',
  partly:
    'is changed in place, and may hold a part of that: rows deleted, new rows inserted; look at it before you run it again',
  unknown:
    'may have been published or not, the end of it is not known: look at it before you run it again',
};

/** The diagnostic with what is in the warehouse now. */
export function withState(
  diagnostic: Diagnostic,
  node: ExecutableNode,
  { is }: Published,
): Diagnostic {
  if (node.relation_name === null || is === 'untold') return diagnostic;
  const kind = node.resource_type === 'model' ? node.config.materialized : node.resource_type;
  const message = `now: ${kind} ${node.relation_name} ${WORDS[is]}`;
  return { ...diagnostic, related: [...(diagnostic.related ?? []), { message }] };
}
