import { plainName, type Outline } from '../../sql/outline.ts';
import { selectList } from '../../sql/from-items.ts';
import type { TypedColumn } from '../verdict.ts';
import type { LintedText, LintGround, TextLint } from './lint.ts';

/** What gives a value of several types by itself. */
const MIXES: ReadonlySet<string> = new Set(
  'if multiif case coalesce ifnull nullif variant dynamic json array map transform arraymap'.split(
    ' ',
  ),
);

/** The arms of a UNION have other types, and the engine makes one of them that holds both. */
export const mixedUnion: TextLint = {
  code: 'ETL6063',
  trigger: /\bunion\b/i,
  mayHave: ({ unique_id: id }, columns, ground) =>
    mixedOf(columns, ground).length > 0 && mixedOf(ground.columnsAbove(id), ground).length === 0,
  find: ({ outline, columns }, ground) =>
    mixedOf(columns, ground).flatMap(({ name, type }) => {
      const place = placeOf(outline, name.toLowerCase());
      if (place === undefined) return [];
      return [
        {
          code: 'ETL6063',
          ...place,
          message: `the parts of the union give "${name}" as different types, of which ClickHouse makes a ${type}`,
          hint: 'Cast it to one type in every part.',
        },
      ];
    }),
};

/** The columns that hold values of several types. */
const mixedOf = (
  columns: LintedText['columns'],
  { dialect }: LintGround,
): readonly TypedColumn[] => {
  const isMixed = dialect.analysis.probes?.isMixed;
  return isMixed === undefined ? [] : (columns ?? []).filter((c) => isMixed(c.type));
};

/** Where the second arm of the only union that gives a column of this name says what it is. */
function placeOf(
  outline: Outline,
  name: string,
): { readonly start: number; readonly end: number } | undefined {
  const { tokens } = outline;
  const found = outline.queries.flatMap((query) => {
    const lists = query.arms.map((arm) => selectList(outline, arm));
    const [first, ...more] = lists;
    const at = first?.findIndex(({ end }) => plainName(tokens[end - 1]) === name) ?? -1;
    if (more.length === 0 || at < 0 || lists.some((l) => l.length !== first?.length)) return [];
    const parts = lists.flatMap((l) => l[at] ?? []);
    const isPlain = parts.every(({ start, end }) =>
      tokens
        .slice(start, end)
        .every((t) => t.text !== '*' && !(t.kind === 'word' && MIXES.has(t.text))),
    );
    const token = tokens[parts[1]?.start ?? -1];
    return isPlain && token !== undefined ? [{ start: token.start, end: token.end }] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}
