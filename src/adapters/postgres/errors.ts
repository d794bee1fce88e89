// A driver's error in the words of the contract. SQLSTATE classes: PostgreSQL documentation, appendix A.
import { type DriverError, type FailureKind, StatementFailure } from '../../adapter/failure.ts';
import type { Statement } from '../../adapter/statement.ts';

/** What a driver's error may carry; everything is optional because Node's own errors come through the same door. */
export interface PgError {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
  readonly internalQuery?: string;
  readonly internalPosition?: string;
  readonly where?: string;
  readonly schema?: string;
  readonly constraint?: string;
}

/** Raised by our own blocks: a constraint made by hand does not fit the new table. */
export const LOST_BELONGING = 'ETL01';

const EXACT: Readonly<Record<string, FailureKind>> = {
  '42601': 'syntax',
  '42P01': 'missing_relation',
  '3F000': 'missing_relation',
  '42703': 'missing_column',
  '42804': 'type',
  '42883': 'type',
  '42846': 'type',
  '42P16': 'incompatible_columns',
  '2BP01': 'dependents',
  [LOST_BELONGING]: 'lost_belonging',
  '42501': 'permission',
  '55P03': 'contention',
  '40P01': 'contention',
  '40001': 'contention',
  XX000: 'other',
  '57P01': 'connection',
  '57P02': 'connection',
  '57P03': 'connection',
  '53300': 'connection',
  '3D000': 'missing_database',
  '53100': 'disk_full',
  '53200': 'out_of_memory',
  ENOSPC: 'disk_full',
};
const CLASSES: Readonly<Record<string, FailureKind>> = {
  '08': 'connection',
  '22': 'type',
  '23': 'constraint',
  '28': 'authentication',
};
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|ENOENT$)/;
const LOST =
  /Connection terminated|not queryable|connection error|timeout expired|server does not support SSL|socket hang up/i;

// Internal errors that only say: the catalog changed while it was read or written.
const VANISHED = /concurrently|could not open relation with OID|cache lookup failed/;
const isCatalogRace = (e: PgError): boolean =>
  (e.code === 'XX000' && VANISHED.test(e.message)) ||
  (e.code === '23505' && (e.schema === 'pg_catalog' || (e.constraint ?? '').startsWith('pg_')));

// While names are exchanged, errors of the analyser are about the definitions of dependent views, not about the author's SQL.
function duringSwap(code: string): FailureKind | undefined {
  if (code === '42P01') return 'contention';
  // A relation that another run has just made, or a sequence, index or type, which no run replaces.
  if (code === '42P07' || code === '42710') return 'name_taken';
  if (code === '42601' || code === '42501') return undefined;
  return code.startsWith('42') || code.startsWith('22') ? 'incompatible_columns' : undefined;
}

const READ_ONLY = '25006';

function kindOf(e: PgError, verb: Statement['verb'] | undefined): FailureKind {
  const code = e.code ?? '';
  if (code === '57014') return /timeout/.test(e.message) ? 'timeout' : 'cancelled';
  if (code === '25P04' || code === '25P03') return 'timeout';
  if (isCatalogRace(e)) return 'contention';
  // What only reads runs in a read-only transaction of ours: there the author's text is what is wrong.
  if (code === READ_ONLY && verb !== 'read') return 'permission';
  if (code === '0A000' && verb === 'alter' && /used by a view/.test(e.message)) return 'dependents';
  if (verb === 'swap') {
    const kind = duringSwap(code);
    if (kind !== undefined) return kind;
  }
  const known = EXACT[code] ?? (code.length === 5 ? CLASSES[code.slice(0, 2)] : undefined);
  if (known !== undefined) return known;
  return NETWORK.test(code) || LOST.test(e.message) ? 'connection' : 'other';
}

const TRANSIENT: ReadonlySet<FailureKind> = new Set(['contention', 'connection']);

/** UTF-16 index of the n-th code point (1-based), because the server counts code points and JavaScript does not. */
export function utf16Offset(text: string, position: number): number {
  let offset = 0;
  let left = position - 1;
  for (const point of text) {
    if (left-- <= 0) break;
    offset += point.length;
  }
  return offset;
}

const isPgError = (e: unknown): e is PgError =>
  typeof e === 'object' && e !== null && 'message' in e && typeof e.message === 'string';

/** The fields of whatever was thrown. */
export const fieldsOf = (e: unknown): PgError => {
  if (!isPgError(e)) return { message: String(e) };
  // Node tries several addresses of one host and reports them together, with an empty message of its own.
  const errors: unknown = 'errors' in e ? e.errors : undefined;
  const inner: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return e.message === '' && isPgError(inner) ? inner : e;
};

/** What Node says of a certificate that it does not trust. */
const CERTIFICATE = /self[- ]signed|unable to (?:get|verify)|certificate|altname/i;

/** What the server says (since 16, and before) when a relation of a role is to be replaced by somebody who is no member of it. */
const NOT_MEMBER = /must be (?:able to SET ROLE|(?:a )?member of role) "(.+)"/;

/** The server's own hint, or ours where the cause is known. */
function hintOf(e: PgError, kind: FailureKind): string | undefined {
  if (e.hint !== undefined) return e.hint;
  if (kind === 'permission') {
    if (e.code === READ_ONLY)
      return 'The server takes no writes: it is a standby, or default_transaction_read_only is on. Connect to the primary.';
    const owner = NOT_MEMBER.exec(e.message)?.[1];
    return owner === undefined
      ? undefined
      : `What is there belongs to the role "${owner}": only its members may replace it, and the new one belongs to it again.`;
  }
  if (kind !== 'connection') return undefined;
  return CERTIFICATE.test(`${e.code ?? ''} ${e.message}`)
    ? 'The certificate is not trusted: name its authority with sslrootcert, or choose a sslmode that does not check it.'
    : undefined;
}

// A function's body has positions of its own, which mean nothing in the statement that called it.
function innerQuery({ internalQuery, internalPosition }: PgError): string | undefined {
  if (internalQuery === undefined) return undefined;
  if (internalPosition === undefined) return `in: ${internalQuery}`;
  const before = internalQuery.slice(0, utf16Offset(internalQuery, Number(internalPosition)));
  const lines = before.split('\n');
  return `in, at ${lines.length}:${(lines.at(-1) ?? '').length + 1}: ${internalQuery}`;
}

const CONTEXT_LINES = 6;
const CONTEXT_WIDTH = 200;

/** Which functions it came through, innermost first. That of the tool's own blocks tells its users nothing. */
function contextOf({ where }: PgError, statement: Statement | undefined): string | undefined {
  const isOwnBlock = statement?.verb !== 'hook' && /^do\b/i.test(statement?.sql ?? '');
  if (where === undefined || where === '' || isOwnBlock) return undefined;
  const lines = where.split('\n');
  const cut = (line: string): string =>
    line.length > CONTEXT_WIDTH ? `${line.slice(0, CONTEXT_WIDTH)}…` : line;
  const more = lines.length > CONTEXT_LINES ? [`… ${lines.length - CONTEXT_LINES} more`] : [];
  return `context: ${[...lines.slice(0, CONTEXT_LINES).map(cut), ...more].join('\n  ')}`;
}

/** The error as the contract words it; `position` counts in the statement's own text. */
export function driverError(
  thrown: unknown,
  statement: Statement | undefined,
  position?: number,
): DriverError {
  const e = fieldsOf(thrown);
  const kind = kindOf(e, statement?.verb);
  const hint = hintOf(e, kind);
  const detail = [e.detail, innerQuery(e), contextOf(e, statement)]
    .filter((t) => t !== undefined)
    .join('\n');
  return {
    kind,
    code: e.code ?? '',
    message: e.message,
    ...(detail === '' ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position }),
    transient: TRANSIENT.has(kind),
  };
}

/** What sessions throw. */
export const failure = (
  thrown: unknown,
  statement?: Statement,
  position?: number,
): StatementFailure =>
  new StatementFailure(driverError(thrown, statement, position), statement, { cause: thrown });
