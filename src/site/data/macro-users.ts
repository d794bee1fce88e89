import type { NodeDetail } from './format.ts';

/** So many users of a macro stand on its page. */
const SHOWN = 300;

/** The details with who uses each macro: what depends on it, in the order of the site. */
export function withUsers(details: readonly NodeDetail[]): readonly NodeDetail[] {
  const users = new Map<number, number[]>();
  for (const [user, { macros = [] }] of details.entries())
    for (const macro of macros) {
      const known = users.get(macro);
      if (known === undefined) users.set(macro, [user]);
      else known.push(user);
    }
  return details.map((detail, place) => {
    const all = users.get(place);
    return all === undefined
      ? detail
      : { ...detail, usedBy: all.slice(0, SHOWN), users: all.length };
  });
}
