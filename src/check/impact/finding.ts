/** From what hurts most to what nobody notices. */
export const LEVELS = ['breaking', 'unknown', 'values', 'additive', 'cosmetic'] as const;
export type Level = (typeof LEVELS)[number];

/** One thing that is different. */
export interface Finding {
  readonly level: Level;
  readonly what: string;
  readonly column?: string;
}

/** What is said of a column that was not there. */
export const NEW_COLUMN = 'column is new';
