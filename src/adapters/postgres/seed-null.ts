import type { CsvField } from '../../sql/csv.ts';

/** A field that dbt takes for nothing: blanks only, or the word null, with quotes around it or without. */
export const isSeedNull = ({ text }: Pick<CsvField, 'text'>): boolean => {
  const bare = text.trim();
  return bare === '' || (bare.length === 4 && bare.toLowerCase() === 'null');
};
