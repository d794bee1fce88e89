// What a query is made of: what it gives, and what decides which rows it gives.
import { isWord, textOf, type Token } from './tokens.ts';

export interface Item {
  readonly name: string;
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** Clauses by their name for people: `where`, `group by`. */
export type Clauses = ReadonlyMap<string, readonly Token[]>;

export interface SelectShape {
  /** `distinct`, or with what it is about */
  readonly distinct: readonly Token[] | undefined;
  readonly items: readonly Item[];
  readonly clauses: Clauses;
  /** queries in brackets of its FROM, in their order */
  readonly inner: readonly Derived[];
}

/** A query in brackets, and the names that its alias may give its columns: `(…) as s (x, y)`. */
export interface Derived {
  readonly query: QueryShape;
  readonly listed: readonly Token[];
}

export interface QueryShape {
  readonly ctes: readonly Cte[];
  /** more than one where they are joined by UNION and its like */
  readonly selects: readonly SelectShape[];
  /** `union all`, `except` between the selects */
  readonly operators: readonly string[];
}

export interface Cte {
  readonly name: string;
  /** its list of columns and what stands around its query */
  readonly head: string;
  readonly listed: readonly Token[];
  /** undefined: it is a value */
  readonly query: QueryShape | undefined;
  readonly tokens: readonly Token[];
}

const CLAUSES: Readonly<Record<string, string>> = {
  FROM: 'from',
  PREWHERE: 'prewhere',
  WHERE: 'where',
  GROUP: 'group by',
  HAVING: 'having',
  WINDOW: 'window',
  QUALIFY: 'qualify',
  ORDER: 'order by',
  LIMIT: 'limit',
  OFFSET: 'offset',
  FETCH: 'limit',
  SETTINGS: 'settings',
};

/** Cuts at tokens of the same depth. */
function cut(
  tokens: readonly Token[],
  isCut: (token: Token, i: number) => boolean,
): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  tokens.forEach((token, i) => {
    if (isCut(token, i)) parts.push([]);
    else parts.at(-1)?.push(token);
  });
  return parts;
}

const atCommas = (tokens: readonly Token[]): readonly (readonly Token[])[] =>
  cut(tokens, (t) => t.kind === 'mark' && t.text === ',').filter((part) => part.length > 0);

const isQuery = (tokens: readonly Token[]): boolean =>
  isWord(tokens[0], 'SELECT', 'WITH', 'VALUES') ||
  (tokens[0]?.kind === 'group' && isQuery(tokens[0].nodes));

/** The shape of a query; of one that is no SELECT (VALUES) all is one clause. */
export function shapeOf(tokens: readonly Token[]): QueryShape {
  const [only] = tokens;
  if (tokens.length === 1 && only?.kind === 'group') return shapeOf(only.nodes);
  const start = isWord(only, 'WITH')
    ? tokens.findIndex((t, i) => i > 0 && isWord(t, 'SELECT', 'VALUES'))
    : 0;
  const from = start < 0 ? tokens.length : start;
  const ctes = atCommas(tokens.slice(isWord(only, 'WITH') ? 1 : 0, from)).map(cteOf);
  const body = tokens.slice(from);
  const operators: string[] = [];
  const parts: Token[][] = [[]];
  body.forEach((token, i) => {
    const isOperator = isWord(token, 'UNION', 'INTERSECT', 'EXCEPT');
    const before = body[i - 1];
    if (isOperator) {
      const next = body[i + 1];
      operators.push(
        [token, ...(isWord(next, 'ALL', 'DISTINCT') ? [next] : [])]
          .map((t) => t?.text.toLowerCase())
          .join(' '),
      );
      parts.push([]);
    } else if (
      !(isWord(token, 'ALL', 'DISTINCT') && isWord(before, 'UNION', 'INTERSECT', 'EXCEPT'))
    )
      parts.at(-1)?.push(token);
  });
  return { ctes, operators, selects: parts.flatMap(selectsIn) };
}

/** A branch of a union may be a query in brackets. */
function selectsIn(tokens: readonly Token[]): readonly SelectShape[] {
  const [only] = tokens;
  if (tokens.length !== 1 || only?.kind !== 'group') return [selectOf(tokens)];
  const { ctes, selects, operators } = shapeOf(only.nodes);
  const [first] = selects;
  if (ctes.length === 0 && operators.length === 0 && first !== undefined) return [first];
  return [{ distinct: undefined, items: [], clauses: new Map([['union', tokens]]), inner: [] }];
}

function cteOf(tokens: readonly Token[]): Cte {
  const at = tokens.findIndex((t) => t.kind === 'group' && isQuery(t.nodes));
  const query = tokens[at];
  const [first] = tokens;
  const rest = tokens.slice(1).filter((t) => t !== query);
  const last = tokens.at(-1);
  return {
    // ClickHouse's WITH of a value has its name at the end
    name: (query === undefined ? last : first)?.text ?? '',
    head: textOf(rest),
    listed: rest,
    query: query?.kind === 'group' ? shapeOf(query.nodes) : undefined,
    tokens,
  };
}

function selectOf(tokens: readonly Token[]): SelectShape {
  const clauses = new Map<string, Token[]>();
  let at = 0;
  // its rows stand in it
  if (isWord(tokens[at], 'VALUES'))
    return { distinct: undefined, items: [], clauses: new Map([['values', tokens]]), inner: [] };
  if (isWord(tokens[at], 'SELECT')) at++;
  let distinct: Token[] | undefined;
  if (isWord(tokens[at], 'DISTINCT')) {
    distinct = [];
    at++;
    if (isWord(tokens[at], 'ON')) {
      distinct.push(...tokens.slice(at, at + 2));
      at += 2;
    }
  }
  const list: Token[] = [];
  let current = list;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const name =
      isWord(tokens[at - 1], 'DISTINCT') && isWord(token, 'FROM')
        ? undefined
        : clauseAt(tokens, at);
    if (name === undefined) current.push(token);
    else {
      current = clauses.get(name) ?? [];
      clauses.set(name, current);
    }
  }
  return {
    distinct,
    items: atCommas(list).map((item) => ({
      name: item.at(-1)?.text ?? '',
      text: textOf(item),
      tokens: item,
    })),
    clauses,
    inner: queriesIn(clauses.get('from') ?? []),
  };
}

function clauseAt(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  if (token?.kind !== 'word') return undefined;
  const name = CLAUSES[token.text.toUpperCase()];
  if (name === undefined) return undefined;
  // a column may have the name
  const before = tokens[at - 1];
  if (before?.kind === 'mark' && before.text === '.') return undefined;
  return name.endsWith(' by') && !isWord(tokens[at + 1], 'BY') ? undefined : name;
}

/** A table of FROM, and no operand of a condition of a join. */
const isDerived = (tokens: readonly Token[], at: number): boolean => {
  const before = tokens[at - 1];
  return (
    before === undefined ||
    isWord(before, 'JOIN', 'LATERAL') ||
    (before.kind === 'mark' && before.text === ',')
  );
};

function queriesIn(tokens: readonly Token[]): readonly Derived[] {
  return tokens.flatMap((t, i) => {
    if (t.kind !== 'group' || !isDerived(tokens, i)) return [];
    if (!isQuery(t.nodes)) return queriesIn(t.nodes);
    const list = tokens[isWord(tokens[i + 1], 'AS') ? i + 3 : i + 2];
    const isList = list?.kind === 'group' && !isWord(tokens[i + 1], 'ON', 'USING');
    return [{ query: shapeOf(t.nodes), listed: isList ? list.nodes : [] }];
  });
}

/** The conditions of joins: FROM without its tables and the queries in it, which are looked at by themselves. */
export const conditionsOf = (tokens: readonly Token[]): readonly Token[] =>
  tokens.flatMap((t, i) => {
    if (t.kind !== 'group' || !isDerived(tokens, i)) return [t];
    return isQuery(t.nodes) ? [] : conditionsOf(t.nodes);
  });

const tablesText = (tokens: readonly Token[]): string =>
  tokens
    .map((t, i) => {
      if (t.kind !== 'group' || !isDerived(tokens, i)) return textOf([t]);
      return isQuery(t.nodes) ? '(query)' : `(${tablesText(t.nodes)})`;
    })
    .join(' ');

/** A clause as text; in FROM the queries in brackets are compared by themselves. */
export const clauseText = (name: string, tokens: readonly Token[]): string =>
  name === 'from' ? tablesText(tokens) : textOf(tokens);
