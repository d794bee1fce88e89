import { listed } from '../listed.ts';
import type { Finding, LintedText } from './lint.ts';
import type { Prober } from './probe.ts';

const KINDS: ReadonlySet<string> = new Set(['left', 'right', 'full']);
/** Words between the kind of a join and JOIN, and before it. */
const STRENGTHS: ReadonlySet<string> = new Set(['outer', 'any', 'all', 'asof', 'global']);

export const OUTER_JOIN: RegExp = /\b(?:left|right|full)\b[\s\S]*\bjoin\b/i;

/** Columns that hold '' or 0 where an outer join finds nothing: those that would be Nullable under join_use_nulls. */
export async function outerJoin(
  { node, compiled: { sql }, outline: { tokens }, columns }: LintedText,
  prober: Prober,
): Promise<readonly Finding[]> {
  const { probes } = prober;
  const token = tokens.find((t, i) => t.kind === 'word' && KINDS.has(t.text) && joins(tokens, i));
  // a text that sets it by itself knows of it
  if (token === undefined || tokens.some((t) => t.text === 'join_use_nulls')) return [];
  const isOn = probes.joinNullsIn(node.config) ?? (await prober.joinNulls());
  if (isOn !== false) return [];
  const now = columns ?? (await prober.columns(sql, node.config));
  const then = await prober.columns(sql, probes.withJoinNulls(node.config));
  if (now === undefined || then === undefined || now.length !== then.length) return [];
  const filled = now.filter((c, i) => then[i]?.name === c.name && then[i].type !== c.type);
  if (filled.length === 0) return [];
  return [
    {
      code: 'ETL6060',
      start: token.start,
      end: token.end,
      message: `where the ${token.text} join finds nothing, ${listed(filled.map((c) => `"${c.name}"`))} ${filled.length === 1 ? 'holds' : 'hold'} an empty value such as 0 or '' instead of NULL`,
      hint: 'Set ansi_settings: true, or query_settings: {join_use_nulls: 1}, in the config of the model.',
    },
  ];
}

/** The word at the index is the kind of an outer join: LEFT ARRAY JOIN is none, SEMI and ANTI fill nothing in. */
function joins(tokens: LintedText['outline']['tokens'], at: number): boolean {
  const before = tokens[at - 1];
  if (before?.kind === 'word' && (before.text === 'semi' || before.text === 'anti')) return false;
  let behind = at + 1;
  while (tokens[behind]?.kind === 'word' && STRENGTHS.has(tokens[behind]?.text ?? '')) behind++;
  return tokens[behind]?.kind === 'word' && tokens[behind]?.text === 'join';
}
