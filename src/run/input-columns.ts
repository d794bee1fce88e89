// The columns of what a unit test gives rows for: from the warehouse, else from what the project says, else from the engine's own
// description of the model's SQL on empty inputs, so that nothing has to be built first.
import { ask, type Session } from '../adapter/contract.ts';
import { isStatementFailure } from '../adapter/failure.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { RelationName } from '../kernel/relation.ts';
import { findNode } from '../manifest/manifest.ts';
import type { ExecutableNode, GraphNode, SourceNode } from '../manifest/node.ts';
import { isSemantic } from '../manifest/node.ts';
import type { CaseInput, FixtureRow } from '../manifest/unit-test-case.ts';
import { fixtureSql, unknownColumns, type FixtureColumn } from '../materializations/fixture-sql.ts';
import type { StandIn } from '../plan/compiler.ts';
import { nodeRelation } from '../plan/plan-node.ts';
import { standInNames } from '../plan/stand-in-names.ts';
import { answerer } from './answerer.ts';
import { drive } from './answers.ts';
import type { RunContext } from './context.ts';
import { seedColumns } from './seed-columns.ts';

type Columns = readonly FixtureColumn[];

/** Why the columns of something are not known. */
class Unknown {
  readonly because: string;

  constructor(because: string) {
    this.because = because;
  }
}

/** What of a run says what is there. */
type Known = Pick<
  RunContext,
  'manifest' | 'dialect' | 'unitTestCompiler' | 'deferred' | 'lockedSources' | 'files'
>;

/** Finds out columns for one unit test; what was found out is kept for it. */
export class InputColumns {
  private readonly ctx: Known;
  private readonly session: Session;
  private readonly known = new Map<NodeId, Columns | Unknown>();

  constructor(ctx: Known, session: Session) {
    this.ctx = ctx;
    this.session = session;
  }

  /** The columns of an input. Throws an EtlError ETL5021 when they cannot be known. */
  async of(input: CaseInput, rows: readonly FixtureRow[]): Promise<Columns> {
    const found = await this.columns(input.id, rows);
    if (!(found instanceof Unknown)) return found;
    throw new EtlError([
      {
        code: 'ETL5021',
        severity: 'error',
        message: `the columns of ${input.written} are not known: ${found.because}`,
        at: input.at,
        hint: 'Build it first, or give each of its columns a data_type in YAML, or write these rows with format: sql.',
      },
    ]);
  }

  private async columns(id: NodeId, rows: readonly FixtureRow[]): Promise<Columns | Unknown> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    // a node that is asked for while it is being described reads itself
    this.known.set(id, new Unknown('it reads itself'));
    const found = await this.find(id, rows);
    this.known.set(id, found);
    return found;
  }

  private async find(id: NodeId, rows: readonly FixtureRow[]): Promise<Columns | Unknown> {
    const node = findNode(this.ctx.manifest, id);
    if (
      node === undefined ||
      node.resource_type === 'exposure' ||
      node.resource_type === 'unit_test' ||
      isSemantic(node)
    )
      return new Unknown('it is no relation');
    const relation = relationOf(node);
    if (relation !== undefined) {
      const live = await this.live(id, relation);
      if (live.length > 0) return live;
    }
    const locked = this.ctx.lockedSources?.get(id);
    if (locked !== undefined) return locked;
    const written = this.written(node, rows);
    if (node.resource_type === 'source')
      return (
        written ??
        new Unknown(
          `there is no ${node.relation_name}, and its YAML does not give a data_type for every column that has rows here`,
        )
      );
    const described =
      node.resource_type === 'seed' ? await this.seed(node) : await this.described(node);
    return described instanceof Unknown ? (written ?? described) : described;
  }

  private async live(id: NodeId, relation: RelationName): Promise<Columns> {
    const { dialect, deferred } = this.ctx;
    const own = await ask(this.session, dialect.columns(relation));
    const other = deferred.get(id);
    return own.length > 0 || other === undefined ? own : ask(this.session, dialect.columns(other));
  }

  /** The columns that YAML types, when those are all that rows are given for. */
  private written(
    node: ExecutableNode | SourceNode,
    rows: readonly FixtureRow[],
  ): Columns | undefined {
    const columns = Object.values(node.columns).flatMap(({ name, data_type: type }) =>
      type === null ? [] : [{ name, type: this.ctx.dialect.columnType(type) }],
    );
    return columns.length > 0 && unknownColumns(columns, rows).size === 0 ? columns : undefined;
  }

  private async seed(node: ExecutableNode): Promise<Columns | Unknown> {
    const { dialect, files } = this.ctx;
    try {
      const { value, diagnostics } = await seedColumns(node, files.seed(node), dialect);
      return value === undefined
        ? new Unknown(diagnostics[0]?.message ?? 'its file cannot be read')
        : value.map(({ name, type }) => ({ name, type: dialect.columnType(type) }));
    } catch (error) {
      if (isEtlError(error)) return new Unknown(error.diagnostics[0]?.message ?? error.message);
      throw error;
    }
  }

  /** What the engine says of the SQL of a model or snapshot over empty inputs. */
  private async described(node: ExecutableNode): Promise<Columns | Unknown> {
    const { ctx, session } = this;
    const parents = [...new Set(node.depends_on.nodes)].flatMap(
      (id): GraphNode | readonly GraphNode[] => findNode(ctx.manifest, id) ?? [],
    );
    const names = standInNames(parents);
    const inputs: StandIn[] = [];
    for (const { unique_id: id, name } of parents) {
      const columns = await this.columns(id, []);
      if (columns instanceof Unknown)
        return new Unknown(
          `there is no ${node.name} in the warehouse, and it reads ${name}, of which ${columns.because}`,
        );
      inputs.push({ id, name: names.get(id) ?? name, ...fixtureSql(ctx.dialect, columns, []) });
    }
    try {
      const work = ctx.unitTestCompiler.compile({ model: node, inputs });
      const { sql } = await drive(work, answerer(ctx, session));
      const { columns } = await session.read(ctx.dialect.limited(sql, 0, node.config));
      return [...columns, ...this.added(node)];
    } catch (error) {
      if (isStatementFailure(error) || isEtlError(error))
        return new Unknown(
          `there is no ${node.name} in the warehouse, and its SQL cannot be asked for them (${firstLine(error)})`,
        );
      throw error;
    }
  }

  /** The columns that a snapshot adds to those of its query. */
  private added(node: ExecutableNode): Columns {
    if (node.resource_type !== 'snapshot') return [];
    const { dialect } = this.ctx;
    const names = (node.config['snapshot_meta_column_names'] ?? {}) as Readonly<
      Record<string, unknown>
    >;
    const named = (name: string, kind: 'text' | 'timestamp'): FixtureColumn => ({
      name: typeof names[name] === 'string' ? names[name] : name,
      type: dialect.columnType(dialect.seedType(kind)),
    });
    return [
      named('dbt_scd_id', 'text'),
      named('dbt_updated_at', 'timestamp'),
      named('dbt_valid_from', 'timestamp'),
      named('dbt_valid_to', 'timestamp'),
    ];
  }
}

/** Where a node's rows are; nowhere for what is ephemeral. */
function relationOf(node: ExecutableNode | SourceNode): RelationName | undefined {
  if (node.resource_type !== 'source')
    return node.config.materialized === 'ephemeral' ? undefined : nodeRelation(node);
  const { database, schema, identifier: name } = node;
  return { ...(database === null ? {} : { database }), schema, name };
}

const firstLine = (error: Error): string => error.message.split('\n')[0] ?? '';
