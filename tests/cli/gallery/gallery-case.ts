// A bad input: a project in compact form, a command line, and what must hold afterwards.
import type { Server } from './server.ts';

/** What a case is given to prepare itself with. */
export interface Preparation {
  /** the project folder */
  readonly project: string;
  readonly server: Server;
  /** runs `etl` in the project folder; throws when it does not end well */
  readonly etl: (...args: readonly string[]) => Promise<void>;
}

export interface GalleryCase {
  readonly name: string;
  /** files of the project; `dbt_project.yml` is written unless it is given here, and left out when it is null */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  readonly args: readonly string[];
  readonly exit: 0 | 1 | 2;
  /** the codes that the output names, in this order, each as often as it is told */
  readonly codes: readonly `ETL${number}`[];
  /** `server`: the profile leads to the Postgres that asks for a password, with a schema of the case's own */
  readonly on?: 'server';
  readonly env?: Readonly<Record<string, string>>;
  /** SQL that is run as the owner of the server before, in the schema of the case */
  readonly before?: string;
  /** further preparation; what it returns undoes it */
  readonly prepare?: (given: Preparation) => Promise<void | (() => Promise<void>)>;
  /** name of a relation of the schema and the number of rows that it must still have */
  readonly keeps?: Readonly<Record<string, number>>;
  /** checks what is in an embedded warehouse afterwards */
  readonly after?: (given: Preparation) => Promise<void>;
  /** what the child is started with instead of the repository's `bin/etl.cjs` */
  readonly bin?: (project: string) => Promise<string>;
  /** true: the child is an ordinary user, also when the tests run as root */
  readonly unprivileged?: boolean;
  /** a signal for the child, sent once the text was seen in its output and the server works on a statement with that text */
  readonly signal?: {
    readonly seen: RegExp;
    readonly statement: string;
    readonly name: NodeJS.Signals;
  };
  /** why an error of this case carries no hint; every other one must have it */
  readonly noHint?: string;
  /** texts of this run that differ from run to run, and what stands for them */
  readonly masks?: readonly (readonly [RegExp, string])[];
}

/** The smallest project file. */
export const PROJECT = 'name: shop\n';

/** The project file of a case on the server, with more lines. */
export const projectWith = (...lines: readonly string[]): string =>
  `${PROJECT}profile: shop\n${lines.map((line) => `${line}\n`).join('')}`;
