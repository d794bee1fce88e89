// The dialect of a target with several nodes, made from that of one node: every statement goes through here.
import type {
  Attempt,
  DeltaRequest,
  Dialect,
  EngineConfig,
  RelationRequest,
} from '../../adapter/contract.ts';
import type { OwnBuild, OwnMaterializations, OwnRequest } from '../../adapter/own-build.ts';
import type { Merging } from '../../adapter/merging.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { Checked, Diagnostic } from '../../kernel/diagnostic.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { factsOf } from './facts.ts';
import { relation } from './quote.ts';
import { repeatable } from './statements.ts';
import { PLAIN_TABLE } from './table-config.ts';
import { engineOn, isOfOneNode, isReplicated, placed, type Topology } from './topology.ts';

const isDisabled = (config: EngineConfig): boolean =>
  config['disable_on_cluster'] === true || config['disable_on_cluster'] === 'true';

const DELETES = /^(?:DELETE FROM|ALTER TABLE \S+ DELETE WHERE) /;
const LOOKS_INTO = /\bFROM (`(?:[^`\\]|\\.)*`\.`__etl_[^`]*`)/;
const SWAP = /^(?:EXCHANGE TABLES|RENAME TABLE) (`(?:[^`\\]|\\.)*`\.`(?:[^`\\]|\\.)*`)/;

/** A dialect that puts the next state of a table together beside it. */
export type ClickHouseDialect = Dialect & Required<Pick<Dialect, 'mergeDelta' | 'mergeSnapshot'>>;

class Spread {
  readonly #topology: Topology;
  constructor(topology: Topology) {
    this.#topology = topology;
  }

  /** The topology of a node: one that says so stays on the node that it is built on. */
  #of(config: EngineConfig | undefined): Topology {
    const topology = this.#topology;
    return config !== undefined && isDisabled(config) && topology.kind === 'on_cluster'
      ? { ...topology, kind: 'single' }
      : topology;
  }

  request<T extends RelationRequest>(request: T): T {
    const topology = this.#of(request.config);
    // a CREATE with a query would run the query on every node
    const isSplit = topology.kind !== 'single' && topology.kind !== 'shared';
    return { ...request, config: engineOn(topology, request.config), inTwoSteps: isSplit };
  }

  statements(config: EngineConfig | undefined, all: readonly Statement[]): readonly Statement[] {
    const topology = this.#of(config);
    return all.map((statement) => placed(topology, statement));
  }

  /** Before a table takes its place on every node, or is looked into by all, every node has its rows. */
  #synced(topology: Topology, engine: string, { sql }: Statement): readonly Statement[] {
    const waited =
      SWAP.exec(sql)?.[1] ?? (DELETES.test(sql) ? LOOKS_INTO.exec(sql)?.[1] : undefined);
    if (topology.kind !== 'on_cluster' || waited === undefined || !isReplicated(engine)) return [];
    return [repeatable('alter', `SYSTEM SYNC REPLICA ${waited}`)];
  }

  attempts(config: EngineConfig, engine: string, attempts: readonly Attempt[]): readonly Attempt[] {
    const topology = this.#of(config);
    return attempts.map((attempt) => ({
      ...attempt,
      statements: attempt.statements
        .flatMap((statement) => [...this.#synced(topology, engine, statement), statement])
        .map((statement) => placed(topology, statement)),
    }));
  }

  /** The next state of a live table, put together on every node. */
  merging(request: RelationRequest, engine: string, merging: Merging): Merging {
    const { config } = request;
    return {
      ...merging,
      arrange: this.statements(config, merging.arrange),
      decide: (found) => {
        const merge = merging.decide(found);
        return {
          ...merge,
          prepare: this.statements(config, merge.prepare),
          attempts: this.attempts(config, engine, this.#untokened(merge.attempts)),
        };
      },
    };
  }

  /** Where the server is to take equal blocks for one, no write has a token that tells them apart. */
  #untokened(attempts: readonly Attempt[]): readonly Attempt[] {
    if (!this.#topology.deduplicates) return attempts;
    return attempts.map((attempt) => ({
      ...attempt,
      statements: attempt.statements.map((statement) => {
        const { insert_deduplication_token: token, ...settings } = statement.settings ?? {};
        return token === undefined ? statement : { ...statement, settings };
      }),
    }));
  }

  own(built: OwnBuild, request: OwnRequest): OwnBuild {
    const { config } = request;
    const engine = engineText(config);
    const { publish } = built;
    return {
      ...built,
      build: this.statements(config, built.build),
      tidy: this.statements(config, built.tidy),
      publish:
        publish.kind === 'ready'
          ? { kind: 'ready', attempts: this.attempts(config, engine, publish.attempts) }
          : {
              kind: 'asks',
              decide: (columns) =>
                mapped(publish.decide(columns), (all) => this.attempts(config, engine, all)),
            },
    };
  }

  /** A plain MergeTree on a cluster: what one node writes the others never see. */
  oneNode(target: RelationName, config: EngineConfig): readonly Diagnostic[] {
    const engine = config['engine'];
    if (this.#of(config).kind !== 'on_cluster' || !isOfOneNode(engine)) return [];
    return [
      {
        code: 'ETL4073',
        severity: 'warning',
        message: `${target.schema}.${target.name} is made on every node of ${this.#topology.cluster} with the engine ${String(engine as string)}: its rows are on the node that writes them only`,
        hint: 'Leave engine out, write a Replicated engine, or make the model a distributed_table.',
      },
    ];
  }
}

const engineText = (config: EngineConfig): string => {
  const engine = config['engine'];
  return typeof engine === 'string' ? engine : '';
};

function mapped<T>(checked: Checked<T>, change: (value: T) => T): Checked<T> {
  return checked.value === undefined
    ? checked
    : { value: change(checked.value), diagnostics: checked.diagnostics };
}

/** What is staged on the way into a live table: only the node that runs the model needs it. */
const isDelta = (request: DeltaRequest | { readonly live: unknown }): boolean =>
  request.live !== undefined;

/**
 * A DELETE is repeated by every replica, which looks for the new rows in its own copy of their table: there they have to be on
 * all of them.
 */
const isRepeatedElsewhere = (topology: Topology, { live, config }: DeltaRequest): boolean =>
  (topology.kind === 'on_cluster' || topology.kind === 'replicated_database') &&
  isReplicated(factsOf(live).engine) &&
  (factsOf(live).readBy.length > 0 || ['lightweight', 'patch'].includes(methodText(config)));

const methodText = (config: EngineConfig): string => {
  const method = config['upsert_method'];
  return typeof method === 'string' ? method : '';
};

const onEveryReplica = (
  topology: Topology,
  statements: readonly Statement[],
): readonly Statement[] => {
  const { engine } = engineOn(topology, {});
  const replicated = ` ENGINE = ${String(engine as string)} ORDER BY tuple()`;
  return statements.map((statement) =>
    statement.verb === 'create'
      ? { ...statement, sql: statement.sql.replace(PLAIN_TABLE, replicated) }
      : statement,
  );
};

/** The dialect `plain` spread over the nodes of a topology. */
export function onTopology(plain: ClickHouseDialect, topology: Topology): ClickHouseDialect {
  const spread = new Spread(topology);
  const { own } = plain;
  const spreadOwn: OwnMaterializations = Object.fromEntries(
    Object.entries(own ?? {}).map(([name, plan]) => [
      name,
      (given: OwnRequest) => {
        const request = spread.request(given);
        return mapped(plan(request), (built) => spread.own(built, request));
      },
    ]),
  );
  return {
    ...plain,
    own: spreadOwn,
    createSchema: (schema, database) => placed(topology, plain.createSchema(schema, database)),
    buildTable: (given) => {
      const request = spread.request(given);
      return spread.statements(request.config, plain.buildTable(request));
    },
    publishTable: (given) => {
      const request = spread.request(given);
      const { config } = request;
      return spread.attempts(config, engineText(config), plain.publishTable(request));
    },
    publishView: (request) => spread.attempts(request.config, '', plain.publishView(request)),
    buildSeed: (given) => {
      const request = spread.request(given);
      return spread.statements(request.config, plain.buildSeed(request));
    },
    finishSeed: (request) => spread.statements(request.config, plain.finishSeed(request)),
    buildDelta: (request) => {
      if (isRepeatedElsewhere(topology, request))
        return spread.statements(
          request.config,
          onEveryReplica(topology, plain.buildDelta(spread.request(request))),
        );
      return topology.kind === 'on_cluster'
        ? plain.buildDelta(request)
        : plain.buildDelta(spread.request(request));
    },
    mergeDelta: (request, delta) =>
      mapped(plain.mergeDelta(request, delta), (merging) =>
        spread.merging(request, factsOf(request.live).engine, merging),
      ),
    buildSnapshot: (given) => {
      if (isDelta(given) && topology.kind === 'on_cluster') return plain.buildSnapshot(given);
      const request = spread.request(given);
      return spread.statements(request.config, plain.buildSnapshot(request));
    },
    mergeSnapshot: (request, staged) =>
      mapped(plain.mergeSnapshot(request, staged), (merging) =>
        spread.merging(
          request,
          request.live === undefined ? '' : factsOf(request.live).engine,
          merging,
        ),
      ),
    tidy: (staged) => spread.statements(undefined, plain.tidy(staged)),
    drop: (name, kind) => placed(topology, plain.drop(name, kind)),
    hazards: (request) => [
      ...plain.hazards(request),
      ...(request.becomes === 'table' ? spread.oneNode(request.target, request.config ?? {}) : []),
    ],
  };
}

/** The table that a Distributed table reads, on each shard. */
export const localPart = (topology: Topology, target: RelationName): RelationName => ({
  schema: `${topology.localDbPrefix}${target.schema}`,
  name: `${target.name}${topology.localSuffix}`,
});

/** ` ENGINE = Distributed(…)` over the local part. */
export const distributedOver = (cluster: string, local: RelationName, key: string): string =>
  ` AS ${relation(local)} ENGINE = Distributed(${[cluster, local.schema, local.name]
    .map((part) => `'${part.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(', ')}, ${key})`;
