// A query in the engine's own words, cut into words, strings and brackets. It is compared, and never changed or sent.
import { scanSql } from '../../sql/scan.ts';

/** `text` of a name has no quotes; `nodes` is what stands in a pair of brackets. */
export type Token =
  | { readonly kind: 'word' | 'name' | 'string' | 'mark'; readonly text: string }
  | { readonly kind: 'group'; readonly text: string; readonly nodes: readonly Token[] };

const PART = /[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|::|[<>=!|&@#~^]+|./gsu;
const WORD = /^[\p{L}_]/u;

function* flatTokens(
  sql: string,
  backslashEscapes: boolean,
): Generator<Exclude<Token, { kind: 'group' }>> {
  for (const { kind, start, end } of scanSql(sql, backslashEscapes)) {
    const text = sql.slice(start, end);
    if (kind === 'string') yield { kind: 'string', text };
    else if (kind === 'name') yield { kind: 'name', text: text.slice(1, -1) };
    else if (kind === 'code')
      for (const [part] of text.matchAll(PART))
        yield WORD.test(part) ? { kind: 'word', text: part } : { kind: 'mark', text: part };
  }
}

/**
 * The tokens of a text, brackets paired. `nameOf` says how a relation of this schema and name is called on both sides: the two words
 * and the dot between them are one token then.
 */
export function tokensOf(
  sql: string,
  backslashEscapes: boolean,
  nameOf: (schema: string, name: string) => string | undefined,
): readonly Token[] {
  const stack: Token[][] = [[]];
  for (const token of flatTokens(sql, backslashEscapes)) {
    const list = stack.at(-1) ?? [];
    if (token.text === '(' && token.kind === 'mark') stack.push([]);
    else if (token.text === ')' && token.kind === 'mark' && stack.length > 1) {
      stack.pop();
      stack.at(-1)?.push({ kind: 'group', text: '()', nodes: list });
    } else {
      list.push(token);
      joinRelation(list, nameOf);
    }
  }
  while (stack.length > 1) {
    const nodes = stack.pop() ?? [];
    stack.at(-1)?.push({ kind: 'group', text: '()', nodes });
  }
  return stack[0] ?? [];
}

const isNamed = (token: Token | undefined): token is Token =>
  token?.kind === 'word' || token?.kind === 'name';

function joinRelation(
  list: Token[],
  nameOf: (schema: string, name: string) => string | undefined,
): void {
  const [schema, dot, name] = list.slice(-3);
  if (!isNamed(schema) || dot?.text !== '.' || dot.kind !== 'mark' || !isNamed(name)) return;
  const known = nameOf(schema.text, name.text);
  if (known !== undefined) list.splice(-3, 3, { kind: 'name', text: known });
}

/** The tokens as one text. */
export const textOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.kind === 'group') return `(${textOf(token.nodes)})`;
      return token.kind === 'name' ? `"${token.text}"` : token.text;
    })
    .join(' ');

/** Every word and name of the tokens, those in brackets too. */
export function* wordsOf(tokens: readonly Token[]): Generator<string> {
  for (const token of tokens)
    if (token.kind === 'group') yield* wordsOf(token.nodes);
    else if (token.kind === 'word' || token.kind === 'name') yield token.text;
}

/** Whether they name a row as a whole: `*` and `t.*`, also as an argument. `count(*)` counts rows, whatever is in them. */
export const hasWholeRow = (tokens: readonly Token[]): boolean =>
  tokens.some((token, i) => {
    const before = tokens[i - 1];
    if (token.kind === 'group')
      return !(textOf(token.nodes) === '*' && isWord(before, 'COUNT')) && hasWholeRow(token.nodes);
    const isFirst = before === undefined || (before.kind === 'mark' && /^[.,]$/.test(before.text));
    return token.kind === 'mark' && token.text === '*' && isFirst;
  });

export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text.toUpperCase());
