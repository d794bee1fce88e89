import { fromItems, plainItem, selectList } from '../../sql/from-items.ts';
import type { Outline, Query } from '../../sql/outline.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import type { LintGround, TextLint } from './lint.ts';

const LAYERS: ReadonlySet<string> = new Set(['gold', 'marts']);

/** A model that people read: its folder or its schema says so. */
const isGold = (node: ExecutableNode): boolean =>
  node.fqn.slice(1, -1).some((folder) => LAYERS.has(folder)) || LAYERS.has(node.schema);

interface Star {
  /** of the star in the outermost list */
  readonly at: number;
  readonly from: string;
}

/** The first star of a query that lets columns of a relation through, by whatever CTEs. */
function starOf(
  outline: Outline,
  query: Query,
  ground: LintGround,
  seen: readonly Query[],
): Star | undefined {
  if (seen.includes(query)) return undefined;
  for (const arm of query.arms) {
    const items = fromItems(outline, query, arm) ?? [];
    for (const part of selectList(outline, arm)) {
      const star = plainItem(outline, part);
      if (star?.column !== '*') continue;
      const meant = items.filter((i) => star.of === undefined || i.alias === star.of);
      for (const { path, query: inner } of meant) {
        const id = inner === undefined ? ground.idOf(path) : undefined;
        const from =
          inner === undefined
            ? id === undefined
              ? undefined
              : ground.nameOf(id)
            : starOf(outline, inner, ground, [...seen, query])?.from;
        if (from !== undefined) return { at: part.start, from };
      }
    }
  }
  return undefined;
}

/** A star in gold: what it gives is decided elsewhere. */
export const star: TextLint = {
  code: 'ETL6065',
  trigger: /\*/,
  mayHave: (node) => node.resource_type === 'model' && isGold(node) && !node.contract.enforced,
  find: ({ node, outline }, ground) => {
    const [query] = outline.queries;
    if (query === undefined) return [];
    const found = starOf(outline, query, ground, []);
    const token = outline.tokens[found?.at ?? -1];
    if (found === undefined || token === undefined) return [];
    return [
      {
        code: 'ETL6065',
        start: token.start,
        end: token.end,
        message: `${node.name} gives whatever columns ${found.from} has: a change there changes what people read`,
        hint: 'Name the columns, or enforce a contract.',
      },
    ];
  },
};
