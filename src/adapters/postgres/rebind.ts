// Dependent views hold on to a table by its oid. To let the table go, each of them is told to read the new one: from its own
// definition, as the system words it, with its own options.
import type { Statement } from '../../adapter/statement.ts';
import type { RelationKind, RelationName } from '../../kernel/relation.ts';
import { grantsOf, kindWord } from './carry.ts';
import type { Dependent, Facts } from './facts.ts';
import { block, ident, quoted, relationText } from './quote.ts';
import { once, repeatable } from './statements.ts';
import { viewVersion } from './view-version.ts';

const nameOf = (d: Dependent): RelationName => ({ schema: d.schema, name: d.name });
const textOf = (d: Dependent): string => relationText(nameOf(d));
const optionsOf = (d: Dependent): string =>
  d.options.length === 0 ? '' : ` with (${d.options.join(', ')})`;
const bodyOf = (d: Dependent): string => d.definition.replace(/;\s*$/, '');

// LOCK TABLE on a view locks every table that the view reads as well, and would wait for whoever reads one of those. Giving a
// view to the owner that it has changes nothing and locks the view alone; LOCK TABLE does not take a materialized one at all.
const lockView = (view: string, owner: string, kind: RelationKind = 'view'): Statement =>
  repeatable('swap', `alter ${kindWord(kind)} ${view} owner to ${ident(owner)}`);

/**
 * Takes the locks of the swap: the views first and then what they read, which is the order in which a reader of a view takes
 * its own, so that the two cannot wait for each other. A materialized view among them is what a refresh of it locks first, too.
 */
export function lockAll(live: RelationName, facts: Facts, withViews = true): readonly Statement[] {
  const views = withViews ? facts.dependents : [];
  const target = relationText(live);
  return [
    ...views.map((d) => lockView(textOf(d), d.owner, d.kind)),
    ...(facts.relkind === 'v' ? [lockView(target, facts.owner)] : []),
    ...('rp'.includes(facts.relkind)
      ? [repeatable('swap', `lock table ${target} in access exclusive mode`)]
      : []),
  ];
}

/** The foreign keys that lead to a relation, as one text in the order of the facts. */
const keysOf = (oid: string): string =>
  `(select coalesce(string_agg(concat_ws('.', n.nspname, t.relname, k.conname), ',' order by k.oid), '')
  from pg_catalog.pg_constraint k join pg_catalog.pg_class t on t.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace
  where k.contype = 'f' and k.confrelid = ${oid}::oid and k.conrelid <> k.confrelid and k.conparentid = 0)`;

/** Fails with 40001 when the relation, one of its views or a table that refers to it was replaced since the facts were read. */
export function unchangedSince(live: RelationName, facts: Facts): Statement {
  const rules = facts.dependents.map((d) => `(${d.rule}, ${quoted(d.ruleVersion)})`).join(', ');
  const views =
    facts.dependents.length === 0
      ? ''
      : ` or (select count(*) from (values ${rules}) as s(rule, version) join pg_catalog.pg_rewrite w ` +
        `on w.oid = s.rule join pg_catalog.pg_class c on c.oid = w.ev_class and ${viewVersion('w', 'c')} = s.version) <> ${facts.dependents.length}`;
  const keys = facts.foreignKeys.map((key) => `${key.schema}.${key.table}.${key.name}`).join(',');
  const referring = keys === '' ? '' : ` or ${keysOf(facts.oid)} <> ${quoted(keys)}`;
  return repeatable(
    'swap',
    block(
      `begin if to_regclass(${quoted(relationText(live))})::oid is distinct from ${facts.oid}::oid or (select c.xmin::text from pg_catalog.pg_class c where c.oid = ${facts.oid}::oid) is distinct from ${quoted(facts.version)}${views}${referring} then ` +
        `raise exception using errcode = '40001', message = ${quoted(`${live.schema}.${live.name} was changed by somebody else`)}; ` +
        'end if; end',
    ),
  );
}

/** Drops the dependent materialized views, which cannot be re-pointed; `restoreMaterialized` brings them back. */
export const dropMaterialized = (facts: Facts): readonly Statement[] =>
  facts.dependents
    .filter((d) => d.kind === 'materialized_view')
    .map((d) => once('swap', `drop materialized view ${textOf(d)} restrict`));

/** Re-points the dependent views: same oid, owner, grants and dependents as before. */
export const rebindViews = (facts: Facts): readonly Statement[] =>
  facts.dependents
    .filter((d) => d.kind === 'view')
    .map((d) =>
      repeatable(
        'swap',
        `create or replace view ${textOf(d)}${optionsOf(d)} as\n${bodyOf(d)}`,
        nameOf(d),
      ),
    );

const restoreOne = (d: Dependent): readonly string[] => [
  `create materialized view ${textOf(d)}${optionsOf(d)} as\n${bodyOf(d)}\n${d.populated ? 'with data' : 'with no data'}`,
  ...d.indexes,
  `alter materialized view ${textOf(d)} owner to ${ident(d.owner)}`,
  ...grantsOf(nameOf(d), d.grants),
  ...(d.comment === null
    ? []
    : [`comment on materialized view ${textOf(d)} is ${quoted(d.comment)}`]),
  ...(d.given ?? []),
];

/** Creates the dropped materialized views again, with their rows, indexes, owner, grants, comments and what their columns have. */
export const restoreMaterialized = (facts: Facts): readonly Statement[] =>
  facts.dependents
    .filter((d) => d.kind === 'materialized_view')
    .flatMap((d) => restoreOne(d).map((sql) => once('swap', sql, nameOf(d))));
