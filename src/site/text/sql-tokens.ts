// SQL with templates in pieces for highlighting. It never fails: what it does not know is plain text.

export type TokenKind = 'comment' | 'template' | 'string' | 'name' | 'number' | 'keyword' | 'plain';
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const PIECES =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\{#[\s\S]*?(?:#\}|$))|(?<template>\{\{[\s\S]*?(?:\}\}|$)|\{%[\s\S]*?(?:%\}|$))|(?<string>'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$))|(?<name>"[^"]*(?:"|$)|`[^`]*(?:`|$))|(?<number>\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)/giu;

const KEYWORDS: ReadonlySet<string> = new Set(
  `all alter and any array as asc between by case cast check column constraint create cross current current_date
  current_timestamp date default delete desc distinct drop else end engine except exists extract false fetch filter first
  following for foreign from full global grant group grouping having if in inner insert intersect interval into is join key
  lateral left like ilike limit materialized merge natural not null nulls offset on only or order outer over partition
  preceding prewhere primary qualify range recursive references replace returning right row rows sample select set sets settings
  similar some table then ties timestamp to true unbounded union unique update using values view when where window with`.split(
    /\s+/,
  ),
);

/** The pieces of a text in order; together they are the text. */
export function sqlTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let end = 0;
  const plain = (until: number): void => {
    if (until > end) tokens.push({ kind: 'plain', text: text.slice(end, until) });
  };
  for (const match of text.matchAll(PIECES)) {
    const kind = kindOf(match.groups ?? {});
    if (kind === 'plain') continue;
    plain(match.index);
    tokens.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  plain(text.length);
  return tokens;
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): TokenKind {
  const { word } = groups;
  if (word !== undefined) return KEYWORDS.has(word.toLowerCase()) ? 'keyword' : 'plain';
  const kinds = ['comment', 'template', 'string', 'name', 'number'] as const;
  return kinds.find((kind) => groups[kind] !== undefined) ?? 'plain';
}
