import type { Statement } from './statement.ts';

/** What went wrong, as far as the run has to know; everything else is for people. */
export type FailureKind =
  | 'syntax'
  | 'missing_relation'
  | 'missing_column'
  | 'type'
  | 'constraint'
  /** a view cannot be replaced or re-bound because its columns changed */
  | 'incompatible_columns'
  /** something still depends on what should be dropped */
  | 'dependents'
  /** what somebody gave to the relation by hand cannot be given to the one that takes its place */
  | 'lost_belonging'
  | 'permission'
  /** a lock was not granted in time, a deadlock, or the relation was replaced by somebody else meanwhile */
  | 'contention'
  /** another run works on the relation, and is not waited for (any longer) */
  | 'locked'
  /** something has the name that a relation should get: made meanwhile, or of a kind that is not replaced */
  | 'name_taken'
  | 'connection'
  | 'authentication'
  | 'missing_database'
  | 'disk_full'
  | 'out_of_memory'
  | 'timeout'
  /** the node took longer than it may */
  | 'overtime'
  | 'cancelled'
  | 'other';

/** A driver's error, translated once by the adapter that met it. */
export interface DriverError {
  readonly kind: FailureKind;
  /** SQLSTATE, or the number ClickHouse gives */
  readonly code: string;
  /** the engine's own sentence, without secrets */
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** UTF-16 offset in the statement's `sql` */
  readonly position?: number;
  /** true when sending the same again may succeed */
  readonly transient: boolean;
  /** nothing of what was to be sent has reached the server */
  readonly isUnsent?: boolean;
}

/** Thrown by sessions and connections; the run turns it into a diagnostic and nothing above it ever sees it. */
export class StatementFailure extends Error {
  override readonly name = 'StatementFailure';
  readonly error: DriverError;
  readonly statement: Statement | undefined;

  constructor(error: DriverError, statement?: Statement, options?: ErrorOptions) {
    super(error.message, options);
    this.error = error;
    this.statement = statement;
  }
}

/** By name and shape, so that two copies of the package understand each other. */
export const isStatementFailure = (e: unknown): e is StatementFailure =>
  e instanceof Error && e.name === 'StatementFailure' && 'error' in e;
