import { fromItems, selectList } from '../../sql/from-items.ts';
import type { Arm, Outline, Query } from '../../sql/outline.ts';
import type { Finding, TextLint } from './lint.ts';

/** Functions that make one row of all. */
const AGGREGATE =
  /^(?:count|sum|min|max|avg|any|every|mode|corr|stddev|variance|bool_and|bool_or|bit_and|bit_or|(?:string|array|json|jsonb|xml|range)_?\w*agg\w*|(?:count|sum|min|max|avg|arg|any|uniq|quantile|median|group|top|stddev|var|percentile)\w*)$/;

/** A LIMIT without an ORDER BY takes whatever rows come first. */
export const limit: TextLint = {
  code: 'ETL6067',
  trigger: /\b(?:limit|fetch)\b/i,
  find: ({ outline }) =>
    outline.queries.flatMap((query) => {
      const arm = query.arms.at(-1);
      return arm === undefined ? [] : ofArm(outline, query, arm);
    }),
};

function ofArm(outline: Outline, query: Query, arm: Arm): readonly Finding[] {
  const { tokens } = outline;
  const clause = arm.clauses.get('limit') ?? arm.clauses.get('fetch');
  const word = clause === undefined ? undefined : tokens[clause.start];
  if (clause === undefined || word === undefined) return [];
  if (arm.clauses.has('order by') || !arm.clauses.has('from')) return [];
  const amount = tokens[clause.start + 1]?.text;
  if (amount === '0' || amount === 'all' || amount === 'null') return [];
  // the rows of a group, ClickHouse's LIMIT n BY
  if (tokens.slice(clause.start, clause.end).some((t) => t.kind === 'word' && t.text === 'by'))
    return [];
  if (tokens[query.range.start - 2]?.text === 'exists') return [];
  if (isOneRow(outline, arm) || isConstant(outline, arm)) return [];
  const items = fromItems(outline, query, arm);
  const [only, ...more] = items ?? [];
  if (only === undefined || [only, ...more].some((i) => i.isFunction)) return [];
  if (more.length === 0 && only.query !== undefined && isSettled(outline, only.query)) return [];
  return [
    {
      code: 'ETL6067',
      start: word.start,
      end: word.end,
      message: `${word.text} without order by takes any rows: others in each run`,
      hint: 'Say which rows are meant: order by columns that tell every row from the others.',
    },
  ];
}

const isOneRow = ({ tokens, partner }: Outline, arm: Arm): boolean => {
  const list = arm.clauses.get('select');
  if (list === undefined || arm.clauses.has('group by')) return false;
  for (let at = list.start; at < list.end; at++) {
    const token = tokens[at];
    const close = partner.get(at + 1);
    if (token?.kind !== 'word' || close === undefined || close < at) continue;
    if (AGGREGATE.test(token.text) && tokens[close + 1]?.text !== 'over') return true;
  }
  return false;
};

const isConstant = (outline: Outline, arm: Arm): boolean =>
  selectList(outline, arm).every(({ start, end }) => {
    const token = outline.tokens[start];
    return end === start + 1 && (token?.kind === 'number' || token?.kind === 'string');
  });

/** Rows that come in an order, or are but one. */
function isSettled(outline: Outline, query: Query): boolean {
  const arm = query.arms.at(-1);
  return arm === undefined || arm.clauses.has('order by') || isOneRow(outline, arm);
}
