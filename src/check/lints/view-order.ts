import type { TextLint } from './lint.ts';

/** The ORDER BY of a view is not one of those who read it. */
export const viewOrder: TextLint = {
  code: 'ETL6066',
  trigger: /\border\s+by\b/i,
  mayHave: (node) => node.config.materialized === 'view',
  find: ({ node, outline: { tokens, queries } }) => {
    const arm = queries[0]?.arms.at(-1);
    const clause = arm?.clauses.get('order by');
    if (arm === undefined || clause === undefined) return [];
    if ((['limit', 'offset', 'fetch'] as const).some((name) => arm.clauses.has(name))) return [];
    const isDistinctOn =
      tokens[arm.range.start + 1]?.text === 'distinct' &&
      tokens[arm.range.start + 2]?.text === 'on';
    // ClickHouse's WITH FILL makes rows
    const isFilled = tokens
      .slice(clause.start, clause.end)
      .some((t) => t.kind === 'word' && (t.text === 'fill' || t.text === 'interpolate'));
    const first = tokens[clause.start];
    if (isDistinctOn || isFilled || first === undefined) return [];
    return [
      {
        code: 'ETL6066',
        start: first.start,
        end: first.end,
        message: `the order of the view ${node.name} is lost: who reads it gets its rows in any order`,
        hint: 'Order where it is read, and leave the order by out here: it costs time each time.',
      },
    ];
  },
};
