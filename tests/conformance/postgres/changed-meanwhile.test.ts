// What reads a table may be changed between the look at it and the swap: it is never put back to what it was.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { dialect } from '../../../src/adapters/postgres/dialect.ts';
import { scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
let schema: string;
let counter = 0;

beforeAll(async () => {
  pg = await scratchPostgres();
  await pg.run('create role analyst');
});
afterAll(() => pg.stop());
beforeEach(async () => {
  schema = `r${counter++}`;
  await pg.run(`create schema ${schema}`);
});

/** Builds anew what stands as `t`, with a change in between: the swap is to be refused as something that may be tried again. */
async function replaceAfter(change: string): Promise<void> {
  const target = { database: 'etl', schema, name: 't' };
  const staged = { ...target, name: '__etl_00000000_ffffff' };
  const request = { target, staged, config: {}, comments: { columns: {} }, grants: undefined };
  await pg.connection.withSession('x', async (s) => {
    await s.segment({
      atomicity: 'transaction',
      statements: dialect.buildTable({ ...request, select: 'select 2 as id' }),
    });
    const live = await pg.live(target);
    await pg.run(change);
    const [first] = dialect.publishTable({ ...request, live });
    await expect(
      s.segment({ atomicity: 'transaction', statements: first?.statements ?? [] }),
    ).rejects.toMatchObject({ error: { kind: 'contention', code: '40001' } });
  });
}

test('a view with another query', async () => {
  await pg.run(
    `create table ${schema}.t as select 1 as id; create view ${schema}.v as select id from ${schema}.t`,
  );
  await replaceAfter(
    `create or replace view ${schema}.v as select id * 100 as id from ${schema}.t`,
  );
  expect(await pg.value(`select id from ${schema}.v`)).toBe(100);
});

test.each([
  ['its rows', 'refresh materialized view %s.m'],
  ['an index', 'create index on %s.m (id)'],
  ['a comment', "comment on materialized view %s.m is 'novo'"],
  ['a grant', 'grant select on %s.m to analyst'],
  ['a comment of a column', "comment on column %s.m.id is 'nova'"],
  ['a grant of a column', 'grant select (id) on %s.m to analyst'],
])('a materialized view that has got %s', async (_, change) => {
  await pg.run(
    `create table ${schema}.t as select 1 as id; create materialized view ${schema}.m as select id from ${schema}.t with no data`,
  );
  await replaceAfter(change.replace('%s', schema));
});
