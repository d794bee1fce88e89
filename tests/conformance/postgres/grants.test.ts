// What a rebuilt table grants, with a config and without.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelationName } from '../../../src/kernel/relation.ts';
import { rebuildTable, scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;
const at = (name: string): RelationName => ({ database: 'etl', schema, name });

beforeAll(async () => {
  pg = await scratchPostgres();
  await pg.run('create role analyst; create role stranger');
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `g${counter++}`;
  await pg.run(`create schema ${schema}`);
});
const acl = (name: string): Promise<unknown> =>
  pg.value(
    `select replace(relacl::text, 'arwdDxtm', 'arwdDxt') from pg_class where oid = '${schema}.${name}'::regclass`,
  );

describe('grants', () => {
  test('the config says all that is granted, as in dbt; what is so by default stays', async () => {
    await pg.run(`alter default privileges in schema ${schema} grant delete on tables to stranger;
      create table ${schema}.t as select 1 as id;
      grant select on ${schema}.t to stranger; grant insert on ${schema}.t to stranger`);
    await rebuildTable(pg, at('t'), { select: 'select 2 as id', grants: { select: ['Analyst'] } });
    expect(await acl('t')).toBe('{etl=arwdDxt/etl,stranger=d/etl,analyst=r/etl}');
    await rebuildTable(pg, at('t'), { select: 'select 3 as id' });
    expect(await acl('t')).toBe('{etl=arwdDxt/etl,stranger=d/etl,analyst=r/etl}');
  });

  test('names of roles as dbt writes them: folded, or as they stand between quotes', async () => {
    await pg.run('create role "Big Boss"; create role "my-role"');
    const grants = { select: ['ANALYST', '"Big Boss"', 'my-role', 'PUBLIC'] };
    for (const id of [1, 2])
      await rebuildTable(pg, at('t'), { select: `select ${id} as id`, grants });
    expect(await acl('t')).toBe(
      '{etl=arwdDxt/etl,analyst=r/etl,"\\"Big Boss\\"=r/etl","\\"my-role\\"=r/etl",=r/etl}',
    );
  });

  test('default privileges that were taken back stay away, and make a first build readable', async () => {
    await pg.run(`alter default privileges in schema ${schema} grant select on tables to analyst`);
    await rebuildTable(pg, at('t'), { select: 'select 1 as id' });
    expect(await acl('t')).toMatch(/analyst=r/);
    await pg.run(`revoke select on ${schema}.t from analyst`);
    await rebuildTable(pg, at('t'), { select: 'select 2 as id' });
    expect(await acl('t')).not.toMatch(/analyst/);
  });
});
