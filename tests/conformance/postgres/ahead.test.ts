import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../../src/adapter/contract.ts';
import type { ResultSet, Statement } from '../../../src/adapter/statement.ts';
import { scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let pg: ScratchPostgres;
beforeAll(async () => {
  pg = await scratchPostgres(3);
});
afterAll(() => pg.stop());

const statement = (sql: string, verb: Statement['verb'] = 'write'): Statement => ({
  sql,
  verb,
  repeatable: false,
});
const using = <T>(use: (s: Session) => Promise<T>): Promise<T> =>
  pg.connection.withSession('node', use);
const read = (sql: string): Promise<ResultSet> => using((s) => s.read(statement(sql, 'read')));

describe('transactions that are sent ahead', () => {
  const sent = async (texts: readonly string[]): Promise<readonly string[]> => {
    const ended = await using(
      (s) =>
        s.ahead?.((ahead) =>
          Promise.allSettled(
            texts.map((sql, i) => ahead.send(`n${i}`, [statement('select 1'), statement(sql)])),
          ),
        ) ?? Promise.resolve([]),
    );
    return (ended ?? []).map((e) => e.status);
  };

  test('each is one of its own: a failure undoes all of it, and nothing of the others', async () => {
    await pg.run('create table public.ahead (id int, name text)');
    const insert = (i: number): string =>
      `insert into public.ahead values (${i}, current_setting('application_name'))`;
    expect(
      await sent([insert(1), `${insert(2)};\nselect 1 / 0`, 'select (', insert(4), "select '"]),
    ).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'rejected']);
    const { rows } = await read('select id, name from public.ahead order by id');
    expect(rows).toEqual([
      [1, expect.stringMatching(/^etl:n0/)],
      [4, expect.stringMatching(/^etl:n3/)],
    ]);
  });

  test('what is prepared is so once for each connection, and the connection is as it was', async () => {
    const prepared: Statement = {
      ...statement('insert into public.ahead values ($1::int, $2::text)'),
      prepared: { name: '__etl_test', values: ['7', null] },
    };
    await using(async (s) => {
      for (const values of [
        ['7', null],
        ['8', "it's"],
      ])
        await s.ahead?.((ahead) =>
          ahead.send('x', [{ ...prepared, prepared: { name: '__etl_test', values } }]),
        );
      expect(
        (await s.read(statement('select id, name from public.ahead where id > 6', 'read'))).rows,
      ).toEqual([
        [7, null],
        [8, "it's"],
      ]);
      const { rows } = await s.read(
        statement("select count(*) from pg_prepared_statements where name = '__etl_test'", 'read'),
      );
      expect(rows).toEqual([[1]]);
    });
  });

  test('a session that may have lost what was prepared sends nothing ahead', async () => {
    await using(async (s) => {
      await s.execute(statement('discard all', 'hook'));
      expect(await s.ahead?.(() => Promise.resolve('called'))).toBeUndefined();
    });
  });

  test('a lost connection fails what was on its way', async () => {
    const ended = await using(
      (s) =>
        s.ahead?.(async (ahead) => {
          const all = [
            ahead.send('a', [statement('select pg_terminate_backend(pg_backend_pid())')]),
            ahead.send('b', [statement('select 1')]),
          ];
          return Promise.allSettled(all);
        }) ?? Promise.resolve(undefined),
    );
    expect(ended?.map((e) => e.status)).toEqual(['rejected', 'rejected']);
    expect(await pg.value('select 1')).toBe(1);
  });
});
