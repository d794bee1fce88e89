// The engine that a check asks: started where it is needed, and no earlier than that is likely.
import type { Connection, Session } from '../adapter/contract.ts';
import { MemoryUnfit } from '../check/memory.ts';
import { during } from '../kernel/timeline.ts';
import { cancelWhenAborted } from './cancel-when-aborted.ts';
import { homeOf } from './connect.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';

/** An engine that is started by the first question, or by `begin`. */
export class LazyEngine {
  #opening: Promise<Connection> | undefined;
  #version: string | undefined;
  #disarm = (): void => undefined;
  readonly #open: () => Promise<Connection>;
  readonly #call: Pick<Invocation, 'signal' | 'timeline'>;

  /** `open` connects; when the call is stopped, what the engine is at is cancelled. */
  constructor(open: () => Promise<Connection>, call: Pick<Invocation, 'signal' | 'timeline'>) {
    this.#open = open;
    this.#call = call;
  }

  /** Of the connection that there is, or was. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Starts it without waiting; what keeps it from starting is told to the first question. */
  begin(): void {
    this.#opened().catch(() => undefined);
  }

  async session<T>(use: (session: Session, version: string) => Promise<T>): Promise<T> {
    // what is waited for; it may have begun long before
    const connection = await during(this.#call.timeline, 'start the engine', () => this.#opened());
    this.#version = connection.serverVersion;
    try {
      return await connection.withSession('check', (session) =>
        use(session, connection.serverVersion),
      );
    } catch (error) {
      // what was made so far is in the way of the next attempt
      if (error instanceof MemoryUnfit) await this.close();
      throw error;
    }
  }

  /** Stops it, as often as it is asked to. */
  async close(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) return;
    this.#opening = undefined;
    await during(this.#call.timeline, 'stop the engine', async () => {
      const connection = await opening.catch(() => undefined);
      this.#disarm();
      await connection?.close();
    });
  }

  #opened(): Promise<Connection> {
    return (this.#opening ??= this.#connected());
  }

  async #connected(): Promise<Connection> {
    const connection = await this.#open();
    this.#disarm = cancelWhenAborted(connection, this.#call.signal);
    return connection;
  }
}

/** The engine of this machine with nothing in it. */
export async function openScratch(
  project: Pick<OpenProject, 'adapter' | 'target' | 'dir'>,
  invocation: Invocation,
  threads = 1,
): Promise<Connection> {
  return project.adapter.scratch(project.target, {
    projectDir: await homeOf(project.dir),
    threads,
    env: invocation.env,
    invocationId: invocation.id,
  });
}
