// on_schema_change: what is done when the delta's columns are not those of the live table.
import type { DeltaRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked } from '../../kernel/diagnostic.ts';
import type { Column, RelationName } from '../../kernel/relation.ts';
import { block, ident, relationText } from './quote.ts';
import { repeatable } from './statements.ts';

interface Difference {
  readonly added: readonly Column[];
  readonly missing: readonly Column[];
  readonly retyped: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
  }[];
}
export interface Reconciled {
  /** what changes no row and takes but a moment: new columns, longer texts */
  readonly ahead: readonly Statement[];
  /** takes the new columns away again, as long as nobody has filled them */
  readonly undo: readonly Statement[];
  /** what the new rows need: they go into no column of another type */
  readonly statements: readonly Statement[];
  /** columns that go */
  readonly late: readonly Statement[];
  /** the columns that are written, by name */
  readonly columns: readonly string[];
}

function difference(live: readonly Column[], delta: readonly Column[]): Difference {
  const types = new Map(live.map((c) => [c.name, c.type]));
  const delivered = new Set(delta.map((c) => c.name));
  return {
    added: delta.filter((c) => !types.has(c.name)),
    missing: live.filter((c) => !delivered.has(c.name)),
    retyped: delta.flatMap((c) => {
      const from = types.get(c.name);
      return from === undefined || from === c.type ? [] : [{ name: c.name, from, to: c.type }];
    }),
  };
}

const lengthOf = (type: string): number | undefined => {
  const m = /^character varying\((\d+)\)$/.exec(type);
  return m === null ? undefined : Number(m[1]);
};
// Postgres lengthens a varchar without touching the rows; every other change of type may rewrite the table.
const isLonger = (from: string, to: string): boolean =>
  (lengthOf(to) ?? 0) > (lengthOf(from) ?? Number.POSITIVE_INFINITY);

const described = (d: Difference): string =>
  [
    ...d.added.map((c) => `new column ${c.name} (${c.type})`),
    ...d.missing.map((c) => `column ${c.name} is no longer delivered`),
    ...d.retyped.map((c) => `column ${c.name} was ${c.from} and is now ${c.to}`),
  ].join('; ');

const refuse = (message: string, hint: string): Checked<never> => ({
  value: undefined,
  diagnostics: [{ code: 'ETL4003', severity: 'error', message, hint }],
});

const dropUnfilled = (target: RelationName, column: string): Statement => {
  const table = relationText(target);
  return repeatable(
    'alter',
    block(`begin if not exists (select from ${table} where ${ident(column)} is not null) then
  alter table ${table} drop column ${ident(column)} restrict; end if; exception when undefined_column then null; end`),
    target,
  );
};

/** The changes to the live table that the setting allows, and the columns that are then written. */
export function reconcile(
  request: Pick<DeltaRequest, 'target' | 'live' | 'onSchemaChange'>,
  delta: readonly Column[],
): Checked<Reconciled> {
  const { target, live, onSchemaChange } = request;
  const where = `${target.schema}.${target.name}`;
  // An empty list is a failed read of the catalog, not a table without columns: acting on it would drop everything.
  if (delta.length === 0)
    return refuse(`${where}: the columns of the new rows could not be read`, 'Run again.');
  const d = difference(live.columns, delta);
  const alter = (what: string): Statement =>
    repeatable('alter', `alter table ${relationText(target)} ${what}`, target);
  const retype = (c: { readonly name: string; readonly to: string }): Statement =>
    alter(`alter column ${ident(c.name)} type ${c.to} using ${ident(c.name)}::${c.to}`);
  const longer = d.retyped.filter((c) => isLonger(c.from, c.to)).map(retype);
  const add = d.added.map((c) => alter(`add column if not exists ${ident(c.name)} ${c.type}`));
  const done = (
    columns: readonly Column[],
    changes: Partial<Reconciled> = {},
  ): Checked<Reconciled> => ({
    value: {
      ahead: [],
      undo: [],
      statements: [],
      late: [],
      ...changes,
      columns: columns.map((c) => c.name),
    },
    diagnostics: [],
  });
  const undo = d.added.map((c) => dropUnfilled(target, c.name));
  const hint = 'Run with --full-refresh, or set on_schema_change to sync_all_columns.';
  switch (onSchemaChange) {
    case 'append_new_columns':
      return done(delta, { ahead: [...add, ...longer], undo });
    case 'sync_all_columns': {
      const drop = (c: Column): Statement =>
        alter(`drop column if exists ${ident(c.name)} restrict`);
      // the new rows have nothing for it, so it cannot wait until they are tested
      const isDemanding = ({ nullable }: Column): boolean => !nullable;
      const others = d.retyped.filter((c) => !isLonger(c.from, c.to));
      return done(delta, {
        ahead: [...add, ...longer],
        undo,
        statements: [...d.missing.filter(isDemanding).map(drop), ...others.map(retype)],
        late: d.missing.filter((c) => !isDemanding(c)).map(drop),
      });
    }
    case 'fail':
      if (d.added.length + d.missing.length + d.retyped.length > 0)
        return refuse(
          `${where}: its columns changed and on_schema_change is fail: ${described(d)}`,
          hint,
        );
      return done(live.columns);
    case 'ignore':
      if (d.missing.length > 0)
        return refuse(
          `${where}: ${described({ ...d, added: [], retyped: [] })}, and on_schema_change is ignore`,
          hint,
        );
      return done(live.columns, { ahead: longer });
    default:
      return refuse(
        `${where}: unknown on_schema_change "${String(onSchemaChange)}"`,
        'It is ignore, append_new_columns, sync_all_columns or fail.',
      );
  }
}
