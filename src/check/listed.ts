/** The first names of a list, with how many more there are. */
export const listed = (names: readonly string[], most = 20): string =>
  names.length > most
    ? `${names.slice(0, most).join(', ')}, and ${names.length - most} more`
    : names.join(', ');

/** `1 node`, `2 nodes`. */
export const counted = (count: number, one: string): string =>
  `${count} ${one}${count === 1 ? '' : 's'}`;
