// From what a lint has found in the compiled text to the author's place, where there is one.
import type { Diagnostic, Span } from '../../kernel/diagnostic.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import type { CompiledNode } from '../../plan/compiler.ts';
import type { Finding } from './lint.ts';

/** What is between two marks of a template: the condition of an `if`, or its end. */
const BLOCKS = /\{%-?\s*(?:(if)\b([\s\S]*?)|(endif)\b[\s\S]*?)-?%\}/g;
const DEVELOPING = /\b(?:target|var|env_var|flags)\b/;

/**
 * The finding as a warning. Undefined where its word does not stand in the file of the node itself: what a macro has printed is not what
 * its caller could change, and the text of an ephemeral model is looked at as its own.
 */
export function toldLint(
  node: ExecutableNode,
  { sql, locate }: CompiledNode,
  { code, start, end, message, hint }: Finding,
): Diagnostic | undefined {
  const at = locate(start);
  if (at === undefined || at.file !== node.place.file) return undefined;
  const offset = offsetOf(node, at);
  const length = Math.max(1, end - start);
  if (offset === undefined || !node.raw_code.startsWith(sql.slice(start, start + length), offset))
    return undefined;
  // a part of the rows is meant where somebody works on it
  if (code === 'ETL6067' && isForDevelopment(node.raw_code, offset)) return undefined;
  return {
    code,
    severity: 'warning',
    message,
    at: { ...at, endColumn: at.column + length },
    node: node.unique_id,
    hint,
  };
}

/** Where in the template of a node a place of its file is. */
function offsetOf({ raw_code: text, place }: ExecutableNode, at: Span): number | undefined {
  let offset = 0;
  for (let line = place.line; line < at.line; line++) {
    offset = text.indexOf('\n', offset) + 1;
    if (offset === 0) return undefined;
  }
  return offset + at.column - (at.line === place.line ? place.column : 1);
}

function isForDevelopment(text: string, offset: number): boolean {
  const conditions: string[] = [];
  for (const { index, 1: opens, 2: condition } of text.matchAll(BLOCKS)) {
    if (index > offset) break;
    if (opens === undefined) conditions.pop();
    else conditions.push(condition ?? '');
  }
  return conditions.some((condition) => DEVELOPING.test(condition));
}
