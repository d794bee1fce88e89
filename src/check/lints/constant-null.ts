import { Operands } from '../../sql/operands.ts';
import type { Outline, Range } from '../../sql/outline.ts';
import type { Finding, LintedText, LintGround } from './lint.ts';
import type { Change, Prober } from './probe.ts';

export const NULL_TEST: RegExp = /\bis\s+(?:not\s+)?null\b|\bis(?:not)?null\s*\(/i;

/** Behind these an expression begins. */
const BEGINS: ReadonlySet<string> = new Set(
  '( , where prewhere and or not when on having qualify select then else if'.split(' '),
);
/** Types that hold NULL without being Nullable. */
const LOOSE = /\b(?:Variant|Dynamic|JSON|Object)\b/;

interface Test extends Change {
  readonly operand: Range;
  readonly isNot: boolean;
}

/** Questions for NULL of what cannot be NULL: they have one answer. */
export async function constantNull(
  { node, compiled: { sql }, outline }: LintedText,
  prober: Prober,
  { columnsAbove }: LintGround,
): Promise<readonly Finding[]> {
  if (columnsAbove(node.unique_id).some((c) => LOOSE.test(c.type))) return [];
  const { tokens } = outline;
  const text = ({ start, end }: Range): string =>
    sql.slice(tokens[start]?.start, tokens[end - 1]?.end);
  const tests = testsOf(outline).map(({ operand, whole, isNot }): Test => ({
    operand,
    isNot,
    start: tokens[whole.start]?.start ?? 0,
    end: tokens[whole.end - 1]?.end ?? 0,
    text: prober.probes.neverNull(text(operand)),
  }));
  const found = await prober.taken(node, sql, tests);
  return found.map(({ operand, isNot, start }): Finding => ({
    code: 'ETL6062',
    start,
    end: start + 1,
    message: `${text(operand)} cannot be NULL here: the condition is ${isNot ? 'always' : 'never'} true`,
    hint: 'Remove the condition. Behind an outer join, rows that are not found are NULL with ansi_settings: true only.',
  }));
}

function testsOf(
  outline: Outline,
): readonly { readonly operand: Range; readonly whole: Range; readonly isNot: boolean }[] {
  const { tokens, partner } = outline;
  const operands = new Operands(outline);
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'word') return [];
    if (token.text === 'isnull' || token.text === 'isnotnull') {
      const close = partner.get(at + 1);
      if (close === undefined || close < at + 3) return [];
      const operand = { start: at + 2, end: close };
      const isNot = token.text === 'isnotnull';
      return [{ operand, whole: { start: at, end: close + 1 }, isNot }];
    }
    if (token.text !== 'is') return [];
    const isNot = tokens[at + 1]?.text === 'not';
    const end = at + (isNot ? 3 : 2);
    const operand = tokens[end - 1]?.text === 'null' ? operands.before(at) : undefined;
    if (operand === undefined || !BEGINS.has(tokens[operand.start - 1]?.text ?? '')) return [];
    return [{ operand, whole: { start: operand.start, end }, isNot }];
  });
}
