// Semantic versions and the conditions that package files put on them, as dbt reads both.

export interface Version {
  readonly text: string;
  readonly numbers: readonly [number, number, number];
  /** empty for a release */
  readonly prerelease: readonly string[];
}

/** One condition: `>=1.2.0`. */
export interface VersionCondition {
  readonly text: string;
  readonly operator: '=' | '>' | '>=' | '<' | '<=';
  readonly version: Version;
}

const NUMBER = '(0|[1-9]\\d*)';
const WORD = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const VERSION = new RegExp(
  `^(>=|<=|>|<|=)?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-?(${WORD}(?:\\.${WORD})*))?(?:\\+[0-9A-Za-z-]*(?:\\.[0-9A-Za-z-]*)*)?$`,
);

/** Reads a condition; a bare version means that one. Undefined when the text is neither. */
export function readCondition(text: string): VersionCondition | undefined {
  const found = VERSION.exec(text);
  if (found === null) return undefined;
  const [, operator = '=', major, minor, patch, prerelease] = found;
  return {
    text,
    operator: operator as VersionCondition['operator'],
    version: {
      text: text.replace(/^[<>=]+/, ''),
      numbers: [Number(major), Number(minor), Number(patch)],
      prerelease: prerelease === undefined ? [] : prerelease.split('.'),
    },
  };
}

/** Reads a version without an operator. */
export const readVersion = (text: string): Version | undefined =>
  /^[<>=]/.test(text) ? undefined : readCondition(text)?.version;

/** Negative when `a` is the older one, 0 when both are the same but for their build. */
export function compareVersions(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) {
    const difference = a.numbers[i] - b.numbers[i];
    if (difference !== 0) return difference;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0);
  for (const [i, word] of a.prerelease.entries()) {
    const other = b.prerelease[i];
    if (other === undefined) return 1;
    const difference = compareWords(word, other);
    if (difference !== 0) return difference;
  }
  return a.prerelease.length - b.prerelease.length;
}

/** Numbers stand before words, and among themselves in the order of their values. */
function compareWords(a: string, b: string): number {
  const [first, second] = [a, b].map((word) => /^\d+$/.test(word));
  if (first === true && second === true) return Number(a) - Number(b);
  if (first !== second) return first === true ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True when the version fulfils the condition. `<2.0.0` leaves out 2.0.0-rc1, too. */
export function fulfils(version: Version, { operator, version: bound }: VersionCondition): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case '=':
      return order === 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '<': {
      const isItsPrerelease =
        bound.prerelease.length === 0 &&
        version.prerelease.length > 0 &&
        version.numbers.every((n, i) => n === bound.numbers[i]);
      return order < 0 && !isItsPrerelease;
    }
  }
}
