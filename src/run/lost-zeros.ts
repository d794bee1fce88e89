import type { SeedColumn } from '../adapter/contract.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { readCsv } from '../sql/csv.ts';

/** Digits behind a zero: a code (CEP, CPF, a store's number), not a quantity. */
const CODE = /^0\d+$/;

/**
 * Warnings (ETL7005) for columns that became numbers although a value begins with a zero, which a number does not keep: one a
 * column, at its first such value. dbt loses them without a word.
 */
export function lostZeros(
  node: ExecutableNode,
  csv: string,
  delimiter: string,
  columns: readonly SeedColumn[],
): readonly Diagnostic[] {
  const open = new Map(
    columns.flatMap(({ name, inferred }, i): (readonly [number, string])[] =>
      inferred === 'integer' || inferred === 'number' ? [[i, name]] : [],
    ),
  );
  if (open.size === 0) return [];
  const found: Diagnostic[] = [];
  const records = readCsv(csv, delimiter);
  records.next();
  for (const { fields, line } of records)
    for (const [i, name] of open) {
      const text = fields[i]?.text.trim() ?? '';
      if (!CODE.test(text)) continue;
      open.delete(i);
      found.push({
        code: 'ETL7005',
        severity: 'warning',
        message: `the column "${name}" becomes a number: "${text}" loses its leading zero`,
        at: { file: node.original_file_path, line, column: 1 },
        node: node.unique_id,
        hint: `If these are codes, say so: config: {column_types: {${name}: text}}.`,
      });
    }
  return found;
}
