// Where in the compiled text an engine's refusal belongs, as exactly as can be told.
import type { Fault } from '../adapter/analysis.ts';
import type { Span } from '../kernel/diagnostic.ts';
import { scanSql } from '../sql/scan.ts';
import type { Refusal } from './walk.ts';

const moved = (failure: Refusal['failure'], position: number): Refusal['failure'] =>
  Object.assign(Object.create(failure) as Refusal['failure'], {
    error: { ...failure.error, position },
  });

/** A comma too many is noticed behind it, often on the next line: the place is the comma. */
function atComma(failure: Refusal['failure']): Refusal['failure'] {
  const { error, statement } = failure;
  if (error.position === undefined || statement === undefined) return failure;
  const before = statement.sql.slice(0, error.position).trimEnd();
  const rest = statement.sql.slice(error.position);
  const isTooMany = /,\s*,$/.test(before) || (before.endsWith(',') && /^(?:from\b|\))/i.test(rest));
  return isTooMany ? moved(failure, before.length - 1) : failure;
}

/** An engine that names what it does not know without saying where is helped by the first place where the name is code. */
export function withPlace(
  failure: Refusal['failure'],
  { kind, name }: Fault,
  backslashEscapes: boolean,
): Refusal['failure'] {
  const { error, statement } = failure;
  if (statement === undefined) return failure;
  if (kind === 'syntax') return atComma(failure);
  if (error.position !== undefined || name === undefined) return failure;
  const { sql, authoredAt = 0 } = statement;
  const word = new RegExp(
    `(?<![\\p{L}\\p{N}_])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}_])`,
    'u',
  );
  for (const { kind, start, end } of scanSql(sql, backslashEscapes)) {
    if ((kind !== 'code' && kind !== 'name') || end <= authoredAt) continue;
    const found = word.exec(sql.slice(start, end));
    if (found !== null) return moved(failure, start + found.index);
  }
  return failure;
}

/** The place with the end of its word, where the word stands in the file as it does in the compiled text. */
export function widened(
  at: Span | undefined,
  { error, statement }: Refusal['failure'],
  locate: (offset: number) => Span | undefined,
): Span | undefined {
  if (at === undefined || error.position === undefined || statement === undefined) return at;
  const word = /^[\p{L}\p{N}_$."`]+/u.exec(statement.sql.slice(error.position))?.[0] ?? '';
  if (word.length < 2) return at;
  const end = locate(error.position - (statement.authoredAt ?? 0) + word.length - 1);
  return end?.line === at.line && end.column === at.column + word.length - 1
    ? { ...at, endColumn: end.column + 1 }
    : at;
}
