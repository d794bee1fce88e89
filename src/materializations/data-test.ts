import { configText } from '../kernel/config-text.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Dialect, EngineConfig } from '../adapter/contract.ts';

/** The parts of a test's config that decide its query and verdict. */
export interface TestSettings {
  readonly severity: 'error' | 'warn';
  readonly failCalc: string;
  readonly warnIf: string;
  readonly errorIf: string;
  readonly limit: number | undefined;
}

/** Reads severity, fail_calc, warn_if, error_if and limit of a test's config, with dbt's defaults. */
export function testSettings(config: EngineConfig): TestSettings {
  const text = (key: string, fallback: string): string => {
    const value = config[key];
    return value === undefined || value === null ? fallback : configText(value);
  };
  const limit = config['limit'];
  return {
    severity: text('severity', 'error').toLowerCase() === 'warn' ? 'warn' : 'error',
    failCalc: text('fail_calc', 'count(*)'),
    warnIf: text('warn_if', '!= 0'),
    errorIf: text('error_if', '!= 0'),
    limit: limit === undefined || limit === null ? undefined : Number(limit),
  };
}

/** The one query that decides a test: failing rows counted, and whether the thresholds are passed. */
export function verdictQuery(
  dialect: Dialect,
  sql: string,
  settings: TestSettings,
  config: EngineConfig,
): Statement {
  const { failCalc, warnIf, errorIf, limit } = settings;
  const cut = limit === undefined ? '' : `\nlimit ${limit}`;
  const head = `select\n  ${failCalc} as failures,\n  ${failCalc} ${warnIf} as should_warn,\n  ${failCalc} ${errorIf} as should_error\nfrom (\n`;
  const statement = dialect.read(`${head}${sql}${cut}\n) dbt_internal_test`, config);
  const at = statement.sql.indexOf(head);
  return { ...statement, authoredAt: (at < 0 ? 0 : at) + head.length };
}

export interface Verdict {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failures: number;
  readonly message: string | undefined;
}

const TRUE: ReadonlySet<string> = new Set(['y', 'yes', 't', 'true', 'on', '1']);
const FALSE: ReadonlySet<string> = new Set(['n', 'no', 'f', 'false', 'off', '0']);

/** What an answer says, as dbt reads it; undefined when it is a text that says neither. */
function truth(value: unknown): boolean | undefined {
  if (typeof value !== 'string') return Boolean(value);
  const text = value.toLowerCase();
  if (TRUE.has(text) || FALSE.has(text)) return TRUE.has(text);
  // numbers that JavaScript has no type for come as texts
  return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text) !== 0;
}

/** The first answer of the verdict query that is neither true nor false. */
export function unclearAnswer(
  row: Readonly<Record<string, unknown>>,
): { readonly column: string; readonly value: string } | undefined {
  for (const column of ['should_warn', 'should_error'])
    if (truth(row[column]) === undefined) return { column, value: String(row[column] as string) };
  return undefined;
}

/** dbt's verdict over the one row of the verdict query. */
export function verdict(row: Readonly<Record<string, unknown>>, settings: TestSettings): Verdict {
  const failures = Number(row['failures'] ?? 0);
  const rows = `${failures} result${failures === 1 ? '' : 's'}`;
  if (settings.severity === 'error' && truth(row['should_error']) === true)
    return {
      status: 'fail',
      failures,
      message: `Got ${rows}, configured to fail if ${settings.errorIf}`,
    };
  if (truth(row['should_warn']) === true)
    return {
      status: 'warn',
      failures,
      message: `Got ${rows}, configured to warn if ${settings.warnIf}`,
    };
  // rows within the thresholds are none, as dbt tells it
  return { status: 'pass', failures: 0, message: undefined };
}
