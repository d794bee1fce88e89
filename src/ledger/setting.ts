// `flags: {run_ledger: ...}` of a project: whether its runs are written down in the warehouse, and where.
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';

export interface LedgerSetting {
  readonly schema: string;
}

/** The schema that nobody has to choose. */
export const DEFAULT_SCHEMA = 'etl_meta';

const problem = (message: string): Diagnostic => ({
  code: 'ETL8082',
  severity: 'warning',
  message: `${message}: no run ledger is kept`,
  hint: `Write run_ledger: true, or run_ledger: {schema: ${DEFAULT_SCHEMA}}.`,
});

/** What a project says of its run ledger: nothing unless it asks for one. A setting that cannot be used is an ETL8082. */
export function ledgerSetting(flag: unknown): Checked<LedgerSetting> {
  if (flag === undefined || flag === null || flag === false)
    return { value: undefined, diagnostics: [] };
  if (flag === true) return { value: { schema: DEFAULT_SCHEMA }, diagnostics: [] };
  const broken = (message: string): Checked<LedgerSetting> => ({
    value: undefined,
    diagnostics: [problem(message)],
  });
  if (typeof flag !== 'object' || Array.isArray(flag))
    return broken('run_ledger is true, false or a mapping');
  const { schema = DEFAULT_SCHEMA, ...rest } = flag as Readonly<Record<string, unknown>>;
  const [odd] = Object.keys(rest);
  if (odd !== undefined) return broken(`run_ledger has no key "${odd}"`);
  if (typeof schema !== 'string' || schema.trim() === '')
    return broken('schema below run_ledger is the name of a schema');
  return { value: { schema: schema.trim() }, diagnostics: [] };
}
