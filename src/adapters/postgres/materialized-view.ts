// Materialized views: built beside like a table; one that stays is refreshed without making its readers wait, where that can be.
import type {
  Attempt,
  MaterializedViewChange,
  MaterializedViewUpdate,
  SelectRequest,
  SwapRequest,
} from '../../adapter/contract.ts';
import type { Query, Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { finish, headerOf, tidy } from './build.ts';
import { configuredComments, configuredGrants, revokedGrants } from './carry.ts';
import { requireFacts } from './facts.ts';
import { changeIndexes, indexChanges } from './indexes.ts';
import { quoted, relationText } from './quote.ts';
import { wordedAnew } from './reworded.ts';
import { patiently } from './settle.ts';
import { around, once, repeatable } from './statements.ts';
import { storage } from './storage.ts';
import { publishStaged } from './swap.ts';

/** The staged materialized view: with its rows, indexes, comments and grants, or `empty`, only to be compared. */
export function buildMaterializedView(
  request: SelectRequest,
  filling: 'filled' | 'empty',
): readonly Statement[] {
  const { staged, target, config } = request;
  const create = around(
    `create materialized view ${relationText(staged)}${storage(target, config)} as (\n`,
    request.select,
    `\n) with ${filling === 'filled' ? 'data' : 'no data'}`,
    { verb: 'create', repeatable: false, writes: [staged] },
  );
  return [
    ...tidy(staged),
    ...headerOf(request),
    create,
    ...(filling === 'filled' ? finish(request, 'materialized_view') : []),
  ];
}

const oidOf = (relation: RelationName): string => `${quoted(relationText(relation))}::regclass`;
const definition = (relation: RelationName): string => `pg_get_viewdef(${oidOf(relation)})`;

/** The relations that the staged view reads, quoted as the system words them where that is needed. */
const readBy = (relation: RelationName): string => `(
  select coalesce(json_agg(distinct jsonb_build_object('schema', n.nspname, 'name', r.relname, 'worded', quote_ident(r.relname))), '[]')
  from pg_catalog.pg_rewrite w
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> w.ev_class
  join pg_catalog.pg_class r on r.oid = d.refobjid join pg_catalog.pg_namespace n on n.oid = r.relnamespace
  where w.ev_class = ${oidOf(relation)})`;

/**
 * What the empty staged view tells by comparison with the live one. Both texts are the system's own wording of the query, so
 * that white space and comments are no difference; nor is it one that the live view still reads the previous version of a
 * relation that this run replaced, but then it has to be made anew. A concurrent refresh needs a live view with rows and a unique index over
 * plain columns and all rows.
 */
export function compareMaterializedView(request: SwapRequest): Query<MaterializedViewChange> {
  const { target, staged, config, live } = request;
  const had = live === undefined ? [] : requireFacts(live).indexes;
  const { added, dropped } = indexChanges(target, staged, config, had);
  const indexes = added.length + dropped.length > 0;
  return {
    statement: repeatable(
      'read',
      `select ${definition(target)} as live, ${definition(staged)} as wanted, ${readBy(staged)}::text as reads,
  c.relispopulated and exists (
    select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid
      and i.indpred is null and i.indexprs is null) as concurrently
from pg_catalog.pg_class c where c.oid = ${oidOf(target)}`,
    ),
    decode: (row) => {
      const [was, wanted] = [String(row['live']), String(row['wanted'])];
      const reads = JSON.parse(String(row['reads'])) as Parameters<typeof wordedAnew>[1];
      return {
        definition: wordedAnew(was, reads) !== wanted,
        outdated: was !== wanted,
        indexes,
        concurrently: row['concurrently'] === true,
      };
    },
  };
}

/** Readers go on reading while the rows are compared and replaced; the view keeps its oid and all that hangs on it. */
function refreshInPlace(request: SwapRequest): Attempt {
  const { target, staged, config, comments, grants, live } = request;
  if (live === undefined) throw new Error('nothing to refresh');
  const facts = requireFacts(live);
  const indexes = changeIndexes(target, staged, config, facts.indexes);
  const statements = [
    ...indexes.make,
    once('write', `refresh materialized view concurrently ${relationText(target)}`, target),
    ...configuredComments(target, 'materialized_view', comments),
    ...revokedGrants(target, facts, grants),
    ...configuredGrants(target, grants, facts),
    repeatable('write', `analyze ${relationText(target)}`),
  ];
  return { statements, late: patiently(indexes.drop), otherwiseOn: [] };
}

/**
 * Brings the live view up to date, after its comparison with the empty staged one. That one is filled and takes its place when the
 * query has changed, and for any refresh that cannot run beside readers.
 */
export function updateMaterializedView(
  request: SwapRequest,
  change: MaterializedViewChange,
): MaterializedViewUpdate {
  const { staged } = request;
  const isBeside = change.outdated || !change.concurrently;
  return {
    isBeside,
    fill: [
      once('write', `refresh materialized view ${relationText(staged)}`, staged),
      ...finish(request, 'materialized_view'),
    ],
    attempts: isBeside ? publishMaterializedView(request) : [refreshInPlace(request)],
  };
}

/** Puts the filled staged view in place of whatever is live. */
export const publishMaterializedView = (request: SwapRequest): readonly Attempt[] =>
  publishStaged(request, 'materialized_view');
