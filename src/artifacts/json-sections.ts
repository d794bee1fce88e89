// JSON of a large object in pieces: none of it has to be there as a whole.

export type Entry = readonly [string, unknown];

/** A key of the object with its value, or with the entries of the object that it holds. */
export interface JsonSection {
  readonly name: string;
  readonly value?: unknown;
  readonly entries?: Iterable<Entry>;
}

/** A write costs more than a longer text. */
const ENOUGH = 1 << 20;

/** The JSON text of an object in parts of about a megabyte; `toText` makes the text of a value. */
export function* sectionTexts(
  sections: readonly JsonSection[],
  toText: (value: unknown) => string,
): Iterable<string> {
  let text = '{';
  for (const [i, { name, value, entries }] of sections.entries()) {
    text += `${i === 0 ? '' : ','}${JSON.stringify(name)}:`;
    if (entries === undefined) {
      text += toText(value);
      continue;
    }
    let separator = '{';
    for (const [key, item] of entries) {
      // as one value, so that both are looked through for what must not be written
      text += separator + toText({ [key]: item }).slice(1, -1);
      separator = ',';
      if (text.length < ENOUGH) continue;
      yield text;
      text = '';
    }
    text += separator === '{' ? '{}' : '}';
  }
  yield `${text}}`;
}
