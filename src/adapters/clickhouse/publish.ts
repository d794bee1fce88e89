// Tables and views: built beside, put in place by one statement.
import type {
  Attempt,
  ContractRequest,
  Comments,
  EngineConfig,
  Grants,
  ObservedRelation,
  RelationRequest,
  SelectRequest,
  SwapRequest,
  ViewRequest,
} from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationKind, RelationName } from '../../kernel/relation.ts';
import { refuse } from './config-problem.ts';
import { definition } from './contract.ts';
import { canExchange, factsOf, replacesAtOnce } from './facts.ts';
import { swapped } from './outcome.ts';
import { ident, idents, relation, text } from './quote.ts';
import { PRIVATE_WRITE, type Settings } from './settings.ts';
import { bracketed, fill, once, repeatable } from './statements.ts';
import { readHeader } from './header.ts';
import { secondary } from './table-config.ts';
import { formerly, fullCopy, nextState, rawTexts } from './staged-names.ts';

/** SYNC, so that the name and the disk are free when the statement returns. */
export function drop(name: RelationName, kind: RelationKind): Statement {
  const word = kind === 'dictionary' ? 'DICTIONARY' : 'TABLE';
  return repeatable('drop', `DROP ${word} IF EXISTS ${relation(name)} SYNC`, name);
}

/** DROP TABLE drops a view too: what bears a staged name after a swap is whatever was live. */
export function tidy(staged: RelationName): readonly Statement[] {
  const names = [staged, fullCopy(staged), nextState(staged), rawTexts(staged)];
  const sql = `DROP TABLE IF EXISTS ${names.map(relation).join(', ')} SYNC`;
  return [{ ...repeatable('drop', sql), writes: names }];
}

/** Comments of a relation and of its columns, as one ALTER; a description of a column that is not there is skipped. */
export function commentOn(name: RelationName, comments: Comments): readonly Statement[] {
  const parts = [
    ...(comments.relation === undefined ? [] : [`MODIFY COMMENT ${text(comments.relation)}`]),
    ...Object.entries(comments.columns).map(
      ([column, comment]) => `COMMENT COLUMN IF EXISTS ${ident(column)} ${text(comment)}`,
    ),
  ];
  return parts.length === 0
    ? []
    : [repeatable('alter', `ALTER TABLE ${relation(name)} ${parts.join(', ')}`, name)];
}

/** Grants belong to a name, not to the data: they can be given before the swap, so that no reader meets a gap. */
export const grantOn = (name: RelationName, grants: Grants | undefined): readonly Statement[] =>
  Object.entries(grants ?? {})
    .filter(([, grantees]) => grantees.length > 0)
    .map(([privilege, grantees]) =>
      repeatable(
        'alter',
        `GRANT ${privilege} ON ${relation(name)} TO ${grantees.map(ident).join(', ')}`,
        name,
      ),
    );

/** Data-skipping indexes and projections, made for the rows that are there. */
const indexes = (name: RelationName, config: EngineConfig): readonly Statement[] =>
  secondary(config).map(({ kind, name: own, definition }) => ({
    ...repeatable(
      'alter',
      `ALTER TABLE ${relation(name)} ADD ${kind} IF NOT EXISTS ${ident(own)} ${definition}, MATERIALIZE ${kind} ${ident(own)}`,
      name,
    ),
    settings: { mutations_sync: 2, alter_sync: 2 },
  }));

/** A staged table made from a SELECT, with `more` columns behind its own; the first statement drops a leftover. */
export function buildFromSelect(
  request: SelectRequest,
  clauses: string,
  settings: Settings,
  more: readonly string[] = [],
): readonly Statement[] {
  const { staged, select } = request;
  const header = readHeader(request.header);
  const isSplit = request.inTwoSteps === true;
  const head = `CREATE TABLE ${relation(staged)}${clauses}${isSplit ? ' EMPTY' : ''} AS `;
  const create = bracketed(head, select, settings, '', more);
  const insert = bracketed(`INSERT INTO ${relation(staged)} `, select, settings, '', more);
  const set = { settings: { ...PRIVATE_WRITE, ...header.settings } };
  return [
    ...tidy(staged),
    ...header.sent,
    { ...fill(create.sql, staged), verb: 'create', authoredAt: create.authoredAt, ...set },
    ...(isSplit ? [{ ...fill(insert.sql, staged), authoredAt: insert.authoredAt, ...set }] : []),
    ...indexes(staged, request.config),
  ];
}

/** A staged table with the columns of the contract or of the query, and no row. */
export function buildEmpty(
  request: SelectRequest,
  clauses: string,
  settings: Settings,
): readonly Statement[] {
  const { staged, select, contract } = request;
  const header = readHeader(request.header);
  const head = `CREATE TABLE ${relation(staged)}`;
  const create = bracketed(`${head}${clauses} EMPTY AS `, select, settings);
  const promised =
    contract === undefined ? undefined : `${head} (\n${definition(contract)}\n)${clauses}`;
  return [
    ...tidy(staged),
    ...header.sent,
    promised === undefined
      ? {
          ...once('create', create.sql, staged),
          authoredAt: create.authoredAt,
          settings: header.settings,
        }
      : once('create', promised, staged),
    ...indexes(staged, request.config),
  ];
}

/** The rows of the query into the staged table; NULL where a contract has no room for it is an error. */
export function fillStaged(request: SelectRequest, settings: Settings): Statement {
  const { staged, select, contract } = request;
  const header = readHeader(request.header);
  const names = contract === undefined ? '*' : idents(contract.columns.map(({ name }) => name));
  const into = contract === undefined ? '' : ` (${names})`;
  const insert = bracketed(
    `INSERT INTO ${relation(staged)}${into} SELECT ${names} FROM (`,
    select,
    settings,
    ')',
  );
  return {
    ...fill(insert.sql, staged),
    authoredAt: insert.authoredAt,
    settings: { ...PRIVATE_WRITE, insert_null_as_default: 0, ...header.settings },
  };
}

/** A staged table made from its contract, then filled by the query; NULL where there is no room for it is an error. */
export function buildFromContract(
  request: SelectRequest,
  contract: ContractRequest,
  clauses: string,
  settings: Settings,
): readonly Statement[] {
  const { staged, select } = request;
  const header = readHeader(request.header);
  const names = idents(contract.columns.map(({ name }) => name));
  const insert = bracketed(
    `INSERT INTO ${relation(staged)} (${names}) SELECT ${names} FROM (`,
    select,
    settings,
    ')',
  );
  return [
    ...tidy(staged),
    ...header.sent,
    once(
      'create',
      `CREATE TABLE ${relation(staged)} (\n${definition(contract)}\n)${clauses}`,
      staged,
    ),
    {
      ...fill(insert.sql, staged),
      authoredAt: insert.authoredAt,
      settings: { ...PRIVATE_WRITE, insert_null_as_default: 0, ...header.settings },
    },
    ...indexes(staged, request.config),
  ];
}

/** What no EXCHANGE can put aside; replacing one is refused by `hazards` unless the user allows it. */
const isSwappable = (live: ObservedRelation): boolean =>
  live.kind !== 'dictionary' && live.kind !== 'materialized_view';

/** `name` becomes what stands at the target. EXCHANGE needs both sides, RENAME needs the target absent. */
export function swapAttempts(
  name: RelationName,
  target: RelationName,
  live: ObservedRelation | undefined,
  before: readonly Statement[],
): readonly Attempt[] {
  const swap = (sql: string, uuid: string | undefined): Statement => ({
    ...once('swap', sql, target),
    outcome: swapped(name, target, uuid),
  });
  const attempt = (...statements: readonly Statement[]): readonly Attempt[] => [
    { statements: [...before, ...statements], otherwiseOn: [] },
  ];
  const moved = `${relation(name)} TO ${relation(target)}`;
  if (live === undefined) return attempt(swap(`RENAME TABLE ${moved}`, undefined));
  if (!isSwappable(live))
    return attempt(drop(live.relation, live.kind), swap(`RENAME TABLE ${moved}`, undefined));
  const facts = factsOf(live);
  if (canExchange(facts))
    return attempt(swap(`EXCHANGE TABLES ${relation(name)} AND ${relation(target)}`, facts.uuid));
  // there is a moment without the name; `hazards` tells it
  const old = formerly(name);
  return attempt(
    drop(old, 'table'),
    once('swap', `RENAME TABLE ${relation(target)} TO ${relation(old)}, ${moved}`, target),
    drop(old, 'table'),
  );
}

/** Puts the staged table in place; the old one stands under the staged name until tidy drops it. */
export const publishTable = (
  request: SwapRequest,
  grants: Grants | undefined,
): readonly Attempt[] =>
  swapAttempts(request.staged, request.target, request.live, grantOn(request.target, grants));

/** With whose rights a view reads: those of its definer, or of whoever reads it. */
function securityOf({ sql_security: security, definer }: EngineConfig): string {
  if (security === undefined || security === null || security === '') return '';
  const word = typeof security === 'string' ? security.toUpperCase() : '';
  if (!/^(DEFINER|INVOKER|NONE)$/.test(word))
    throw refuse('sql_security', `is ${JSON.stringify(security)}`, 'Use definer, invoker or none.');
  const isNamed = typeof definer === 'string' && definer !== '';
  return `${word === 'DEFINER' && isNamed ? ` DEFINER = ${ident(definer)}` : ''} SQL SECURITY ${word}`;
}

function createView(name: RelationName, request: ViewRequest, settings: Settings): Statement {
  const { sql, authoredAt } = bracketed(
    `CREATE OR REPLACE VIEW ${relation(name)}${securityOf(request.config)} AS `,
    request.select,
    settings,
  );
  return { ...repeatable('create', sql, name), authoredAt };
}

/**
 * Over nothing or a view: one CREATE OR REPLACE, where that is one step. Over a table that statement would destroy the rows at
 * once, so there the view is made under the staged name and exchanged, and the table lives until tidy.
 */
export function publishView(
  request: ViewRequest,
  settings: Settings,
  grants: Grants | undefined,
): readonly Attempt[] {
  const { target, staged, live } = request;
  const header = readHeader(request.header);
  const before = [...header.sent, ...grantOn(target, grants)];
  const stored = { ...settings, ...header.settings };
  const isOneStep = live === undefined || replacesAtOnce(factsOf(live));
  if (live === undefined || (live.kind === 'view' && isOneStep))
    return [
      {
        statements: [
          ...before,
          createView(target, request, stored),
          ...commentOn(target, request.comments),
        ],
        otherwiseOn: [],
        isClean: true,
      },
    ];
  const linked = (statements: readonly Statement[]): readonly Statement[] =>
    // from the first on they leave the same twice: the view is made anew before it is exchanged again
    live.kind === 'view' && before.length === 0
      ? statements.map((statement) => ({ ...statement, isLinked: true }))
      : statements;
  const beside = [
    // nobody reads it there, and a leftover of it is of no use
    createView(staged, request, stored),
    ...commentOn(staged, request.comments),
  ];
  const attempts = swapAttempts(staged, target, live, [...before, ...beside]);
  if (live.kind !== 'view') return attempts;
  return attempts.map((attempt) => ({
    ...attempt,
    statements: linked([...attempt.statements, drop(staged, 'view')]),
    isClean: true,
  }));
}

/** Comments that follow a filled staged table. */
export const finish = (request: RelationRequest): readonly Statement[] =>
  commentOn(request.staged, request.comments);
