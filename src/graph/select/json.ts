// Reading values of an earlier manifest, which nobody has checked.
export type Json = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const mapOf = (value: unknown): Json => (isMap(value) ? value : {});

/** A text that is the same for equal values, whatever the order of keys. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, item: unknown) =>
    isMap(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => a.localeCompare(b)))
      : item,
  );
