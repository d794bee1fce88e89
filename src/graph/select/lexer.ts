/** One word of a selector text and where it begins; words are separated by blanks, parts of a word by commas. */
export interface Word {
  readonly text: string;
  /** 0-based UTF-16 offset in the whole text */
  readonly start: number;
  readonly parts: readonly Part[];
}
export interface Part {
  readonly text: string;
  readonly start: number;
}

/** Splits a selector text (all arguments joined by a blank) into words and their comma-separated parts. */
export function lexSelector(text: string): readonly Word[] {
  return [...text.matchAll(/\S+/g)].map((word) => ({
    text: word[0],
    start: word.index,
    parts: partsOf(word[0], word.index),
  }));
}

function partsOf(word: string, start: number): readonly Part[] {
  let at = start;
  return word.split(',').map((text) => {
    const part = { text, start: at };
    at += text.length + 1;
    return part;
  });
}
