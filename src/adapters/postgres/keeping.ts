// The tool's own tables in Postgres.
import {
  SERVER_USER,
  type Keeping,
  type KeptTable,
  type KeptType,
  type KeptValue,
} from '../../adapter/keeping.ts';
import type { Statement } from '../../adapter/statement.ts';
import { ident, literal, quoted, relationText } from './quote.ts';
import { repeatable } from './statements.ts';

const TYPES: Readonly<Record<KeptType, string>> = {
  text: 'text',
  whole: 'bigint',
  number: 'double precision',
  moment: 'timestamp with time zone',
  flag: 'boolean',
};

const idents = (names: readonly string[]): string => names.map(ident).join(', ');

const created = (schema: string, { name, columns, key }: KeptTable): Statement =>
  repeatable(
    'create',
    `create table if not exists ${relationText({ schema, name })} (` +
      columns.map((c) => `${ident(c.name)} ${TYPES[c.type]}, `).join('') +
      `primary key (${idents(key)}))`,
  );

function valueText(value: KeptValue): string {
  if (value === SERVER_USER) return 'current_user';
  return value instanceof Date ? quoted(value.toISOString()) : literal(value);
}

/** `createSchema` is the one of the dialect. */
export const keepingWith = (createSchema: (schema: string) => Statement): Keeping => ({
  setUp: (schema, tables, { name, select }) => ({
    atomicity: 'transaction',
    statements: [
      // the catalog is no place for several sessions that create the same at once
      repeatable(
        'set',
        `select pg_advisory_xact_lock(hashtextextended(${quoted(`etl:keeping:${schema}`)}, 0))`,
      ),
      createSchema(schema),
      ...tables.flatMap(({ table, missing }) => [
        created(schema, table),
        ...(missing.length === 0
          ? []
          : [
              repeatable(
                'alter',
                `alter table ${relationText({ schema, name: table.name })} ` +
                  missing
                    .map((c) => `add column if not exists ${ident(c.name)} ${TYPES[c.type]}`)
                    .join(', '),
              ),
            ]),
      ]),
      repeatable(
        'create',
        `create or replace view ${relationText({ schema, name })} as\n${select}`,
      ),
    ],
  }),
  insert: (schema, table, rows) => ({
    sql:
      `insert into ${relationText({ schema, name: table.name })} (${idents(table.columns.map((c) => c.name))}) values\n` +
      rows.map((row) => `(${row.map(valueText).join(', ')})`).join(',\n') +
      '\non conflict do nothing',
    verb: 'write',
    writes: [{ schema, name: table.name }],
    repeatable: true,
  }),
  milliseconds: (column) => `(extract(epoch from ${column}) * 1000)::bigint`,
});
