import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import { rebuildView, scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const at = (name: string): RelationName => ({ database: 'etl', schema, name });
const kind = (name: string): Promise<unknown> =>
  pg.value(`select relkind::text from pg_class where oid = '${schema}.${name}'::regclass`);
const left = async (): Promise<readonly unknown[]> =>
  (
    await pg.rows(`select relname from pg_class
      where relnamespace = '${schema}'::regnamespace and relname like '\\_\\_etl\\_%'`)
  ).map((r) => r[0]);

beforeAll(async () => {
  pg = await scratchPostgres();
  await pg.run('create role analyst; create role other');
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `v${counter++}`;
  await pg.run(
    `create schema ${schema}; create table ${schema}.src as select 1 as id, 'a'::text as b`,
  );
});

test('a first view, described and granted', async () => {
  await rebuildView(pg, at('v'), {
    select: `select id, b from ${schema}.src -- comment`,
    comments: { relation: 'what', columns: { id: 'key', nowhere: 'x' } },
    grants: { select: ['analyst'] },
  });
  expect(await pg.value(`select col_description('${schema}.v'::regclass, 1)`)).toBe('key');
  expect(await pg.value(`select has_table_privilege('analyst', '${schema}.v', 'select')`)).toBe(
    true,
  );
});

test('appended columns and changed values are replaced in place, options stay, grants are those of the config', async () => {
  await pg.run(`create view ${schema}.v with (security_barrier=true) as select id from ${schema}.src;
    grant select on ${schema}.v to other; grant insert on ${schema}.v to other;
    create view ${schema}.vv as select id from ${schema}.v`);
  const oid = await pg.value(`select '${schema}.v'::regclass::oid::text`);
  const { way } = await rebuildView(pg, at('v'), {
    select: `select id + 1 as id, b from ${schema}.src`,
    grants: { select: ['analyst'] },
  });
  expect(way).toBe(0);
  expect(await pg.value(`select '${schema}.v'::regclass::oid::text`)).toBe(oid);
  expect(await pg.value(`select id from ${schema}.vv`)).toBe(2);
  expect(
    await pg.value(
      `select replace(relacl::text, 'Dxtm', 'Dxt') from pg_class where oid = '${schema}.v'::regclass`,
    ),
  ).toBe('{etl=arwdDxt/etl,analyst=r/etl}');
  expect(
    await pg.value(`select reloptions::text from pg_class where oid = '${schema}.v'::regclass`),
  ).toBe('{security_barrier=true}');
});

test('a removed column that nobody reads: swapped, dependents re-bound', async () => {
  await pg.run(`create view ${schema}.v as select id, b from ${schema}.src; comment on view ${schema}.v is 'kept';
    grant select on ${schema}.v to other; create view ${schema}.vv as select id from ${schema}.v`);
  const { way } = await rebuildView(pg, at('v'), {
    select: `select id * 5 as id from ${schema}.src`,
  });
  expect(way).toBe(1);
  expect(await pg.value(`select id from ${schema}.vv`)).toBe(5);
  expect(await pg.value(`select obj_description('${schema}.v'::regclass)`)).toBe('kept');
  expect(await pg.value(`select has_table_privilege('other', '${schema}.v', 'select')`)).toBe(true);
  expect(await left()).toEqual([]);
});

test.each([
  ['removed', 'select id from'],
  ['renamed', 'select id, b as c from'],
  ['retyped', 'select id, 1 as b from'],
])('a %s column that a view reads: deferred', async (_how, select) => {
  await pg.run(`create view ${schema}.v as select id, b from ${schema}.src;
    create view ${schema}.vv as select upper(b) as b from ${schema}.v`);
  const { way, attempt } = await rebuildView(pg, at('v'), { select: `${select} ${schema}.src` });
  expect(way).toBe(2);
  expect(attempt.leaves).toMatchObject({ kind: 'view' });
  expect(await pg.value(`select b from ${schema}.vv`)).toBe('A');
  expect(await left()).toEqual([attempt.leaves?.relation.name]);
});

test('a table becomes a view', async () => {
  await pg.run(`create table ${schema}.v as select 7 as id, 'old'::text as b; grant select on ${schema}.v to other;
    create view ${schema}.vv as select id from ${schema}.v`);
  await rebuildView(pg, at('v'), { select: `select id, b from ${schema}.src` });
  expect(await kind('v')).toBe('v');
  expect(await pg.value(`select id from ${schema}.vv`)).toBe(1);
  expect(await pg.value(`select has_table_privilege('other', '${schema}.v', 'select')`)).toBe(true);
  expect(await left()).toEqual([]);
});

test('a materialized view is refused by its name: only its owner has its definition', async () => {
  await pg.run(`create materialized view ${schema}.v as select 7 as id`);
  const rebuilt = rebuildView(pg, at('v'), { select: `select id from ${schema}.src` });
  await expect(rebuilt).rejects.toMatchObject({
    diagnostics: [
      {
        code: 'ETL4001',
        message: expect.stringContaining(`${schema}.v is a materialized view`) as string,
      },
    ],
  });
  expect(await pg.value(`select id from ${schema}.v`)).toBe(7);
  expect(await left()).toEqual([]);
});

test('a materialized view becomes a view once that is allowed', async () => {
  await pg.run(`create materialized view ${schema}.v as select 7 as id`);
  await rebuildView(pg, at('v'), { select: `select id from ${schema}.src`, allow: true });
  expect(await kind('v')).toBe('v');
  expect(await left()).toEqual([]);
});

test('the comment goes with the description, where the project keeps the comments', async () => {
  const comment = (): Promise<unknown> =>
    pg.value(`select obj_description('${schema}.v'::regclass)`);
  const select = `select id from ${schema}.src`;
  const config = { persist_docs: { relation: true } };
  await rebuildView(pg, at('v'), { select, config, comments: { relation: 'told', columns: {} } });
  expect(await comment()).toBe('told');
  await rebuildView(pg, at('v'), { select });
  expect(await comment()).toBe('told');
  await rebuildView(pg, at('v'), { select, config });
  expect(await comment()).toBe(null);
  // the same when the view is swapped
  await rebuildView(pg, at('v'), { select, config, comments: { relation: 'told', columns: {} } });
  await rebuildView(pg, at('v'), { select: `select id::text as id from ${schema}.src`, config });
  expect(await comment()).toBe(null);
});

test('a column that is missing in the source is the author’s mistake, with its place, and the view stays', async () => {
  await pg.run(`create view ${schema}.v as select id from ${schema}.src`);
  const select = `select id, '😀' as x,\n  nope from ${schema}.src`;
  const failure = await rebuildView(pg, at('v'), { select }).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(failure).toMatchObject({ error: { kind: 'missing_column', code: '42703' } });
  const { error, statement } = failure as {
    error: { position: number };
    statement: { sql: string; authoredAt: number };
  };
  expect(statement.sql.slice(error.position).startsWith('nope')).toBe(true);
  expect(select.slice(error.position - statement.authoredAt).startsWith('nope')).toBe(true);
  expect(await pg.value(`select id from ${schema}.v`)).toBe(1);
});

test('an INSTEAD OF trigger survives a replacement in place, and forbids the swap', async () => {
  await pg.run(`create view ${schema}.v as select id, b from ${schema}.src;
    create function ${schema}.f() returns trigger language plpgsql as 'begin return new; end';
    create trigger tr instead of insert on ${schema}.v for each row execute function ${schema}.f()`);
  await rebuildView(pg, at('v'), { select: `select id + 1 as id, b from ${schema}.src` });
  expect(
    await pg.value(`select count(*) from pg_trigger where tgrelid = '${schema}.v'::regclass`),
  ).toBe(1);
  await expect(
    rebuildView(pg, at('v'), { select: `select id from ${schema}.src` }),
  ).rejects.toMatchObject({ error: { kind: 'incompatible_columns' } });
  expect(await pg.value(`select b from ${schema}.v`)).toBe('a');
});
