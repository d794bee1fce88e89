// The author's sql_header.
import type { Statement } from '../../adapter/statement.ts';
import { hasCode, scanSql } from '../../sql/scan.ts';
import type { Settings } from './settings.ts';
import { once } from './statements.ts';

const SET_ONLY = /^\s*set\s+([a-z_][a-z0-9_]*)\s*=\s*('(?:[^'\\]|\\.)*'|[\w.+-]+)\s*$/i;

/** The statements of a text with several. */
function split(header: string): readonly string[] {
  const statements: string[] = [];
  let from = 0;
  for (const piece of scanSql(header, true)) {
    if (piece.kind !== 'semicolon') continue;
    statements.push(header.slice(from, piece.start));
    from = piece.end;
  }
  return [...statements, header.slice(from)].filter(hasCode);
}

function valueOf(written: string): string | number {
  if (written.startsWith("'")) return written.slice(1, -1).replace(/\\(.)/g, '$1');
  return Number.isNaN(Number(written)) ? written : Number(written);
}

export interface Header {
  readonly settings: Settings;
  readonly sent: readonly Statement[];
}

/**
 * The author's header. No state lives from one statement to the next, so `SET a = 1` would be lost: such statements become
 * settings of the build itself; any other is sent as it is.
 */
export function readHeader(header: string | undefined): Header {
  const settings: Record<string, string | number> = {};
  const sent: Statement[] = [];
  for (const statement of split(header ?? '')) {
    const [, name, written] = SET_ONLY.exec(statement) ?? [];
    if (name === undefined || written === undefined) sent.push(once('hook', statement.trim()));
    else settings[name] = valueOf(written);
  }
  return { settings, sent };
}
