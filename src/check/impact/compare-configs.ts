// What the config of a node says of its relation and its rows.
import { relationKey } from '../../kernel/relation.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import { makesRelation } from '../scope.ts';
import type { Finding } from './finding.ts';

/** Which rows are one row, and which are kept. */
const GRAIN: ReadonlySet<string> = new Set([
  'unique_key',
  'incremental_strategy',
  'incremental_predicates',
  'strategy',
  'check_cols',
  'updated_at',
  'hard_deletes',
  'invalidate_hard_deletes',
  'event_time',
  'batch_size',
  'lookback',
  'begin',
]);
/** What runs beside the query, or what the engine reads it and keeps its rows by: nobody can tell. */
const UNSURE: ReadonlySet<string> = new Set([
  'ansi_settings',
  'engine',
  'event_time',
  'post-hook',
  'pre-hook',
  'query_settings',
  'settings',
  'sql_header',
  'ttl',
]);
/** They are said by the relation itself. */
const ELSEWHERE: ReadonlySet<string> = new Set(['schema', 'alias', 'database', 'materialized']);

const shown = (value: unknown): string =>
  value === undefined || value === null
    ? 'none'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

/** What differs between the configs, and between the names of the relations. */
export function compareConfigs(old: ExecutableNode, now: ExecutableNode): readonly Finding[] {
  const findings: Finding[] = [];
  const [was, is] = [old, now].map((node) => String(node.config.materialized));
  const isGone = makesRelation(old) && !makesRelation(now);
  if (was !== is)
    findings.push({
      level: isGone ? 'breaking' : 'cosmetic',
      what: `${was ?? ''} → ${is ?? ''}${isGone ? ': there is no relation of it any more' : ''}`,
    });
  const [from, to] = [old, now].map(({ schema, alias: name }) => relationKey({ schema, name }));
  if (makesRelation(old) && makesRelation(now) && from !== to)
    findings.push({
      level: 'breaking',
      what: `its relation is called ${now.schema}.${now.alias} instead of ${old.schema}.${old.alias}`,
    });
  const others: string[] = [];
  const unsure: string[] = [];
  for (const key of new Set([...Object.keys(old.config), ...Object.keys(now.config)])) {
    const [a, b] = [old.config[key], now.config[key]];
    if (ELSEWHERE.has(key) || JSON.stringify(a ?? null) === JSON.stringify(b ?? null)) continue;
    const isGrain = GRAIN.has(key) && ['incremental', 'snapshot'].includes(is ?? '');
    if (isGrain)
      findings.push({
        level: 'breaking',
        what: `rows may change: ${key} ${shown(a)} → ${shown(b)}`,
      });
    else if (UNSURE.has(key)) unsure.push(key);
    else others.push(key);
  }
  if (unsure.length > 0)
    findings.push({ level: 'unknown', what: `rows may change or not: ${unsure.join(', ')}` });
  if (others.length > 0) findings.push({ level: 'cosmetic', what: `config: ${others.join(', ')}` });
  return findings;
}
