import type { DeltaRequest, IncrementalStrategy } from '../adapter/contract.ts';
import type { Checked, Diagnostic } from '../kernel/diagnostic.ts';
import { configText } from '../kernel/config-text.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import {
  afterSegments,
  beginning,
  publishing,
  tidySegments,
  type Recipe,
  type SelectIngredients,
} from './recipe.ts';
import { table } from './table.ts';

export interface IncrementalIngredients extends SelectIngredients {
  readonly fullRefresh: boolean;
  readonly nodeName: string;
  /** true for the rows of the microbatch that this is */
  readonly window?: string;
}

const SCHEMA_CHANGES = ['ignore', 'append_new_columns', 'sync_all_columns', 'fail'] as const;
type SchemaChange = (typeof SCHEMA_CHANGES)[number];

const textList = (value: unknown): readonly string[] =>
  value === undefined || value === null
    ? []
    : (Array.isArray(value) ? value : [value]).map(configText);

const optionalList = (value: unknown): readonly string[] | undefined =>
  value === undefined || value === null ? undefined : textList(value);

const problem = (message: string, hint: string | undefined): Diagnostic => ({
  code: 'ETL4004',
  severity: 'error',
  message,
  ...(hint === undefined ? {} : { hint }),
});

/** dbt accepts underscores and `inserts_only`/`legacy` of older projects. */
const STRATEGY_ALIASES: Readonly<Record<string, IncrementalStrategy>> = {
  delete_insert: 'delete+insert',
  legacy: 'delete+insert',
  inserts_only: 'append',
};

function chooseStrategy(
  from: IncrementalIngredients,
  uniqueKey: readonly string[],
): Checked<IncrementalStrategy> {
  const asked = from.config['incremental_strategy'];
  const fallback = uniqueKey.length > 0 ? 'delete+insert' : 'append';
  if (asked === undefined || asked === null || asked === 'default')
    return { value: fallback, diagnostics: [] };
  const name = configText(asked);
  const strategy = STRATEGY_ALIASES[name] ?? name;
  const known = [...from.dialect.can.incremental];
  const found = known.find((k) => k === strategy);
  if (found !== undefined) return { value: found, diagnostics: [] };
  const hint = didYouMean(name, known) ?? `This engine has: ${known.join(', ')}.`;
  return {
    value: undefined,
    diagnostics: [
      problem(`incremental_strategy "${name}" of ${from.nodeName} is not available here`, hint),
    ],
  };
}

function schemaChange(from: IncrementalIngredients): Checked<SchemaChange> {
  const asked = configText(from.config['on_schema_change'] ?? 'ignore');
  const found = SCHEMA_CHANGES.find((s) => s === asked);
  if (found !== undefined) return { value: found, diagnostics: [] };
  return {
    value: undefined,
    diagnostics: [
      problem(
        `on_schema_change "${asked}" of ${from.nodeName} is not known`,
        didYouMean(asked, SCHEMA_CHANGES) ?? `Use one of: ${SCHEMA_CHANGES.join(', ')}.`,
      ),
    ],
  };
}

/**
 * An incremental model. The first build, a full refresh and a live view are built like a table; otherwise the new rows are
 * staged and merged into the live table by the strategy, in one transaction where the engine has them.
 */
export function incremental(from: IncrementalIngredients): Checked<Recipe> {
  const { dialect, live } = from;
  // an empty text is no key, as in dbt
  const uniqueKey = textList(from.config['unique_key']).filter((key) => key.trim() !== '');
  const strategy = chooseStrategy(from, uniqueKey);
  const change = schemaChange(from);
  const diagnostics = [...strategy.diagnostics, ...change.diagnostics];
  if (strategy.value === undefined || change.value === undefined)
    return { value: undefined, diagnostics };
  if (live === undefined || live.kind !== 'table' || from.fullRefresh)
    return { value: table(from), diagnostics };

  const request: DeltaRequest = {
    ...from,
    live,
    strategy: strategy.value,
    uniqueKey,
    predicates: textList(from.config['incremental_predicates'] ?? from.config['predicates']),
    mergeUpdateColumns: optionalList(from.config['merge_update_columns']),
    mergeExcludeColumns: optionalList(from.config['merge_exclude_columns']),
    onSchemaChange: change.value,
  };
  return {
    value: {
      action: strategy.value === 'append' ? 'append to table' : `${strategy.value} into table`,
      becomes: 'table',
      ...beginning(from, dialect.buildDelta(request)),
      finish: [],
      undoable: dialect.can.transactionalDdl,
      publish: publishing(from, {
        beside: dialect.mergeDelta?.bind(undefined, request),
        inPlace: dialect.publishDelta?.bind(undefined, request),
      }),
      after: afterSegments(from),
      tidy: tidySegments(from),
      hazards: [],
    },
    diagnostics,
  };
}
