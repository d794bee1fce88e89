import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';

/** Environment variables: what the process was given, or what a `.env` file adds to it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

interface ReadValue {
  readonly value: string;
  /** offset behind the value */
  readonly end: number;
  readonly closed: boolean;
}

function quotedValue(text: string, start: number, quote: string): ReadValue {
  let value = '';
  for (let i = start; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === quote) return { value, end: i + 1, closed: true };
    if (c === '\\' && quote === '"') {
      const next = text.charAt(++i);
      value += ESCAPES[next] ?? next;
    } else value += c;
  }
  return { value, end: text.length, closed: false };
}

function plainValue(text: string, start: number): ReadValue {
  const newline = text.indexOf('\n', start);
  const end = newline < 0 ? text.length : newline;
  const line = text.slice(start, end);
  const comment = /(^|\s)#/.exec(line);
  return {
    value: (comment === null ? line : line.slice(0, comment.index)).trim(),
    end,
    closed: true,
  };
}

/** Reads `KEY=VALUE` lines: `export`, single and double quotes (also over several lines) and `#` comments are understood. */
export function parseEnvFile(
  text: string,
  file: string,
): Checked<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  const diagnostics: Diagnostic[] = [];
  const source = text.replaceAll('\r\n', '\n');
  let offset = 0;
  let line = 1;
  while (offset < source.length) {
    const newline = source.indexOf('\n', offset);
    const lineEnd = newline < 0 ? source.length : newline;
    const current = source.slice(offset, lineEnd);
    const match = LINE.exec(current);
    let end = lineEnd;
    if (match?.[1] !== undefined) {
      const start = offset + match[0].length;
      const quote = source.charAt(start);
      const read =
        start < lineEnd && (quote === '"' || quote === "'")
          ? quotedValue(source, start + 1, quote)
          : plainValue(source, start);
      values[match[1]] = read.value;
      if (!read.closed)
        diagnostics.push({
          code: 'ETL1004',
          severity: 'warning',
          message: `the value of ${match[1]} has no closing quote`,
          at: { file, line, column: match[0].length + 1 },
        });
      // what follows a quoted value on its line is a comment
      const rest = source.indexOf('\n', read.end);
      end = rest < 0 ? source.length : rest;
    } else if (!/^\s*(#.*)?$/.test(current)) {
      diagnostics.push({
        code: 'ETL1004',
        severity: 'warning',
        message: 'not a KEY=VALUE line; it is ignored',
        at: { file, line, column: 1 },
      });
    }
    line += source.slice(offset, end).split('\n').length;
    offset = end + 1;
  }
  return { value: values, diagnostics };
}
