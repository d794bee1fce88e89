import type { SeedColumn } from '../adapter/contract.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { LeadingZero } from './infer-seed.ts';

/**
 * Warnings (ETL7005) for columns that became numbers although a value begins with a zero, which a number does not keep: one a
 * column, at its first such value. dbt loses them without a word.
 */
export function lostZeros(
  node: ExecutableNode,
  columns: readonly SeedColumn[],
  firstZero: (column: number) => LeadingZero | undefined,
): readonly Diagnostic[] {
  return columns
    .flatMap(({ name, inferred }, i) => {
      const zero = inferred === 'integer' || inferred === 'number' ? firstZero(i) : undefined;
      return zero === undefined ? [] : [{ name, ...zero }];
    })
    .toSorted((a, b) => a.line - b.line)
    .map(({ name, text, line }) => ({
      code: 'ETL7005',
      severity: 'warning',
      message: `the column "${name}" becomes a number: "${text}" loses its leading zero`,
      at: { file: node.original_file_path, line, column: 1 },
      node: node.unique_id,
      hint: `If these are codes, say so: config: {column_types: {${name}: text}}.`,
    }));
}
