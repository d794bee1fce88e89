// Constraints that somebody gave to a table by hand go over to the one that takes its place; those of a contract come from the contract.
import type { Attempt } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import type { RelationName } from '../../kernel/relation.ts';
import type { Facts, OwnConstraint } from './facts.ts';
import { LOST_BELONGING } from './errors.ts';
import { block, ident, quoted, relationText } from './quote.ts';
import { once, repeatable } from './statements.ts';

/** How a constraint of a contract is known again: by its comment. */
export const CONTRACT_MARK = 'made by etl from the contract of the model';

const HAS_INDEX: ReadonlySet<OwnConstraint['type']> = new Set(['u', 'p', 'x']);

const internal = (staged: RelationName, i: number): string => `${staged.name}_c${i}`;

/** Marks everything that a new table has from its contract. */
export const markContract = (staged: RelationName): Statement =>
  repeatable(
    'alter',
    block(`declare r record; begin
for r in select k.conname from pg_catalog.pg_constraint k
  where k.conrelid = ${quoted(relationText(staged))}::regclass and k.contype in ('c', 'f', 'u', 'p', 'x')
loop execute format('comment on constraint %I on %s is %L', r.conname, ${quoted(relationText(staged))}, ${quoted(CONTRACT_MARK)}); end loop; end`),
    staged,
  );

/**
 * Made unless the table has the same from its contract, or has not the columns any more: then it goes with them, as in Postgres
 * itself. One that the types of the new columns do not take is refused, for it would be lost without a word. A foreign key names
 * columns of another table, too, so that only its own are looked up; an expression tells of the table's own by its error.
 */
function unlessThere(
  relation: RelationName,
  c: OwnConstraint,
  name: string,
  definition: string,
): Statement {
  const table = relationText(relation);
  const own = c.columns.map((name) => `(${quoted(name)})`).join(', ');
  const hasColumns =
    own === ''
      ? 'true'
      : `not exists (select from (values ${own}) as own(col) where not exists (
    select from pg_catalog.pg_attribute a where a.attrelid = ${quoted(table)}::regclass and a.attname = own.col and a.attnum > 0 and not a.attisdropped))`;
  const lost = `undefined_function or undefined_object or datatype_mismatch${c.type === 'f' ? ' or undefined_column' : ''}`;
  const add = `alter table ${table} add constraint ${ident(name)} ${definition}`;
  const remark =
    c.comment === null
      ? ''
      : ` execute ${quoted(`comment on constraint ${ident(name)} on ${table} is ${quoted(c.comment)}`)};`;
  return once(
    'alter',
    block(`begin if ${hasColumns} and not exists (select from pg_catalog.pg_constraint k where k.conrelid = ${quoted(table)}::regclass
  and (k.conname = ${quoted(c.name)} or k.contype = ${quoted(c.type)} and pg_get_constraintdef(k.oid) = ${quoted(c.definition)}
    or k.contype = 'p' and ${quoted(c.type)} = 'p'))
then execute ${quoted(add)};${remark} end if;
exception when ${lost} then
  raise exception using errcode = '${LOST_BELONGING}', message = ${quoted(`the constraint ${c.name} cannot be given to the new table: `)} || sqlerrm,
    hint = 'Give the columns types that it takes, or drop the constraint first.';
${c.type === 'f' ? '' : 'when undefined_column then null; '}end`),
    relation,
  );
}

/** Sent while nobody sees the staged table: what looks at its rows alone. */
export const ownConstraintsBeside = (
  staged: RelationName,
  { ownConstraints }: Facts,
): readonly Statement[] =>
  ownConstraints.flatMap((c, i) =>
    c.type === 'f'
      ? []
      : [
          unlessThere(
            staged,
            c,
            HAS_INDEX.has(c.type) ? internal(staged, i) : c.name,
            c.definition,
          ),
        ],
  );

const isPartitioned = ({ relkind }: Facts): boolean => relkind === 'p';

/** Sent under the final name: names that go with an index, and foreign keys, whose rows are looked at afterwards. */
export const ownConstraintsInPlace = (
  target: RelationName,
  staged: RelationName,
  facts: Facts,
): readonly Statement[] =>
  facts.ownConstraints.flatMap((c, i) => {
    if (c.type === 'f') {
      const bare = c.definition.replace(/\s+NOT VALID$/i, '');
      return [unlessThere(target, c, c.name, isPartitioned(facts) ? bare : `${bare} not valid`)];
    }
    if (!HAS_INDEX.has(c.type)) return [];
    const table = relationText(target);
    return [
      repeatable(
        'swap',
        block(`begin if exists (select from pg_catalog.pg_constraint k where k.conrelid = ${quoted(table)}::regclass and k.conname = ${quoted(internal(staged, i))})
then alter table ${table} rename constraint ${ident(internal(staged, i))} to ${ident(c.name)}; end if; end`),
      ),
    ];
  });

/** What looks at the rows, once everything is published: also for keys that were not valid, which rows that fit make whole. */
export const ownValidations = (
  target: RelationName,
  facts: Facts,
): NonNullable<Attempt['validates']> =>
  facts.ownConstraints
    .filter(({ type }) => type === 'f' && !isPartitioned(facts))
    .map(({ name }) => ({
      statement: repeatable(
        'alter',
        block(`begin if exists (select from pg_catalog.pg_constraint k where k.conrelid = ${quoted(relationText(target))}::regclass and k.conname = ${quoted(name)} and not k.convalidated)
then alter table ${relationText(target)} validate constraint ${ident(name)}; end if; end`),
      ),
      what: name,
      isOwn: true,
      isTold: true,
    }));
