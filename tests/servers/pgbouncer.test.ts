// PgBouncer between us and the server. Needs PgBouncer: apt-get install pgbouncer, or PGBOUNCER=<program>.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection, Session } from '../../src/adapter/contract.ts';
import type { Statement } from '../../src/adapter/statement.ts';
import { postgres } from '../../src/adapters/postgres/adapter.ts';
import type { RelationName } from '../../src/kernel/relation.ts';
import { etl, scratch } from '../support/etl.ts';
import { pgbouncer, type Pooler } from '../support/pgbouncer.ts';
import { postgresTarget, rebuildTable } from '../support/postgres.ts';
import { postgresServer, type PostgresServer } from '../support/postgres-server.ts';

type Raw = Readonly<Record<string, unknown>>;
const RELATION = { database: 'postgres', schema: 'public', name: 't' };
const connect = (output: Raw, threads = 2): Promise<Connection> =>
  postgres.connect(postgresTarget({ embedded: false, retries: 0, ...output }), {
    projectDir: '/nonexistent',
    threads,
    env: {},
    invocationId: 'abcdefghij',
  });
const statement = (sql: string, verb: Statement['verb']): Statement => ({
  sql,
  verb,
  repeatable: false,
});
const value = (connection: Connection, sql: string, verb: Statement['verb'] = 'read') =>
  connection.withSession('t', async (s) => (await s.read(statement(sql, verb))).rows[0]?.[0]);
const run = (connection: Connection, sql: string): Promise<unknown> =>
  connection.withSession('t', (s) => s.execute(statement(sql, 'hook')));

let server: PostgresServer;
const poolers: Pooler[] = [];
const pooler = async (...args: [mode: 'session' | 'transaction', more?: readonly string[]]) => {
  const made = await pgbouncer(server, ...args);
  poolers.push(made);
  return made.output;
};
beforeAll(async () => {
  server = await postgresServer();
  const admin = await connect(server.output);
  await run(
    admin,
    'create role builder; grant builder to me; create schema own authorization builder; grant create, usage on schema public to builder',
  );
  await admin.close();
});
afterAll(async () => {
  for (const p of poolers) await p.stop();
  await server.stop();
});

const SEEN = `select current_user || ' ' || current_setting('search_path') || ' ' || current_setting('application_name')`;
const WANTED = { role: 'builder', search_path: 'own, public' };
const AS_WANTED = 'builder own, public etl:t abcdefgh';

describe.each([
  ['direct', async () => server.output, []],
  ['session', () => pooler('session'), ['behind a pooler in session mode']],
  [
    'session, options swallowed',
    () => pooler('session', ['ignore_startup_parameters = options']),
    ['behind a pooler in session mode'],
  ],
  ['transaction', () => pooler('transaction'), [expect.stringContaining('transaction mode')]],
  [
    'transaction, options swallowed',
    () => pooler('transaction', ['ignore_startup_parameters = options']),
    [expect.stringContaining('transaction mode')],
  ],
  [
    'transaction, in turn',
    () => pooler('transaction', ['server_round_robin = 1']),
    [expect.stringContaining('transaction mode')],
  ],
] as const)('%s', (name, make, remarks) => {
  let output: Raw;
  const isTransaction = name.startsWith('transaction');
  beforeAll(async () => {
    output = { ...(await make()), ...WANTED };
    // other clients make the pooler use several backends
    const others = await connect(output, 3);
    await Promise.all([1, 2, 3].map(() => value(others, 'select pg_sleep(0.2)::text')));
    await others.close();
  });

  test('is recognised', async () => {
    for (let i = 0; i < 5; i++) {
      const connection = await connect(output);
      expect(connection.remarks).toEqual(['not encrypted', ...remarks]);
      await connection.close();
    }
  });

  test('role, search_path and name hold for every statement, whoever else is at work', async () => {
    const connections = await Promise.all([1, 2, 3].map(() => connect(output)));
    const plain = await connect({ ...output, role: undefined, search_path: 'public' });
    const rounds = Array.from({ length: 20 }, (_, i) => i);
    await Promise.all([
      ...connections.map(async (c) => {
        for (const _ of rounds) {
          expect(await value(c, SEEN)).toBe(AS_WANTED);
          expect(await value(c, SEEN, 'set')).toBe(AS_WANTED);
        }
      }),
      ...rounds.map(async () => {
        expect(
          await value(plain, `select current_user || ' ' || current_setting('search_path')`),
        ).toBe('me public');
      }),
    ]);
    await Promise.all([...connections, plain].map((c) => c.close()));
    // nothing of it stays with the backends, which other clients get
    if (isTransaction) {
      const { client } = await rawClient(output);
      const seen = await client.query(
        `select current_user as u, current_setting('search_path') as p`,
      );
      await client.end();
      expect(seen.rows).toEqual([{ u: 'me', p: '"$user", public' }]);
    }
  });

  test('a table is rebuilt, its owner is the role; commands that must be alone are', async () => {
    const connection = await connect(output);
    const target = { ...RELATION, name: `t_${name.replaceAll(/\W+/g, '_')}` };
    await rebuildTable({ connection }, target, { select: 'select 1 as id' });
    await rebuildTable({ connection }, target, { select: 'select 2 as id' });
    expect(await value(connection, `select id from public.${target.name}`)).toBe(2);
    expect(
      await value(
        connection,
        `select tableowner from pg_tables where tablename = '${target.name}'`,
      ),
    ).toBe('builder');
    await run(connection, `vacuum public.${target.name}`);
    await expect(run(connection, 'select 1 from nowhere')).rejects.toMatchObject({
      error: { kind: 'missing_relation', position: 14 },
    });
    await expect(
      value(connection, `with x as (select 1) select * into public.no from x`),
    ).rejects.toThrow();
    await connection.close();
  });

  test('cancelling stops what is running', async () => {
    const connection = await connect(output);
    const running = value(connection, 'select pg_sleep(30)').catch((e: unknown) => e);
    await new Promise((done) => setTimeout(done, 300));
    expect(await connection.cancel()).toBe(1);
    expect(await running).toMatchObject({ error: { kind: 'cancelled' } });
    expect(await value(connection, 'select 1')).toBe(1);
    await connection.close();
  });

  test('a relation is locked against other processes, and free when its holder is gone', async () => {
    const one = await connect(output, 3);
    const two = await connect(output, 3);
    const order: string[] = [];
    const { promise: held, free } = gate();
    const first = one.withSession('a', async (s) => {
      const unlock = await locked(s, RELATION);
      order.push('first');
      await held;
      order.push('first leaves');
      await unlock();
    });
    await expect.poll(() => order).toEqual(['first']);
    const second = two.withSession('b', async (s) => {
      const unlock = await locked(s, RELATION);
      order.push('second');
      await unlock();
    });
    // another relation is nobody's business
    await two.withSession('c', async (s) => (await locked(s, { ...RELATION, name: 'other' }))());
    await new Promise((done) => setTimeout(done, 300));
    expect(order).toEqual(['first']);
    free();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'first leaves', 'second']);
    // a lock that is waited for can be given up
    await one.withSession('a', async (s) => {
      const unlock = await locked(s, RELATION);
      const waiting = two.withSession('b', (w) => locked(w, RELATION)).catch((e: unknown) => e);
      await new Promise((done) => setTimeout(done, 300));
      expect(await two.cancel()).toBe(1);
      expect(await waiting).toMatchObject({ error: { kind: 'cancelled' } });
      // or not be waited for
      const refused = two.withSession('b', (w) =>
        w.lock(RELATION, { patienceMs: 0, waiting: () => undefined }),
      );
      await expect(refused).rejects.toMatchObject({
        error: {
          kind: 'locked',
          message: expect.stringMatching(
            /: etl:(?:a|locks) \w+ \(user me, .*, since \d{4}-/,
          ) as string,
        },
      });
      await unlock();
    });
    await one.withSession('a', async (s) => {
      await locked(s, RELATION);
    });
    await one.close();
    await two.withSession('b', async (s) => (await locked(s, RELATION))());
    await two.close();
  });

  test('etl builds a project, twice, and says in debug how it gets to the server', async () => {
    const schema = `shop_${name.replaceAll(/\W+/g, '_')}`;
    const keys = Object.entries({ type: 'postgres', ...output, role: 'me', schema, threads: 3 });
    const project = await scratch({
      'dbt_project.yml':
        'name: shop\nprofile: mine\non-run-start: "create table if not exists {{ target.schema }}.log (x int)"\n',
      'profiles.yml': `mine:\n  outputs:\n    default:\n${keys.map(([k, v]) => `      ${k}: ${String(v)}\n`).join('')}`,
      'seeds/people.csv': 'id,name\n1,a\n2,b\n',
      // large enough for a table that is begun anew in the transaction of its rows
      'seeds/many.csv': `id,name\n${'1,some text\n'.repeat(100_000)}`,
      'models/t.sql':
        "{{ config(materialized='table', post_hook='insert into {{ target.schema }}.log values (1)') }} select * from {{ ref('people') }}",
      'models/v.sql': "select * from {{ ref('t') }}",
      'models/i.sql':
        "{{ config(materialized='incremental', unique_key='id') }} select * from {{ ref('people') }}",
      'models/schema.yml':
        'models:\n  - name: t\n    columns: [{name: id, data_tests: [unique, not_null]}]\n',
      'snapshots/s.sql':
        "{% snapshot s %}{{ config(unique_key='id', strategy='check', check_cols='all') }} select * from {{ ref('people') }}{% endsnapshot %}",
    });
    try {
      for (const args of [['build'], ['build'], ['debug'], ['docs', 'generate']]) {
        const { code, output: told } = await etl(args, { cwd: project.dir });
        expect(code, told).toBe(0);
        if (args[0] === 'debug' && isTransaction) expect(told).toContain('transaction mode');
      }
    } finally {
      await project.dispose();
    }
  });
});

// the pooler closes the connection that a transaction holds when the server ends it
describe('the connection that holds the locks is lost', () => {
  let output: Raw;
  let admin: Connection;
  beforeAll(async () => {
    output = await pooler('transaction');
    admin = await connect(server.output);
  });
  afterAll(() => admin.close());
  const holders = `from pg_stat_activity where application_name like 'etl:locks%'`;
  const lose = () => run(admin, `select pg_terminate_backend(pid) ${holders}`);

  test('who holds one is stopped before it changes something, and the next lock is had again', async () => {
    const connection = await connect(output);
    const other = await connect(output);
    await connection.withSession('a', async (s) => {
      const unlock = await locked(s, RELATION);
      await lose();
      await expect(
        s.execute(statement('create table public.unlocked (x int)', 'create')),
      ).rejects.toMatchObject({
        error: {
          kind: 'connection',
          message: 'the lock on public.t was lost: the connection that held it has ended',
        },
      });
      // others may work on it now, and are not disturbed by what is given back late
      await other.withSession('b', async (o) => {
        const release = await locked(o, RELATION);
        await unlock();
        await o.execute(statement('select 1', 'write'));
        await release();
      });
    });
    expect(await value(admin, `select to_regclass('public.unlocked')::text`)).toBe(null);
    await connection.withSession('a', async (s) => {
      const unlock = await locked(s, RELATION);
      await s.execute(statement('select 1', 'write'));
      await unlock();
    });
    await connection.close();
    await other.close();
  });

  test('a node is begun again, or fails unpublished when something of it would be done twice', async () => {
    const schema = 'lost';
    const keys = Object.entries({ type: 'postgres', ...output, schema, threads: 2 });
    const slow = 'select 1 as id from pg_sleep(4)';
    const project = await scratch({
      'dbt_project.yml': 'name: shop\nprofile: mine\n',
      'profiles.yml': `mine:\n  outputs:\n    default:\n${keys.map(([k, v]) => `      ${k}: ${String(v)}\n`).join('')}`,
      'models/again.sql': `{{ config(materialized='table') }} ${slow}`,
      'models/once.sql': `{{ config(materialized='table', pre_hook='create table {{ target.schema }}.mark (x int)') }} ${slow}`,
    });
    try {
      const running = etl(['run'], { cwd: project.dir });
      const sleeping = `select count(*)::int from pg_stat_activity where query like '%pg_sleep(4)%' and pid <> pg_backend_pid() and state = 'active'`;
      await expect.poll(() => value(admin, sleeping), { timeout: 30_000 }).toBe(2);
      await lose();
      const { code, output: told } = await running;
      expect(code, told).toBe(1);
      expect(told).toContain(`the lock on ${schema}.once was lost`);
      expect(told).toMatch(/"once" was not published/);
      expect(told).toContain(`again is tried again: the lock on ${schema}.again was lost`);
      const there = `select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = 'lost'::regnamespace`;
      expect(await value(admin, there)).toBe('again mark');
    } finally {
      await project.dispose();
    }
  });
});

describe('a run ends on Ctrl-C behind a pooler that says nothing any more', () => {
  /** Runs a model behind a pooler that freezes once the query counts one; how long the run goes on after Ctrl-C. */
  const endsAfter = async (select: string, begun: string, locks = false): Promise<number> => {
    const dead = await pgbouncer(server, 'transaction');
    const admin = await connect(server.output);
    const keys = Object.entries({ type: 'postgres', ...dead.output, schema: 'dead', threads: 2 });
    const project = await scratch({
      'dbt_project.yml': 'name: shop\nprofile: mine\n',
      'profiles.yml': `mine:\n  outputs:\n    default:\n${keys.map(([k, v]) => `      ${k}: ${String(v)}\n`).join('')}`,
      'models/a.sql': `{{ config(materialized='table') }} ${select}`,
    });
    const wait = gate();
    const holding = locks
      ? admin.withSession('holds', async (session) => {
          const unlock = await locked(session, { schema: 'dead', name: 'a' });
          await wait.promise;
          await unlock();
        })
      : undefined;
    try {
      let stop = (): void => undefined;
      let told = '';
      const running = etl(['run'], {
        cwd: project.dir,
        started: (child) => {
          stop = () => void child.kill('SIGINT');
          child.stdout?.on('data', (text) => (told += String(text)));
        },
      });
      await expect
        .poll(async () => (begun === '' ? told.includes('a waits') : await value(admin, begun)), {
          timeout: 30_000,
        })
        .toBe(begun === '' ? true : 1);
      dead.freeze();
      const at = performance.now();
      stop();
      expect((await running).code).not.toBe(0);
      return performance.now() - at;
    } finally {
      wait.free();
      await holding;
      await admin.close();
      await dead.stop();
      await project.dispose();
    }
  };

  test('in the middle of a statement', async () => {
    const sleeping = `select count(*)::int from pg_stat_activity where query like '%pg_sleep(25)%' and pid <> pg_backend_pid() and state = 'active'`;
    expect(await endsAfter('select 1 as id from pg_sleep(25)', sleeping)).toBeLessThan(10_000);
  });

  test('while nothing runs: it waits for another run', async () => {
    expect(await endsAfter('select 1 as id', '', true)).toBeLessThan(12_000);
  });
});

async function locked(session: Session, relation: RelationName): Promise<() => Promise<void>> {
  const unlock = await session.lock(relation);
  if (unlock === undefined) throw new Error('no lock');
  return unlock;
}

function gate(): { readonly promise: Promise<void>; readonly free: () => void } {
  let free: (() => void) | undefined;
  const promise = new Promise<void>((done) => {
    free = done;
  });
  return { promise, free: () => free?.() };
}

async function rawClient(output: Raw) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    host: String(output['host']),
    port: Number(output['port']),
    user: String(output['user']),
    password: String(output['password']),
    database: 'postgres',
    ssl: false,
  });
  await client.connect();
  return { client };
}
