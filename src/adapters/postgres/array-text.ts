// Arrays arrive as `{1,2,NULL}` and become JSON with Python's blanks, `[1, 2, null]`: that is what templates of dbt meet.

/** How one element is written, by the number of its type. */
type Element = (text: string) => string;

const number: Element = (text) =>
  /^-?[\d.]+(e[+-]?\d+)?$/i.test(text) ? text : JSON.stringify(text);
const float: Element = (text) => (/^-?\d+$/.test(text) ? `${text}.0` : number(text));
const letters: Element = (text) =>
  JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    (c) => String.raw`\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Elements by pg_type.oid of the array; the other arrays stay as they come. */
const ELEMENTS: ReadonlyMap<number, Element> = new Map([
  [1000, (text) => (text === 't' ? 'true' : 'false')],
  [1003, letters],
  [1005, number],
  [1007, number],
  [1009, letters],
  [1014, letters],
  [1015, letters],
  [1016, number],
  [1021, float],
  [1022, float],
  [1182, letters],
  [1231, float],
]);

/** The JSON of an array's text; undefined where the type is no array of numbers, texts, booleans or dates. */
export function arrayJson(oid: number, text: string): string | undefined {
  const element = ELEMENTS.get(oid);
  if (element === undefined) return undefined;
  // [0:2]={...}: bounds that do not begin with 1
  const body = text.replace(/^(\[-?\d+:-?\d+\])+=/, '');
  let json = '';
  for (let i = 0; i < body.length;) {
    const c = body.charAt(i);
    if (c === '{' || c === '}' || c === ',') {
      json += c === '{' ? '[' : c === '}' ? ']' : ', ';
      i++;
      continue;
    }
    const quoted = c === '"';
    const end = quoted ? closingQuote(body, i) : plainEnd(body, i);
    const raw = quoted
      ? body.slice(i + 1, end - 1).replaceAll(/\\(.)/gs, '$1')
      : body.slice(i, end);
    json += !quoted && raw === 'NULL' ? 'null' : element(raw);
    i = end;
  }
  return json;
}

/** Behind the quote that closes the one at `from`. */
function closingQuote(text: string, from: number): number {
  let i = from + 1;
  while (i < text.length && text.charAt(i) !== '"') i += text.charAt(i) === '\\' ? 2 : 1;
  return i + 1;
}

function plainEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charAt(i) !== ',' && text.charAt(i) !== '}') i++;
  return i;
}
