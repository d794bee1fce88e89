import type { Diagnostic } from '../kernel/diagnostic.ts';

/** Whom an error is told of: `model`, its name, and the file it is written in. */
export interface TitledNode {
  readonly type: string;
  readonly name: string;
  readonly file?: string;
}

/** The words that readers of dbt's results and logs look for: `Database Error in model x (models/x.sql)`. */
export function errorTitle(code: Diagnostic['code'], { type, name, file }: TitledNode): string {
  return `${errorKind(code)} Error in ${type} ${name}${file === undefined ? '' : ` (${file})`}`;
}

function errorKind(code: Diagnostic['code']): string {
  if (code.startsWith('ETL5')) return 'Database';
  return /^ETL[1-4]/.test(code) ? 'Compilation' : 'Runtime';
}
