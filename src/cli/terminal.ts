import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Timeline } from '../kernel/timeline.ts';

/** What the command line is given of the world; a test gives its own. */
export interface Terminal {
  /** `mayWait`: it is soon enough in a moment */
  readonly write: (text: string, mayWait?: boolean) => void;
  /** where what the command is asked for goes, when all else goes elsewhere */
  readonly print?: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly isTerminal: boolean;
  /** columns of the terminal */
  readonly width: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /**
   * From here on a signal ends the run in good order. Not before: while files are read nothing has to be put in order, and a
   * busy loop in a template could not be interrupted.
   */
  readonly armSignals: () => void;
  /** names this call in logs and artifacts */
  readonly invocationId: string;
  /** where dbt.log is written; absent: nowhere */
  readonly logFolder?: string;
  /** told where the time goes (--timings) */
  readonly timeline?: Timeline;
  /** what was found wrong before the command began */
  readonly notes?: readonly Diagnostic[];
}
