/** A name with the ends that count as letters. */
export const padded = (name: string): string => `  ${name} `;

/** A name in groups of three letters, its beginning and its end among them. */
const groupsOf = (name: string): readonly string[] => {
  const text = padded(name);
  return [...new Set(Array.from({ length: text.length - 2 }, (_, i) => text.slice(i, i + 3)))];
};

/**
 * A function that tells how much a padded name has in common with `wanted`, from 0 to 1: the share of their groups of three letters.
 * Names are padded once and not for every query: to put a text together costs more than to look through it.
 */
export function similarityTo(wanted: string): (text: string) => number {
  const groups = groupsOf(wanted);
  return (text) => {
    let common = 0;
    for (const group of groups) if (text.includes(group)) common++;
    return (2 * common) / (groups.length + text.length - 2);
  };
}
