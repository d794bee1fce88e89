import { leadingWords } from './scan.ts';

/** A named subquery to put in front of a SELECT. */
export interface Cte {
  readonly name: string;
  readonly sql: string;
}

/** The new text, and where and how much was inserted, so that positions can be mapped back. */
export interface Injected {
  readonly sql: string;
  readonly at: number;
  readonly length: number;
}

/**
 * Puts CTEs in front of a SELECT, as dbt does for ephemeral models: before the SELECT's own CTEs when it begins with WITH
 * (also WITH RECURSIVE), else as a new WITH clause. The names are used unquoted and must be plain.
 */
export function injectCtes(sql: string, ctes: readonly Cte[], backslashEscapes = false): Injected {
  if (ctes.length === 0) return { sql, at: 0, length: 0 };
  const list = ctes.map((cte) => `${cte.name} as (\n${cte.sql}\n)`).join(', ');
  const [first, second] = leadingWords(sql, 2, backslashEscapes);
  if (first?.word !== 'with') {
    const text = `with ${list} `;
    const start = sql.length - sql.trimStart().length;
    return { sql: sql.slice(0, start) + text + sql.slice(start), at: start, length: text.length };
  }
  const text = ` ${list}, `;
  // dbt keeps the blank behind RECURSIVE
  const blank = second?.word === 'recursive' && /\s/.test(sql.charAt(second.end)) ? 1 : 0;
  const at = second?.word === 'recursive' ? second.end + blank : first.end;
  return { sql: sql.slice(0, at) + text + sql.slice(at), at, length: text.length };
}

/** Maps an offset of the injected text to the author's text; undefined inside what was inserted. */
export function offsetBeforeInjection(injected: Injected, offset: number): number | undefined {
  if (offset < injected.at) return offset;
  return offset < injected.at + injected.length ? undefined : offset - injected.length;
}
