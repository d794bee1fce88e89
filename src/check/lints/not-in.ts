import { fromItems, plainItem, selectList } from '../../sql/from-items.ts';
import { plainName, type Outline, type Query } from '../../sql/outline.ts';
import type { Finding, LintGround, TextLint } from './lint.ts';

/** `not in` over a list that holds a NULL, or may. */
export const notIn: TextLint = {
  code: 'ETL6064',
  trigger: /\bnot\s+in\b/i,
  find: ({ outline }, ground) => {
    const { tokens, partner, queries } = outline;
    const { passesOverNulls } = ground.dialect.analysis;
    return tokens.flatMap((token, at): readonly Finding[] => {
      const close = partner.get(at + 2);
      if (token.kind !== 'word' || token.text !== 'not' || tokens[at + 1]?.text !== 'in') return [];
      if (close === undefined || close < at) return [];
      const place = { code: 'ETL6064', start: token.start, end: token.end } as const;
      if (holdsNull(outline, at + 2, close))
        return [
          passesOverNulls
            ? {
                ...place,
                message:
                  'the null behind not in counts for nothing: rows are kept as if it were not there',
                hint: 'Leave it out, and add "and x is not null" where rows without a value are not wanted.',
              }
            : {
                ...place,
                message: 'not in (…, null) is never true: no row is kept',
                hint: 'Leave the null out, and add "and x is not null" where rows without a value are not wanted.',
              },
        ];
      const query = queries.find((q) => q.range.start === at + 3);
      if (query === undefined || passesOverNulls) return [];
      const column = onlyColumn(outline, query);
      const from = column === undefined ? undefined : nullable(outline, query, column, ground, 0);
      if (from === undefined) return [];
      return [
        {
          ...place,
          message: `nothing says that ${from} is never NULL: one NULL in it, and not in keeps no row at all`,
          hint: 'Use not exists, exclude NULL in the subquery, or give the column a not_null test.',
        },
      ];
    });
  },
};

function holdsNull({ tokens, partner }: Outline, open: number, close: number): boolean {
  for (let at = open + 1; at < close; at++) {
    const inner = partner.get(at);
    if (inner !== undefined && inner > at) at = inner;
    else if (tokens[at]?.kind === 'word' && tokens[at]?.text === 'null') {
      const isWhole = [tokens[at - 1], tokens[at + 1]].every((t) =>
        ['(', ',', ')'].includes(t?.text ?? ''),
      );
      if (isWhole) return true;
    }
  }
  return false;
}

function onlyColumn(outline: Outline, query: Query): string | undefined {
  const [arm, ...arms] = query.arms;
  const [part, ...parts] = arm === undefined ? [] : selectList(outline, arm);
  if (part === undefined || arms.length > 0 || parts.length > 0) return undefined;
  const name = plainItem(outline, part)?.name;
  return name === '*' ? undefined : name;
}

/** How far up a column is followed. */
const FAR = 20;

/** The source column that a column of a query is a copy of, when nothing on the way says that it holds no NULL. */
function nullable(
  outline: Outline,
  query: Query,
  column: string,
  ground: LintGround,
  depth: number,
): string | undefined {
  const [arm, ...arms] = query.arms;
  if (arm === undefined || arms.length > 0 || depth > FAR) return undefined;
  const items = fromItems(outline, query, arm);
  const [item, ...others] = items ?? [];
  if (item === undefined || others.length > 0 || item.isFunction) return undefined;
  let copied: string | undefined;
  for (const part of selectList(outline, arm)) {
    const plain = plainItem(outline, part);
    if (plain?.column === '*') copied ??= column;
    else if (plain?.name === column) copied = plain.column;
    else if (plain === undefined && lastName(outline, part.end - 1) === column) return undefined;
  }
  if (copied === undefined || isSpokenOf(outline, query, copied)) return undefined;
  if (item.query !== undefined) return nullable(outline, item.query, copied, ground, depth + 1);
  const id = ground.idOf(item.path);
  if (id === undefined || ground.isNeverNull(id, copied)) return undefined;
  if (id.startsWith('source.')) return `${ground.nameOf(id)}.${copied}`;
  const above = ground.outlineOf(id);
  const [whole] = above?.queries ?? [];
  return above === undefined || whole === undefined
    ? undefined
    : nullable(above, whole, copied, ground, depth + 1);
}

const lastName = ({ tokens }: Outline, at: number): string | undefined => plainName(tokens[at]);

/** A condition of the query names the column: it may exclude NULL. */
function isSpokenOf({ tokens }: Outline, { arms }: Query, column: string): boolean {
  const names = (['where', 'having', 'qualify', 'prewhere'] as const).flatMap((clause) => {
    const range = arms[0]?.clauses.get(clause);
    return range === undefined ? [] : tokens.slice(range.start, range.end).map(plainName);
  });
  return names.includes(column);
}
