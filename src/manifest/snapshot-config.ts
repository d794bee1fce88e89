// What a snapshot's config means: the same reading decides when the project is loaded and when the node is built.
import { configText } from '../kernel/config-text.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';

/** Names of the columns that a snapshot adds to those of its query. */
export interface SnapshotColumns {
  readonly scdId: string;
  readonly updatedAt: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly isDeleted: string;
}

export type HardDeletes = 'ignore' | 'invalidate' | 'new_record';

/** The config of a snapshot, read. Key, `updatedAt` and `validToCurrent` are SQL expressions, as in dbt. */
export interface SnapshotConfig {
  readonly strategy: 'timestamp' | 'check';
  readonly uniqueKey: readonly string[];
  /** undefined for a check snapshot that takes the time of the run */
  readonly updatedAt: string | undefined;
  readonly checkCols: 'all' | readonly string[];
  readonly hardDeletes: HardDeletes;
  readonly validToCurrent: string | undefined;
  readonly columns: SnapshotColumns;
}

type Config = Readonly<Record<string, unknown>>;
type Tell = (message: string, hint: string) => void;

const HARD_DELETES: readonly HardDeletes[] = ['ignore', 'invalidate', 'new_record'];
const STRATEGIES = ['timestamp', 'check'] as const;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
const textOf = (value: unknown): string | undefined =>
  isGiven(value) ? configText(value).trim() : undefined;
const listOf = (value: unknown): readonly string[] =>
  isGiven(value) ? (Array.isArray(value) ? value : [value]).map(configText) : [];

function hardDeletes(config: Config, tell: Tell): HardDeletes {
  const asked = textOf(config['hard_deletes']);
  const older = config['invalidate_hard_deletes'];
  if (asked !== undefined && isGiven(older))
    tell(
      'sets both hard_deletes and invalidate_hard_deletes',
      'Keep hard_deletes: invalidate_hard_deletes is its older form.',
    );
  if (asked === undefined) return older === true ? 'invalidate' : 'ignore';
  const found = HARD_DELETES.find((known) => known === asked);
  if (found === undefined)
    tell(
      `has hard_deletes "${asked}"`,
      didYouMean(asked, HARD_DELETES) ?? `Use one of: ${HARD_DELETES.join(', ')}.`,
    );
  return found ?? 'ignore';
}

function checkedColumns(config: Config, tell: Tell): 'all' | readonly string[] {
  const asked = config['check_cols'];
  if (asked === 'all') return 'all';
  if (Array.isArray(asked) && asked.length > 0) return listOf(asked);
  if (isGiven(asked) && !Array.isArray(asked))
    tell(
      `has check_cols ${JSON.stringify(asked)}`,
      'Write check_cols: all, or a list of columns: [a, b].',
    );
  else
    tell(
      'uses the check strategy without check_cols',
      'Write check_cols: all, or a list of columns: [a, b].',
    );
  return [];
}

function columnNames(config: Config): SnapshotColumns {
  const names = config['snapshot_meta_column_names'];
  const given = typeof names === 'object' && names !== null ? (names as Config) : {};
  const name = (key: string): string => textOf(given[key]) ?? key;
  return {
    scdId: name('dbt_scd_id'),
    updatedAt: name('dbt_updated_at'),
    validFrom: name('dbt_valid_from'),
    validTo: name('dbt_valid_to'),
    isDeleted: name('dbt_is_deleted'),
  };
}

/** What a strategy needs; a strategy of the project's own has no meaning here. */
function strategyOf(config: Config, tell: Tell): SnapshotConfig['strategy'] {
  const asked = textOf(config['strategy']);
  const found = STRATEGIES.find((known) => known === asked);
  if (asked === undefined)
    tell('has no strategy', 'Set strategy: timestamp with updated_at, or strategy: check.');
  else if (found === undefined)
    tell(
      `has the strategy "${asked}", which is not available`,
      didYouMean(asked, STRATEGIES) ?? `Use one of: ${STRATEGIES.join(', ')}.`,
    );
  if (found === 'timestamp') {
    if (!isGiven(config['updated_at']))
      tell(
        'uses the timestamp strategy without updated_at',
        'Set updated_at: the column that says when a row was last changed.',
      );
    if (isGiven(config['check_cols']))
      tell(
        'uses the timestamp strategy with check_cols',
        'Remove check_cols, or set strategy: check.',
      );
  }
  return found ?? 'timestamp';
}

/** Reads the config of a snapshot; everything wrong with it is told at once (ETL4004). */
export function readSnapshotConfig(name: string, config: Config): Checked<SnapshotConfig> {
  const diagnostics: Diagnostic[] = [];
  const tell: Tell = (message, hint) => {
    diagnostics.push({
      code: 'ETL4004',
      severity: 'error',
      message: `the snapshot ${name} ${message}`,
      hint,
    });
  };
  const strategy = strategyOf(config, tell);
  const uniqueKey = listOf(config['unique_key']);
  if (uniqueKey.length === 0)
    tell('has no unique_key', 'Set unique_key: the column, or list of columns, that names a row.');
  if (config['materialized'] !== 'snapshot' && isGiven(config['materialized']))
    tell(`is materialized "${configText(config['materialized'])}"`, 'Remove materialized.');
  const value: SnapshotConfig = {
    strategy,
    uniqueKey,
    updatedAt: textOf(config['updated_at']),
    checkCols: strategy === 'check' ? checkedColumns(config, tell) : [],
    hardDeletes: hardDeletes(config, tell),
    validToCurrent: textOf(config['dbt_valid_to_current']),
    columns: columnNames(config),
  };
  return { value: diagnostics.length > 0 ? undefined : value, diagnostics };
}
