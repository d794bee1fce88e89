import { NO_BELONGINGS } from '../../../support/no-belongings.ts';
import { describe, expect, test } from 'vitest';
import type {
  Attempt,
  DeltaRequest,
  ObservedRelation,
  SwapRequest,
} from '../../../../src/adapter/contract.ts';
import type { Statement } from '../../../../src/adapter/statement.ts';
import { dialect } from '../../../../src/adapters/postgres/dialect.ts';
import type { Dependent, Facts } from '../../../../src/adapters/postgres/facts.ts';
import type { RelationKind } from '../../../../src/kernel/relation.ts';

const target = { database: 'shop', schema: 'gold', name: 'margin' };
const staged = { ...target, name: '__etl_0a1b2c3d_9f8e7d' };
const request: Omit<SwapRequest, 'live'> = {
  target,
  staged,
  config: {},
  comments: { columns: {} },
  grants: undefined,
};

const facts: Facts = {
  version: '1',
  oid: '4711',
  relkind: 'r',
  owner: 'etl',
  options: [],
  comment: null,
  columnComments: {},
  grants: [],
  defaultGrants: [],
  columnGrants: [],
  indexes: [],
  isUnlogged: false,
  partitionKey: null,
  belongings: NO_BELONGINGS,
  dependents: [],
  foreignKeys: [],
  numberings: [],
  ownConstraints: [],
  publishedWithAll: [],
  partitions: [],
  obstacles: [],
};
const view: Dependent = {
  schema: 'bi',
  name: 'report',
  kind: 'view',
  definition: ' SELECT id\n   FROM gold.margin;',
  options: ['security_barrier=true'],
  owner: 'bi',
  comment: null,
  grants: [],
  indexes: [],
  populated: true,
  isRead: false,
  rule: '99',
  ruleVersion: '7',
};
const live = (kind: RelationKind, more: Partial<Facts> = {}): ObservedRelation => {
  const relkind = kind === 'view' ? 'v' : kind === 'materialized_view' ? 'm' : 'r';
  return {
    relation: target,
    kind,
    columns: [],
    facts: { ...facts, relkind, ...more } satisfies Facts,
  };
};
// The blocks are tested on a real server; here only that they are there.
const texts = (statements: readonly Statement[] | undefined): readonly string[] =>
  (statements ?? []).map((s) => s.sql.replace(/^do E?'[^]*'$/, 'do …'));
const ways = (attempts: readonly Attempt[]): readonly (readonly string[])[] =>
  attempts.map((a) => texts(a.statements));

const T = '"shop"."gold"."margin"';
const S = '"shop"."gold"."__etl_0a1b2c3d_9f8e7d"';
const O = '"shop"."gold"."__etl_0a1b2c3d_9f8e7d_o"';
const HEAD = ["set local lock_timeout = '800ms'", `alter table ${S} owner to "etl"`, 'do …'];

describe('build', () => {
  test('a table: the author’s select is found again, everything else is around it', () => {
    const statements = dialect.buildTable({
      ...request,
      select: 'select 1 as id -- end',
      header: 'set local work_mem = 1',
      config: {
        unlogged: true,
        fillfactor: 70,
        indexes: [{ columns: ['id'], unique: true, type: 'btree' }],
      },
      comments: { relation: "it's", columns: {} },
      grants: { select: ['bi', 'public'] },
    });
    expect(texts(statements)).toEqual([
      `drop table if exists ${S} restrict`,
      'set local work_mem = 1',
      `create unlogged table ${S} with (fillfactor = 70) as (\nselect 1 as id -- end\n)`,
      `create unique index "__etl_0a1b2c3d_9f8e7d_i0" on ${S} using btree ("id")`,
      `comment on table ${S} is 'it''s'`,
      `grant select on table ${S} to "bi"`,
      `grant select on table ${S} to public`,
      `analyze ${S}`,
    ]);
    const create = statements.find((s) => s.authoredAt !== undefined);
    expect(create?.sql.slice(create.authoredAt)).toBe('select 1 as id -- end\n)');
    expect(create?.writes).toEqual([staged]);
  });

  test.each([
    [{ indexes: 'id' }, /not a list/],
    [{ indexes: [{ columns: [] }] }, /"columns"/],
    [{ indexes: [{ columns: ['a'], unique: 'yes' }] }, /"unique"/],
    [{ indexes: [{ columns: ['a'], type: 'btree); drop' }] }, /"type"/],
    [{ fillfactor: 5 }, /fillfactor/],
  ])('config %j is refused', (config, message) => {
    expect(() => dialect.buildTable({ ...request, select: 'select 1', config })).toThrow(message);
    expect(() => dialect.buildTable({ ...request, select: 'select 1', config })).toThrow(/ETL4004/);
  });

  test('a seed', () => {
    const columns = [
      { name: 'id', type: 'integer', nullable: false },
      { name: 'a "b"', type: 'numeric(12,2)', nullable: true },
    ];
    expect(texts(dialect.buildSeed({ ...request, columns }))).toEqual([
      `drop table if exists ${S} restrict`,
      `create table ${S} (\n  "id" integer not null,\n  "a ""b""" numeric(12,2)\n)`,
    ]);
  });
});

describe('publish a table', () => {
  test('nothing live', () => {
    expect(ways(dialect.publishTable({ ...request, live: undefined }))).toEqual([
      [`alter table ${S} rename to "margin"`],
    ]);
  });

  test('a table', () => {
    expect(ways(dialect.publishTable({ ...request, live: live('table') }))).toEqual([
      [
        ...HEAD,
        `lock table ${T} in access exclusive mode`,
        'do …',
        `alter table ${T} rename to "__etl_0a1b2c3d_9f8e7d_o"`,
        `alter table ${S} rename to "margin"`,
        `drop table ${O} restrict`,
      ],
    ]);
  });

  test('a table with a view on it: first re-bound, else deferred', () => {
    const attempts = dialect.publishTable({
      ...request,
      live: live('table', {
        dependents: [view],
        indexes: [{ name: 'ix', columns: null, unique: false, method: 'btree', isValid: true }],
      }),
    });
    expect(ways(attempts)).toEqual([
      [
        ...HEAD,
        'alter view "bi"."report" owner to "bi"',
        `lock table ${T} in access exclusive mode`,
        'do …',
        `alter table ${T} rename to "__etl_0a1b2c3d_9f8e7d_o"`,
        `alter table ${S} rename to "margin"`,
        'create or replace view "bi"."report" with (security_barrier=true) as\n SELECT id\n   FROM gold.margin',
        `drop table ${O} restrict`,
      ],
      [
        ...HEAD,
        `lock table ${T} in access exclusive mode`,
        'do …',
        `alter table ${T} rename to "__etl_0a1b2c3d_9f8e7d_o"`,
        `alter table ${S} rename to "margin"`,
        'alter index if exists "shop"."gold"."ix" rename to "__etl_0a1b2c3d_9f8e7d_p0"',
      ],
    ]);
    expect(attempts.map((a) => [a.otherwiseOn, a.leaves])).toEqual([
      [['incompatible_columns', 'permission'], undefined],
      [[], { relation: { ...target, name: '__etl_0a1b2c3d_9f8e7d_o' }, kind: 'table' }],
    ]);
  });

  test('a table with a materialized view on it', () => {
    const m: Dependent = {
      ...view,
      kind: 'materialized_view',
      name: 'm',
      options: [],
      populated: false,
      indexes: ['CREATE INDEX mi ON bi.m (id)'],
      comment: 'c',
      grants: [{ to: 'x', privilege: 'SELECT', grantable: true }],
    };
    const [first] = ways(
      dialect.publishTable({ ...request, live: live('table', { dependents: [m] }) }),
    );
    expect(first?.slice(3)).toEqual([
      // which locks it, and changes nothing
      'alter materialized view "bi"."m" owner to "bi"',
      `lock table ${T} in access exclusive mode`,
      'do …',
      'drop materialized view "bi"."m" restrict',
      `alter table ${T} rename to "__etl_0a1b2c3d_9f8e7d_o"`,
      `alter table ${S} rename to "margin"`,
      `drop table ${O} restrict`,
      'create materialized view "bi"."m" as\n SELECT id\n   FROM gold.margin\nwith no data',
      'CREATE INDEX mi ON bi.m (id)',
      'alter materialized view "bi"."m" owner to "bi"',
      'grant SELECT on table "bi"."m" to "x" with grant option',
      'comment on materialized view "bi"."m" is \'c\'',
    ]);
    // one that is read itself cannot be dropped
    const deep = dialect.publishTable({
      ...request,
      live: live('table', { dependents: [{ ...m, isRead: true }] }),
    });
    expect(deep.map((a) => a.leaves?.kind)).toEqual(['table']);
  });

  test.each([
    ['view', 'view', [`alter view ${T} owner to "etl"`]],
    ['materialized_view', 'materialized view', []],
  ] as const)('a %s', (kind, word, locks) => {
    expect(ways(dialect.publishTable({ ...request, live: live(kind) }))).toEqual([
      [
        ...HEAD,
        ...locks,
        'do …',
        `alter ${word} ${T} rename to "__etl_0a1b2c3d_9f8e7d_o"`,
        `alter table ${S} rename to "margin"`,
        `drop ${word} ${O} restrict`,
      ],
    ]);
  });

  test('grants and comments of the live table, as far as the config does not rule them', () => {
    const [first] = ways(
      dialect.publishTable({
        ...request,
        grants: { select: ['bi'] },
        comments: { relation: 'new', columns: {} },
        live: live('table', {
          owner: 'Boss',
          comment: 'old',
          grants: [
            { to: null, privilege: 'SELECT', grantable: false },
            { to: 'x', privilege: 'INSERT', grantable: true },
            { to: 'y', privilege: 'DELETE', grantable: false },
          ],
          defaultGrants: [{ to: 'y', privilege: 'DELETE' }],
        }),
      }),
    );
    expect(first?.slice(1, 5)).toEqual([
      `alter table ${S} owner to "Boss"`,
      'do …',
      `grant DELETE on table ${S} to "y"`,
      `grant select on table ${S} to "bi"`,
    ]);
  });

  test('facts that were not read are an error, not an empty list', () => {
    expect(() =>
      dialect.publishTable({ ...request, live: { ...live('table'), facts: undefined } }),
    ).toThrow(/were not read/);
  });
});

test.each(['table', 'view'] as const)(
  'a materialized view is not replaced by a %s unless that is allowed',
  (becomes) => {
    expect(
      dialect.hazards({ target, becomes, live: live('materialized_view') }).map((h) => h.code),
    ).toEqual(['ETL4001']);
    expect(dialect.hazards({ target, becomes, live: live('table') })).toEqual([]);
  },
);

describe('publish a view', () => {
  const select = 'select 1 as id';
  test('nothing live: one statement', () => {
    expect(ways(dialect.publishView({ ...request, select, live: undefined }))).toEqual([
      [`create or replace view ${T} as (\nselect 1 as id\n)`],
    ]);
  });

  test('a view: in place, by swap, deferred', () => {
    const attempts = dialect.publishView({
      ...request,
      select,
      live: live('view', { options: ['security_invoker=true'], dependents: [view] }),
    });
    expect(texts(attempts[0]?.statements)).toEqual([
      "set local lock_timeout = '800ms'",
      `create or replace view ${T} with (security_invoker=true) as (\nselect 1 as id\n)`,
    ]);
    expect(texts(attempts[1]?.statements)[1]).toBe(
      `create view ${S} with (security_invoker=true) as (\nselect 1 as id\n)`,
    );
    expect(attempts.map((a) => [a.otherwiseOn.join(), a.leaves?.kind])).toEqual([
      ['incompatible_columns', undefined],
      ['incompatible_columns,permission', undefined],
      ['', 'view'],
    ]);
  });

  test('a table: swapped', () => {
    const attempts = dialect.publishView({ ...request, select, live: live('table') });
    expect(ways(attempts)[0]?.slice(-3)).toEqual([
      `alter table ${T} rename to "__etl_0a1b2c3d_9f8e7d_o"`,
      `alter view ${S} rename to "margin"`,
      `drop table ${O} restrict`,
    ]);
  });
});

describe('delta', () => {
  const delta = [
    { name: 'id', type: 'integer', nullable: true },
    { name: 'v', type: 'text', nullable: true },
  ];
  const incremental: DeltaRequest = {
    ...request,
    select: 'select 1',
    strategy: 'delete+insert',
    uniqueKey: ['id'],
    predicates: ['v > 0'],
    mergeUpdateColumns: undefined,
    mergeExcludeColumns: undefined,
    onSchemaChange: 'ignore',
    live: { ...live('table'), columns: delta },
  };
  const published = (more: Partial<DeltaRequest>): readonly string[] =>
    texts(dialect.publishDelta({ ...incremental, ...more }, delta).value?.[0]?.statements);

  test('delete+insert', () => {
    expect(published({})).toEqual([
      `delete from ${T} as DBT_INTERNAL_DEST\nusing (select distinct "id" as __etl_k0 from ${S}) as __etl_delta\n` +
        'where DBT_INTERNAL_DEST."id" = __etl_delta.__etl_k0\n  and (v > 0\n)',
      `insert into ${T} ("id", "v")\nselect "id", "v"\nfrom ${S}`,
      'do …',
    ]);
  });

  test('merge', () => {
    expect(published({ strategy: 'merge' })).toEqual([
      `merge into ${T} as DBT_INTERNAL_DEST\nusing ${S} as DBT_INTERNAL_SOURCE\n` +
        'on (DBT_INTERNAL_SOURCE."id" = DBT_INTERNAL_DEST."id"\n) and (v > 0\n)\n' +
        'when matched then update set "id" = DBT_INTERNAL_SOURCE."id", "v" = DBT_INTERNAL_SOURCE."v"\n' +
        'when not matched then insert ("id", "v")\nvalues (DBT_INTERNAL_SOURCE."id", DBT_INTERNAL_SOURCE."v")',
      'do …',
    ]);
  });

  test('unknown words are refused', () => {
    const odd = {
      strategy: 'upsert',
      onSchemaChange: 'perhaps',
    } as unknown as Partial<DeltaRequest>;
    expect(dialect.publishDelta({ ...incremental, ...odd }, delta).diagnostics).toMatchObject([
      { code: 'ETL4003' },
    ]);
    expect(
      dialect.publishDelta({ ...incremental, ...odd, onSchemaChange: 'ignore' }, delta).diagnostics,
    ).toMatchObject([{ code: 'ETL4004' }]);
    expect(dialect.publishDelta(incremental, []).diagnostics).toMatchObject([{ code: 'ETL4003' }]);
  });
});

test('no generated text drops what depends on something', () => {
  const all = [
    ...dialect.buildTable({ ...request, select: 'x' }),
    ...dialect
      .publishTable({ ...request, live: live('table', { dependents: [view] }) })
      .flatMap((a) => a.statements),
    ...dialect
      .publishView({ ...request, select: 'x', live: live('view', { dependents: [view] }) })
      .flatMap((a) => a.statements),
    ...dialect.tidy(staged),
    ...(['table', 'view', 'materialized_view', 'external'] as const).map((k) =>
      dialect.drop(target, k),
    ),
  ];
  const drops = all.filter((s) => /\bdrop\b/.test(s.sql));
  expect(drops.length).toBeGreaterThan(6);
  for (const s of all) expect(s.sql).not.toMatch(/cascade/i);
  for (const s of drops) expect(s.sql).toMatch(/restrict/);
});
