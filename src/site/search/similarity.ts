/** A name in groups of three letters, its beginning and its end among them. */
const groupsOf = (name: string): readonly string[] => {
  const padded = `  ${name} `;
  return [...new Set(Array.from({ length: padded.length - 2 }, (_, i) => padded.slice(i, i + 3)))];
};

/** A function that tells how much a name has in common with `wanted`, from 0 to 1: the share of their groups of three letters. */
export function similarityTo(wanted: string): (name: string) => number {
  const groups = groupsOf(wanted);
  return (name) => {
    const padded = `  ${name} `;
    let common = 0;
    for (const group of groups) if (padded.includes(group)) common++;
    return (2 * common) / (groups.length + name.length + 1);
  };
}
