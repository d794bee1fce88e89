// Who has written to the embedded engine what others can see: all that changes in it is sent by this process.
import type { SinceNow } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';

// The engine is a property of the process, so these are too.
let noticed = 0;
let under = 0;
let fronts = 0;
/** writes by the relation that they name; under the empty text those that may have changed anything */
const byName = new Map<string, number>();
const underNames = new Map<string, number>();
const ANYTHING = '';

// no name holds this character
const keyOf = ({ schema, name }: RelationName): string => `${schema}\0${name}`;

const add = (counts: Map<string, number>, names: readonly string[], n: number): void => {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + n);
};

const countOf = (counts: Map<string, number>, relation: RelationName): number =>
  (counts.get(ANYTHING) ?? 0) + (counts.get(keyOf(relation)) ?? 0);

/** What a statement that others can see names, or that it may have changed anything. */
const namesOf = ({ verb, writes = [] }: Statement): readonly string[] =>
  verb === 'hook' || writes.length === 0 ? [ANYTHING] : writes.map(keyOf);

/** Reads cannot write, and what is written under a staged name concerns its node alone, unless it listens to other tables. */
const isPublic = ({ verb, writes, sql }: Statement): boolean =>
  verb !== 'read' &&
  (verb === 'hook' ||
    writes === undefined ||
    writes.length === 0 ||
    writes.some(({ name }) => !name.startsWith('__etl_')) ||
    /\bMATERIALIZED\b/i.test(sql));

/** Sends statements; that they are on their way, or were, is seen by `sinceNow`. */
export async function noticing<T>(
  statements: readonly Statement[],
  send: () => Promise<T>,
): Promise<T> {
  const seen = statements.filter(isPublic);
  if (seen.length === 0) return send();
  const names = seen.flatMap(namesOf);
  noticed++;
  under++;
  add(byName, names, 1);
  add(underNames, names, 1);
  try {
    return await send();
  } finally {
    under--;
    add(underNames, names, -1);
  }
}

/** Clients of another kind write to the engine until the returned function is called: then nothing is known. */
export function letOthersWrite(): () => void {
  fronts++;
  noticed++;
  add(byName, [ANYTHING], 1);
  return () => {
    fronts--;
  };
}

/**
 * Tells, when it is called, whether nothing that others can see was written since; or, of one relation, whether no statement named it,
 * or none: what the engine itself puts into it (of rows that materialized views hear of, say) is not among them.
 */
export function sinceNow(): SinceNow {
  const isKnown = fronts === 0;
  const at = under > 0 ? undefined : noticed;
  const before = new Map(byName);
  const onTheWay = new Map(underNames);
  return (relation) => {
    if (!isKnown) return false;
    if (relation === undefined) return noticed === at;
    const isFree = countOf(onTheWay, relation) === 0;
    return isFree && countOf(byName, relation) === countOf(before, relation);
  };
}
