// What somebody gave to a table by hand is there after it was replaced.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import {
  MAJOR,
  rebuildTable,
  scratchPostgres,
  type ScratchPostgres,
} from '../../support/postgres.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const NAME = 'Ção "x" 😀';
const at = (name = NAME): RelationName => ({ database: 'etl', schema, name });
const table = (): string => `${schema}."Ção ""x"" 😀"`;
const DEFAULT = "select g as id, g % 3 as kind, 'w' || g as word from generate_series(1, 100) g";
const rebuild = (select = DEFAULT, more = {}): ReturnType<typeof rebuildTable> =>
  rebuildTable(pg, at(), { select, allow: true, ...more });
const texts = async (sql: string): Promise<readonly string[]> =>
  (await pg.rows(sql)).map((row) => row.join('|'));
const internal = (): Promise<readonly string[]> =>
  texts(`select relname from pg_class where relname like '\\_\\_etl\\_%'
    union all select stxname from pg_statistic_ext where stxname like '\\_\\_etl\\_%'`);

beforeAll(async () => {
  pg = await scratchPostgres();
  await pg.run('create role ana; create role "Rui R"');
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `b${counter++}`;
  await pg.run(`create schema ${schema}; grant usage on schema ${schema} to ana, "Rui R"`);
  await rebuild();
});

const indexes = (): Promise<readonly string[]> =>
  texts(`select indexdef || coalesce(' -- ' || obj_description(format('%I.%I', schemaname, indexname)::regclass, 'pg_class'), '')
    from pg_indexes where schemaname = '${schema}' order by 1`);

describe('indexes', () => {
  const make = (): Promise<void> =>
    pg.run(`create unique index "by USING id" on ${table()} (id) include (word) where id > 0;
      create index on ${table()} using hash (word); create index lowered on ${table()} (lower(word) desc nulls last);
      create index "00000000000000000000000000000000" on ${table()} (kind);
      comment on index ${schema}."by USING id" is 'it''s unique'`);

  test('are made anew as they were; one with the name that a config gives is not', async () => {
    await make();
    const before = await indexes();
    expect(before).toHaveLength(4);
    await rebuild();
    expect(await indexes()).toEqual(before.filter((i) => !i.includes('0000')));
    await rebuild();
    expect(await indexes()).toHaveLength(3);
    expect(await internal()).toEqual([]);
  });

  test('go with their columns, and a configured one that is the same is enough', async () => {
    await make();
    await pg.run(`create index plain on ${table()} (id)`);
    await rebuild('select 1 as id, 2 as kind', { config: { indexes: [{ columns: ['id'] }] } });
    expect(await indexes()).toEqual([
      expect.stringMatching(/^CREATE INDEX "?[0-9a-f]{32}"? ON .* USING btree \(id\)$/),
    ]);
  });

  test('a unique one that the new rows contradict keeps the old table', async () => {
    await make();
    await expect(
      rebuild("select 1 as id, 2 as kind, 'w' as word from generate_series(1, 2)"),
    ).rejects.toThrow(/could not create unique index/);
    expect(await pg.value(`select count(*) from ${table()}`)).toBe(100);
    expect(await internal()).toEqual([]);
  });
});

test('what the server notes with a column for itself is nothing that was given to it', async () => {
  const live = await pg.live(at());
  expect(live?.facts).toMatchObject({ belongings: { columns: [] } });
});

test('statistics: targets and options of columns, and those over several columns, filled', async () => {
  await pg.run(`alter table ${table()} alter word set statistics 7, alter kind set (n_distinct = 5);
    create statistics ${schema}."St 1" (ndistinct, mcv) on id, kind from ${table()};
    create statistics ${schema}.st2 on (lower(word)) from ${table()};
    alter statistics ${schema}."St 1" set statistics 33; alter statistics ${schema}.st2 owner to ana;
    comment on statistics ${schema}."St 1" is E'it''s \\\\ both'; comment on statistics ${schema}.st2 is 'words'`);
  const known = (): Promise<readonly string[]> =>
    texts(`select s.stxname, pg_get_userbyid(s.stxowner), s.stxstattarget, pg_get_statisticsobjdef(s.oid), obj_description(s.oid, 'pg_statistic_ext') from pg_statistic_ext s
      where s.stxnamespace = '${schema}'::regnamespace order by 1`);
  const before = await known();
  for (let i = 0; i < 2; i++) await rebuild();
  expect(await known()).toEqual(before);
  expect(
    await texts(`select attname, nullif(attstattarget, -1), options::text from pg_attribute,
        lateral (select array_agg(o) as options from unnest(attoptions) o where o not like 'pg\\_%') own
      where attrelid = '${table()}'::regclass and attnum > 0 and (attstattarget >= 0 or options is not null) order by 1`),
  ).toEqual(['kind||{n_distinct=5}', 'word|7|']);
  expect(
    await pg.value(
      `select count(*) from pg_stats_ext where schemaname = '${schema}' and n_distinct is not null`,
    ),
  ).toBe(1);
  expect(
    await pg.value(
      `select n_distinct from pg_stats where schemaname = '${schema}' and attname = 'kind'`,
    ),
  ).toBe(5);
  await rebuild('select 1 as id');
  expect(await known()).toEqual([]);
  expect(await internal()).toEqual([]);
});

test('how values are kept, the order of CLUSTER, and comments on constraints and policies', async () => {
  await pg.run(`create materialized view ${schema}.mv as select id, word from ${table()};
    alter materialized view ${schema}.mv alter word set storage external;
    alter table ${table()} alter word set storage external, alter word set compression pglz;
    create index by_id on ${table()} (id); alter table ${table()} cluster on by_id;
    alter table ${table()} add constraint more check (id > 0), add constraint one unique (id);
    comment on constraint more on ${table()} is 'it''s more'; comment on constraint one on ${table()} is 'once';
    create policy p on ${table()} using (true); comment on policy p on ${table()} is 'all'`);
  const known = (): Promise<readonly string[]> =>
    texts(`select c.relname, a.attname, a.attstorage::text, a.attcompression::text from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = '${schema}'::regnamespace and c.relkind in ('r', 'm') and a.attnum > 0
      union all select 'clustered on', i.indexrelid::regclass::text, '', '' from pg_index i where indrelid = '${table()}'::regclass and indisclustered
      union all select k.conname, obj_description(k.oid, 'pg_constraint'), '', '' from pg_constraint k where k.conrelid = '${table()}'::regclass and k.contype in ('c', 'u')
      union all select polname, obj_description(p.oid, 'pg_policy'), '', '' from pg_policy p where polrelid = '${table()}'::regclass order by 1, 2`);
  const before = await known();
  expect(before).toHaveLength(9);
  for (let i = 0; i < 2; i++) await rebuild();
  expect(await known()).toEqual(before);
  // a type without such settings and an index without its column take them along
  await pg.run(`drop materialized view ${schema}.mv`);
  await rebuild('select 1 as kind, 2 as word');
  expect(await known()).toEqual([
    'p|all||',
    expect.stringMatching(/kind\|p\|$/),
    expect.stringMatching(/word\|p\|$/),
  ]);
});

describe('row security', () => {
  const secure = (): Promise<void> =>
    pg.run(`create table ${schema}.allowed as select 1 as kind; grant select on ${schema}.allowed to ana, "Rui R";
      alter table ${table()} enable row level security; alter table ${table()} force row level security;
      create policy mine on ${table()} for select to ana, "Rui R" using (kind in (select a.kind from ${schema}.allowed a where a.kind = "Ção ""x"" 😀".kind));
      create policy "no writes" on ${table()} as restrictive for insert with check (false)`);
  const policies = (): Promise<readonly string[]> =>
    texts(
      `select policyname, permissive, roles::text, cmd, qual, with_check from pg_policies where schemaname = '${schema}' order by 1`,
    );
  const seen = async (role: string): Promise<unknown> => {
    const rows = await pg.rows(
      `begin; set local role ${role}; create temp table seen on commit drop as select count(*) from ${table()}; select * from seen; commit`,
    );
    return rows[0]?.[0];
  };

  test('its policies and their roles go over, and nobody sees more meanwhile', async () => {
    await secure();
    const before = await policies();
    const grants = { select: ['ana'] };
    await rebuild(DEFAULT, { grants });
    await rebuild(DEFAULT, { grants });
    expect(await policies()).toEqual(before);
    expect(
      await texts(
        `select relrowsecurity, relforcerowsecurity from pg_class where oid = '${table()}'::regclass`,
      ),
    ).toEqual(['true|true']);
    expect(await pg.value(`select has_table_privilege('ana', '${table()}', 'select')`)).toBe(true);
    expect(await seen('ana')).toBe(34);
  });

  test('what is built beside is shut before it is granted to anybody', async () => {
    await secure();
    const seenBeside: unknown[] = [];
    const found = `select relrowsecurity, relacl::text from pg_class where relname like '\\_\\_etl\\_%' and relkind = 'r'`;
    await pg.run(`create view ${schema}.stop as select * from ${table()}`);
    // a lock that the swap waits for: what it has built stands there meanwhile
    const holding = pg.connection.withSession('reader', async (session) => {
      await session.execute({
        sql: `begin; select * from ${schema}.stop limit 1`,
        verb: 'hook',
        repeatable: true,
      });
      for (let i = 0; i < 60 && seenBeside.length === 0; i++) {
        await new Promise((resume) => setTimeout(resume, 20));
        seenBeside.push(...(await texts(found)));
      }
      await session.execute({ sql: 'commit', verb: 'hook', repeatable: true });
    });
    await Promise.all([holding, rebuild(DEFAULT, { grants: { select: ['ana'] } })]);
    expect(seenBeside).toEqual([expect.stringMatching(/^true\|.*ana=r/)]);
  });

  test('a view cannot have it, and is refused', async () => {
    await secure();
    const { dialect } = await import('../../../src/adapters/postgres/dialect.ts');
    const live = await pg.live(at());
    expect(dialect.hazards({ target: at(), becomes: 'view', live })).toMatchObject([
      {
        code: 'ETL4001',
        severity: 'error',
        message: expect.stringMatching(/row security, policy mine, policy no writes/),
      },
    ]);
    expect(dialect.hazards({ target: at(), becomes: 'table', live })).toEqual([]);
  });
});

// lists of columns and conditions came with 15
test.runIf(MAJOR >= 15)(
  'publications: columns, rows and the replica identity stay, and that nothing is sent is told',
  async () => {
    await pg.run(`alter table ${table()} replica identity full;
    create publication "P 1" for table ${table()} (id, kind) where (kind > 1); create publication p2 for table ${table()}`);
    const published = (): Promise<readonly string[]> =>
      texts(
        `select pubname, attnames::text, rowfilter from pg_publication_tables where schemaname = '${schema}' order by 1`,
      );
    const before = await published();
    expect(before).toEqual(['P 1|{id,kind}|(kind > 1)', 'p2|{id,kind,word}|']);
    await expect(rebuildTable(pg, at(), { select: DEFAULT })).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL4042', severity: 'warning' }],
    });
    await rebuild();
    expect(await published()).toEqual(before);
    expect(
      await pg.value(`select relreplident::text from pg_class where oid = '${table()}'::regclass`),
    ).toBe('f');
    await pg.run(`drop publication "P 1", p2; create unique index ident on ${table()} (id); delete from ${table()} where id is null;
    alter table ${table()} alter id set not null; alter table ${table()} replica identity using index ident`);
    await expect(rebuild()).rejects.toThrow(
      /cannot be used as replica identity because column "id" is nullable/,
    );
    expect(await pg.value(`select count(*) from ${table()}`)).toBe(100);
  },
);

test('a deferred swap frees the names of what stays with the old table', async () => {
  await pg.run(`create index mine on ${table()} (id); create statistics ${schema}.st on id, kind from ${table()};
    create view ${schema}.reads as select word from ${table()}`);
  const { attempt } = await rebuild('select 1 as id, 2 as kind');
  expect(attempt.leaves).toBeDefined();
  expect((await indexes()).filter((i) => i.includes(' mine '))).toHaveLength(1);
  expect(
    await pg.value(
      `select stxrelid = '${table()}'::regclass from pg_statistic_ext where stxname = 'st'`,
    ),
  ).toBe(true);
});

test('a name of 63 bytes, of letters that take two, with an index, statistics and a partition of the bytes', async () => {
  const name = `${'ç'.repeat(31)}x`;
  const target = { database: 'etl', schema, name };
  for (let i = 0; i < 2; i++)
    await rebuildTable(pg, target, {
      select: `select ${i} as id`,
      config: { indexes: [{ columns: ['id'], unique: true }] },
    });
  expect(await pg.value(`select id from ${schema}."${name}"`)).toBe(1);
  expect(await indexes()).toHaveLength(1);
});
