// The pure half: what to say to ClickHouse. In ClickHouse a schema is called a database.
import type {
  Capabilities,
  DeltaRequest,
  Dialect,
  EngineConfig,
  Grants,
  ObservedRelation,
} from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { judgeWith } from './asking.ts';
import { contractType, typed } from './contract.ts';
import { mergeDelta } from './delta.ts';
import { lostWith } from './elsewhere.ts';
import { canExchange, factsOf, type Feeder } from './facts.ts';
import { clockWords } from './clock.ts';
import { cast, fixtureValue } from './fixtures.ts';
import { freshness } from './freshness.ts';
import { access } from './granted.ts';
import {
  builtColumns,
  catalog,
  columns,
  isStill,
  leftovers,
  observe,
  observeOne,
} from './introspect.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { keepingWith } from './keeping.ts';
import { macros } from './macros.ts';
import { ownMaterializations } from './own.ts';
import {
  buildFromContract,
  buildFromSelect,
  drop,
  finish,
  publishTable,
  publishView,
  tidy,
} from './publish.ts';
import { profile } from './profile.ts';
import { ident, literal, relation } from './quote.ts';
import { buildSeed } from './seed.ts';
import type { Settings } from './settings.ts';
import { buildSnapshot, mergeSnapshot } from './snapshot.ts';
import { bracketed, repeatable } from './statements.ts';
import { PLAIN_TABLE, querySettings, tableClauses } from './table-config.ts';
import { engineType, nullable, seedColumnType } from './types.ts';
import { lasting } from './streaming/views.ts';
import { seedNumber } from './seed-number.ts';
import { onTopology, type ClickHouseDialect } from './on-topology.ts';
import { topologyOf, type Topology } from './topology.ts';
import { inWindow } from './window.ts';

const can: Capabilities = {
  transactionalDdl: false,
  incremental: new Set(['append', 'delete+insert', 'insert_overwrite', 'microbatch']),
  databases: false,
  // table names are file names, and the engine adds to them
  maxIdentifierBytes: 200,
  namelessSubqueriesSince: 0,
  storesByColumn: true,
  constraints: {
    check: 'enforced',
    // by a type that has no room for NULL
    not_null: 'enforced',
    unique: 'not_supported',
    primary_key: 'not_supported',
    foreign_key: 'not_supported',
    custom: 'enforced',
  },
};

/** What of a target decides the SQL. */
export interface DialectOptions {
  /** the ANSI set for every model that does not say otherwise */
  readonly ansiSettings: boolean;
  /** the embedded engine has one user and cannot store grants */
  readonly hasGrants: boolean;
  /** engine of the databases that are created here; the server's default when absent */
  readonly databaseEngine?: string;
  /** one node unless said */
  readonly topology?: Topology;
}

/** Said of the first relation that it happens to, for all of its database. */
const gap = (live: ObservedRelation): readonly Diagnostic[] => {
  const facts = factsOf(live);
  if (canExchange(facts)) return [];
  return [
    {
      code: 'ETL4092',
      severity: 'warning',
      message: `the database ${live.relation.schema} has the engine ${facts.databaseEngine}, which cannot exchange two tables: while one is replaced, there is a moment without it`,
      hint: 'Readers that ask just then get an error. A database of the engine Atomic has no such moment.',
    },
  ];
};

/** Nothing can be written into a view: every INSERT into what these views read would fail. */
const cannotBeWritten = (target: RelationName, feeders: readonly Feeder[]): Diagnostic => {
  const names = feeders.map(({ schema, name }) => `${schema}.${name}`);
  return {
    code: 'ETL4001',
    severity: 'error',
    message: `${target.schema}.${target.name} is filled by the materialized ${names.length === 1 ? 'view' : 'views'} ${names.join(', ')}; as a view it would make every INSERT fail that they hear of`,
    hint: `Drop what fills it first: ${names.map((name) => `DROP VIEW ${name}`).join('; ')}.`,
  };
};

const hazards: Dialect['hazards'] = ({ target, becomes, live, config }) => {
  if (live === undefined) return [];
  const feeders = becomes === 'view' ? lasting(factsOf(live).fedBy) : [];
  if (feeders.length > 0) return [cannotBeWritten(target, feeders)];
  if (live.kind === 'table' || live.kind === 'view') return gap(live);
  if (live.kind === 'external') return lostWith(live, config);
  const what = live.kind.replace('_', ' ');
  const problem: Diagnostic = {
    code: 'ETL4001',
    severity: 'error',
    message: `${target.schema}.${target.name} is a ${what} that this project did not make; as a ${becomes} it would be lost`,
    hint: `Rename or drop the ${what}, or give the model another alias.`,
  };
  return [problem];
};

const isAll = (limit: number | undefined): limit is undefined => limit === undefined || limit < 0;

/** ClickHouse's SQL for everything a run does. */
export function clickhouseDialect(options: DialectOptions): ClickHouseDialect {
  const topology = options.topology ?? topologyOf({});
  return onTopology(ofOneNode(options, topology), topology);
}

function ofOneNode(options: DialectOptions, topology: Topology): ClickHouseDialect {
  const settingsOf = (config: EngineConfig): Settings =>
    querySettings(config, options.ansiSettings);
  const granted = (grants: Grants | undefined): Grants | undefined =>
    options.hasGrants ? grants : undefined;
  const withSettings = (statement: Statement, config: EngineConfig): Statement => {
    const settings = settingsOf(config);
    return Object.keys(settings).length === 0 ? statement : { ...statement, settings };
  };
  const delta = (request: DeltaRequest): readonly Statement[] =>
    buildFromSelect(request, PLAIN_TABLE, settingsOf(request.config));

  const createSchema = (schema: string): Statement =>
    repeatable(
      'create',
      `CREATE DATABASE IF NOT EXISTS ${ident(schema)}${options.databaseEngine === undefined ? '' : ` ENGINE = ${options.databaseEngine}`}`,
    );

  return {
    name: 'clickhouse',
    can: { ...can, keepsGrants: options.hasGrants },
    ...(options.hasGrants ? { access } : {}),
    ident,
    bare: (name) => name,
    literal,
    inWindow,
    relation,
    createSchema,
    keeping: keepingWith(createSchema, topology),
    buildTable: (request) => [
      ...(request.contract === undefined
        ? buildFromSelect(request, tableClauses(request.config), settingsOf(request.config))
        : buildFromContract(
            request,
            request.contract,
            tableClauses(request.config),
            settingsOf(request.config),
          )),
      ...finish(request),
    ],
    publishTable: (request) => publishTable(request, granted(request.grants)),
    own: ownMaterializations(settingsOf, granted, topology),
    publishView: (request) =>
      publishView(request, settingsOf(request.config), granted(request.grants)),
    buildSeed,
    finishSeed: finish,
    buildDelta: delta,
    mergeDelta: (request, staged) => mergeDelta(request, staged, granted(request.grants)),
    buildSnapshot: (request) => buildSnapshot(request, settingsOf(request.config)),
    mergeSnapshot: (request, staged) => mergeSnapshot(request, staged, granted(request.grants)),
    tidy,
    drop,
    observe,
    observeOne,
    isStill,
    columns,
    builtColumns,
    catalog,
    profile,
    leftovers,
    typed,
    contractType,
    read: (sql, config) => withSettings(repeatable('read', sql), config),
    limited: (sql, limit, config) => {
      const { sql: text, authoredAt } = bracketed(
        '',
        sql,
        {},
        isAll(limit) ? '' : ` LIMIT ${limit}`,
      );
      return { ...withSettings(repeatable('read', text), config), authoredAt };
    },
    freshness: (request) => {
      const query = freshness(request);
      return { ...query, statement: withSettings(query.statement, {}) };
    },
    hazards,
    isSeedNull: ({ text, quoted }) => text === '' && !quoted,
    seedNumber,
    seedType: seedColumnType,
    columnType: (written) => nullable(engineType(written)),
    fixtureValue,
    cast,
    clockWords,
    analysis: judgeWith(settingsOf),
    macros,
  };
}
