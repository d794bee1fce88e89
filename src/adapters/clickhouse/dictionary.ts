// Dictionaries: key-value tables in memory, which the server fills from a query by itself.
import { aKind } from '../../kernel/relation.ts';
import type { EngineConfig } from '../../adapter/contract.ts';
import type { OwnBuild, OwnRequest } from '../../adapter/own-build.ts';
import type { Checked } from '../../kernel/diagnostic.ts';
import { refuse } from './config-problem.ts';
import { grantOn } from './publish.ts';
import { ident, relation, text } from './quote.ts';
import { settingsClause, type Settings } from './settings.ts';
import { repeatable } from './statements.ts';
import { expressions } from './table-config.ts';
import { engineType } from './types.ts';

const written = (config: EngineConfig, key: string): string | undefined => {
  const value = config[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

/** `fields: [[id, UInt64], ...]`, or the columns of the contract. */
function fieldsOf({ config, contract }: OwnRequest): readonly string[] {
  const wrong = refuse('fields', 'is not a list of [name, type]', 'Write fields: [[id, UInt64]].');
  const fields = config['fields'];
  if (fields === undefined || fields === null) {
    if (contract === undefined)
      throw refuse(
        'fields',
        'is missing',
        'Write fields: [[id, UInt64], [name, String]], or give the model a contract.',
      );
    return contract.columns.map((c) => `${ident(c.name)} ${engineType(c.type)}`);
  }
  if (!Array.isArray(fields)) throw wrong;
  return fields.map((field: unknown) => {
    const [name, type] = Array.isArray(field)
      ? (field as unknown[])
      : [Object(field).name as unknown, Object(field).data_type as unknown];
    if (typeof name !== 'string' || typeof type !== 'string') throw wrong;
    return `${ident(name)} ${type}`;
  });
}

const OVERRIDES: Readonly<Record<string, string>> = {
  host: 'HOST',
  port: 'PORT',
  user: 'USER',
  database: 'DB',
  secure: 'SECURE',
};

/** Where the server reads; a password would stand in its logs, so it comes from a named collection only. */
function connectionOf(config: EngineConfig): readonly string[] {
  const overrides = Object(config['connection_overrides'] ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const collection = written(config, 'named_collection');
  return [
    ...(collection === undefined ? [] : [`NAME ${ident(collection)}`]),
    ...Object.entries(overrides).flatMap(([key, value]) => {
      if (value === '' || value === null || value === undefined) return [];
      const word = OVERRIDES[key];
      if (word !== undefined)
        return [`${word} ${typeof value === 'number' ? value : text(String(value as string))}`];
      throw refuse(
        'connection_overrides',
        key === 'password' ? 'holds a password' : `has the unknown key "${key}"`,
        key === 'password'
          ? 'It would stand in the logs of the server. Make a named collection there, and write named_collection: its_name.'
          : `It takes: ${Object.keys(OVERRIDES).join(', ')}.`,
      );
    }),
  ];
}

function clickhouseSource(request: OwnRequest, settings: Settings): string {
  const { config, select } = request;
  const table = written(config, 'table');
  const set = settingsClause(settings);
  const query = set === '' ? select : `SELECT * FROM (${select}\n)${set}`;
  const [field, lag] = [written(config, 'update_field'), written(config, 'update_lag')];
  const parts = [
    ...connectionOf(config),
    table === undefined ? `QUERY ${text(query)}` : `TABLE ${text(table)}`,
    ...(field === undefined ? [] : [`UPDATE_FIELD ${text(field)}`]),
    ...(lag === undefined ? [] : [`UPDATE_LAG ${lag}`]),
  ];
  return `CLICKHOUSE(${parts.join(' ')})`;
}

function sourceOf(request: OwnRequest, settings: Settings): string {
  const kind = written(request.config, 'source_type') ?? 'clickhouse';
  if (kind === 'clickhouse') return clickhouseSource(request, settings);
  if (kind !== 'http')
    throw refuse('source_type', `is "${kind}"`, 'Use clickhouse (the query of the model) or http.');
  const [url, format] = [written(request.config, 'url'), written(request.config, 'format')];
  if (url === undefined || format === undefined)
    throw refuse('source_type', 'is http without url and format', 'Write url: and format:.');
  return `HTTP(URL ${text(url)} FORMAT ${text(format)})`;
}

/** A dictionary model: one CREATE OR REPLACE, so that a reader meets the old or the new one. */
export function dictionary(request: OwnRequest, settings: Settings): Checked<OwnBuild> {
  const { target, live, config, comments } = request;
  if (live !== undefined && live.kind !== 'dictionary')
    throw refuse(
      'materialized',
      `makes a dictionary ${target.schema}.${target.name}, and ${aKind(live.kind)} stands there`,
      'Drop or rename it, or give the model another alias.',
    );
  const layout = written(config, 'layout');
  if (layout === undefined)
    throw refuse(
      'layout',
      'is missing',
      'Write layout: HASHED(), or another layout of ClickHouse.',
    );
  const key = expressions(config, 'primary_key');
  const [lifetime, range] = [written(config, 'lifetime'), written(config, 'range')];
  const sql = [
    `CREATE OR REPLACE DICTIONARY ${relation(target)} (\n${fieldsOf(request)
      .map((field) => `  ${field}`)
      .join(',\n')}\n)`,
    ...(key === undefined ? [] : [`PRIMARY KEY ${key.replace(/^\((.*)\)$/s, '$1')}`]),
    `SOURCE(${sourceOf(request, settings)})`,
    `LAYOUT(${/\)\s*$/.test(layout) ? layout : `${layout}()`})`,
    // without one the server never reads again; the engine wants it said
    `LIFETIME(${lifetime ?? '0'})`,
    ...(range === undefined ? [] : [`RANGE(${range})`]),
    ...(comments.relation === undefined ? [] : [`COMMENT ${text(comments.relation)}`]),
  ].join('\n');
  return {
    value: {
      action: live === undefined ? 'create dictionary' : 'replace dictionary',
      becomes: 'dictionary',
      build: [],
      publish: {
        kind: 'ready',
        attempts: [
          {
            statements: [...grantOn(target, request.grants), repeatable('create', sql, target)],
            otherwiseOn: [],
          },
        ],
      },
      tidy: [],
      hazards: [],
    },
    diagnostics: [],
  };
}
