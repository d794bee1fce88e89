// Readers of artifacts that somebody else may have written: what is not as expected counts as absent.
export type Json = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const mapAt = (from: Json | undefined, key: string): Json => {
  const value = from?.[key];
  return isMap(value) ? value : {};
};
export const listAt = (from: Json | undefined, key: string): readonly unknown[] => {
  const value = from?.[key];
  return Array.isArray(value) ? value : [];
};
/** Text, or a number as text; empty where there is neither. */
export const textAt = (from: Json | undefined, key: string): string => {
  const value = from?.[key];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};
export const numberAt = (from: Json | undefined, key: string): number | undefined => {
  const value = from?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};
export const textsAt = (from: Json | undefined, key: string): readonly string[] =>
  listAt(from, key).filter((item) => typeof item === 'string');
/** The maps below a key, by their keys, in the order of these. */
export const mapsAt = (from: Json | undefined, key: string): readonly (readonly [string, Json])[] =>
  Object.entries(mapAt(from, key))
    .filter((entry): entry is [string, Json] => isMap(entry[1]))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** The entries that say something: no empty texts, lists or maps, no nulls. */
export function said<T extends object>(values: T): Said<T> {
  const kept: Partial<Record<keyof T, unknown>> = {};
  // called for every column of a project: making lists of entries took most of the time of a site
  for (const key in values) if (!isEmpty(values[key])) kept[key] = values[key];
  return kept as Said<T>;
}
type Said<T> = { readonly [K in keyof T]?: NonNullable<T[K]> };
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isMap(value) && Object.keys(value).length === 0);
