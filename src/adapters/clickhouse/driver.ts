// What a way of reaching ClickHouse must offer; the embedded engine and a server over HTTP are the two.
import type { Settings } from './settings.ts';

/** One statement on its way. */
export interface Order {
  readonly sql: string;
  readonly settings: Settings;
  /** names the statement in the engine's process list, so that it can be killed */
  readonly tag: string;
  /** the engine refuses to change anything; SETTINGS inside the statement still work (readonly = 2) */
  readonly readOnly: boolean;
  /** names the session that sends it, for drivers that keep a connection for each */
  readonly lane?: string;
}

/** A CSV file for an INSERT statement without its data. */
export interface LoadOrder extends Order {
  readonly path: string;
}

/** A file that the statement itself reads, from the path that it is given. */
export interface FileOrder extends Omit<Order, 'sql'> {
  readonly path: string;
  readonly sqlOf: (path: string) => string;
}

/** The answer to a read, as JSON has it. */
export interface RawResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Rejections are the engine's own errors: errors.ts reads them. */
export interface Driver {
  readonly version: string;
  /** returns the rows written, when the engine tells */
  run(order: Order): Promise<number | undefined>;
  /** sends `sql` and then the others as one message, which ends with the first that fails; absent where each is a message */
  runAll?(order: Order, others: readonly string[]): Promise<void>;
  rows(order: Order): Promise<RawResult>;
  load(order: LoadOrder): Promise<void>;
  /** absent where the engine does not see the files of this machine */
  readFile?(order: FileOrder): Promise<void>;
  /** tells the engine to stop every statement whose tag begins so */
  kill(tagPrefix: string): Promise<void>;
  /** a session has come to its end */
  leave?(lane: string): Promise<void>;
  close(): Promise<void>;
}
