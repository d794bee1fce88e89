// The time that one node may take (--node-timeout, `timeout` of its config).
import type { Session } from '../adapter/contract.ts';
import { isStatementFailure, StatementFailure } from '../adapter/failure.ts';
import { durationText, readDuration } from '../kernel/duration.ts';
import { EtlError } from '../kernel/error.ts';
import type { RunnableNode } from '../manifest/node.ts';

/** Watches what a node does on its session. */
export interface NodeClock {
  /** does the work; what runs when the time is over is cancelled in the engine and fails as `overtime` */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  /** does work that takes none of the node's time: waiting for another run */
  readonly aside: <T>(work: () => Promise<T>) => Promise<T>;
  /** throws `overtime` when the time is over */
  readonly requireTime: () => void;
  readonly end: () => void;
}

export const NO_CLOCK: NodeClock = {
  during: (work) => work(),
  aside: (work) => work(),
  requireTime: () => undefined,
  end: () => undefined,
};

/** Told again and again: a statement that is just being sent does not run yet in the engine. */
const INTERRUPT_EVERY_MS = 250;

/** The clock of a node, which begins now. Throws an EtlError (ETL4004) for a `timeout` that is none. */
export function nodeClock(
  node: RunnableNode,
  asked: number | undefined,
  session: Session,
): NodeClock {
  const own = node.config['timeout'];
  if (own == null && asked === undefined) return NO_CLOCK;
  const limit = own == null ? asked : durationOf(own);
  if (limit === undefined || limit <= 0) throw wrongTimeout(node, own);
  const from = own == null ? '--node-timeout' : 'timeout in its config';
  return new Clock(
    session,
    limit,
    `${node.name} was stopped after ${durationText(limit)} (${from})`,
  );
}

const durationOf = (value: unknown): number | undefined =>
  typeof value === 'number' || typeof value === 'string' ? readDuration(String(value)) : undefined;

const wrongTimeout = (node: RunnableNode, value: unknown): EtlError =>
  new EtlError([
    {
      code: 'ETL4004',
      severity: 'error',
      message: `timeout of ${node.name} is no time: ${JSON.stringify(value)}`,
      at: node.place,
      node: node.unique_id,
      hint: 'Times are written as 90s, 10m or 1h30m: timeout: 10m.',
    },
  ]);

class Clock implements NodeClock {
  readonly #session: Session;
  readonly #message: string;
  #left: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #running = 0;

  constructor(session: Session, limit: number, message: string) {
    this.#session = session;
    this.#message = message;
    this.#left = limit;
    this.#go();
  }

  requireTime = (): void => {
    if (this.#isOver) throw this.#late();
  };

  during = async <T>(work: () => Promise<T>): Promise<T> => {
    this.requireTime();
    this.#running += 1;
    try {
      return await work();
    } catch (error) {
      const isOurs = this.#isOver && isStatementFailure(error) && error.error.kind === 'cancelled';
      throw isOurs ? this.#late(error) : error;
    } finally {
      this.#running -= 1;
    }
  };

  aside = async <T>(work: () => Promise<T>): Promise<T> => {
    this.requireTime();
    clearTimeout(this.#timer);
    this.#left -= performance.now() - this.#since;
    try {
      return await work();
    } finally {
      this.#go();
    }
  };

  end = (): void => clearTimeout(this.#timer);

  #go(): void {
    this.#since = performance.now();
    // a timer takes no more than 2^31 ms
    this.#timer = setTimeout(() => this.#over(), Math.min(Math.max(this.#left, 1), 0x7fffffff));
  }

  #over(): void {
    this.#isOver = true;
    // cleaning up is not to be hit
    if (this.#running > 0) this.#session.interrupt().catch(() => undefined);
    this.#timer = setTimeout(() => this.#over(), INTERRUPT_EVERY_MS);
  }

  #late(cause?: StatementFailure): StatementFailure {
    return new StatementFailure(
      { kind: 'overtime', code: '', message: this.#message, transient: false },
      cause?.statement,
      { cause },
    );
  }
}
