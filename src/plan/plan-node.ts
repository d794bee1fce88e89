import type {
  Comments,
  ContractRequest,
  Dialect,
  Grants,
  ObservedRelation,
} from '../adapter/contract.ts';
import { type Checked, type Diagnostic, hasErrors } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { Column, RelationName } from '../kernel/relation.ts';
import type { ExecutableNode, ColumnInfo } from '../manifest/node.ts';
import { own } from '../materializations/own.ts';
import { incremental } from '../materializations/incremental.ts';
import { materializedView } from '../materializations/materialized-view.ts';
import type { Recipe, RenderedHook } from '../materializations/recipe.ts';
import { contractOf } from './contract.ts';
import { seed } from '../materializations/seed.ts';
import { committingHooks } from './committing-hooks.ts';
import { stagedName, unstaged } from '../kernel/staged-name.ts';
import { snapshot } from '../materializations/snapshot.ts';
import { table } from '../materializations/table.ts';
import { view } from '../materializations/view.ts';

/** Everything the decision about one node depends on. */
export interface PlanInputs {
  readonly node: ExecutableNode;
  readonly dialect: Dialect;
  readonly live: ObservedRelation | undefined;
  readonly invocationId: string;
  /** another internal name than the usual one */
  readonly staged?: RelationName;
  /** the moment of this node's turn: what a snapshot writes as its time */
  readonly now: Date;
  readonly fullRefresh: boolean;
  /** --empty, --sample: the query gives only some of the rows */
  readonly isPartial?: boolean;
  readonly hooks: {
    readonly before: readonly RenderedHook[];
    readonly after: readonly RenderedHook[];
  };
  /** true for the rows of the microbatch that this is */
  readonly window?: string;
  /** compiled SELECT of a model */
  readonly select?: string;
  readonly header?: string;
  /** what the foreign keys of a contract lead to, by their text */
  readonly references?: ReadonlyMap<string, RelationName>;
  /** columns of a seed's file, in file order */
  readonly seed?: { readonly columns: readonly Column[]; readonly delimiter: string };
}

const MATERIALIZATIONS = ['view', 'table', 'incremental', 'ephemeral'] as const;

/** The address of the relation a node makes. */
export const nodeRelation = ({ database, schema, alias }: ExecutableNode): RelationName =>
  database === null ? { schema, name: alias } : { database, schema, name: alias };

/** Whether a node's existing relation is built anew: its own `full_refresh` config decides before the command line's. */
const isFullRefresh = (node: ExecutableNode, asked: boolean): boolean => {
  const own = node.config['full_refresh'];
  return typeof own === 'boolean' ? own : asked;
};

/** Whether is_incremental() is true: an incremental model whose table exists and is not being refreshed. */
export const isIncrementalRun = (
  node: ExecutableNode,
  live: ObservedRelation | undefined,
  fullRefresh: boolean,
): boolean =>
  ((node.config.materialized === 'incremental' && live?.kind === 'table') ||
    // a table over the parts of several nodes has no rows of its own
    (node.config.materialized === 'distributed_incremental' && live?.kind === 'external')) &&
  !isFullRefresh(node, fullRefresh);

const persisted = (
  node: ExecutableNode,
): { readonly relation?: unknown; readonly columns?: unknown } => node.config['persist_docs'] ?? {};

/** The columns whose descriptions go into the warehouse. */
export const describedColumns = (node: ExecutableNode): readonly ColumnInfo[] =>
  persisted(node).columns === true
    ? Object.values(node.columns).filter((c) => c.description !== '')
    : [];

function commentsOf(node: ExecutableNode): Comments {
  const persist = persisted(node);
  const columns = describedColumns(node);
  const ofColumns = Object.fromEntries(columns.map((c) => [c.name, c.description]));
  return persist.relation === true && node.description !== ''
    ? { relation: node.description, columns: ofColumns }
    : { columns: ofColumns };
}

/** The grants that a node declares; undefined for one that says nothing of them. */
export function grantsOf(node: ExecutableNode): Grants | undefined {
  const grants = node.config['grants'] as Readonly<Record<string, unknown>> | undefined;
  if (grants === undefined || grants === null || Object.keys(grants).length === 0) return undefined;
  return Object.fromEntries(
    Object.entries(grants).map(([privilege, to]) => [
      privilege,
      (Array.isArray(to) ? to : [to]).map(String),
    ]),
  );
}

/**
 * Decides how one node comes to be, from its facts and what is live. Pure: the same inputs give the same recipe. `firstWayOnly`: of
 * the ways to publish a view only the first one is wanted, behind the guard of those that are sent ahead.
 */
export function planNode(inputs: PlanInputs, firstWayOnly = false): Checked<Recipe> {
  const { node, dialect } = inputs;
  const target = nodeRelation(node);
  const tooLong = checkName(node, target, dialect);
  if (tooLong !== undefined) return { value: undefined, diagnostics: [tooLong] };
  const promised = contractOf(node, dialect, inputs.references ?? new Map());
  if (promised.value === undefined) return { value: undefined, diagnostics: promised.diagnostics };
  const ends = committingHooks(node, dialect, inputs.hooks.after);
  if (ends.value === undefined) return { value: undefined, diagnostics: ends.diagnostics };
  const recipe = recipeOf(inputs, target, promised.value.contract, firstWayOnly);
  const told = [...promised.diagnostics, ...ends.diagnostics];
  if (recipe.value === undefined || told.length === 0) return recipe;
  const hazards = [...recipe.value.hazards, ...told];
  return { ...recipe, value: { ...recipe.value, hazards } };
}

function recipeOf(
  inputs: PlanInputs,
  target: RelationName,
  contract: ContractRequest | undefined,
  firstWayOnly: boolean,
): Checked<Recipe> {
  const { node, dialect, live, header } = inputs;
  const common = {
    dialect,
    target,
    // a hash, which a view that is replaced in place does not need
    staged:
      inputs.staged ?? (firstWayOnly ? unstaged(target) : stagedName(target, inputs.invocationId)),
    firstWayOnly,
    live,
    config: node.config,
    comments: commentsOf(node),
    grants: grantsOf(node),
    before: inputs.hooks.before,
    after: inputs.hooks.after,
    contract,
    select: inputs.select ?? '',
  };
  const from = header === undefined ? common : { ...common, header };
  if (node.resource_type === 'seed')
    return {
      value: seed({
        ...from,
        columns: inputs.seed?.columns ?? [],
        delimiter: inputs.seed?.delimiter ?? ',',
      }),
      diagnostics: [],
    };
  const fullRefresh = isFullRefresh(node, inputs.fullRefresh);
  const planned = dialect.own?.[node.config.materialized]?.({
    ...from,
    fullRefresh,
    nodeName: node.name,
  });
  if (planned?.value !== undefined)
    return { value: own(from, planned.value), diagnostics: planned.diagnostics };
  if (planned !== undefined && hasErrors(planned.diagnostics))
    return { value: undefined, diagnostics: planned.diagnostics };
  switch (node.config.materialized) {
    case 'view':
      return { value: view(from), diagnostics: [] };
    case 'table':
      return { value: table(from), diagnostics: [] };
    case 'snapshot':
      return snapshot({
        ...from,
        nodeName: node.name,
        now: inputs.now,
        isPartial: inputs.isPartial ?? false,
      });
    case 'incremental':
      return incremental({
        ...from,
        fullRefresh,
        nodeName: node.name,
        ...(inputs.window === undefined ? {} : { window: inputs.window }),
      });
    case 'materialized_view':
      return dialect.materializedView === undefined
        ? { value: undefined, diagnostics: [unknownMaterialization(node, dialect)] }
        : materializedView({ ...from, fullRefresh, nodeName: node.name }, dialect.materializedView);
    default:
      return { value: undefined, diagnostics: [unknownMaterialization(node, dialect)] };
  }
}

function unknownMaterialization(node: ExecutableNode, dialect: Dialect): Diagnostic {
  const name = node.config.materialized;
  const known = [
    ...MATERIALIZATIONS,
    ...(dialect.materializedView === undefined ? [] : ['materialized_view']),
    ...Object.keys(dialect.own ?? {}).filter((own) => own !== 'table'),
  ];
  return {
    code: 'ETL4004',
    severity: 'error',
    message: `no materialization "${name}" was found for ${dialect.name}, which ${node.name} asks for (searched types "default" and "${dialect.name}")`,
    at: node.place,
    node: node.unique_id,
    hint: didYouMean(name, known) ?? `Available: ${known.join(', ')}.`,
  };
}

/** Postgres cuts longer names silently; two models could then become one table. */
function checkName(
  node: ExecutableNode,
  target: RelationName,
  dialect: Dialect,
): Diagnostic | undefined {
  const most = dialect.can.maxIdentifierBytes;
  // a character has at most three bytes
  if (target.name.length * 3 <= most) return undefined;
  const bytes = new TextEncoder().encode(target.name).length;
  if (bytes <= most) return undefined;
  // the first words are dbt's, which counts characters; Postgres counts bytes
  const isLong = target.name.length > most;
  const than = isLong ? `longer than ${most} characters` : `too long, with ${bytes} bytes`;
  return {
    code: 'ETL4004',
    severity: 'error',
    message: `Relation name '${target.name}' is ${than}; ${dialect.name} keeps ${most} bytes`,
    at: node.place,
    node: node.unique_id,
    hint: 'Give the model a shorter name with the config `alias`.',
  };
}
