// What a model's own hooks create before it is built is not there when it is checked: hooks may do anything, and are not sent.
import type { Fault } from '../adapter/analysis.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { isEtlError } from '../kernel/error.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { drive } from '../run/answers.ts';
import { noAnswers } from '../run/no-answers.ts';
import type { CheckContext } from './check-context.ts';

const MAKES = /\b(?:create|into)\b/i;

/** Why nothing is known of a node that misses what one of its hooks makes; undefined where none does. */
export async function madeByHooks(
  ctx: CheckContext,
  node: ExecutableNode,
  { kind, name }: Fault,
): Promise<string | undefined> {
  if (kind !== 'relation' && kind !== 'function') return undefined;
  const wanted = name?.split('.').at(-1)?.toLowerCase();
  if (wanted === undefined || node.config['pre-hook'].length === 0) return undefined;
  const makes = (await textsOf(ctx, node)).some(
    (sql) =>
      MAKES.test(sql) &&
      sql
        .toLowerCase()
        .split(/[^\p{L}\p{N}_$]+/u)
        .includes(wanted),
  );
  return makes ? `its hooks create "${wanted}"` : undefined;
}

/** As they are written where they cannot be rendered without a warehouse. */
async function textsOf(
  { compiler, places }: CheckContext,
  node: ExecutableNode,
): Promise<readonly string[]> {
  const options = {
    isIncremental: false,
    ...(places === undefined ? {} : { standIns: places }),
  };
  try {
    return (await drive(compiler.hooks(node, options), noAnswers)).before.map(({ sql }) => sql);
  } catch (error) {
    if (!isEtlError(error) && !isStatementFailure(error)) throw error;
    return node.config['pre-hook'].map(({ sql }) => sql);
  }
}
