// The engine's errors, translated once.
import { StatementFailure, type DriverError, type FailureKind } from '../../adapter/failure.ts';
import type { Statement } from '../../adapter/statement.ts';

const KINDS: Readonly<Record<string, FailureKind>> = {
  62: 'syntax',
  60: 'missing_relation',
  81: 'missing_database',
  10: 'missing_column',
  16: 'missing_column',
  47: 'missing_column',
  6: 'type',
  27: 'type',
  38: 'type',
  41: 'type',
  43: 'type',
  44: 'type',
  50: 'type',
  53: 'type',
  69: 'type',
  70: 'type',
  72: 'type',
  349: 'type',
  370: 'type',
  386: 'type',
  407: 'type',
  691: 'type',
  469: 'constraint',

  122: 'incompatible_columns',
  630: 'dependents',
  159: 'timeout',
  394: 'cancelled',
  241: 'out_of_memory',
  173: 'out_of_memory',
  243: 'disk_full',
  497: 'permission',
  164: 'permission',
  192: 'authentication',
  193: 'authentication',
  194: 'authentication',
  516: 'authentication',
  209: 'connection',
  210: 'connection',
  279: 'connection',
};

/** Busy, read-only for a moment, or a coordination service out of reach: the same may succeed a little later. */
const TRANSIENT = new Set(['159', '202', '209', '210', '242', '279', '285', '286', '319', '999']);

const NETWORK =
  /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|UND_ERR_\w+|SELF_SIGNED\w*|DEPTH_ZERO\w*|CERT_\w+|ERR_TLS\w*|UNABLE_TO_\w+)$/;

const UNREAD = /^Code: (\d+)\.\s*/;

interface Told {
  readonly code: string;
  readonly text: string;
}

const property = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The number and the sentence, wherever this driver puts them. */
function told(error: unknown): Told {
  const message = messageOf(error);
  const read = UNREAD.exec(message);
  if (read !== null) return { code: read[1] ?? '', text: message };
  const codes = [
    property(error, 'clickhouseCode'),
    property(error, 'code'),
    property(property(error, 'cause'), 'code'),
  ];
  const code = codes.find((c) => typeof c === 'string' || typeof c === 'number');
  return { code: code === undefined ? '' : String(code), text: message };
}

/** Positions count in the statement that was sent, which nobody wrote; `position` tells the place in the model. */
const SYNTAX =
  /^(?:(\S.*?): )?Syntax error: failed at position \d+ \(([\s\S]*?)\)(?: \(line \d+, col \d+\))?:[\s\S]*$/;

/** `Code: 62. DB::Exception: Code: 62. DB::Exception: x. (SYNTAX_ERROR) (version …)` → `x` */
function sentence(text: string): string {
  return (
    text
      .replace(/(?:Code: \d+\.\s*)?DB::\w*Exception: /g, '')
      .replace(/ ?\(version [^()]*(?:\([^()]*\))?\)/g, '')
      .replace(/(?: Stack trace:|, Stack trace)[\s\S]*$/, '')
      .replace(/:? ?While (?:executing|processing) [\s\S]*$/, '')
      .replace(/:? ?while executing 'FUNCTION [\s\S]*$/, '')
      .replace(/\.? ?\([A-Z][A-Z0-9_]+\)\.?\s*$/, '')
      .replace(/:? ?In scope [\s\S]*$/, '')
      .replace(/ in scope (?:SELECT|WITH|\()[\s\S]*$/i, '')
      .replace(/\.? ?Expected (?:one of: [\s\S]*|end of query\.?)$/, '')
      .replace(SYNTAX, (_, reason: string | undefined, token: string) =>
        // what is not closed or too long is told as a reason, and the token is all that follows
        token === 'end of query'
          ? 'Syntax error: the statement ends too early'
          : `Syntax error${reason === undefined ? ` at "${token}"` : `: ${reason}`}`,
      )
      .replace(/\.? ?Maybe you meant:?[\s\S]*$/, '')
      // columns that every table has and nobody selects
      .replaceAll(/(?<=available columns:[\s\S]*)'_\w+' ?/g, '')
      .replace(/[\s.:]+$/, '')
      .trim()
  );
}

/** What the engine proposes, and what is known to help. */
function hintOf(code: string, text: string): string | undefined {
  const meant = /[Mm]aybe you meant:? (\[[^\]]*\]|[^\s?(]+\??)/.exec(text)?.[1];
  if (meant !== undefined) return `Maybe you meant: ${meant.replace(/^\[|\]$|\?$/g, '')}`;
  if (code === '44' && /Sorting key/.test(text))
    return 'Wrap the column in assumeNotNull(), take it out of order_by, or set settings: {allow_nullable_key: 1}.';
  if (code === '370' && /Nullable\(Nothing\)/.test(text))
    return 'Give the NULL a type: cast(null as Nullable(String)).';
  if (text.includes('UNION different number of columns'))
    return 'Give every part of the union the same number of columns, in the same order.';
  if (code === '558') return 'Write UNION ALL or UNION DISTINCT, or set ansi_settings: true.';
  return undefined;
}

/** UTF-16 offset of the byte `byte` (0-based) of a text; the engine counts bytes. */
function offsetOfByte(sql: string, byte: number): number {
  let bytes = 0;
  let offset = 0;
  for (const character of sql) {
    if (bytes >= byte) break;
    bytes += Buffer.byteLength(character);
    offset += character.length;
  }
  return offset;
}

/** The only place where a name stands as a word of its own, not before the author's text; undefined when there are several. */
function onlyPlaceOf(name: string, sql: string, from: number): number | undefined {
  const last = name.split('.').at(-1) ?? name;
  const word = new RegExp(
    `(?<![\\p{L}\\p{N}_])${last.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}_])`,
    'gu',
  );
  const places = [...sql.slice(from).matchAll(word)].map((m) => m.index + from);
  return places.length === 1 ? places[0] : undefined;
}

function positionOf(text: string, statement: Statement): number | undefined {
  const { sql, authoredAt = 0 } = statement;
  const at = /failed at position (\d+)/.exec(text)?.[1];
  if (at !== undefined) return offsetOfByte(sql, Number(at) - 1);
  const line = /\(line (\d+), col (\d+)\)/.exec(text);
  if (line !== null) {
    const before = sql.split('\n').slice(0, Number(line[1]) - 1);
    const start = before.reduce((sum, l) => sum + l.length + 1, 0);
    return start + offsetOfByte(sql.slice(start), Number(line[2]) - 1);
  }
  const name =
    /Unknown (?:table )?expression(?: or function)? identifier [`']([^`']+)[`']/.exec(text)?.[1] ??
    /Function with name [`']([^`']+)[`']/.exec(text)?.[1] ??
    /Database [`']?([\w$-]+)[`']? does(?:n't| not) exist/.exec(text)?.[1];
  return name === undefined ? undefined : onlyPlaceOf(name, sql, authoredAt);
}

function kindOf(code: string, text: string, statement: Statement | undefined): FailureKind {
  if (NETWORK.test(code) || /^(Timeout error|socket hang up)/i.test(text))
    return /^Timeout/i.test(text) ? 'timeout' : 'connection';
  if (/No space left on device|ENOSPC/.test(text)) return 'disk_full';
  // somebody removed or made the relation between the look and the swap; a hook's error is never a reason to swap again
  if (statement?.verb === 'swap' && (code === '60' || code === '57')) return 'contention';
  if (code === '57') return 'other';
  return KINDS[code] ?? 'other';
}

/** Any driver's error as the run understands it; `secrets` are blotted out. */
export function driverError(
  error: unknown,
  statement: Statement | undefined,
  secrets: readonly string[] = [],
): DriverError {
  const { code, text } = told(error);
  const kind = kindOf(code, text, statement);
  const clean = secrets
    .filter((s) => s !== '')
    .reduce((t, secret) => t.replaceAll(secret, '***'), sentence(text));
  const hint = hintOf(code, text);
  const position = statement === undefined ? undefined : positionOf(text, statement);
  return {
    kind,
    code,
    message: clean === '' ? 'the engine gave no reason' : clean,
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position }),
    transient: kind === 'connection' || TRANSIENT.has(code),
  };
}

/** The failure to throw for any driver's error. */
export const failure = (
  error: unknown,
  statement: Statement | undefined,
  secrets: readonly string[] = [],
): StatementFailure =>
  new StatementFailure(driverError(error, statement, secrets), statement, { cause: error });
