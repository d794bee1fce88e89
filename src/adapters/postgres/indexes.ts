import type { EngineConfig } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import { EtlError } from '../../kernel/error.ts';
import { md5 } from '../../kernel/hash.ts';
import type { RelationName } from '../../kernel/relation.ts';
import type { LiveIndex } from './facts.ts';
import { beside, block, ident, quoted, relationText } from './quote.ts';
import { once, repeatable } from './statements.ts';

interface IndexConfig {
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly type: string | undefined;
}

/** An index under its final name and under the internal one that it has while it is built. */
export interface PlannedIndex extends IndexConfig {
  readonly name: string;
  readonly staged: string;
}

const wrong = (target: RelationName, why: string): EtlError =>
  new EtlError([
    {
      code: 'ETL4004',
      severity: 'error',
      message: `indexes of ${target.schema}.${target.name}: ${why}`,
      hint: 'Write indexes as a list of {columns: [a, b], unique: true, type: btree}.',
    },
  ]);

function requireIndex(target: RelationName, raw: unknown): IndexConfig {
  if (typeof raw !== 'object' || raw === null) throw wrong(target, 'an entry is not a mapping');
  const { columns, unique, type } = raw as Readonly<Record<string, unknown>>;
  // the words of dbt's check
  if (columns === undefined) throw wrong(target, "'columns' is a required property");
  if (!Array.isArray(columns))
    throw wrong(target, `"columns": ${JSON.stringify(columns)} is not of type 'array'`);
  if (columns.length === 0 || columns.some((c) => typeof c !== 'string'))
    throw wrong(target, '"columns" must be a list of column names');
  if (unique !== undefined && typeof unique !== 'boolean')
    throw wrong(target, `"unique": ${JSON.stringify(unique)} is not of type 'boolean'`);
  if (type !== undefined && (typeof type !== 'string' || !/^\w+$/.test(type)))
    throw wrong(target, '"type" must be the name of an index method');
  return {
    columns: columns as readonly string[],
    unique: unique ?? false,
    type: type?.toLowerCase(),
  };
}

const nameOf = (target: RelationName, index: Omit<IndexConfig, 'type'>, method: string): string =>
  md5(JSON.stringify([target.schema, target.name, index.columns, index.unique, method]));

/**
 * The configured indexes with deterministic names: the same config gives the same name in every run, so that a changed config
 * can be told from an unchanged one. A hash, because a name made of its parts would pass 63 bytes and be cut silently.
 */
export function requireIndexes(
  target: RelationName,
  staged: RelationName,
  config: EngineConfig,
): readonly PlannedIndex[] {
  const raw = config['indexes'] ?? [];
  if (!Array.isArray(raw)) throw wrong(target, 'not a list');
  // {name, definition} is the other engine's form; a project for both has both side by side
  const own = raw.filter(
    (entry: unknown) => !('definition' in Object(entry)) || 'columns' in Object(entry),
  );
  const planned = own.map((entry, i) => {
    const index = requireIndex(target, entry);
    return {
      ...index,
      name: nameOf(target, index, index.type ?? 'btree'),
      staged: `${staged.name}_i${i}`,
    };
  });
  return planned.filter((p, i) => planned.findIndex((q) => q.name === p.name) === i);
}

/** Builds one index on the staged table, under its internal name. */
export const createIndex = (staged: RelationName, index: PlannedIndex): Statement =>
  once(
    'create',
    `create ${index.unique ? 'unique ' : ''}index ${ident(index.staged)} on ${relationText(staged)}` +
      `${index.type === undefined ? '' : ` using ${index.type}`} (${index.columns.map(ident).join(', ')})`,
    staged,
  );

/**
 * Which indexes of a table that stays are made and which are dropped. Only one whose name says that it was made from a config is
 * ever dropped; what somebody else made stays, and does as well as a configured one that is the same.
 */
export function indexChanges(
  target: RelationName,
  staged: RelationName,
  config: EngineConfig,
  live: readonly LiveIndex[],
): { readonly added: readonly PlannedIndex[]; readonly dropped: readonly string[] } {
  const wanted = requireIndexes(target, staged, config);
  const isSame = (there: LiveIndex, index: PlannedIndex): boolean =>
    there.isValid &&
    there.columns !== null &&
    JSON.stringify(there.columns) === JSON.stringify(index.columns) &&
    there.unique === index.unique &&
    there.method === (index.type ?? 'btree');
  return {
    added: wanted.filter((index) => !live.some((there) => isSame(there, index))),
    dropped: live
      .filter((there) => isOwn(target, there) && !wanted.some((w) => w.name === there.name))
      .map((there) => there.name),
  };
}

/** Whether an index was made from a config: its name is the hash of what it is. */
const isOwn = (target: RelationName, { columns, name, unique, method }: LiveIndex): boolean =>
  columns !== null && name === nameOf(target, { columns, unique }, method);

/** Makes and drops what changed in the config of a table that stays; readers wait for what is dropped, and for nothing that is made. */
export function changeIndexes(
  target: RelationName,
  staged: RelationName,
  config: EngineConfig,
  live: readonly LiveIndex[],
): { readonly make: readonly Statement[]; readonly drop: readonly Statement[] } {
  const { added, dropped } = indexChanges(target, staged, config, live);
  return {
    make: added.flatMap((index) => [createIndex(target, index), nameIndex(target, index)]),
    drop: dropped.map((name) =>
      once('alter', `drop index ${relationText(beside(target, name))} restrict`, target),
    ),
  };
}

const exists = (relation: RelationName): string =>
  `to_regclass(${quoted(relationText(relation))}) is not null`;

/** Gives the staged index its final name, unless something else in the schema already bears it (a table renamed by hand keeps its indexes). */
export const nameIndex = (target: RelationName, index: PlannedIndex): Statement =>
  repeatable(
    'swap',
    block(
      `begin if ${exists(beside(target, index.staged))} and not ${exists(beside(target, index.name))} then ` +
        `alter index ${relationText(beside(target, index.staged))} rename to ${ident(index.name)}; end if; end`,
    ),
  );

/** Frees the final index names of a replaced table that stays for a while. */
export const freeIndexName = (relation: RelationName, name: string, internal: string): Statement =>
  repeatable(
    'swap',
    `alter index if exists ${relationText(beside(relation, name))} rename to ${ident(internal)}`,
  );
