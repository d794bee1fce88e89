// Many small transactions on one connection, each sent before those ahead of it were answered.
import pg from 'pg';
import type { Ahead } from '../../adapter/at-once.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Wire } from './client.ts';
import { failure, fieldsOf } from './errors.ts';
import { quoted } from './quote.ts';

/** pg sends what it is given at once while this is on; each message is answered by itself, so that one error is one message's. */
const setPipeline = (wire: Wire, isOn: boolean): void => {
  Object.assign(wire.client, { pipeline: isOn });
};

/** A message of which only the end is of interest: its results are not kept. */
class Told extends pg.Query {
  handleRowDescription(): void {
    // nobody reads rows
  }
  handleDataRow(): void {
    // nor what is in them
  }
  handleCommandComplete(): void {
    // nor how many there were
  }
}

const executed = (name: string, values: readonly (string | null)[]): string =>
  `execute ${name}(${values.map((v) => (v === null ? 'null' : quoted(v))).join(', ')})`;

/** So many go out in one piece: each piece costs, but what is held back until a burst is over leaves the server without work. */
const PIECE = 4;

class Pipeline implements Ahead {
  readonly #wire: Wire;
  readonly #tagOf: (node: string) => string | undefined;
  #onTheWay = 0;
  #wake: (() => void) | undefined;
  #gathered = 0;

  constructor(wire: Wire, tagOf: (node: string) => string | undefined) {
    this.#wire = wire;
    this.#tagOf = tagOf;
  }

  /** One message without BEGIN is one transaction, which a failure rolls back by itself: nothing of it is left for the next. */
  send(node: string, statements: readonly Statement[]): Promise<void> {
    const tag = this.#tagOf(node);
    let text = tag === undefined ? '' : `set local application_name = ${quoted(tag)};\n`;
    for (const statement of statements) text += `${this.#textOf(statement)}\n;\n`;
    return this.#query(text);
  }

  /** Everything that was sent is answered. */
  async settled(): Promise<void> {
    if (this.#onTheWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #textOf({ sql, prepared }: Statement): string {
    if (prepared === undefined) return sql;
    const { name, values } = prepared;
    if (!this.#wire.prepared.has(name)) {
      this.#wire.prepared.add(name);
      // where it fails, so does what is executed by this name
      this.#query(`prepare ${name} as ${sql}`).catch(() => this.#wire.prepared.delete(name));
    }
    return executed(name, values);
  }

  /** What is sent in one moment goes out in one piece, or a few. */
  #gather(): void {
    const { stream } = this.#wire.client.connection;
    if (this.#gathered++ === 0) {
      stream.cork();
      process.nextTick(() => {
        this.#gathered = 0;
        stream.uncork();
      });
    } else if (this.#gathered % PIECE === 0) {
      stream.uncork();
      stream.cork();
    }
  }

  /** One promise for a message: of a small one, each more would cost as much as writing it. */
  #query(text: string): Promise<void> {
    this.#gather();
    this.#onTheWay++;
    return new Promise<void>((done, failed) => {
      let isOpen = true;
      const answered = (error: unknown): void => {
        // counted once, whatever the driver may tell of a lost connection
        if (!isOpen) return;
        isOpen = false;
        if (error == null) done();
        else {
          const found = failure(fieldsOf(error));
          if (found.error.kind === 'connection') this.#wire.broken = true;
          failed(found);
        }
        if (--this.#onTheWay === 0) this.#wake?.();
      };
      this.#wire.client.query(new Told(text, answered));
    });
  }
}

/** Does `use` with a way to send ahead; when that has ended, all was answered and the connection is as before. */
export async function sendingAhead<T>(
  wire: Wire,
  tagOf: (node: string) => string | undefined,
  use: (ahead: Ahead) => Promise<T>,
): Promise<T> {
  const pipeline = new Pipeline(wire, tagOf);
  setPipeline(wire, true);
  wire.isAhead = true;
  try {
    return await use(pipeline);
  } finally {
    await pipeline.settled();
    setPipeline(wire, false);
    wire.isAhead = false;
  }
}
