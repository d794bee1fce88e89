const LONGEST = 160;

/** The first lines of a Markdown text without its marks, for lists and the search. */
export function beginningOf(markdown: string): string {
  const text = markdown
    .slice(0, LONGEST * 4)
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/^\s{0,3}(#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replaceAll(/[*`~]{1,3}/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).trimEnd()}…`;
}
