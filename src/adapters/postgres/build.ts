// What is written under the internal name: tables, seeds, deltas. Nobody reads it yet, so nothing here needs a lock.
import type { RelationRequest, SeedRequest, SelectRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationKind, RelationName } from '../../kernel/relation.ts';
import { shielded } from './belongings.ts';
import { configuredComments, configuredGrants } from './carry.ts';
import { createFromContract } from './contract.ts';
import { createIndex, requireIndexes } from './indexes.ts';
import { buildPartitioned, notPartitioned, partitioning } from './partitions.ts';
import { block, ident, quoted, relationText } from './quote.ts';
import { around, once, repeatable } from './statements.ts';
import { persistence, storage } from './storage.ts';

const dropTable = (relation: RelationName): Statement =>
  repeatable('drop', `drop table if exists ${relationText(relation)} restrict`);

/** The sql_header of a model, as a statement of its own. */
export const headerOf = (request: SelectRequest): readonly Statement[] =>
  request.header === undefined || request.header.trim() === ''
    ? []
    : [repeatable('hook', request.header)];

/** Indexes, comments, grants and statistics of what was built. */
export const finish = (
  request: RelationRequest,
  kind: RelationKind = 'table',
): readonly Statement[] => [
  ...shielded(request),
  ...requireIndexes(request.target, request.staged, request.config).map((index) =>
    createIndex(request.staged, index),
  ),
  ...configuredComments(request.staged, kind, request.comments),
  ...configuredGrants(request.staged, request.grants),
  repeatable('write', `analyze ${relationText(request.staged)}`),
];

/** A SELECT of ours around the author's. */
interface Wrapper {
  readonly before: string;
  readonly after: string;
}
const BARE: Wrapper = { before: '', after: '' };

const createAs = (request: SelectRequest, head: string, wrapper = BARE): Statement =>
  around(`${head} as (\n${wrapper.before}`, request.select, `${wrapper.after}\n)`, {
    verb: 'create',
    repeatable: false,
    writes: [request.staged],
  });

/** The staged table of a model: filled, indexed, described, granted and analyzed. */
export function buildTable(request: SelectRequest, wrapper?: Wrapper): readonly Statement[] {
  const head = `create ${persistence(request)}table ${relationText(request.staged)}`;
  const tail = storage(request.target, request.config);
  const how = partitioning(request.target, request.config);
  if (how !== undefined && wrapper !== undefined) throw notPartitioned(request.target, 'snapshot');
  return [
    dropTable(request.staged),
    ...headerOf(request),
    ...(how !== undefined
      ? buildPartitioned(request, how)
      : request.contract === undefined
        ? [createAs(request, `${head}${tail}`, wrapper)]
        : createFromContract(request, request.contract, head, tail)),
    ...finish(request),
  ];
}

/** The staged delta: unlogged, because it does not outlive the run, and not temporary, because that rules out parallel scans. */
export const buildDelta = (request: SelectRequest): readonly Statement[] => [
  dropTable(request.staged),
  ...headerOf(request),
  createAs(request, `create unlogged table ${relationText(request.staged)}`),
  repeatable('write', `analyze ${relationText(request.staged)}`),
];

/** The empty staged table of a seed. */
export const buildSeed = (request: SeedRequest): readonly Statement[] => {
  if (partitioning(request.target, request.config) !== undefined)
    throw notPartitioned(request.target, 'seed');
  const columns = request.columns.map(
    (c) => `  ${ident(c.name)} ${c.type}${c.nullable ? '' : ' not null'}`,
  );
  return [
    dropTable(request.staged),
    once(
      'create',
      `create ${persistence(request)}table ${relationText(request.staged)} (\n${columns.join(',\n')}\n)` +
        storage(request.target, request.config),
      request.staged,
    ),
  ];
};

/** What a seed gets once its rows are in. */
export const finishSeed = (request: SeedRequest): readonly Statement[] => finish(request);

/** Removes what stands under the internal name, whichever kind it is; repeatable. */
export function tidy(staged: RelationName): readonly Statement[] {
  const name = quoted(relationText(staged));
  return [
    repeatable(
      'drop',
      block(`declare kind "char"; begin
select relkind into kind from pg_catalog.pg_class where oid = to_regclass(${name});
if kind in ('r', 'p') then drop table ${relationText(staged)} restrict;
elsif kind = 'v' then drop view ${relationText(staged)} restrict;
elsif kind = 'm' then drop materialized view ${relationText(staged)} restrict;
end if; end`),
      staged,
    ),
  ];
}
