// What on_schema_change makes of a delta whose columns are not those of the live table.
import type { DeltaRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked } from '../../kernel/diagnostic.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { factsOf } from './facts.ts';
import { ident, relation } from './quote.ts';
import { repeatable } from './statements.ts';

export interface SchemaChange {
  /** columns of the new rows */
  readonly insert: readonly string[];
  /** columns of the rows that stay */
  readonly keep: readonly string[];
  /** the live types of new rows' columns that have another one: nothing may be lost on the way into them */
  readonly casts: ReadonlyMap<string, string>;
  /** a column goes or gets another type: readers of the live table would see that before they see the new rows */
  readonly takesAway: boolean;
  /** brings a table with the live one's columns up to date */
  readonly alter: (table: RelationName) => readonly Statement[];
}

interface Difference {
  readonly added: readonly Column[];
  readonly removed: readonly Column[];
  readonly retyped: readonly Column[];
}

function compare(live: readonly Column[], delta: readonly Column[]): Difference {
  const before = new Map(live.map((c) => [c.name, c.type]));
  const after = new Set(delta.map((c) => c.name));
  return {
    added: delta.filter((c) => !before.has(c.name)),
    removed: live.filter((c) => !after.has(c.name)),
    retyped: delta.filter((c) => before.has(c.name) && before.get(c.name) !== c.type),
  };
}

function describe({ added, removed, retyped }: Difference): string {
  const list = (word: string, columns: readonly Column[]): readonly string[] =>
    columns.length === 0 ? [] : [`${word} ${columns.map((c) => `${c.name} ${c.type}`).join(', ')}`];
  return [...list('new:', added), ...list('gone:', removed), ...list('other type:', retyped)].join(
    '; ',
  );
}

const refused = (message: string, hint: string): Checked<never> => ({
  value: undefined,
  diagnostics: [{ code: 'ETL4003', severity: 'error', message, hint }],
});

const asItIs = (
  columns: readonly string[],
  casts: SchemaChange['casts'] = new Map(),
): SchemaChange => ({
  insert: columns,
  keep: columns,
  casts,
  takesAway: false,
  alter: () => [],
});

/** What to insert, what to keep and what to alter, or why not. */
export function schemaChange(
  request: DeltaRequest,
  delta: readonly Column[],
): Checked<SchemaChange> {
  const computed = new Set(factsOf(request.live).computed);
  const live = request.live.columns.filter((c) => !computed.has(c.name));
  const difference = compare(live, delta);
  const { added, removed, retyped } = difference;
  const names = (columns: readonly Column[]): readonly string[] => columns.map((c) => c.name);
  const common = names(delta.filter((c) => !added.includes(c)));
  const target = `${request.target.schema}.${request.target.name}`;
  const types = new Map(live.map((c) => [c.name, c.type]));
  const casts = new Map(retyped.map((c) => [c.name, types.get(c.name) ?? c.type]));

  switch (request.onSchemaChange) {
    case 'fail':
      return added.length + removed.length + retyped.length === 0
        ? { value: asItIs(common), diagnostics: [] }
        : refused(
            `the columns of ${target} changed (${describe(difference)})`,
            'Run with --full-refresh, or set on_schema_change: append_new_columns or sync_all_columns.',
          );
    case 'ignore':
      return removed.length === 0
        ? { value: asItIs(common, casts), diagnostics: [] }
        : refused(
            `the model no longer gives ${names(removed).join(', ')}, which ${target} has`,
            'Run with --full-refresh, or set on_schema_change: append_new_columns or sync_all_columns.',
          );
    case 'append_new_columns':
      return done(names(delta), names(live), added, [], [], casts);
    case 'sync_all_columns':
      return inKeys(request, removed) ?? done(names(delta), common, added, removed, retyped);
  }
}

/** A column by which the table is ordered or partitioned cannot be taken out of it. */
function inKeys(
  { live, target }: DeltaRequest,
  removed: readonly Column[],
): Checked<never> | undefined {
  const { sortingKey, partitionKey } = factsOf(live);
  const words = new Set(`${sortingKey} ${partitionKey}`.match(/[\p{L}\p{N}_]+/gu) ?? []);
  const missing = removed.filter(({ name }) => words.has(name)).map(({ name }) => name);
  return missing.length === 0
    ? undefined
    : refused(
        `the model no longer gives ${missing.join(', ')}, by which ${target.schema}.${target.name} is ordered or partitioned`,
        'Give the model another order_by or partition_by, and run it with --full-refresh.',
      );
}

function done(
  insert: readonly string[],
  keep: readonly string[],
  added: readonly Column[],
  removed: readonly Column[],
  retyped: readonly Column[],
  casts: SchemaChange['casts'] = new Map(),
): Checked<SchemaChange> {
  const parts = [
    ...added.map((c) => `ADD COLUMN IF NOT EXISTS ${ident(c.name)} ${c.type}`),
    ...removed.map((c) => `DROP COLUMN IF EXISTS ${ident(c.name)}`),
    ...retyped.map((c) => `MODIFY COLUMN ${ident(c.name)} ${c.type}`),
  ];
  const alter = (table: RelationName): readonly Statement[] =>
    parts.length === 0
      ? []
      : [
          {
            ...repeatable('alter', `ALTER TABLE ${relation(table)} ${parts.join(', ')}`, table),
            settings: { alter_sync: 2, mutations_sync: 2 },
          },
        ];
  const takesAway = removed.length + retyped.length > 0;
  return { value: { insert, keep, casts, takesAway, alter }, diagnostics: [] };
}
