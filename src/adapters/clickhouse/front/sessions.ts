// Sessions of the front: one for each request, or one that a client names and comes back to.
import type { Session } from 'chdb';
import type { Engine } from '../embedded/engine.ts';
import { text } from '../quote.ts';
import { FrontError } from './refusal.ts';

export interface Lease {
  readonly session: Session;
  /** the settings of a request do not stay in a named session */
  readonly isNamed: boolean;
  readonly release: () => void;
}

interface Named {
  readonly session: Session;
  isBusy: boolean;
  timer: NodeJS.Timeout | undefined;
}

const SECONDS = 60;
const MOST_SECONDS = 3600;

/** The sessions of one front. */
export class Sessions {
  readonly #engine: Engine;
  readonly #named = new Map<string, Named>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * The session for a request; throws as a server does when the named one is not there or busy. A name means one session for
   * reading and another for writing, since `readonly` can never be taken back.
   */
  lease(args: URLSearchParams, user: string, isReading: boolean): Lease {
    const id = args.get('session_id');
    if (id === null || id === '') {
      const session = this.#engine.open();
      return { session, isNamed: false, release: () => session.close() };
    }
    const key = `${user}\n${isReading ? 'reading' : 'writing'}\n${id}`;
    const seconds = timeoutOf(args);
    let named = this.#named.get(key);
    if (named === undefined) {
      if (args.get('session_check') === '1')
        throw new FrontError(372, `Session ${id} not found.`, 'SESSION_NOT_FOUND');
      named = { session: this.#engine.open(), isBusy: false, timer: undefined };
      this.#named.set(key, named);
    }
    if (named.isBusy)
      throw new FrontError(
        373,
        `Session ${id} is locked by a concurrent client.`,
        'SESSION_IS_LOCKED',
      );
    return this.#take(key, named, args.get('close_session') === '1' ? 0 : seconds);
  }

  /** Ends all that are not at work. */
  close(): void {
    for (const [key, named] of this.#named) if (!named.isBusy) this.#end(key, named);
  }

  #take(key: string, named: Named, seconds: number): Lease {
    named.isBusy = true;
    clearTimeout(named.timer);
    return {
      session: named.session,
      isNamed: true,
      release: () => {
        named.isBusy = false;
        if (seconds === 0) this.#end(key, named);
        else named.timer = setTimeout(() => this.#end(key, named), seconds * 1000).unref();
      },
    };
  }

  #end(key: string, named: Named): void {
    clearTimeout(named.timer);
    this.#named.delete(key);
    named.session.close();
  }
}

function timeoutOf(args: URLSearchParams): number {
  const written = args.get('session_timeout');
  if (written === null) return SECONDS;
  const seconds = Number(written);
  if (/^\d+$/.test(written) && seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  throw new FrontError(
    374,
    `Session timeout '${written}' is larger than max_session_timeout: ${MOST_SECONDS}, or no number.`,
    'INVALID_SESSION_TIMEOUT',
  );
}

/** Statements that put back what `names` are in the session now. */
export async function settingsAsTheyAre(
  session: Session,
  names: readonly string[],
): Promise<readonly string[]> {
  const list = names.map(text).join(', ');
  const { data } = (
    await session.queryAsync(
      `SELECT name, value FROM system.settings WHERE changed AND name IN (${list})`,
      { format: 'JSONCompact' },
    )
  ).json<{ data: readonly (readonly [string, string])[] }>();
  const before = new Map(data);
  return names
    .filter((name) => !name.startsWith('param_'))
    .map((name) => {
      const value = before.get(name);
      return `SET ${name} = ${value === undefined ? 'DEFAULT' : text(value)}`;
    });
}
