// Grants, owner and comments: the configured ones, and those of the live relation that its replacement has to keep.
import type { Comments, EngineConfig, Grants } from '../../adapter/contract.ts';
import type { Statement } from '../../adapter/statement.ts';
import { EtlError } from '../../kernel/error.ts';
import type { RelationKind, RelationName } from '../../kernel/relation.ts';
import type { Facts, Grant } from './facts.ts';
import { block, ident, quoted, relationText } from './quote.ts';
import { repeatable } from './statements.ts';

const WORDS: Readonly<Record<RelationKind, string>> = {
  table: 'table',
  view: 'view',
  materialized_view: 'materialized view',
  external: 'foreign table',
  dictionary: 'table',
};
/** The word by which Postgres calls a kind of relation in DDL. */
export const kindWord = (kind: RelationKind): string => WORDS[kind];

const role = (name: string | null): string =>
  name === null || name.toLowerCase() === 'public' ? 'public' : ident(name);

const grantText = (on: string, g: Grant): string =>
  `grant ${g.privilege} on table ${on} to ${role(g.to)}${g.grantable ? ' with grant option' : ''}`;

/** A privilege as the SQL words that it is: the server decides which of them it knows. */
function privilegeWords(privilege: string): string {
  const words = privilege.trim();
  if (/^[a-z][a-z_ ]*$/i.test(words)) return words;
  throw new EtlError([
    {
      code: 'ETL4004',
      severity: 'error',
      message: `"${privilege}" in grants is not a privilege`,
      hint: 'Privileges are words such as select or insert.',
    },
  ]);
}

/**
 * The role that a config names: dbt does not quote it, so it is folded where it is a plain word, and taken as it stands between
 * quotes. What would be a syntax error in dbt (`my-role`) is taken as it is.
 */
export function roleOf(written: string): string {
  const name = written.trim();
  if (/^"(?:[^"]|"")+"$/.test(name)) return name.slice(1, -1).replaceAll('""', '"');
  return /^[a-z_][\w$]*$/i.test(name) ? name.toLowerCase() : name;
}

const grantee = (privilege: string, to: string | null): string =>
  `${privilege.trim().toUpperCase()} ${role(to)}`;

const isDefault = (facts: Facts, { privilege, to }: Grant): boolean =>
  facts.defaultGrants.some((d) => d.privilege === privilege && d.to === to);

/** The configured grants, without those that a live relation (its `facts`) has already. Throws for what is no privilege. */
export function configuredGrants(
  relation: RelationName,
  grants: Grants | undefined,
  facts?: Facts,
): readonly Statement[] {
  const on = relationText(relation);
  const there = new Set(facts?.grants.map((g) => grantee(g.privilege, g.to)));
  return Object.entries(grants ?? {}).flatMap(([privilege, grantees]) => {
    const words = privilegeWords(privilege);
    return grantees
      .map(roleOf)
      .filter((to) => !there.has(grantee(privilege, to)))
      .map((to) => repeatable('alter', `grant ${words} on table ${on} to ${role(to)}`, relation));
  });
}

/**
 * Takes back what the live relation grants beyond the config: all of it, as dbt. Without a config there is nothing beyond it, and
 * what the default privileges of the schema give is theirs to take.
 */
export function revokedGrants(
  relation: RelationName,
  facts: Facts,
  configured: Grants | undefined,
): readonly Statement[] {
  if (configured === undefined) return [];
  const wanted = new Set(
    Object.entries(configured).flatMap(([p, who]) => who.map((w) => grantee(p, roleOf(w)))),
  );
  return facts.grants
    .filter((g) => !wanted.has(grantee(g.privilege, g.to)) && !isDefault(facts, g))
    .map((g) =>
      repeatable(
        'alter',
        `revoke ${g.privilege} on table ${relationText(relation)} from ${role(g.to)}`,
        relation,
      ),
    );
}

/** Runs each text whose column exists in the relation: what the columns of a new build are is known only to the server. */
export function perColumn(
  relation: RelationName,
  texts: readonly (readonly [string, string])[],
): readonly Statement[] {
  if (texts.length === 0) return [];
  const values = texts.map(([column, sql]) => `(${quoted(column)}, ${quoted(sql)})`).join(', ');
  return [
    repeatable(
      'alter',
      block(`declare r record; begin
for r in select w.sql from (values ${values}) as w(col, sql)
  join pg_catalog.pg_attribute a on a.attname = w.col and a.attnum > 0 and not a.attisdropped
  where a.attrelid = ${quoted(relationText(relation))}::regclass
loop execute r.sql; end loop; end`),
      relation,
    ),
  ];
}

const columnComments = (
  relation: RelationName,
  columns: Readonly<Record<string, string>>,
): readonly Statement[] =>
  perColumn(
    relation,
    Object.entries(columns).map(([column, comment]) => [
      column,
      `comment on column ${relationText(relation)}.${ident(column)} is ${quoted(comment)}`,
    ]),
  );

const relationComment = (relation: RelationName, kind: RelationKind, comment: string): Statement =>
  repeatable(
    'alter',
    `comment on ${kindWord(kind)} ${relationText(relation)} is ${quoted(comment)}`,
    relation,
  );

/** The configured descriptions; those of columns that do not exist are left out. */
export const configuredComments = (
  relation: RelationName,
  kind: RelationKind,
  comments: Comments,
): readonly Statement[] => [
  ...(comments.relation === undefined ? [] : [relationComment(relation, kind, comments.relation)]),
  ...columnComments(relation, comments.columns),
];

/** Whether the project keeps the relation's comment (persist_docs): then one without a description has none. */
const ownsComment = (config: EngineConfig): boolean => {
  const persist: unknown = config['persist_docs'];
  return (
    typeof persist === 'object' &&
    persist !== null &&
    'relation' in persist &&
    persist.relation === true
  );
};

/** Takes back the comment of a relation that stays, when the project keeps it and its description is gone. */
export const withdrawnComment = (
  relation: RelationName,
  kind: RelationKind,
  facts: Facts,
  wanted: { readonly comments: Comments; readonly config: EngineConfig },
): readonly Statement[] =>
  facts.comment === null || wanted.comments.relation !== undefined || !ownsComment(wanted.config)
    ? []
    : [
        repeatable(
          'alter',
          `comment on ${kindWord(kind)} ${relationText(relation)} is null`,
          relation,
        ),
      ];

// A new table gets the default privileges of its creator. When the live relation does not have them, somebody took them away.
const withdrawDefaults = (relation: RelationName): Statement =>
  repeatable(
    'alter',
    block(`declare r record; begin
for r in select distinct case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end as who
  from pg_catalog.pg_class c, aclexplode(c.relacl) x
  where c.oid = ${quoted(relationText(relation))}::regclass and x.grantee <> c.relowner
loop execute format('revoke all on table %s from %s', ${quoted(relationText(relation))}, r.who); end loop; end`),
    relation,
  );

/** Everything that the replacement takes over from the live relation; sent before the locks, because nobody sees the staged one. */
export function carriedOver(
  staged: RelationName,
  kind: RelationKind,
  facts: Facts,
  wanted: {
    readonly grants: Grants | undefined;
    readonly comments: Comments;
    readonly config: EngineConfig;
  },
): readonly Statement[] {
  const on = relationText(staged);
  const kept = facts.grants.filter((g) => wanted.grants === undefined || isDefault(facts, g));
  const described = Object.entries(facts.columnComments).filter(
    ([column]) => wanted.comments.columns[column] === undefined,
  );
  return [
    repeatable('alter', `alter ${kindWord(kind)} ${on} owner to ${ident(facts.owner)}`, staged),
    withdrawDefaults(staged),
    ...kept.map((g) => repeatable('alter', grantText(on, g), staged)),
    ...configuredGrants(staged, wanted.grants),
    ...perColumn(
      staged,
      facts.columnGrants.map((g) => [
        g.column,
        `grant ${g.privilege} (${ident(g.column)}) on table ${on} to ${role(g.to)}${g.grantable ? ' with grant option' : ''}`,
      ]),
    ),
    ...(facts.comment === null ||
    wanted.comments.relation !== undefined ||
    ownsComment(wanted.config)
      ? []
      : [relationComment(staged, kind, facts.comment)]),
    ...columnComments(staged, Object.fromEntries(described)),
  ];
}

/** The grants and the comment of a dependent that is created anew. */
export const grantsOf = (relation: RelationName, grants: readonly Grant[]): readonly string[] =>
  grants.map((g) => grantText(relationText(relation), g));
