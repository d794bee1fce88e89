import type { FailureKind, StatementFailure } from '../adapter/failure.ts';
import type { Code } from '../kernel/codes.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';

const CODE_OF: Readonly<Record<FailureKind, Code>> = {
  syntax: 'ETL5001',
  missing_relation: 'ETL5001',
  missing_column: 'ETL5001',
  type: 'ETL5001',
  constraint: 'ETL5001',
  incompatible_columns: 'ETL5001',
  dependents: 'ETL4005',
  lost_belonging: 'ETL4001',
  permission: 'ETL5010',
  contention: 'ETL5007',
  locked: 'ETL5050',
  name_taken: 'ETL5001',
  connection: 'ETL5002',
  authentication: 'ETL5003',
  missing_database: 'ETL5004',
  disk_full: 'ETL5005',
  out_of_memory: 'ETL5011',
  timeout: 'ETL5007',
  overtime: 'ETL5051',
  cancelled: 'ETL5006',
  other: 'ETL5001',
};

const HINT_OF: Readonly<Partial<Record<FailureKind, string>>> = {
  authentication: 'Check user and password of this target in profiles.yml.',
  connection: 'Check host and port of this target in profiles.yml, and that the server is running.',
  missing_database: 'Create the database, or correct its name in profiles.yml.',
  disk_full: 'Free some space, and run it again.',
  out_of_memory: 'Use fewer threads, or give the engine more memory.',
  contention: 'Somebody else holds a lock on the relation; run the node again.',
  locked: 'Run it again when that one has ended, or let it wait: --if-locked wait.',
  name_taken:
    'A sequence, an index or a type of the schema has this name: rename it, or give the node an alias.',
  syntax:
    'Look just before the word that the message names: a comma, bracket or keyword is wrong there.',
  missing_column: 'Check the spelling, and that what is selected from has this column.',
  type: 'Cast the value to the type that is wanted here, or correct it where it comes from.',
  constraint: 'Look for the rows that break the constraint; the message names it.',
  incompatible_columns: 'Give every part the same number of columns, in the same order.',
  permission: 'Grant the right to the user of this target, or let another user run it.',
  timeout: 'Give the statement more time, or make it smaller.',
  overtime: 'Give it more time, or give it less to do.',
  cancelled: 'What was published before stays; run the command again.',
  other: 'Correct what the message names, in the SQL or in the data that it reads.',
  missing_relation:
    'If it is built by this project, refer to it with ref() or source(), so that it is built first.',
};

export interface FailureContext {
  readonly node?: NodeId;
  /** from an offset of the author's SQL as compiled to the place in the author's file */
  readonly locate?: (offset: number) => Span | undefined;
  /** where the node is written, when nothing more exact is known */
  readonly fallback?: Span;
}

/** Turns an engine's failure into a diagnostic at the author's place. */
export function explainFailure(failure: StatementFailure, context: FailureContext): Diagnostic {
  const { error, statement } = failure;
  const offset =
    error.position !== undefined && statement?.authoredAt !== undefined
      ? error.position - statement.authoredAt
      : undefined;
  const exact = offset !== undefined && offset >= 0 ? context.locate?.(offset) : undefined;
  const at = exact ?? context.fallback;
  const hint =
    error.hint ??
    (error.kind === 'syntax' && /near ";"|"; /.test(error.message)
      ? 'A model is one statement: remove the semicolon and what follows, or use a hook for it.'
      : /division by zero/i.test(error.message)
        ? 'Guard the divisor: a / nullif(b, 0).'
        : HINT_OF[error.kind]);
  // an unclosed string or comment makes the engine quote everything that was sent after it
  const first = error.kind === 'syntax' ? (error.message.split('\n')[0] ?? '') : error.message;
  const said = error.detail === undefined ? first : `${first}\n${error.detail}`;
  const message = statement?.label === undefined ? said : `${statement.label}: ${said}`;
  return {
    code: CODE_OF[error.kind],
    severity: 'error',
    message,
    ...(at === undefined ? {} : { at }),
    ...(context.node === undefined ? {} : { node: context.node }),
    ...(hint === undefined ? {} : { hint }),
  };
}
