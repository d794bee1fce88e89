/** A piece of HTML that is safe to put into a page. */
export interface Html {
  readonly html: string;
}
export type HtmlValue = string | number | Html | readonly Html[] | undefined;

/**
 * Builds HTML from a template; every text that is put in is escaped, pieces of HTML are kept. (Not named `html`: formatters rewrite
 * templates of that name, and the hashes of style and script depend on every blank.)
 */
export const markup = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html => ({
  html: strings.map((text, i) => text + render(values[i])).join(''),
});

/** Text that is HTML already and written by us. */
export const trusted = (text: string): Html => ({ html: text });

function render(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return 'html' in value ? value.html : value.map((piece) => piece.html).join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
