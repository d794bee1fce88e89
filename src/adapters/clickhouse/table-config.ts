// The configs of a model that only ClickHouse understands, under the names that dbt projects use.
import type { EngineConfig } from '../../adapter/contract.ts';
import { refuse } from './config-problem.ts';
import { requireHere } from './elsewhere.ts';
import { ANSI, NOT_ANSI, isSettingName, settingsClause, type Settings } from './settings.ts';

const isTrue = (value: unknown): boolean => value === true || value === 1 || value === 'true';

/** One expression or a list of them, as SQL; undefined when the config is absent. */
export function expressions(config: EngineConfig, key: string): string | undefined {
  const value = config[key];
  if (value === undefined || value === null || value === '') return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.some((v) => typeof v !== 'string' && typeof v !== 'number'))
    throw refuse(
      key,
      'is neither a text nor a list of texts',
      `Write ${key}: [a, b] or ${key}: a.`,
    );
  if (list.length === 0) return undefined;
  if (list.length === 1) return String(list[0]);
  return `(${list.map(String).join(', ')})`;
}

function settingsOf(config: EngineConfig, key: string): Settings {
  const value = config[key];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw refuse(key, 'is not a map', `Write ${key}: { name: value }.`);
  const settings: Record<string, string | number> = {};
  for (const [name, v] of Object.entries(value)) {
    if (!isSettingName(name))
      throw refuse(key, `has "${name}", which is not the name of a setting`, 'Check its spelling.');
    if (typeof v === 'number' || typeof v === 'string') settings[name] = v;
    else if (typeof v === 'boolean') settings[name] = v ? 1 : 0;
    else throw refuse(key, `gives "${name}" no plain value`, 'Use a text or a number.');
  }
  return settings;
}

/** The settings with which the author's SELECT has to run: the ANSI set when asked for, and `query_settings` over it. */
export function querySettings(config: EngineConfig, ansiByTarget: boolean): Settings {
  const isAnsi = isTrue(config['ansi_settings'] ?? ansiByTarget);
  // every statement of such a target has the set already
  const base = isAnsi ? ANSI : ansiByTarget ? NOT_ANSI : {};
  return { ...base, ...settingsOf(config, 'query_settings') };
}

/** The part of CREATE TABLE between the name and AS: engine, keys, partitions, TTL and the table's own settings. */
export function tableClauses(config: EngineConfig): string {
  const engine = expressions(config, 'engine') ?? 'MergeTree()';
  requireHere(engine);
  const isMergeTree = /MergeTree\b/.test(engine);
  const clause = (word: string, value: string | undefined): string =>
    value === undefined ? '' : ` ${word} ${value}`;
  const orderBy = expressions(config, 'order_by') ?? expressions(config, 'sort_by');
  return [
    ` ENGINE = ${engine}`,
    clause('PARTITION BY', expressions(config, 'partition_by')),
    clause('PRIMARY KEY', expressions(config, 'primary_key')),
    // engines of the MergeTree family refuse to be made without an order; the others refuse to be given one
    clause(
      'ORDER BY',
      isMergeTree ? (orderBy ?? expressions(config, 'primary_key') ?? 'tuple()') : orderBy,
    ),
    clause('SAMPLE BY', expressions(config, 'sample_by')),
    clause('TTL', expressions(config, 'ttl')),
    settingsClause(settingsOf(config, 'settings')),
  ].join('');
}

export interface Secondary {
  readonly kind: 'INDEX' | 'PROJECTION';
  readonly name: string;
  readonly definition: string;
}

/** `indexes: [{name, definition}]` and `projections: [{name, query}]`, as dbt-clickhouse has them. */
export function secondary(config: EngineConfig): readonly Secondary[] {
  const read = (key: string, kind: Secondary['kind'], part: string): readonly Secondary[] => {
    const list = config[key] ?? [];
    const wrong = refuse(
      key,
      `is not a list of {name, ${part}}`,
      `Write ${key}: [{name: a, ${part}: ...}].`,
    );
    if (!Array.isArray(list)) throw wrong;
    // {columns: [...]} is the other engine's form; a project for both has both side by side
    const own = list.filter(
      (entry: unknown) => !('columns' in Object(entry)) || part in Object(entry),
    );
    return own.map((entry: unknown) => {
      const { name, [part]: definition } = Object(entry) as Record<string, unknown>;
      if (typeof name !== 'string' || typeof definition !== 'string') throw wrong;
      return { kind, name, definition: kind === 'PROJECTION' ? `(${definition}\n)` : definition };
    });
  };
  return [...read('indexes', 'INDEX', 'definition'), ...read('projections', 'PROJECTION', 'query')];
}

/** The clauses of a delta or of raw texts: an order costs time there and means nothing. */
export const PLAIN_TABLE = ' ENGINE = MergeTree() ORDER BY tuple()';
