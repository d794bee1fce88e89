import type { RawResult } from './driver.ts';

interface JsonCompact {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly (readonly unknown[])[];
}

/**
 * The answer to a read, in JSONCompact; nothing where a statement has no rows. Throws as the engine does: an answer that is not one
 * document is that of several statements, or of another FORMAT.
 */
export function readRaw(answer: string): RawResult {
  if (answer === '') return { columns: [], rows: [] };
  let json: JsonCompact;
  try {
    json = JSON.parse(answer) as JsonCompact;
  } catch (cause) {
    throw new Error(
      'Code: 62. DB::Exception: Expected one statement that gives rows, without FORMAT. (SYNTAX_ERROR)',
      { cause },
    );
  }
  return { columns: json.meta, rows: json.data };
}
