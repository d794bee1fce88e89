// How many nodes a target has, and everything that follows from it: one object decides where statements run, which engines tables
// get, and what a write waits for.
import type { EngineConfig } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import { ident } from './quote.ts';
import type { Settings } from './settings.ts';

/** What of an output of profiles.yml says how many nodes there are. */
export interface TopologyKeys {
  readonly cluster?: string | undefined;
  readonly clusterMode?: boolean | undefined;
  readonly databaseEngine?: string | undefined;
  readonly localSuffix?: string | undefined;
  readonly localDbPrefix?: string | undefined;
  readonly allowAutomaticDeduplication?: boolean | undefined;
}

export interface Topology {
  /** of statements about tables and views: each node is told by name, each hears of it by its database, or there is one */
  readonly kind: 'single' | 'on_cluster' | 'replicated_database' | 'shared';
  readonly cluster: string | undefined;
  /** what is added to the name of a table for the part of it that one shard has */
  readonly localSuffix: string;
  readonly localDbPrefix: string;
  /** equal blocks of rows count once, as the server does it; else every write of a run counts */
  readonly deduplicates: boolean;
  /** sent with every statement */
  readonly settings: Settings;
}

/** Names are exchanged, so the path in Keeper is made of what stays with the data. */
const DEFAULT_ENGINE = "ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')";

const SETTINGS: Readonly<Record<Topology['kind'], Settings>> = {
  single: {},
  on_cluster: {
    insert_quorum: 'auto',
    insert_distributed_sync: 1,
    // a node that is away hears of it when it is back, and does not hold the run up
    distributed_ddl_output_mode: 'none_only_active',
  },
  replicated_database: {
    insert_quorum: 'auto',
    insert_distributed_sync: 1,
    database_replicated_enforce_synchronous_settings: 1,
    distributed_ddl_output_mode: 'none_only_active',
  },
  shared: { select_sequential_consistency: 1 },
};

function kindOf(keys: TopologyKeys): Topology['kind'] {
  if (/\breplicated\b/i.test(keys.databaseEngine ?? '')) return 'replicated_database';
  if (/\bshared\b/i.test(keys.databaseEngine ?? '')) return 'shared';
  return keys.cluster === undefined || keys.cluster.trim() === '' ? 'single' : 'on_cluster';
}

/** The topology that an output describes. */
export function topologyOf(keys: TopologyKeys): Topology {
  const kind = kindOf(keys);
  const cluster = keys.cluster?.trim() ?? '';
  const suffix = keys.localSuffix ?? 'local';
  const prefix = keys.localDbPrefix ?? '';
  return {
    kind,
    cluster: cluster === '' ? undefined : cluster,
    localSuffix: suffix === '' || suffix.startsWith('_') ? suffix : `_${suffix}`,
    localDbPrefix: prefix === '' || prefix.endsWith('_') ? prefix : `${prefix}_`,
    deduplicates: keys.allowAutomaticDeduplication === true,
    settings: {
      ...SETTINGS[kind],
      ...(keys.clusterMode === true
        ? { insert_quorum: 'auto', database_replicated_enforce_synchronous_settings: 1 }
        : {}),
    },
  };
}

const PLAIN_ENGINE = /^\s*(\w*)MergeTree\b/;

/** Whether a table of this engine has the same rows on every replica of a shard. */
export const isReplicated = (engine: string): boolean => /^\s*(Replicated|Shared)/.test(engine);

/** A MergeTree engine whose rows stay on the node that they were written to. */
export const isOfOneNode = (engine: unknown): boolean =>
  typeof engine === 'string' && PLAIN_ENGINE.test(engine) && !isReplicated(engine);

/** The engine of a table as this topology needs it; what the author writes stays wherever rows cannot be lost by it. */
export function engineOn(topology: Topology, config: EngineConfig): EngineConfig {
  const written = config['engine'];
  const isWritten = typeof written === 'string' && written.trim() !== '';
  if (topology.kind === 'on_cluster')
    return isWritten ? config : { ...config, engine: DEFAULT_ENGINE };
  if (topology.kind !== 'replicated_database') return config;
  if (!isWritten) return { ...config, engine: 'ReplicatedMergeTree' };
  // an open-source server leaves a plain MergeTree in a Replicated database on the node that wrote it
  return isOfOneNode(written) ? { ...config, engine: `Replicated${written.trim()}` } : config;
}

const NAME = '`(?:[^`\\\\]|\\\\.)*`';
const RELATION = `${NAME}\\.${NAME}`;
/** Where ` ON CLUSTER` stands in the statements that are written here: behind what each of these matches. */
const HEADS: readonly RegExp[] = [
  `CREATE (?:OR REPLACE )?(?:TABLE|VIEW|DICTIONARY|MATERIALIZED VIEW) (?:IF NOT EXISTS )?${RELATION}`,
  `CREATE DATABASE IF NOT EXISTS ${NAME}`,
  `DROP (?:TABLE|VIEW|DICTIONARY) IF EXISTS ${RELATION}(?:, ${RELATION})*`,
  `ALTER TABLE ${RELATION}`,
  `RENAME TABLE ${RELATION} TO ${RELATION}`,
  `EXCHANGE TABLES ${RELATION} AND ${RELATION}`,
  `TRUNCATE TABLE ${RELATION}`,
  'SYSTEM SYNC REPLICA',
  '(?:GRANT|REVOKE)',
].map((head) => new RegExp(`^${head}(?= |$)`));

/** Said to one replica, these reach the others of its shard with the rows; said to each they would be done once for each. */
const OF_ONE_REPLICA = new RegExp(
  `^ALTER TABLE ${RELATION} (?:(?:ATTACH|REPLACE|MOVE|DROP|DETACH) PARTITION|UPDATE|DELETE)\\b`,
);

const CHANGES: readonly Statement['verb'][] = ['create', 'alter', 'drop', 'swap'];

/**
 * The statement as it is sent to this topology. Throws for one of a shape that is not known here: a statement that silently
 * reached one node only would leave the others without what it makes.
 */
export function placed(topology: Topology, statement: Statement): Statement {
  const { sql, verb, authoredAt } = statement;
  const isDatabase = sql.startsWith('CREATE DATABASE ');
  const reaches = topology.kind === 'on_cluster' || (isDatabase && topology.cluster !== undefined);
  if (!reaches || topology.cluster === undefined || !CHANGES.includes(verb)) return statement;
  if (OF_ONE_REPLICA.test(sql)) return statement;
  const at = HEADS.map((head) => head.exec(sql)?.[0].length).find((end) => end !== undefined);
  if (at === undefined)
    throw new Error(`not known where ON CLUSTER stands in: ${sql.slice(0, 80)}`);
  const clause = ` ON CLUSTER ${ident(topology.cluster)}`;
  return {
    ...statement,
    sql: `${sql.slice(0, at)}${clause}${sql.slice(at)}`,
    ...(authoredAt === undefined ? {} : { authoredAt: authoredAt + clause.length }),
  };
}
