import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../../src/adapter/contract.ts';
import type { ResultSet, Statement } from '../../../src/adapter/statement.ts';
import { dialect } from '../../../src/adapters/postgres/dialect.ts';
import { scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';
import { untilRuns } from '../../support/running.ts';

/** one more than a test holds at once */
const THREADS = 4;
let pg: ScratchPostgres;
beforeAll(async () => {
  pg = await scratchPostgres(THREADS);
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

describe('reads', () => {
  test('values and types', async () => {
    const { columns, rows } =
      await read(`select true as b, false as f, 1::smallint as s, 2 as i, 3::bigint as l,
      9007199254740993 as big, -1.5::float8 as d, 'NaN'::float8 as nan, 1.10::numeric as n, date '2024-01-02' as day,
      timestamp '2024-01-02 03:04:05.123456' as ts, null as nothing, array[1,2] as a, '{"a": 1}'::jsonb as j, 'x'::name as nm`);
    expect(rows).toEqual([
      [
        true,
        false,
        1,
        2,
        3,
        9007199254740993n,
        -1.5,
        Number.NaN,
        '1.10',
        '2024-01-02',
        '2024-01-02 03:04:05.123456',
        null,
        '[1, 2]',
        '{"a": 1}',
        'x',
      ],
    ]);
    expect(columns.map((c) => c.type)).toEqual([
      'boolean',
      'boolean',
      'smallint',
      'integer',
      'bigint',
      'bigint',
      'double precision',
      'double precision',
      'numeric',
      'date',
      'timestamp without time zone',
      'text',
      'integer[]',
      'jsonb',
      'name',
    ]);
  });

  test('a type of the database’s own has its name', async () => {
    await pg.run(`create type mood as enum ('ok')`);
    const { columns, rows } = await read(`select 'ok'::mood as m, array['ok'::mood] as ms`);
    expect(columns.map((c) => c.type)).toEqual(['mood', 'mood[]']);
    expect(rows).toEqual([['ok', '{ok}']]);
  });

  test('columns of the same name, and no columns', async () => {
    expect((await read('select 1 as a, 2 as a')).rows).toEqual([[1, 2]]);
    expect((await read('select from generate_series(1, 2)')).rows).toEqual([[], []]);
  });

  test('a read may not write', async () => {
    await expect(read('create table public.no (a int)')).rejects.toMatchObject({
      error: { code: '25006' },
    });
  });

  test('a second statement is refused, so nothing closes the read-only transaction', async () => {
    await expect(read('select 1; commit; create table public.no (a int)')).rejects.toMatchObject({
      error: { kind: 'syntax' },
    });
    expect(await pg.value(`select to_regclass('public.no')`)).toBe(null);
    expect((await read('select 1 as a;')).rows).toEqual([[1]]);
  });

  test('other verbs give the rows of the last query', async () => {
    const result = await using((s) =>
      s.read(statement('create temp table z (a int); insert into z values (5); select a from z')),
    );
    expect(result.rows).toEqual([[5]]);
  });

  test('limited', async () => {
    const rowsOf = async (sql: string, limit?: number): Promise<number> =>
      (await using((s) => s.read(dialect.limited(sql, limit, {})))).rows.length;
    expect(await rowsOf('select generate_series(1, 10) -- end', 3)).toBe(3);
    expect(await rowsOf('select generate_series(1, 10)', 0)).toBe(0);
    expect(await rowsOf('select generate_series(1, 10)', -1)).toBe(10);
    expect(await rowsOf('with a as (select 1) select * from a')).toBe(1);
  });
});

describe('segments', () => {
  test('all or nothing, and the connection is usable afterwards', async () => {
    await using(async (s) => {
      const statements = [
        statement('create table public.seg (a int)', 'create'),
        statement('select 1/0'),
      ];
      await expect(s.segment({ atomicity: 'transaction', statements })).rejects.toMatchObject({
        error: { code: '22012', transient: false },
        statement: { sql: 'select 1/0' },
      });
      expect(
        (await s.read(statement(`select to_regclass('public.seg')::text`, 'read'))).rows,
      ).toEqual([[null]]);
    });
  });

  test('without a transaction each statement stands alone', async () => {
    await using(async (s) => {
      const statements = [
        statement('create table public.alone (a int)', 'create'),
        statement('vacuum public.alone', 'hook'),
      ];
      await s.segment({ atomicity: 'none', statements });
    });
    expect(await pg.value(`select to_regclass('public.alone')::text`)).toBe('alone');
  });

  test('rows are those of the last write', async () => {
    const rowsOf = async (...sqls: readonly string[]): Promise<unknown> =>
      (
        await using((s) =>
          s.segment({ atomicity: 'transaction', statements: sqls.map((q) => statement(q)) }),
        )
      ).rows;
    expect(
      await rowsOf(
        'create table public.cnt as select generate_series(1, 7) as a',
        'analyze public.cnt',
      ),
    ).toBe(7);
    expect(
      await rowsOf(
        'delete from public.cnt where a < 3',
        'insert into public.cnt values (1), (2), (3)',
      ),
    ).toBe(3);
    expect(await rowsOf('comment on table public.cnt is null')).toBeUndefined();
  });

  test('a statement that ends in a comment does not swallow the next', async () => {
    await using((s) =>
      s.segment({
        atomicity: 'transaction',
        statements: [
          statement('create table public.com (a int) -- x', 'create'),
          statement('insert into public.com values (1); -- y'),
        ],
      }),
    );
    expect(await pg.value('select a from public.com')).toBe(1);
  });

  test('a position behind emoji and in a later statement is the one in that statement', async () => {
    const second = "select '😀ção😀' as x,\n  nope";
    const failure = await using((s) =>
      s.segment({
        atomicity: 'transaction',
        statements: [statement("select '😀😀'"), statement(second)],
      }),
    ).catch((e: unknown) => e);
    expect(failure).toMatchObject({
      statement: { sql: second },
      error: { kind: 'missing_column', position: second.indexOf('nope') },
    });
  });

  test('the position in a read', async () => {
    const sql = "select '😀', nope from generate_series(1, 2)";
    await expect(read(sql)).rejects.toMatchObject({ error: { position: sql.indexOf('nope') } });
  });

  test.each([
    ['selec 1', 'syntax'],
    ['select * from public.absent', 'missing_relation'],
    ['select nope from pg_class', 'missing_column'],
    ["select 'x'::int", 'type'],
    ['select sqrt(true)', 'type'],
    ['insert into public.one values (1), (1)', 'constraint'],
    ['drop table public.base', 'dependents'],
    ['create or replace view public.over as select 1 as other', 'incompatible_columns'],
    ["set local statement_timeout = '50ms'; select pg_sleep(2)", 'timeout'],
    ['set local role nobody_much; select * from public.base', 'permission'],
  ])('%s is %s', async (sql, kind) => {
    await pg.run(`create table if not exists public.one (a int unique);
      create table if not exists public.base (a int); create or replace view public.over as select a from public.base;
      do 'begin create role nobody_much; exception when duplicate_object then null; end'`);
    await expect(
      using((s) =>
        s.segment({
          atomicity: 'transaction',
          statements: [statement('select 1'), statement(sql)],
        }),
      ),
    ).rejects.toMatchObject({ error: { kind } });
  });

  test('an error inside a function tells the inner query', async () => {
    await pg.run(
      `create or replace function public.broken() returns int language plpgsql as 'begin return (select nope2); end'`,
    );
    await expect(read('select public.broken()')).rejects.toMatchObject({
      error: { detail: expect.stringContaining('nope2') as string },
    });
  });
});

describe('sessions', () => {
  test('the node is named in the process list, cut at 63 bytes and in ASCII', async () => {
    const shown = (tag: string): Promise<unknown> =>
      pg.connection.withSession(
        tag,
        async (s) =>
          (await s.read(statement(`select current_setting('application_name')`, 'read')))
            .rows[0]?.[0],
      );
    expect(await shown('model.shop.gold')).toBe('etl:model.shop.gold test');
    expect(await shown(`model.${'ç'.repeat(60)}`)).toBe(`etl:model.${'c'.repeat(48)} test`);
  });

  test('what a hook leaves behind does not reach the next node', async () => {
    await pg.connection.withSession('first', async (s) => {
      await s.execute(
        statement(
          "set search_path = nowhere; set work_mem = '1MB'; create temp table leftover (a int)",
          'hook',
        ),
      );
      await s.execute(statement('begin', 'hook'));
    });
    const { rows } = await read(
      `select current_setting('search_path'), to_regclass('leftover')::text, current_setting('idle_in_transaction_session_timeout'), current_setting('work_mem')`,
    );
    expect(rows).toEqual([['"$user", public', null, '10min', '64MB']]);
  });

  test('no more connections than threads, the rest waits', async () => {
    const pids = await Promise.all(
      Array.from({ length: 9 }, () =>
        pg.connection.withSession(
          'n',
          async (s) =>
            (await s.read(statement('select pg_backend_pid() as p, pg_sleep(0.02)', 'read')))
              .rows[0]?.[0],
        ),
      ),
    );
    expect(new Set(pids).size).toBe(THREADS);
  });

  test('a connection that the server cuts is a connection failure, and the next session gets another', async () => {
    await expect(
      using((s) => s.execute(statement('select pg_terminate_backend(pg_backend_pid())'))),
    ).rejects.toMatchObject({ error: { kind: 'connection', transient: true } });
    expect(await pg.value('select 1')).toBe(1);
  });

  test('cancel stops what runs and leaves the connections usable', async () => {
    const begun = performance.now();
    const running = [1, 2].map(() =>
      using((s) => s.execute(statement('select pg_sleep(30)'))).catch((e: unknown) => e),
    );
    const reading = read('select pg_sleep(30)').catch((e: unknown) => e);
    await untilRuns((sql) => pg.value(sql), 'pg_sleep(30)', 3);
    expect(await pg.connection.cancel()).toBe(3);
    for (const failure of await Promise.all([...running, reading]))
      expect(failure).toMatchObject({ error: { kind: 'cancelled', code: '57014' } });
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(await pg.connection.cancel()).toBe(0);
    expect(await pg.value('select 1')).toBe(1);
  });
});

describe('introspection', () => {
  test('exact schemas, columns with their full types, internal names apart', async () => {
    await pg.run(`create schema a_b; create schema axb; create table a_b.t (n numeric(10,2) not null, "V w" varchar(5)[], e mood);
      create table axb.other (a int); create table a_b.__etl_01234567_abcdef (a int); create view a_b.v as select n from a_b.t`);
    const { ask } = await import('../../../src/adapter/contract.ts');
    const found = await using((s) => ask(s, dialect.observe(['a_b'])));
    expect(found.map((r) => [r.relation.name, r.kind])).toEqual([
      ['t', 'table'],
      ['v', 'view'],
    ]);
    expect(found[0]?.relation).toEqual({ database: 'etl', schema: 'a_b', name: 't' });
    expect(found[0]?.columns).toEqual([
      { name: 'n', type: 'numeric(10,2)', nullable: false },
      { name: 'V w', type: 'character varying(5)[]', nullable: true },
      { name: 'e', type: 'mood', nullable: true },
    ]);
    expect(await using((s) => ask(s, dialect.columns({ schema: 'a_b', name: 't' })))).toEqual(
      found[0]?.columns,
    );
    expect(await using((s) => ask(s, dialect.observe([])))).toEqual([]);
    const [leftover] = await using((s) => ask(s, dialect.leftovers(['a_b'])));
    expect(leftover).toMatchObject({ relation: { name: '__etl_01234567_abcdef' }, kind: 'table' });
    expect(
      await using((s) => ask(s, dialect.observeOne({ schema: 'a_b', name: 'absent' }))),
    ).toEqual([]);
  });

  test('catalog', async () => {
    await pg.run(`create schema cat; create table cat.t as select 1 as a, 'x' as b; analyze cat.t;
      comment on table cat.t is 'T'; comment on column cat.t.b is 'B'; alter table cat.t drop column a; alter table cat.t add column c int`);
    const { ask } = await import('../../../src/adapter/contract.ts');
    const found = await using((s) => ask(s, dialect.catalog(['cat'])));
    expect(found).toMatchObject([
      {
        relation: { schema: 'cat', name: 't' },
        kind: 'table',
        owner: 'etl',
        relationComment: 'T',
        column: 'b',
        index: 1,
        type: 'text',
        comment: 'B',
        rows: 1,
      },
      { column: 'c', index: 2, type: 'integer', comment: null },
    ]);
    expect(found[0]?.bytes).toBeGreaterThan(0);
  });

  test('names with quotes, and any text as a literal', async () => {
    const name = 'odd "name" \'with\' $etl$ \\ çãõ';
    await pg.run(`create schema ${dialect.ident(name)}`);
    const r = { database: 'etl', schema: name, name };
    const request = {
      target: r,
      staged: { ...r, name: '__etl_odd' },
      config: { indexes: [{ columns: [name] }] },
      comments: { relation: name, columns: { [name]: name } },
      grants: undefined,
    };
    await using(async (s) => {
      const select = `select 1 as ${dialect.ident(name)}`;
      await s.segment({
        atomicity: 'transaction',
        statements: dialect.buildTable({ ...request, select }),
      });
      await s.segment({
        atomicity: 'transaction',
        statements: dialect.publishTable({ ...request, live: undefined })[0]?.statements ?? [],
      });
      const again = await pg.live(r);
      await s.segment({
        atomicity: 'transaction',
        statements: dialect.buildTable({ ...request, select }),
      });
      await s.segment({
        atomicity: 'transaction',
        statements: dialect.publishTable({ ...request, live: again })[0]?.statements ?? [],
      });
      await s.segment({ atomicity: 'transaction', statements: dialect.tidy(request.staged) });
    });
    const live = await pg.live(r);
    expect(live?.facts).toMatchObject({ comment: name, columnComments: { [name]: name } });
    expect(
      await pg.rows(
        `select ${[name, null, true, 1.5, 10n ** 20n].map((v) => dialect.literal(v)).join(', ')}`,
      ),
    ).toEqual([[name, null, true, '1.5', String(10n ** 20n)]]);
  });
});
