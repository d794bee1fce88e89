// What people gave to a table by hand goes over to its replacement: beside it as far as that takes time, under the final name the rest.
import type { RelationRequest, SwapRequest } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationKind, RelationName } from '../../kernel/relation.ts';
import { kindWord, perColumn } from './carry.ts';
import type { Belongings, Facts, StatisticsObject } from './facts.ts';
import { requireFacts } from './facts.ts';
import { freeIndexName, nameIndex, requireIndexes } from './indexes.ts';
import { ownConstraintsBeside, ownConstraintsInPlace } from './own-constraints.ts';
import { block, ident, quoted, relationText } from './quote.ts';
import { once, repeatable } from './statements.ts';

/** Made where the columns that it needs are still there, as Postgres itself drops it with its columns. */
const ifPossible = (sql: string, writes: RelationName): Statement =>
  once(
    'create',
    block(
      `begin execute ${quoted(sql)}; ` +
        'exception when undefined_column or undefined_function or undefined_object or datatype_mismatch then null; end',
    ),
    writes,
  );

/** The comment on what was made by the statement before it; nothing where it has none. */
const remark = (kind: 'index' | 'statistics', name: string, comment: string | null): string =>
  comment === null ? '' : `; comment on ${kind} ${name} is ${quoted(comment)}`;

interface Kept {
  readonly name: string;
  readonly staged: string;
}

const keptIndexes = (staged: RelationName, { indexes }: Belongings): readonly Kept[] =>
  indexes.map(({ name }, i) => ({ name, staged: `${staged.name}_k${i}` }));

function makeIndexes(
  request: Pick<RelationRequest, 'target' | 'staged' | 'config'>,
  facts: Facts,
): readonly Statement[] {
  const { target, staged, config } = request;
  const wanted = requireIndexes(target, staged, config);
  return facts.belongings.indexes.flatMap(({ name, unique, tail, comment }, i) => {
    const live = facts.indexes.find((index) => index.name === name);
    const isConfigured = wanted.some(
      (w) =>
        JSON.stringify(w.columns) === JSON.stringify(live?.columns) &&
        w.unique === unique &&
        (w.type ?? 'btree') === live?.method,
    );
    const made: RelationName = { schema: staged.schema, name: `${staged.name}_k${i}` };
    const create = `create ${unique ? 'unique ' : ''}index ${ident(made.name)} on ${relationText(staged)} using ${tail}`;
    return isConfigured
      ? []
      : [ifPossible(`${create}${remark('index', relationText(made), comment)}`, staged)];
  });
}

const internal = (s: StatisticsObject, staged: RelationName, i: number): RelationName => ({
  schema: s.schema,
  name: `${staged.name}_s${i}`,
});

const makeStatistics = (staged: RelationName, { statistics }: Belongings): readonly Statement[] =>
  statistics.flatMap((s, i) => {
    const name = relationText(internal(s, staged, i));
    const target = s.target === null ? '' : `; alter statistics ${name} set statistics ${s.target}`;
    const create = `create statistics ${name}${s.body} from ${relationText(staged)}`;
    return [ifPossible(`${create}${target}${remark('statistics', name, s.comment)}`, staged)];
  });

function tuneColumns(
  staged: RelationName,
  kind: RelationKind,
  { columns }: Belongings,
): readonly Statement[] {
  const alter = (column: string, what: string): readonly [string, string] => [
    column,
    `alter ${kindWord(kind)} ${relationText(staged)} alter column ${ident(column)} set ${what}`,
  ];
  return perColumn(
    staged,
    columns.flatMap((c) => [
      ...(c.statistics === null ? [] : [alter(c.column, `statistics ${c.statistics}`)]),
      ...(c.options.length === 0 ? [] : [alter(c.column, `(${c.options.join(', ')})`)]),
      ...c.kept.map((what) => {
        const [column, sql] = alter(c.column, what);
        // a type whose values are never long has no such setting: then it goes with the type
        const where = `begin ${sql}; exception when feature_not_supported then null; end`;
        return [column, block(where)] as const;
      }),
    ]),
  );
}

/** Sent while nobody sees the staged relation: indexes, statistics, and the settings of columns. */
export function belongingsBeside(request: SwapRequest, kind: RelationKind): readonly Statement[] {
  const { live, staged } = request;
  if (live?.kind !== kind || kind === 'view') return [];
  const facts = requireFacts(live);
  const tuned = [
    ...tuneColumns(staged, kind, facts.belongings),
    ...makeStatistics(staged, facts.belongings),
  ];
  return [
    ...makeIndexes(request, facts),
    ...ownConstraintsBeside(staged, facts),
    ...tuned,
    ...(tuned.length === 0 ? [] : [repeatable('alter', `analyze ${relationText(staged)}`)]),
  ];
}

/** Renames statistics if they are there: there is no `if exists` for it. */
const renameStatistics = (from: RelationName, to: string, more = ''): Statement =>
  repeatable(
    'swap',
    block(
      'begin if exists (select from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace ' +
        `where n.nspname = ${quoted(from.schema)} and s.stxname = ${quoted(from.name)}) ` +
        `then alter statistics ${relationText(from)} rename to ${ident(to)};${more} end if; end`,
    ),
  );

const nameStatistics = (s: StatisticsObject, staged: RelationName, i: number): Statement =>
  renameStatistics(
    internal(s, staged, i),
    s.name,
    ` alter statistics ${relationText({ schema: s.schema, name: s.name })} owner to ${ident(s.owner)};`,
  );

/** An index that went with its columns takes the mark along. */
const keepCluster = (target: RelationName, kind: RelationKind, index: string): Statement =>
  repeatable(
    'swap',
    block(
      `begin alter ${kindWord(kind)} ${relationText(target)} cluster on ${ident(index)}; exception when undefined_object then null; end`,
    ),
    target,
  );

/** Sent under the final name: names of indexes and statistics, row security with its policies, replica identity, publications. */
export function belongingsInPlace(request: SwapRequest, kind: RelationKind): readonly Statement[] {
  const { live, staged, target } = request;
  if (live?.kind !== kind || kind === 'view') return [];
  const facts = requireFacts(live);
  const { belongings } = facts;
  const { rowSecurity, policies, publications, replicaIdentity } = belongings;
  const alter = (what: string): Statement =>
    repeatable('swap', `alter table ${relationText(target)} ${what}`, target);
  return [
    ...keptIndexes(staged, belongings).map((index) =>
      nameIndex(target, { ...index, columns: [], unique: false, type: undefined }),
    ),
    ...ownConstraintsInPlace(target, staged, facts),
    ...(belongings.clusteredOn === null ? [] : [keepCluster(target, kind, belongings.clusteredOn)]),
    ...belongings.statistics.map((s, i) => nameStatistics(s, staged, i)),
    ...(rowSecurity === 'off' ? [] : [alter('enable row level security')]),
    ...(rowSecurity === 'forced' ? [alter('force row level security')] : []),
    ...policies.flatMap(({ name, sql, comment }) => [
      once('swap', sql, target),
      ...(comment === null
        ? []
        : [
            repeatable(
              'swap',
              `comment on policy ${ident(name)} on ${relationText(target)} is ${quoted(comment)}`,
              target,
            ),
          ]),
    ]),
    ...(replicaIdentity === null ? [] : [repeatable('swap', replicaIdentity, target)]),
    ...publications.map(({ sql }) => once('swap', sql, target)),
  ];
}

/** Frees the names of what belongs to a replaced relation that stays for a while. */
export const freeNames = (
  target: RelationName,
  staged: RelationName,
  facts: Facts,
): readonly Statement[] => [
  ...facts.indexes.map(({ name }, i) => freeIndexName(target, name, `${staged.name}_p${i}`)),
  ...facts.belongings.statistics.map(({ schema, name }, i) =>
    renameStatistics({ schema, name }, `${staged.name}_q${i}`),
  ),
];

/** Shuts everybody but the owner out of what is built for a relation with row security, until it has its policies. */
export function shielded({ live, staged }: RelationRequest): readonly Statement[] {
  const facts = live?.facts as Facts | undefined;
  if (facts === undefined || facts.belongings.rowSecurity === 'off') return [];
  return [
    repeatable('alter', `alter table ${relationText(staged)} enable row level security`, staged),
  ];
}
