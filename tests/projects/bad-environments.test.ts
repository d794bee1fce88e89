// What a server, a disk or somebody else can do to a run: one clear message with its code, and the data stay as they were.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { etl, type EtlResult, scratch, type Scratch } from '../support/etl.ts';
import { postgresServer, type PostgresServer } from '../support/postgres-server.ts';

const profile = (port: number, more = ''): string => `bad:
  target: dev
  outputs:
    dev: {type: postgres, host: 127.0.0.1, port: ${port}, user: builder, dbname: postgres, schema: public, threads: 2, retries: 0${more}}
`;
const FILES = {
  'dbt_project.yml': "name: bad\nversion: '1'\nprofile: bad\n",
  'models/kept.sql': "{{ config(materialized='table') }} select {{ var('v', 2) }} as id{{ var('slow', '') }}\n",
  'models/shown.sql': "{{ config(materialized='view') }} select id from {{ ref('kept') }}\n",
};
// as many rows as do not fit
const BIG = ' from generate_series(1, 3000000)';

let server: PostgresServer;
let project: Scratch;
let admin: pg.Client;
const client = async (): Promise<pg.Client> => {
  const made = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'me', database: 'postgres', ssl: false });
  made.on('error', () => undefined);
  await made.connect();
  return made;
};
const rows = async (): Promise<unknown> => (await admin.query('select id from public.shown')).rows;
const internal = async (): Promise<unknown> =>
  (await admin.query("select relname from pg_class where relname like '\\_\\_etl\\_%' and relkind in ('r','v','m')")).rows;
const run = (...args: readonly string[]): Promise<EtlResult> => etl(['run', ...args], { cwd: project.dir });
const slow = (seconds: number): readonly string[] => ['--vars', JSON.stringify({ slow: `, pg_sleep(${seconds})::text as s` })];

/** One message, with its code, without a stack; the rows of version 1 are there, and nothing else. */
async function isRefused(result: EtlResult, code: string, said: RegExp): Promise<void> {
  expect(result.code, result.output).not.toBe(0);
  expect(result.output).toContain(code);
  expect(result.output).toMatch(said);
  expect(result.output).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
  expect(result.output).not.toContain('ETL9000');
  expect(await rows()).toEqual([{ id: 1 }]);
}

const untilEnded = (): Promise<void> =>
  vi.waitFor(
    async () => {
      const { rows: found } = await admin.query(`select pid from pg_stat_activity where usename = 'builder'`);
      expect(found).toEqual([]);
    },
    { timeout: 10_000 },
  );

beforeAll(async () => {
  server = await postgresServer(undefined, undefined, {
    hba: ['local all all trust', 'host all all 127.0.0.1/32 trust'],
    settings: ['max_connections=12', 'superuser_reserved_connections=3'],
  });
  project = await scratch({ ...FILES, 'profiles.yml': profile(server.port) });
  admin = await client();
  await admin.query('create role builder login; grant all on schema public to builder; grant create on database postgres to builder');
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  await project.dispose();
});
beforeEach(async () => {
  await project.write({ ...FILES, 'profiles.yml': profile(server.port) });
  const made = await run('--vars', '{v: 1}');
  expect(made.code, made.output).toBe(0);
});

test('every connection is taken', async () => {
  // those of the run before may still be ending, and would leave room behind
  await untilEnded();
  const taken = await Promise.all(
    Array.from({ length: 9 }, async () => {
      const one = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'builder', database: 'postgres', ssl: false });
      one.on('error', () => undefined);
      await one.connect().catch(() => undefined);
      return one;
    }),
  );
  try {
    await isRefused(await run(), 'ETL5002', /remaining connection slots|too many clients/);
  } finally {
    await Promise.all(taken.map((one) => one.end()));
  }
});

test('only some connections are free: the run goes on with fewer', async () => {
  const taken = await Promise.all(Array.from({ length: 6 }, client));
  try {
    const result = await run('--threads', '8');
    expect(result.code, result.output).toBe(0);
  } finally {
    await Promise.all(taken.map((one) => one.end()));
  }
});

test('the server takes no writes', async () => {
  await admin.query('alter role builder set default_transaction_read_only = on');
  try {
    await isRefused(await run(), 'ETL5010', /read-only transaction/);
  } finally {
    await admin.query('alter role builder reset default_transaction_read_only');
  }
});

test('no right to create in the schema', async () => {
  await admin.query('revoke create on schema public from builder, public');
  try {
    await isRefused(await run(), 'ETL5010', /permission denied for schema public/);
  } finally {
    await admin.query('grant create on schema public to builder');
  }
});

test('no right to create the schema', async () => {
  await admin.query('revoke create on database postgres from builder, public');
  await project.write({ 'models/elsewhere.sql': "{{ config(schema='other') }} select 1 as id" });
  try {
    await isRefused(await run(), 'ETL5010', /permission denied for database/);
  } finally {
    await admin.query('grant create on database postgres to builder');
    await project.write({ 'models/elsewhere.sql': '{{ config(enabled=false) }} select 1 as id' });
  }
});

test('the table belongs to somebody else', async () => {
  await admin.query('alter table public.kept owner to me; grant select on public.kept to builder');
  try {
    await isRefused(await run(), 'ETL5010', /belongs to the role "me"/);
    expect(await internal()).toEqual([]);
  } finally {
    await admin.query('alter table public.kept owner to builder');
  }
});

test('a statement takes too long', async () => {
  await admin.query("alter role builder set statement_timeout = '300ms'");
  try {
    await isRefused(await run(...slow(20)), 'ETL5007', /statement timeout/);
    expect(await internal()).toEqual([]);
  } finally {
    await admin.query('alter role builder reset statement_timeout');
  }
});

test.each([
  ['crashes', 'SIGKILL'],
  ['is told to end its work', 'SIGTERM'],
] as const)('the server %s in the middle of a run, which then builds the model again', async (_how, signal) => {
  const running = run(...slow(3));
  let pid = 0;
  for (let i = 0; i < 400 && pid === 0; i++) {
    const { rows: found } = await admin.query<{ pid: number }>(
      "select pid from pg_stat_activity where usename = 'builder' and state = 'active' and query like '%pg_sleep(3)%'",
    );
    pid = found[0]?.pid ?? 0;
    await delay(25);
  }
  // when one of its processes is killed, the server ends them all and recovers
  process.kill(pid, signal);
  const result = await running;
  for (let i = 0; ; i++)
    try {
      await admin.end().catch(() => undefined);
      admin = await client();
      break;
    } catch (error) {
      if (i > 200) throw error;
      await delay(25);
    }
  expect(result.code, result.output).toBe(0);
  expect(result.output).toMatch(/kept is tried again: .*(terminat|crash)/i);
  expect(await rows()).toEqual([{ id: 2 }]);
  expect(await internal()).toEqual([]);
});

test('a lock that is held for long is waited for, and no reader behind it waits long', async () => {
  const holder = await client();
  await holder.query('begin; lock table public.kept in access share mode');
  const running = run();
  await delay(2500);
  const begun = performance.now();
  expect(await rows()).toEqual([{ id: 1 }]);
  expect(performance.now() - begun).toBeLessThan(1500);
  await holder.end();
  const result = await running;
  expect(result.code, result.output).toBe(0);
  expect(await rows()).toEqual([{ id: 2 }]);
});

test('no temporary space', async () => {
  await admin.query("alter role builder set temp_file_limit = '64kB'; alter role builder set work_mem = '64kB'");
  try {
    const sorting = { slow: ` from (select g, md5(g::text) as m from generate_series(1, 200000) g order by 2 offset 199999) x` };
    await isRefused(await run('--vars', JSON.stringify(sorting)), 'ETL5001', /temporary file size exceeds/);
  } finally {
    await admin.query('alter role builder reset temp_file_limit; alter role builder reset work_mem');
  }
});

const command = (program: string, ...args: readonly string[]): void => {
  execFileSync(program, args, { stdio: 'ignore' });
};

/** Mounts a small file system for tables, where that may be done. */
function smallDisk(at: string): (() => void) | undefined {
  try {
    command('mkdir', '-p', at);
    command('mount', '-t', 'tmpfs', '-o', 'size=6m,mode=0777', 'tmpfs', at);
    return () => command('umount', at);
  } catch {
    return undefined;
  }
}

test('the disk is full', async () => {
  const at = join(server.dir, 'small');
  const unmount = smallDisk(at);
  if (unmount === undefined) {
    // without the right to mount: the same error, raised where the rows are written
    await admin.query(`create function public.full_disk() returns int language plpgsql as
      $$ begin raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; end $$`);
    await isRefused(await run('--vars', JSON.stringify({ slow: ', public.full_disk() as d' })), 'ETL5005', /No space left/);
    return;
  }
  try {
    const data = join(at, 'data');
    command('mkdir', '-p', data);
    command('chown', '--reference', join(server.dir, 'data'), data);
    await admin.query(`create tablespace small location '${data}'`);
    await admin.query('grant create on tablespace small to builder; alter role builder set default_tablespace = small');
    await isRefused(await run('--vars', JSON.stringify({ slow: BIG })), 'ETL5005', /No space left on device/);
    expect(await internal()).toEqual([]);
  } finally {
    await admin.query('alter role builder reset default_tablespace');
    await admin.query('drop tablespace if exists small');
    unmount();
  }
});

describe('another kind is there than the model makes', () => {
  test('a view where a table is expected, and back', async () => {
    await project.write({ 'models/kept.sql': "{{ config(materialized='view') }} select 3 as id" });
    const viewed = await run('--select', 'kept');
    // a table with rows gives way to a view only when that is allowed or its rows can be made again; both ways the reader reads
    expect([0, 1]).toContain(viewed.code);
    expect(await rows()).toHaveLength(1);
    await project.write(FILES);
    const back = await run('--vars', '{v: 4}');
    expect(back.code, back.output).toBe(0);
    expect(await rows()).toEqual([{ id: 4 }]);
    expect(await internal()).toEqual([]);
  });

  test('a table, with rows of somebody else, where a view is expected', async () => {
    await admin.query('drop view public.shown; create table public.shown as select 1 as id; alter table public.shown owner to builder');
    const result = await run('--select', 'shown');
    if (result.code !== 0) {
      await isRefused(result, 'ETL4', /shown/);
      await admin.query('drop table public.shown');
    }
  });

  test.each([
    ['a sequence', 'create sequence public.kept', 'drop sequence public.kept'],
    ['a type', 'create type public.kept as (a int)', 'drop type public.kept'],
  ])('%s has the name', async (_what, make, drop) => {
    await admin.query('drop table public.kept cascade');
    await admin.query(make);
    const begun = performance.now();
    const result = await run('--select', 'kept');
    await admin.query(drop);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(result.code, result.output).toBe(1);
    expect(result.output).toContain('ETL5001');
    expect(result.output).toMatch(/"?kept"? already exists/);
    expect(result.output).toContain('has this name: rename it');
    expect(result.output).not.toContain('ETL9000');
    expect(await internal()).toEqual([]);
  });
});
