// CSV as seeds have it (RFC 4180): quoted fields may hold delimiters, doubled quotes and line breaks.

export interface CsvField {
  readonly text: string;
  readonly quoted: boolean;
}
export interface CsvRecord {
  /** 1-based physical line on which the record begins */
  readonly line: number;
  readonly fields: readonly CsvField[];
}

const BOM = '\uFEFF';

/** Reads one field that begins at `at`; gives the field, where the text goes on, and the line breaks inside it. */
function readField(
  text: string,
  at: number,
  delimiter: string,
): { field: CsvField; next: number; breaks: number } {
  if (text[at] !== '"') {
    let end = at;
    while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r')
      end++;
    return { field: { text: text.slice(at, end), quoted: false }, next: end, breaks: 0 };
  }
  let value = '';
  let breaks = 0;
  let i = at + 1;
  for (; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '"') {
      if (text[i + 1] !== '"') break;
      i++;
    } else if (c === '\n') breaks++;
    value += c;
  }
  let end = i + 1;
  // text after the closing quote belongs to the field, as Postgres and Python read it
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r')
    value += text[end++];
  return { field: { text: value, quoted: true }, next: Math.min(end, text.length), breaks };
}

/** The records of a CSV text; a byte order mark is skipped, empty lines at the end are no records. */
export function* readCsv(text: string, delimiter = ','): Generator<CsvRecord> {
  let at = text.startsWith(BOM) ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const fields: CsvField[] = [];
    const start = line;
    for (;;) {
      const { field, next, breaks } = readField(text, at, delimiter);
      fields.push(field);
      line += breaks;
      at = next;
      if (text[at] !== delimiter) break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    const isBlank = fields.length === 1 && fields[0]?.text === '' && fields[0].quoted === false;
    if (!isBlank) yield { line: start, fields };
  }
}
