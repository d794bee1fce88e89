import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import { rebuildTable, scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const at = (name: string): RelationName => ({ database: 'etl', schema, name });

beforeAll(async () => {
  pg = await scratchPostgres();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `x${counter++}`;
  await pg.run(`create schema ${schema}`);
});

const left = async (): Promise<readonly unknown[]> =>
  (
    await pg.rows(
      `select relname from pg_class where relnamespace = '${schema}'::regnamespace and relname like '\\_\\_etl\\_%' order by 1`,
    )
  ).map((r) => r[0]);

describe('what would be lost is refused with its name, and the table stays', () => {
  const cases: readonly (readonly [string, (s: string) => string, RegExp])[] = [
    [
      'a policy of another table that reads it',
      (s) =>
        `create table ${s}.u (id int); create policy part on ${s}.u using (id in (select id from ${s}.t))`,
      /policy part on table \S*u/,
    ],
    [
      'a trigger',
      (s) => `create function ${s}.f() returns trigger language plpgsql as 'begin return new; end';
        create trigger audit before insert on ${s}.t for each row execute function ${s}.f()`,
      /trigger audit/,
    ],
    [
      'a SQL-body function',
      (s) =>
        `create function ${s}.g() returns bigint language sql begin atomic select count(*) from ${s}.t; end`,
      /function \S*g\(\)/,
    ],
    [
      'a row type in use',
      (s) => `create table ${s}.uses (one ${s}.t)`,
      /column one of table \S*uses/,
    ],
    ['a sequence', (s) => `create sequence ${s}.sq owned by ${s}.t.id`, /sequence \S*sq/],
    [
      'a sequence that numbers the rows of another table, too',
      (s) => `alter table ${s}.t alter id set default 0; create sequence ${s}.sq owned by ${s}.t.id;
        alter table ${s}.t alter id set default nextval('${s}.sq');
        create table ${s}.other (id int default nextval('${s}.sq'))`,
      /sequence \S*sq/,
    ],
    [
      'a rule of another table that writes to it',
      (s) =>
        `create table ${s}.u (id int); create rule too as on insert to ${s}.u do also insert into ${s}.t values (new.id)`,
      /rule too on table \S*u/,
    ],
    [
      'a rule of a view that reads it, by which the view is written to',
      (s) => `create view ${s}.w as select id from ${s}.t;
        create rule ins as on insert to ${s}.w do instead insert into ${s}.t values (new.id)`,
      /rule ins on view \S*w/,
    ],
    [
      'an array of its rows',
      (s) => `create table ${s}.uses (many ${s}.t[])`,
      /column many of table \S*uses/,
    ],
    [
      'a default that names it',
      (s) => `create table ${s}.u (at regclass default '${s}.t'::regclass)`,
      /default value for column at of table \S*u/,
    ],
    [
      'an extension that it belongs to',
      (s) => `create extension if not exists pg_trgm; alter extension pg_trgm add table ${s}.t`,
      /membership of extension pg_trgm/,
    ],
    [
      'a security label',
      (s) => `set allow_system_table_mods = on; insert into pg_seclabel
        values ('${s}.t'::regclass, 'pg_class'::regclass, 0, 'masks', 'secret'); reset allow_system_table_mods`,
      /security label of masks/,
    ],
    ['a child table', (s) => `create table ${s}.heir () inherits (${s}.t)`, /inheritance/],
  ];
  test.each(cases)('%s', async (_what, make, named) => {
    await pg.run(`create table ${schema}.t as select 1 as id`);
    await pg.run(make(schema));
    const oid = await pg.value(`select '${schema}.t'::regclass::oid::text`);
    await expect(rebuildTable(pg, at('t'), { select: 'select 2 as id' })).rejects.toThrow(
      /ETL4001 replacing/,
    );
    await expect(rebuildTable(pg, at('t'), { select: 'select 2 as id' })).rejects.toThrow(named);
    expect(await pg.value(`select '${schema}.t'::regclass::oid::text`)).toBe(oid);
    expect(await left()).toEqual([]);
  });
});
