// The pure half of the adapter: every text that is sent to Postgres, and no conversation.
import type { Dialect, InferredType } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import { analysis } from './analysis.ts';
import { buildDelta, buildSeed, buildTable, finishSeed, tidy } from './build.ts';
import { kindWord, roleOf } from './carry.ts';
import { contractType, typed } from './contract.ts';
import { publishDelta } from './delta.ts';
import { clockWords } from './clock.ts';
import { cast, fixtureValue } from './fixtures.ts';
import { freshness } from './freshness.ts';
import { granted } from './granted.ts';
import { hazards } from './hazards.ts';
import { catalog, columns, leftovers, observe, observeMany, observeOne } from './introspect.ts';
import { keepingWith } from './keeping.ts';
import { macros } from './macros.ts';
import { writtenNumber } from '../../sql/written-number.ts';
import { isSeedNull } from './seed-null.ts';
import {
  buildMaterializedView,
  compareMaterializedView,
  publishMaterializedView,
  updateMaterializedView,
} from './materialized-view.ts';
import { publishView } from './publish-view.ts';
import { profile } from './profile.ts';
import { asObserved, asObservedAhead } from './guard.ts';
import { block, ident, literal, quoted, relationText } from './quote.ts';
import { buildSnapshot, publishSnapshot } from './snapshot.ts';
import { around, repeatable } from './statements.ts';
import { publishTable } from './swap.ts';
import { inWindow } from './window.ts';

// only ASCII letters are folded in a database whose encoding has more than one byte a character
const bare = (name: string): string =>
  /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/.test(name)
    ? name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
    : name;

const SEED_TYPES: Readonly<Record<InferredType, string>> = {
  integer: 'integer',
  number: 'double precision',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp without time zone',
  text: 'text',
};

// `create schema if not exists` asks for the right to create schemas even where the schema exists.
const createSchema = (schema: string): Statement =>
  repeatable(
    'create',
    block(
      `begin if not exists (select from pg_catalog.pg_namespace where nspname = ${quoted(schema)}) then ` +
        `create schema if not exists ${ident(schema)}; end if; ` +
        // two sessions that create it at once: the second one meets the first one's row in the catalog
        'exception when unique_violation or duplicate_schema then null; end',
    ),
  );

function limited(sql: string, limit: number | undefined): Statement {
  const all = limit === undefined || limit < 0;
  return around(
    'select * from (\n',
    sql,
    `\n) as __etl_q${all ? '' : ` limit ${Math.trunc(limit)}`}`,
    { verb: 'read', repeatable: true },
  );
}

/** Postgres, as text. */
export const dialect: Dialect & Required<Pick<Dialect, 'publishDelta' | 'publishSnapshot'>> = {
  name: 'postgres',
  can: {
    transactionalDdl: true,
    incremental: new Set(['append', 'delete+insert', 'merge', 'insert_overwrite', 'microbatch']),
    databases: true,
    maxIdentifierBytes: 63,
    namelessSubqueriesSince: 16,
    constraints: {
      check: 'enforced',
      not_null: 'enforced',
      unique: 'enforced',
      primary_key: 'enforced',
      foreign_key: 'enforced',
      custom: 'enforced',
    },
  },
  ident,
  bare,
  literal,
  inWindow,
  relation: relationText,
  createSchema,
  buildTable: (request) => buildTable(request),
  publishTable,
  publishView,
  materializedView: {
    build: buildMaterializedView,
    publish: publishMaterializedView,
    compare: compareMaterializedView,
    update: updateMaterializedView,
  },
  buildSeed,
  finishSeed,
  buildDelta,
  publishDelta,
  buildSnapshot,
  publishSnapshot,
  tidy,
  drop: (relation, kind) =>
    repeatable('drop', `drop ${kindWord(kind)} if exists ${relationText(relation)} restrict`),
  observe,
  observeOne,
  atOnce: { observe: observeMany, guard: asObserved, guardAhead: asObservedAhead },
  columns,
  catalog,
  profile,
  leftovers,
  access: { granted, role: roleOf },
  keeping: keepingWith(createSchema),
  typed,
  contractType,
  read: (sql) => around('', sql, '', { verb: 'read', repeatable: true }),
  limited,
  freshness,
  hazards,
  isSeedNull,
  seedNumber: (text) => writtenNumber(text)?.kind,
  seedType: (inferred) => SEED_TYPES[inferred],
  columnType: (written) => written.trim(),
  fixtureValue,
  cast,
  clockWords,
  analysis,
  macros,
};
