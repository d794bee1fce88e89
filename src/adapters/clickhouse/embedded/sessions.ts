// Sessions of the embedded engine that are used again: to open one and set it up takes as long as a small statement.
import type { Session } from 'chdb';
import type { Order } from '../driver.ts';
import { assignments } from '../settings.ts';

/** Statements that may leave something in their session: settings, a current database, temporary tables, another user. */
const LEAVES_TRACES = /\b(?:SET|USE|TEMPORARY|TEMP|EXECUTE)\b/i;

/** More wait than a run has workers only when models have settings of their own. */
const KEPT_AT_MOST = 16;

const setUp = ({ settings, readOnly }: Order): string =>
  `${assignments(settings)}${readOnly ? ', readonly = 2' : ''}`;

/** What the statements of one node have in common in their tags: by that they are found to be stopped. */
const commonOf = (tag: string): string => tag.slice(0, tag.lastIndexOf('/') + 1);

interface Kept {
  readonly setUp: string;
  readonly session: Session;
  /** its log_comment */
  comment: string;
}

/**
 * Hands out sessions that are set up for a statement. Only those with the very same settings are used again, and only after
 * statements that can have left nothing in them and have not failed: settings cannot leak into the next statement.
 */
export class Sessions {
  readonly #open: () => Session;
  #idle: Kept[] = [];
  #isClosed = false;

  constructor(open: () => Session) {
    this.#open = open;
  }

  /** Runs `use` in a session with the settings of the order; its statements bear what the tags of a node have in common. */
  with<T>(order: Order, use: (session: Session) => Promise<T>): Promise<T> {
    return this.setUpWith(order, async (session, set) => {
      if (set !== '') await session.queryAsync(set);
      return use(session);
    });
  }

  /** As `with`, but `use` sends what sets the session up, when it is told something, itself ahead of its statement. */
  async setUpWith<T>(order: Order, use: (session: Session, set: string) => Promise<T>): Promise<T> {
    const wanted = setUp(order);
    const comment = commonOf(order.tag);
    const kept = this.#take(wanted, comment);
    const { session } = kept;
    let isReusable = false;
    try {
      const first = kept.comment === '' ? `${wanted}, ` : '';
      const set =
        kept.comment === comment ? '' : `SET ${first}${assignments({ log_comment: comment })}`;
      const result = await use(session, set);
      kept.comment = comment;
      isReusable = !LEAVES_TRACES.test(order.sql);
      return result;
    } finally {
      if (isReusable && !this.#isClosed) this.#keep(kept);
      else session.close();
    }
  }

  #take(wanted: string, comment: string): Kept {
    const fitting = this.#idle.filter((kept) => kept.setUp === wanted);
    const found = fitting.find((kept) => kept.comment === comment) ?? fitting[0];
    if (found === undefined) return { setUp: wanted, session: this.#open(), comment: '' };
    this.#idle = this.#idle.filter((kept) => kept !== found);
    return found;
  }

  #keep(one: Kept): void {
    this.#idle.push(one);
    if (this.#idle.length > KEPT_AT_MOST) this.#idle.shift()?.session.close();
  }

  /** Closes those that nobody uses, and each other one after its statement. */
  close(): void {
    this.#isClosed = true;
    const idle = this.#idle;
    this.#idle = [];
    for (const { session } of idle) session.close();
  }
}
