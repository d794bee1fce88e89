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
  readonly compiledPath?: () => string | undefined;
  readonly schema?: string;
  readonly alias?: string;
  readonly database?: string;
  readonly relationName?: string | null;
  /** the group that it belongs to, with its owner */
  readonly group?: { readonly name: string } & Readonly<Record<string, unknown>>;
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

/** Asked-for output in dbt's words for machines. */
export interface Shown {
  readonly name: 'ShowNode' | 'CompiledNode';
  readonly data: Readonly<Record<string, unknown>>;
}

export type ReportLevel = 'debug' | 'info' | 'warn' | 'error';

const RANK: Readonly<Record<ReportLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** True when something of a level is told where `least` is the least that is. */
export const isTold = (level: ReportLevel, least: ReportLevel = 'info'): boolean =>
  RANK[level] >= RANK[least];

/** Tells people or machines what happens; it only listens. */
export interface Reporter {
  opening(opening: Opening): void;
  /** How many there are of each kind: `['model', 12]`. */
  found(counts: readonly (readonly [noun: string, count: number])[]): void;
  observe(event: RunEvent): void;
  diagnostics(list: readonly Diagnostic[]): void;
  /** One free line. */
  note(text: string): void;
  /** What the command was asked for, without secrets: told bare, and whatever the level. `shown` is how machines are told. */
  print(text: string, shown?: Shown): void;
  closing(closing: Closing): void;
}

/** What a reporter is given of the world. */
export interface ReporterOptions {
  /** `mayWait`: it is soon enough in a moment */
  readonly write: (text: string, mayWait?: boolean) => void;
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
  /** the least that is told (default: info) */
  readonly level?: ReportLevel;
  /** `debug`: every line has its time to the microsecond, its level and its thread */
  readonly style?: 'plain' | 'debug';
  /** where asked-for output goes, when not to `write` */
  readonly print?: (text: string) => void;
  /** false: failing rows of tests and rows of `show` are left out */
  readonly keepsRows?: boolean;
  /** false: what templates print() is not shown */
  readonly printsTemplates?: boolean;
  /** width that result lines are filled up to */
  readonly width?: number;
}
