// Node 20 has no methods for this on Set itself.

/** What is in any of the sets. */
export const union = <T>(...sets: readonly ReadonlySet<T>[]): ReadonlySet<T> =>
  new Set(sets.flatMap((set) => [...set]));

/** What is in all of the sets; nothing when there are none. */
export const intersection = <T>(...sets: readonly ReadonlySet<T>[]): ReadonlySet<T> =>
  new Set([...(sets[0] ?? [])].filter((item) => sets.every((set) => set.has(item))));

/** What is in the first set and in none of the others. */
export const difference = <T>(
  first: ReadonlySet<T>,
  ...others: readonly ReadonlySet<T>[]
): ReadonlySet<T> => new Set([...first].filter((item) => !others.some((set) => set.has(item))));
