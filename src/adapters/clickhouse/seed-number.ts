const INTEGER = /^[+-]?\d{1,18}$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The numbers of a seed that the engine itself reads as such; leading zeros do not count, as in dbt. */
export function seedNumber(text: string): 'integer' | 'number' | undefined {
  if (INTEGER.test(text)) return 'integer';
  return NUMBER.test(text) ? 'number' : undefined;
}
