// The tool's own tables in ClickHouse.
import {
  SERVER_USER,
  type Keeping,
  type KeptColumn,
  type KeptTable,
  type KeptType,
  type KeptValue,
} from '../../adapter/keeping.ts';
import type { Statement } from '../../adapter/statement.ts';
import { ident, idents, literal, relation, text } from './quote.ts';
import { repeatable } from './statements.ts';
import { engineOn, placed, type Topology } from './topology.ts';

const TYPES: Readonly<Record<KeptType, string>> = {
  text: 'String',
  whole: 'Int64',
  number: 'Float64',
  moment: "DateTime64(3, 'UTC')",
  flag: 'Bool',
};

const columnText = ({ name, type }: KeptColumn, isKey: boolean): string =>
  `${ident(name)} ${isKey ? TYPES[type] : `Nullable(${TYPES[type]})`}`;

function created(schema: string, table: KeptTable, topology: Topology): Statement {
  const { engine } = engineOn(topology, {});
  return repeatable(
    'create',
    `CREATE TABLE IF NOT EXISTS ${relation({ schema, name: table.name })} (` +
      table.columns.map((c) => columnText(c, table.key.includes(c.name))).join(', ') +
      `) ENGINE = ${typeof engine === 'string' ? engine : 'MergeTree'} ORDER BY (${idents(table.key)})`,
  );
}

function valueText(value: KeptValue): string {
  if (value === SERVER_USER) return 'currentUser()';
  return value instanceof Date
    ? text(value.toISOString().replace('T', ' ').replace('Z', ''))
    : literal(value);
}

/** `createSchema` is the one of the dialect of one node. */
export const keepingWith = (
  createSchema: (schema: string) => Statement,
  topology: Topology,
): Keeping => ({
  setUp: (schema, tables, { name, select }) => ({
    atomicity: 'none',
    statements: [
      createSchema(schema),
      ...tables.flatMap(({ table, missing }) => [
        created(schema, table, topology),
        ...(missing.length === 0
          ? []
          : [
              repeatable(
                'alter',
                `ALTER TABLE ${relation({ schema, name: table.name })} ` +
                  missing.map((c) => `ADD COLUMN IF NOT EXISTS ${columnText(c, false)}`).join(', '),
              ),
            ]),
      ]),
      repeatable('create', `CREATE OR REPLACE VIEW ${relation({ schema, name })} AS\n${select}`),
    ].map((statement) => placed(topology, statement)),
  }),
  insert: (schema, table, rows) => ({
    sql:
      `INSERT INTO ${relation({ schema, name: table.name })} (${idents(table.columns.map((c) => c.name))}) VALUES\n` +
      rows.map((row) => `(${row.map(valueText).join(', ')})`).join(',\n'),
    verb: 'write',
    writes: [{ schema, name: table.name }],
    repeatable: false,
  }),
  milliseconds: (column) => `toUnixTimestamp64Milli(${column})`,
});
