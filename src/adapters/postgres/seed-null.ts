/** A field without quotes that dbt takes for nothing: blanks only, or the word null. */
export const isSeedNull = (text: string): boolean => /^\s*(null)?\s*$/i.test(text);
