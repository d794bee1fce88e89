import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import {
  rebuildTable,
  scratchPostgres,
  withRole,
  type ScratchPostgres,
} from '../../support/postgres.ts';
import { untilRuns } from '../../support/running.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const at = (name: string): RelationName => ({ database: 'etl', schema, name });
const as = (role: string): Pick<ScratchPostgres, 'connection'> => withRole(pg, role);

beforeAll(async () => {
  pg = await scratchPostgres();
  await pg.run(
    'create role analyst; create role keeper; create role stranger login; create role builder; create role maker',
  );
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `r${counter++}`;
  await pg.run(
    `create schema ${schema}; grant usage, create on schema ${schema} to analyst, stranger`,
  );
});

const left = async (): Promise<readonly unknown[]> =>
  (
    await pg.rows(
      `select relname from pg_class where relnamespace = '${schema}'::regnamespace and relname like '\\_\\_etl\\_%' order by 1`,
    )
  ).map((r) => r[0]);
const acl = (name: string): Promise<unknown> =>
  pg.value(
    `select replace(relacl::text, 'Dxtm', 'Dxt') from pg_class where oid = '${schema}.${name}'::regclass`,
  );

describe('a table with everything on it', () => {
  beforeEach(() =>
    pg.run(`
      create table ${schema}.t as select 1 as id, 'a'::text as b;
      grant select on ${schema}.t to public;
      grant insert on ${schema}.t to analyst with grant option;
      grant update (b) on ${schema}.t to stranger;
      comment on table ${schema}.t is 'olá, "mundo"';
      comment on column ${schema}.t.b is E'a\\\\b ''c''';
      create view ${schema}.v with (security_barrier = true) as select id, b from ${schema}.t;
      grant select on ${schema}.v to analyst; comment on view ${schema}.v is 'vista';
      create view ${schema}.vv as select * from ${schema}.v;
      create materialized view ${schema}.m as select count(*) as n from ${schema}.t;
      create unique index m_n on ${schema}.m (n);
      grant select on ${schema}.m to analyst; comment on materialized view ${schema}.m is 'materializada'`),
  );

  test('keeps grants, column grants, owner, comments and all that reads it', async () => {
    await pg.run(`alter table ${schema}.t owner to keeper`);
    const before = {
      t: await acl('t'),
      v: await acl('v'),
      m: await acl('m'),
      view: await pg.value(`select '${schema}.v'::regclass::oid::text`),
    };
    const { way } = await rebuildTable(pg, at('t'), {
      select: "select 2 as id, 'b'::text as b, now() as extra union all select 3, 'c', now()",
    });
    expect(way).toBe(0);
    expect(await acl('t')).toBe(before.t);
    expect(await acl('v')).toBe(before.v);
    expect(await acl('m')).toBe(before.m);
    expect(await pg.value(`select '${schema}.v'::regclass::oid::text`)).toBe(before.view);
    expect(
      await pg.rows(`select attname, attacl::text from pg_attribute
        where attrelid = '${schema}.t'::regclass and attacl is not null`),
    ).toEqual([['b', '{stranger=w/keeper}']]);
    expect(
      await pg.rows(`select pg_get_userbyid(relowner), obj_description(oid, 'pg_class'), col_description(oid, 2)
        from pg_class where oid = '${schema}.t'::regclass`),
    ).toEqual([['keeper', 'olá, "mundo"', "a\\b 'c'"]]);
    expect(await pg.rows(`select id from ${schema}.vv order by 1`)).toEqual([[2], [3]]);
    expect(await pg.rows(`select n from ${schema}.m`)).toEqual([[2]]);
    expect(
      await pg.rows(`select reloptions::text, obj_description(oid, 'pg_class') from pg_class
        where oid in ('${schema}.v'::regclass, '${schema}.m'::regclass) order by relname`),
    ).toEqual([
      [null, 'materializada'],
      ['{security_barrier=true}', 'vista'],
    ]);
    expect(await pg.value(`select '${schema}.m_n'::regclass::text`)).toBe(`${schema}.m_n`);
    expect(await left()).toEqual([]);
  });

  test('keeps what was given to columns and indexes of a materialized view', async () => {
    await pg.run(`create materialized view ${schema}."M x" as select id, b as "B" from ${schema}.t;
      create unique index "M i" on ${schema}."M x" (id); comment on index ${schema}."M i" is 'índice';
      comment on column ${schema}."M x"."B" is E'it''s \\\\'; grant select ("B") on ${schema}."M x" to analyst with grant option;
      grant select (id) on ${schema}."M x" to public; alter materialized view ${schema}."M x" alter column id set statistics 77;
      alter materialized view ${schema}."M x" alter column id set (n_distinct = -0.5);
      alter materialized view ${schema}."M x" cluster on "M i";
      create statistics ${schema}."S x" (ndistinct) on id, "B" from ${schema}."M x";
      grant create on schema ${schema} to keeper; alter statistics ${schema}."S x" owner to keeper;
      alter statistics ${schema}."S x" set statistics 33; comment on statistics ${schema}."S x" is 'it''s both'`);
    const given = (): Promise<readonly unknown[]> =>
      pg.rows(`select attname::text, nullif(attstattarget, -1), attacl::text, (select string_agg(o, ' ') from unnest(attoptions) o where o not like 'pg\\_%'), col_description(attrelid, attnum),
          (select concat(indisclustered, obj_description(indexrelid)) from pg_index where indrelid = attrelid),
          (select concat_ws(' ', pg_get_statisticsobjdef(oid), stxowner::regrole, stxstattarget, obj_description(oid, 'pg_statistic_ext')) from pg_statistic_ext where stxrelid = attrelid)
        from pg_attribute where attrelid = '${schema}."M x"'::regclass and attnum > 0 order by attnum`);
    const before = await given();
    await rebuildTable(pg, at('t'), { select: "select 2 as id, 'b'::text as b" });
    expect(await pg.rows(`select * from ${schema}."M x"`)).toEqual([[2, 'b']]);
    expect(await given()).toEqual(before);
  });

  test('a dependent column changes its type: the readers keep the old version, which is named', async () => {
    const { way, attempt } = await rebuildTable(pg, at('t'), {
      select: "select 'x'::text as id, 'b'::text as b",
    });
    expect(way).toBe(1);
    expect(await pg.value(`select id from ${schema}.t`)).toBe('x');
    expect(await pg.value(`select id from ${schema}.vv`)).toBe(1);
    expect(await left()).toEqual([attempt.leaves?.relation.name]);
    expect(attempt.leaves?.kind).toBe('table');
    expect(await acl('t')).toMatch(/analyst=a\*\/etl/);
  });

  test('a dependent column goes away', async () => {
    const { way } = await rebuildTable(pg, at('t'), { select: 'select 9 as id' });
    expect(way).toBe(1);
    expect(await pg.value(`select b from ${schema}.vv`)).toBe('a');
    expect(await pg.value(`select id from ${schema}.t`)).toBe(9);
  });

  test('a column that nobody reads goes away, with its grant and comment', async () => {
    await pg.run(`alter table ${schema}.t add column c int; grant select (c) on ${schema}.t to stranger;
      comment on column ${schema}.t.c is 'gone'`);
    const { way } = await rebuildTable(pg, at('t'), { select: "select 9 as id, 'z'::text as b" });
    expect(way).toBe(0);
    expect(await pg.value(`select id from ${schema}.vv`)).toBe(9);
  });

  test('a materialized view that is read itself is left alone', async () => {
    await pg.run(`create view ${schema}.on_m as select n from ${schema}.m`);
    const { attempt } = await rebuildTable(pg, at('t'), {
      select: "select 5 as id, 'z'::text as b",
    });
    expect(attempt.leaves).toBeDefined();
    expect(await pg.value(`select n from ${schema}.on_m`)).toBe(1);
  });

  test('a view of another role goes on with the old version', async () => {
    await pg
      .run(`grant analyst to stranger; grant stranger to analyst with admin option`)
      .catch(() => undefined);
    await pg.run(`drop materialized view ${schema}.m; drop view ${schema}.vv; alter table ${schema}.t owner to builder;
      grant usage, create on schema ${schema} to builder; alter view ${schema}.v owner to analyst`);
    const { way, attempt } = await rebuildTable(as('builder'), at('t'), {
      select: "select 7 as id, 'z'::text as b",
    });
    expect(way).toBe(1);
    expect(attempt.leaves).toBeDefined();
    expect(await pg.value(`select id from ${schema}.t`)).toBe(7);
    expect(await pg.value(`select id from ${schema}.v`)).toBe(1);
  });

  test('statistics that the builder may not give back are the builder’s', async () => {
    await pg.run(`drop materialized view ${schema}.m; drop view ${schema}.vv; drop view ${schema}.v; alter table ${schema}.t owner to maker;
      grant usage, create on schema ${schema} to maker, keeper;
      create materialized view ${schema}.mm as select id, b from ${schema}.t; alter materialized view ${schema}.mm owner to maker;
      create statistics ${schema}.ss on id, b from ${schema}.mm; alter statistics ${schema}.ss owner to keeper`);
    await rebuildTable(as('maker'), at('t'), { select: "select 7 as id, 'z'::text as b" });
    expect(await pg.value(`select id from ${schema}.mm`)).toBe(7);
    const owner = `select stxowner::regrole::text from pg_statistic_ext where stxrelid = '${schema}.mm'::regclass`;
    expect(await pg.value(owner)).toBe('maker');
  });
});

describe('what its columns number, and keys', () => {
  test('a serial column is no obstacle: its sequence goes with the table', async () => {
    await pg.run(`create table ${schema}.t (id serial primary key, word text)`);
    const request = { select: "select 7 as id, 'b' as word" };
    await expect(rebuildTable(pg, at('t'), request)).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL4001', severity: 'warning' }],
    });
    await rebuildTable(pg, at('t'), { ...request, allow: true });
    expect(await pg.rows(`select id, word from ${schema}.t`)).toEqual([[7, 'b']]);
    expect(await pg.value(`select to_regclass('${schema}.t_id_seq')`)).toBeNull();
    expect(await left()).toEqual([]);
  });

  test('so it is with an identity column, which is told', async () => {
    await pg.run(`create table ${schema}.t (id int generated always as identity, word text)`);
    await expect(
      rebuildTable(pg, at('t'), { select: "select 1 as id, 'a' as word" }),
    ).rejects.toMatchObject({
      diagnostics: [
        { code: 'ETL4001', severity: 'warning', message: expect.stringContaining('t_id_seq') },
      ],
    });
  });

  test('a key that foreign keys need goes over; without its column the table stays', async () => {
    await pg.run(`create table ${schema}.t as select 1 as id; alter table ${schema}.t add primary key (id);
      create table ${schema}.child (t_id int references ${schema}.t)`);
    await rebuildTable(pg, at('t'), { select: 'select 2 as id' });
    await pg.run(`insert into ${schema}.child values (2)`);
    await expect(rebuildTable(pg, at('t'), { select: 'select 3 as code' })).rejects.toThrow(
      /column "id" referenced in foreign key constraint does not exist/,
    );
    expect(await pg.value(`select id from ${schema}.t`)).toBe(2);
    expect(await left()).toEqual([]);
  });

  test('foreign keys follow to a table that has the key they need', async () => {
    await pg.run(`create table ${schema}.t as select 1 as id; alter table ${schema}.t add primary key (id);
      create table ${schema}.child (t_id int references ${schema}.t); insert into ${schema}.child values (1)`);
    await rebuildTable(pg, at('t'), {
      select: 'select 1 as id union all select 2',
      config: { indexes: [{ columns: ['id'], unique: true }] },
    });
    await pg.run(`insert into ${schema}.child values (2)`);
    await expect(pg.run(`insert into ${schema}.child values (3)`)).rejects.toThrow(
      /child_t_id_fkey/,
    );
  });

  test('its own primary key and its own foreign key are no obstacle', async () => {
    await pg.run(`create table ${schema}.parent (id int primary key); insert into ${schema}.parent values (1);
      create table ${schema}.t as select 1 as id; alter table ${schema}.t add primary key (id);
      alter table ${schema}.t add foreign key (id) references ${schema}.parent`);
    await rebuildTable(pg, at('t'), { select: 'select 2 as id' });
    expect(await pg.value(`select id from ${schema}.t`)).toBe(2);
  });

  test('a foreign table is not replaced', async () => {
    await pg.run(`create extension if not exists postgres_fdw;
      create server if not exists far foreign data wrapper postgres_fdw;
      create foreign table ${schema}.t (id int) server far`);
    await expect(rebuildTable(pg, at('t'), { select: 'select 2 as id' })).rejects.toThrow(
      /foreign table/,
    );
  });
});

describe('other kinds at the target', () => {
  test('nothing', async () => {
    await rebuildTable(pg, at('t'), {
      select: 'select 1 as id -- the last line is a comment',
      config: {
        indexes: [
          { columns: ['id'], unique: true },
          { columns: ['id'], type: 'hash' },
        ],
      },
      comments: { relation: "it's", columns: { id: 'key', absent: 'no such column' } },
      grants: { select: ['analyst', 'public'] },
    });
    expect(await acl('t')).toBe('{etl=arwdDxt/etl,analyst=r/etl,=r/etl}');
    expect(await pg.value(`select col_description('${schema}.t'::regclass, 1)`)).toBe('key');
    const indexes = await pg.rows(
      `select indexname, indexdef from pg_indexes where schemaname = '${schema}' order by 2`,
    );
    expect(indexes.map((r) => String(r[0]))).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect(String(indexes[0]?.[1])).toMatch(/USING hash/);
    expect(String(indexes[1]?.[1])).toMatch(/^CREATE UNIQUE INDEX .* USING btree/);
    expect(await left()).toEqual([]);
  });

  test('indexes have the same names after every rebuild, deferred ones too', async () => {
    const config = { indexes: [{ columns: ['id'] }] };
    const names = (): Promise<unknown> =>
      pg.value(
        `select string_agg(indexrelid::regclass::text, ',') from pg_index where indrelid = '${schema}.t'::regclass`,
      );
    await rebuildTable(pg, at('t'), { select: 'select 1 as id', config });
    const first = await names();
    await rebuildTable(pg, at('t'), { select: 'select 2 as id', config });
    expect(await names()).toBe(first);
    await pg.run(`create view ${schema}.v as select id from ${schema}.t`);
    const { way } = await rebuildTable(pg, at('t'), { select: "select 'x'::text as id", config });
    expect(way).toBe(1);
    expect(await names()).toBe(first);
  });

  test('a table renamed by hand keeps its index name, and the new one is built all the same', async () => {
    const config = { indexes: [{ columns: ['id'] }] };
    await rebuildTable(pg, at('t'), { select: 'select 1 as id', config });
    await pg.run(`alter table ${schema}.t rename to t_kept`);
    await rebuildTable(pg, at('t'), { select: 'select 2 as id', config });
    expect(await pg.value(`select id from ${schema}.t`)).toBe(2);
  });

  test('a view', async () => {
    await pg.run(`create table ${schema}.src as select 1 as id; create view ${schema}.t as select id from ${schema}.src;
      grant select on ${schema}.t to analyst; create view ${schema}.reader as select id + 1 as next from ${schema}.t`);
    await rebuildTable(pg, at('t'), { select: 'select 41 as id' });
    expect(
      await pg.value(`select relkind::text from pg_class where oid = '${schema}.t'::regclass`),
    ).toBe('r');
    expect(await pg.value(`select next from ${schema}.reader`)).toBe(42);
    expect(await acl('t')).toMatch(/analyst=r/);
    expect(await left()).toEqual([]);
  });

  test('a materialized view, once that is allowed', async () => {
    await pg.run(`create materialized view ${schema}.t as select 1 as id;
      create view ${schema}.reader as select id + 1 as next from ${schema}.t`);
    await expect(rebuildTable(pg, at('t'), { select: 'select 41 as id' })).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL4001' }],
    });
    await rebuildTable(pg, at('t'), { select: 'select 41 as id', allow: true });
    expect(
      await pg.value(`select relkind::text from pg_class where oid = '${schema}.t'::regclass`),
    ).toBe('r');
    expect(await pg.value(`select next from ${schema}.reader`)).toBe(42);
    expect(await left()).toEqual([]);
  });
});

test('a failing build leaves the table and nothing else', async () => {
  await pg.run(`create table ${schema}.t as select 1 as id`);
  await expect(rebuildTable(pg, at('t'), { select: 'select 1 / 0 as id' })).rejects.toMatchObject({
    error: { code: '22012', kind: 'type' },
  });
  expect(await pg.value(`select id from ${schema}.t`)).toBe(1);
  expect(await left()).toEqual([]);
});

test('a long reader delays the swap and does not fail it', async () => {
  await pg.run(
    `create table ${schema}.t as select 1 as id; create view ${schema}.v as select id from ${schema}.t`,
  );
  // until the swap has met it, and then for longer than it waits
  const reading =
    pg.run(`begin; select * from ${schema}.v; do $$ begin for i in 1..400 loop perform pg_sleep(0.05);
    exit when exists (select from pg_locks where not granted and relation in ('${schema}.t'::regclass, '${schema}.v'::regclass)); end loop; perform pg_sleep(1.2); end $$; commit`);
  await untilRuns((sql) => pg.value(sql), 'perform pg_sleep(0.05)');
  const { tries } = await rebuildTable(pg, at('t'), { select: 'select 2 as id' });
  await reading;
  expect(tries).toBeGreaterThan(1);
  expect(await pg.value(`select id from ${schema}.v`)).toBe(2);
});

test('a long reader of another table under the same view does not delay the swap', async () => {
  await pg.run(`create table ${schema}.t as select 1 as id; create table ${schema}.busy as select 1 as id;
    create view ${schema}.v as select t.id from ${schema}.t join ${schema}.busy using (id)`);
  await pg.run(`create table ${schema}.swapped (id int)`);
  // longer than any swap, unless it is told that the swap is done
  const reading =
    pg.run(`begin; select * from ${schema}.busy; do $$ begin for i in 1..400 loop perform pg_sleep(0.05);
    exit when exists (select from ${schema}.swapped); end loop; end $$; commit`);
  await untilRuns((sql) => pg.value(sql), `${schema}.swapped`);
  const { tries, way } = await rebuildTable(pg, at('t'), { select: 'select 1 as id' });
  expect([tries, way]).toEqual([1, 0]);
  const isReading = `select count(*)::int from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like '%${schema}.swapped%'`;
  expect(await pg.value(isReading)).toBe(1);
  await pg.run(`insert into ${schema}.swapped values (1)`);
  await reading;
});
