// Doing a node again after a failure that may pass: only when nothing of it can have been done that must not be done twice.
import type { Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import type { Statement } from '../adapter/statement.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { RunContext } from './context.ts';
import { endsInside } from './publish.ts';

/** The names under which a node builds are its own: who begins again drops them first. */
const isInternal = (name: string): boolean => name.startsWith('__etl_');

const isRepeatable = ({ verb, repeatable, writes = [] }: Statement): boolean =>
  repeatable ||
  verb === 'read' ||
  (verb !== 'hook' && writes.length > 0 && writes.every(({ name }) => isInternal(name)));

/** What one try of a node may have done. */
export class Effects {
  /** nothing was sent whose second time would do something else than its first */
  areRepeatable = true;

  /** A session that keeps this up to date. */
  watching(session: Session): Session {
    const seen = (statements: readonly Statement[]): void => {
      if (!statements.every(isRepeatable)) this.areRepeatable = false;
    };
    const one = async <T>(statement: Statement, send: () => Promise<T>): Promise<T> => {
      seen([statement]);
      return send();
    };
    return {
      execute: (statement) => one(statement, () => session.execute(statement)),
      read: (statement) => one(statement, () => session.read(statement)),
      segment: async (segment) => {
        try {
          const effect = await session.segment(segment);
          seen(segment.statements);
          return effect;
        } catch (error) {
          // what was rolled back has not been done; whether a lost connection committed is not known
          const isUndone =
            segment.atomicity === 'transaction' &&
            !endsInside(segment.statements) &&
            isStatementFailure(error) &&
            (error.error.kind !== 'connection' || error.error.isUnsent === true);
          if (!isUndone) seen(segment.statements);
          throw error;
        }
      },
      // only ever into a table under an internal name
      load: (target, input) => session.load(target, input),
      lock: (relation, wish) => session.lock(relation, wish),
      interrupt: () => session.interrupt(),
    };
  }
}

/** How long a server may be away: a restart, a failover. */
const OUTAGE_MS = 20_000;
const CONTENTION_TRIES = 3;
const LONGEST_WAIT_MS = 3000;
/** serialization failure, deadlock: what else is called contention is waited for where it is met */
const COLLISION = /^(40001|40P01)$/;

/** When the server was lost, for all nodes of a run: once it has been away for long, none waits for it any more. */
export class Outage {
  #since: number | undefined;

  /** It answers. */
  over(): void {
    this.#since = undefined;
  }

  /** How long to wait before the next try, in milliseconds; undefined: no more tries. */
  waitMs(error: unknown, tries: number, { now, chance }: RunContext): number | undefined {
    if (!isStatementFailure(error)) return undefined;
    const { kind, code } = error.error;
    const wait = Math.min(250 * 2 ** tries, LONGEST_WAIT_MS) * (1 + chance() / 4);
    if (kind !== 'connection')
      return COLLISION.test(code) && tries < CONTENTION_TRIES ? wait : undefined;
    const at = now().getTime();
    this.#since ??= at;
    return at - this.#since < OUTAGE_MS ? wait : undefined;
  }
}

interface Again {
  readonly ctx: RunContext;
  readonly outage: Outage;
  readonly node: ExecutableNode;
  readonly mayAgain: () => boolean;
}

/** Does the work, and again what is lost for a reason that may pass, where nothing is done twice by that. Throws the last error. */
export async function untilDone<T>(
  { ctx, outage, node, mayAgain }: Again,
  work: (effects: Effects) => Promise<T>,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    const effects = new Effects();
    try {
      const done = await work(effects);
      outage.over();
      return done;
    } catch (error) {
      const waitMs = outage.waitMs(error, tries, ctx);
      if (waitMs === undefined || !effects.areRepeatable || !mayAgain()) throw error;
      const said = error instanceof Error ? error.message : String(error);
      const message = `${node.name} is tried again: ${said}`;
      ctx.observe({ kind: 'log', message, info: true, node: node.unique_id });
      await ctx.sleep(waitMs);
    }
  }
}
