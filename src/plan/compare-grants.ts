// Grants as a project declares them, beside those of the warehouse.
import type { Granted } from '../adapter/catalog.ts';
import type { Grants } from '../adapter/contract.ts';

/** What a run would do about one grant, and why. */
export type GrantState =
  | 'as declared'
  | 'missing'
  | 'not built'
  | 'not declared'
  | 'by default'
  | 'not managed';

export interface ComparedGrant {
  readonly node: string;
  readonly relation: string;
  readonly privilege: string;
  readonly role: string;
  readonly declared: boolean;
  readonly actual: boolean;
  readonly state: GrantState;
  /** a run of the node would give it or take it back */
  readonly differs: boolean;
}

interface Sides {
  readonly node: string;
  readonly relation: string;
  readonly isThere: boolean;
  readonly declared: Grants | undefined;
  readonly granted: readonly Granted[];
  /** the role that a config names */
  readonly role: (written: string) => string;
}

/**
 * Both sides of one relation, by role and privilege. What a relation grants beyond its config differs only where there is a config,
 * and not where the default privileges of its schema give it; grants on single columns are nobody's business.
 */
export function compareGrants(sides: Sides): readonly ComparedGrant[] {
  const { node, relation, isThere, declared, granted, role } = sides;
  const wanted = new Map(
    Object.entries(declared ?? {}).flatMap(([written, roles]) =>
      roles.map((name): readonly [string, readonly [string, string]] => {
        const privilege = written.trim().toLowerCase();
        return [`${role(name)} ${privilege}`, [role(name), privilege]];
      }),
    ),
  );
  const actual = new Map(granted.map((g) => [`${g.role} ${g.privilege}`, g]));
  const lines: ComparedGrant[] = [];
  for (const [key, [name, privilege]] of wanted) {
    const has = actual.has(key);
    const state = has ? 'as declared' : isThere ? 'missing' : 'not built';
    const line = { node, relation, privilege, role: name, declared: true, actual: has };
    lines.push({ ...line, state, differs: !has });
  }
  for (const [key, { role: name, privilege, isDefault }] of actual) {
    if (wanted.has(key)) continue;
    const isRuled = declared !== undefined && !privilege.endsWith(')');
    const state = isDefault ? 'by default' : isRuled ? 'not declared' : 'not managed';
    const line = { node, relation, privilege, role: name, declared: false, actual: true };
    lines.push({ ...line, state, differs: state === 'not declared' });
  }
  return lines.toSorted((a, b) => order(a, b));
}

const order = (a: ComparedGrant, b: ComparedGrant): number =>
  `${a.role} ${a.privilege}` < `${b.role} ${b.privilege}` ? -1 : 1;
