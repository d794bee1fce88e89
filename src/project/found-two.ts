// How two things of one name are told: with dbt's words, which its users search for.

/** The plural of a node's type as dbt writes it: `analysis` → `analyses`, `test` → `data_tests`. */
export function pluralOf(type: string): string {
  if (type === 'test') return 'data_tests';
  return type.endsWith('sis') ? `${type.slice(0, -2)}es` : `${type.replace('_', ' ')}s`;
}

/** Two things of one kind (in the plural) and one name. */
export const foundTwo = (kind: string, name: string): string =>
  `dbt found two ${kind} with the name "${name}"`;
