import { afterAll, beforeAll, expect, test } from 'vitest';
import { isStatementFailure } from '../../../src/adapter/failure.ts';
import { rebuildTable, scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
beforeAll(async () => {
  pg = await scratchPostgres(6);
});
afterAll(() => pg.stop());

const SELECT = 'select g as id, g % 100 as k from generate_series(1, 5000) g';
const setUp = (schema: string): Promise<void> =>
  pg.run(`create schema ${schema}; create table ${schema}.t as ${SELECT};
    create view ${schema}.v1 as select k, count(*) as n from ${schema}.t group by 1;
    create view ${schema}.v2 as select * from ${schema}.v1 where n > 0`);

interface Seen {
  reads: number;
  empty: number;
  readonly errors: string[];
}

/** Reads each of the sources in a loop for the time of `work`. */
async function whileReading(sources: readonly string[], work: () => Promise<void>): Promise<Seen> {
  const seen: Seen = { reads: 0, empty: 0, errors: [] };
  let isOver = false;
  const readers = sources.map(async (source) => {
    while (!isOver) {
      try {
        if (Number(await pg.value(`select count(*) from ${source}`)) === 0) seen.empty += 1;
        seen.reads += 1;
      } catch (error) {
        seen.errors.push(isStatementFailure(error) ? error.error.code : String(error));
      }
    }
  });
  try {
    await work();
  } finally {
    isOver = true;
    await Promise.all(readers);
  }
  return seen;
}

const config = { indexes: [{ columns: ['k'] }] };

test('readers of a table, its view and the view on that never see an error or an empty table in 20 swaps', async () => {
  await setUp('a');
  const seen = await whileReading(['a.t', 'a.v1', 'a.v2'], async () => {
    for (let i = 0; i < 20; i++)
      await rebuildTable(pg, { schema: 'a', name: 't' }, { select: SELECT, config });
  });
  expect(seen).toMatchObject({ empty: 0, errors: [] });
  expect(seen.reads).toBeGreaterThan(100);
});

test('a reader that locks the table before its view meets no deadlock', async () => {
  await setUp('c');
  const seen = await whileReading(['c.t a join c.v1 using (k)', 'c.v2'], async () => {
    for (let i = 0; i < 5; i++)
      await rebuildTable(pg, { schema: 'c', name: 't' }, { select: SELECT, config });
  });
  expect(seen).toMatchObject({ empty: 0, errors: [] });
});

test('4 sessions replace the same table 40 times; nothing is left behind', async () => {
  await setUp('b');
  const target = { schema: 'b', name: 't' };
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 10; i++) await rebuildTable(pg, target, { select: SELECT });
    }),
  );
  expect(
    await pg.value(`select string_agg(relname, ',' order by relname) from pg_class
      where relnamespace = 'b'::regnamespace and relkind in ('r', 'v')`),
  ).toBe('t,v1,v2');
});

test('8 sessions create the same schema at once', async () => {
  const { dialect } = await import('../../../src/adapters/postgres/dialect.ts');
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () =>
      pg.connection.withSession('s', (s) => s.execute(dialect.createSchema('Übung "x"'))),
    ),
  );
  for (const r of results)
    if (r.status === 'rejected') expect(r.reason).toMatchObject({ error: { kind: 'contention' } });
  expect(await pg.value(`select count(*) from pg_namespace where nspname = 'Übung "x"'`)).toBe(1);
});
