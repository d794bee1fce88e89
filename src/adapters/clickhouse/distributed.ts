// distributed_table and distributed_incremental: a table on every shard, and one over them that reads and writes all.
import type { Attempt } from '../../adapter/contract.ts';
import type { OwnBuild, OwnRequest } from '../../adapter/own-build.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked } from '../../kernel/diagnostic.ts';
import { aKind, type Column, type RelationName } from '../../kernel/relation.ts';
import { refuse } from './config-problem.ts';
import { factsOf } from './facts.ts';
import { distributedOver, localPart } from './on-topology.ts';
import {
  buildEmpty,
  buildFromSelect,
  commentOn,
  drop,
  fillStaged,
  grantOn,
  tidy,
} from './publish.ts';
import { ident, idents, relation } from './quote.ts';
import type { Settings } from './settings.ts';
import { fullCopy, stagedView } from './staged-names.ts';
import { once, repeatable } from './statements.ts';
import { columnChange } from './streaming/statements.ts';
import { expressions, PLAIN_TABLE, tableClauses } from './table-config.ts';
import type { Topology } from './topology.ts';

/** Rows are on their shard when the INSERT returns. */
const FOREGROUND: Settings = { insert_distributed_sync: 1 };

class Spread {
  readonly request: OwnRequest;
  readonly cluster: string;
  readonly local: RelationName;
  /** the part of the table to be that each shard has */
  readonly stagedLocal: RelationName;
  readonly key: string;

  constructor(request: OwnRequest, topology: Topology) {
    if (topology.cluster === undefined)
      throw refuse(
        'materialized',
        'is distributed, and the target names no cluster',
        'Set cluster: in the output of profiles.yml, or take table.',
      );
    this.request = request;
    this.cluster = topology.cluster;
    this.local = localPart(topology, request.target);
    this.stagedLocal = stagedView(request.staged, 'local');
    this.key = expressions(request.config, 'sharding_key') ?? 'rand()';
  }

  schema(): readonly Statement[] {
    const { local, request } = this;
    return local.schema === request.target.schema
      ? []
      : [repeatable('create', `CREATE DATABASE IF NOT EXISTS ${ident(local.schema)}`)];
  }

  over(name: RelationName, local: RelationName): Statement {
    return once(
      'create',
      `CREATE TABLE ${relation(name)}${distributedOver(this.cluster, local, this.key)}`,
      name,
    );
  }

  /** The staged parts become the parts, and the table over them is made for their columns. */
  publish(before: readonly Statement[]): readonly Attempt[] {
    const { request, local, stagedLocal } = this;
    const { target, grants, comments } = request;
    const statements = [
      ...grantOn(target, grants),
      ...grantOn(local, grants),
      ...before,
      // an exchange needs something to be exchanged with
      repeatable(
        'create',
        `CREATE TABLE IF NOT EXISTS ${relation(local)} AS ${relation(stagedLocal)}`,
        local,
      ),
      once('swap', `EXCHANGE TABLES ${relation(stagedLocal)} AND ${relation(local)}`, local),
      ...this.front(),
      ...commentOn(target, comments),
    ];
    return [{ statements, otherwiseOn: [] }];
  }

  front(): readonly Statement[] {
    const { request, local, cluster, key } = this;
    const sql = `CREATE OR REPLACE TABLE ${relation(request.target)}${distributedOver(cluster, local, key)}`;
    return [repeatable('create', sql, request.target)];
  }

  tidy(): readonly Statement[] {
    const { request, stagedLocal } = this;
    return [...tidy(request.staged), drop(stagedLocal, 'table')];
  }
}

/** Built beside on every shard, filled through a staged table over the parts, then exchanged shard by shard. */
export function distributedTable(
  request: OwnRequest,
  topology: Topology,
  settings: Settings,
): Checked<OwnBuild> {
  const spread = new Spread(request, topology);
  const { staged, live, config, target } = request;
  if (live?.kind === 'dictionary' || live?.kind === 'materialized_view')
    throw refuse(
      'materialized',
      `makes a table ${target.schema}.${target.name}, and ${aKind(live.kind)} stands there`,
      'Drop or rename it, or give the model another alias.',
    );
  const parts = { ...request, staged: spread.stagedLocal };
  return {
    value: {
      action: live === undefined ? 'create distributed table' : 'replace distributed table',
      becomes: 'table',
      build: [
        ...spread.tidy(),
        ...spread.schema(),
        ...buildEmpty(parts, tableClauses(config), settings),
        spread.over(staged, spread.stagedLocal),
        { ...fillStaged(request, settings), settings: FOREGROUND },
        ...commentOn(spread.stagedLocal, request.comments),
      ],
      testable: staged,
      publish: { kind: 'ready', attempts: spread.publish([]) },
      tidy: spread.tidy(),
      hazards: [],
    },
    diagnostics: [],
  };
}

type Strategy = 'append' | 'delete+insert' | 'insert_overwrite';
const STRATEGIES: Readonly<Record<string, Strategy>> = {
  append: 'append',
  inserts_only: 'append',
  'delete+insert': 'delete+insert',
  delete_insert: 'delete+insert',
  legacy: 'delete+insert',
  insert_overwrite: 'insert_overwrite',
};

const keysOf = ({ config }: OwnRequest): readonly string[] => {
  const key = config['unique_key'];
  const list: readonly unknown[] = Array.isArray(key) ? key : [key];
  return list.filter((k): k is string => typeof k === 'string' && k.trim() !== '');
};

function strategyOf(request: OwnRequest): Strategy {
  const { config } = request;
  const isInsertsOnly = config['inserts_only'] === true || config['inserts_only'] === 'true';
  const keys = keysOf(request);
  if (isInsertsOnly) return 'append';
  const asked = config['incremental_strategy'];
  if (asked === undefined || asked === null || asked === 'default')
    return keys.length === 0 ? 'append' : 'delete+insert';
  const found = typeof asked === 'string' ? STRATEGIES[asked] : undefined;
  if (found === undefined)
    throw refuse(
      'incremental_strategy',
      `is ${JSON.stringify(asked)}, which a distributed model does not have`,
      'It has: append, delete+insert, insert_overwrite.',
    );
  if (found === 'delete+insert' && keys.length === 0)
    throw refuse(
      'incremental_strategy',
      'is delete+insert without a unique_key',
      'Set unique_key.',
    );
  return found;
}

/** The rows of the live table that stay, in words that every shard can follow. */
function keptRows(request: OwnRequest, strategy: Strategy, stagedOver: RelationName): string {
  if (strategy === 'insert_overwrite')
    return `_partition_id GLOBAL NOT IN (SELECT DISTINCT _partition_id FROM ${relation(stagedOver)})`;
  const known = new Set((request.live?.columns ?? []).map((c) => c.name));
  const keys = keysOf(request);
  const parts = keys.map((key) => (known.has(key) ? ident(key) : key)).join(', ');
  // columns of their own, not one tuple: a tuple of NULL equals another
  const key = keys.length === 1 ? parts : `(${parts})`;
  const written = request.config['incremental_predicates'] ?? request.config['predicates'] ?? [];
  const predicates = (Array.isArray(written) ? written : [written]) as readonly string[];
  const replaced = [
    `${key} GLOBAL IN (SELECT ${parts} FROM ${relation(request.staged)})`,
    ...predicates.map((p) => `(${p}\n)`),
  ];
  return `NOT (${replaced.map((c) => `ifNull(${c}, 0)`).join(' AND ')})`;
}

const copy = (
  from: RelationName,
  into: RelationName,
  columns: readonly string[],
  rest = '',
): Statement => ({
  ...once(
    'write',
    `INSERT INTO ${relation(into)} (${idents(columns)}) SELECT ${idents(columns)} FROM ${relation(from)}${rest}`,
    into,
  ),
  settings: FOREGROUND,
});

/**
 * The new rows are staged on this node. Appended, they go through the table to their shards; replacing others, the next state is
 * put together beside, on every shard, because a DELETE that looks into another table may find it empty on a replica.
 */
function changed(
  spread: Spread,
  strategy: Strategy,
  columns: readonly Column[],
): Checked<readonly Attempt[]> {
  const { request, local, stagedLocal } = spread;
  const { target, staged, live } = request;
  const change = columnChange({ ...request, target: local }, 'on_schema_change', 'ignore', columns);
  if (change.value === undefined) return { value: undefined, diagnostics: change.diagnostics };
  const { before, after } = change.value;
  const wider = before.length > 0 ? [...before, ...spread.front()] : [];
  const known = new Set((live?.columns ?? []).map((c) => c.name));
  const fresh = columns.map((c) => c.name).filter((name) => known.has(name) || before.length > 0);
  if (strategy === 'append') {
    const statements = [
      ...grantOn(target, request.grants),
      ...wider,
      copy(staged, target, fresh),
      ...(after.length > 0 ? [...after, ...spread.front()] : []),
    ];
    return { value: [{ statements, otherwiseOn: [] }], diagnostics: [] };
  }
  const over = fullCopy(staged);
  const gone = new Set(columns.map((c) => c.name));
  const stays = (live?.columns ?? [])
    .map((c) => c.name)
    .filter((name) => after.length === 0 || gone.has(name));
  const value = spread.publish([
    ...wider,
    ...after,
    drop(stagedLocal, 'table'),
    once('create', `CREATE TABLE ${relation(stagedLocal)} AS ${relation(local)}`, stagedLocal),
    spread.over(over, stagedLocal),
    copy(staged, over, fresh),
    copy(target, over, stays, ` WHERE ${keptRows(request, strategy, over)}`),
  ]);
  return { value, diagnostics: [] };
}

/** The first time, with --full-refresh and over anything else it is a distributed table. */
export function distributedIncremental(
  request: OwnRequest,
  topology: Topology,
  settings: Settings,
): Checked<OwnBuild> {
  const spread = new Spread(request, topology);
  const { live } = request;
  const strategy = strategyOf(request);
  const isLive = live?.kind === 'external' && factsOf(live).engine === 'Distributed';
  if (!isLive || request.fullRefresh) return distributedTable(request, topology, settings);
  return {
    value: {
      action:
        strategy === 'append'
          ? 'append to distributed table'
          : `${strategy} into distributed table`,
      becomes: 'table',
      build: [
        ...spread.tidy(),
        ...buildFromSelect({ ...request, config: {} }, PLAIN_TABLE, settings),
      ],
      publish: { kind: 'asks', decide: (columns) => changed(spread, strategy, columns) },
      tidy: spread.tidy(),
      hazards: [],
    },
    diagnostics: [],
  };
}
