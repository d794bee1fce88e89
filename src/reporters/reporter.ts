import type { RunEvent } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';

/** What a reporter has to know about a node beside its outcome. */
export interface NodeFacts {
  readonly resourceType: string;
  readonly materialized: string;
  /** as people name it: `gold.margin`, or the name of a test */
  readonly label: string;
  readonly name: string;
  /** of the file, below the project: `models/gold/margin.sql` */
  readonly path: string;
  /** of the file, below its resource folder: `gold/margin.sql` */
  readonly nodePath?: string;
  /** of the compiled SQL, when it is written */
  readonly compiledPath?: string;
  readonly schema?: string;
  readonly alias?: string;
  readonly database?: string;
  readonly relationName?: string | null;
}

/** What a command says before its run begins. */
export interface Opening {
  readonly version: string;
  readonly command: string;
  readonly invocation: string;
}
/** How a command ended. */
export interface Closing {
  readonly command: string;
  readonly ok: boolean;
  readonly seconds: number;
}

/** Tells people or machines what happens; it only listens. */
export interface Reporter {
  opening(opening: Opening): void;
  /** How many there are of each kind: `['model', 12]`. */
  found(counts: readonly (readonly [noun: string, count: number])[]): void;
  observe(event: RunEvent): void;
  diagnostics(list: readonly Diagnostic[]): void;
  /** One free line. */
  note(text: string): void;
  closing(closing: Closing): void;
}

/** What a reporter is given of the world. */
export interface ReporterOptions {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  readonly now: () => Date;
  /** the text of a file that a diagnostic names, when it can be had */
  readonly readSource: (file: string) => string | undefined;
  /** takes the secrets out of a text; everything written goes through it */
  readonly redact: (text: string) => string;
  readonly describe: (id: NodeId) => NodeFacts;
  readonly target: string;
  readonly processId: number;
  /** names the call in what machines read */
  readonly invocation?: string;
  /** width that result lines are filled up to */
  readonly width?: number;
}
