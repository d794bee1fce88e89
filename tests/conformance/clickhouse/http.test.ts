import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../../src/adapter/contract.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import { isEtlError } from '../../../src/kernel/error.ts';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import { aSelect, sendAttempts } from '../../support/clickhouse.ts';
import { startWire, type Wire } from '../../support/clickhouse-wire.ts';
import { untilRunsInClickHouse } from '../../support/running.ts';

let server: Wire;
let dir: string;
const password = 's3cr3t-pass';

const target = (more: Readonly<Record<string, unknown>> = {}) => {
  const { value, diagnostics } = clickhouse.parseTarget({
    type: 'clickhouse',
    host: '127.0.0.1',
    port: server.port,
    user: 'etl',
    password,
    schema: 'shop',
    threads: 3,
    ...more,
  });
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
};
const connect = (more: Readonly<Record<string, unknown>> = {}): Promise<Connection> =>
  clickhouse.connect(target(more), { projectDir: dir, threads: 3, env: {}, invocationId: 'run-1' });

async function refusal(work: Promise<unknown>): Promise<Diagnostic> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (e: unknown) => e,
  );
  if (!isEtlError(error)) throw error;
  const [first] = error.diagnostics;
  if (first === undefined) throw error;
  return first;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'etl-'));
  server = await startWire();
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

describe('connecting', () => {
  afterEach(() => {
    server.intercept = undefined;
  });

  it('asks for the version', async () => {
    const connection = await connect();
    expect(connection.serverVersion).toMatch(/^\d+\.\d+/);
    await connection.close();
  });

  it('says who was refused, not the password, and prints nothing', async () => {
    const printed = (['error', 'warn', 'info', 'log'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    );
    const problem = await refusal(connect({ password: 'another-one' }));
    expect(problem).toMatchObject({ code: 'ETL5003' });
    expect(problem.message).toContain('refused user etl');
    expect(JSON.stringify(problem)).not.toContain('another-one');
    for (const spy of printed) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  it('says that no server is there', async () => {
    const problem = await refusal(connect({ port: 1 }));
    expect(problem).toMatchObject({ code: 'ETL5002' });
    expect(problem.message).toContain('http://127.0.0.1:1');
    expect(problem.message).toContain('ECONNREFUSED');
    expect((await refusal(connect({ host: 'no-such-host.invalid' }))).message).toMatch(
      /ENOTFOUND|EAI_AGAIN/,
    );
  });

  it('has a hint for the native port', async () => {
    const problem = await refusal(connect({ port: 9000 }));
    expect(problem.message).toContain(':8123');
    expect(problem.hint).toContain('native');
  });

  it('gives up after connect_timeout', async () => {
    server.intercept = () => true;
    const t0 = performance.now();
    const problem = await refusal(connect({ connect_timeout: 1 }));
    expect(performance.now() - t0).toBeLessThan(3000);
    expect(problem.code).toBe('ETL5002');
  });
});

describe('a server', () => {
  let connection: Connection;
  beforeEach(async () => {
    connection = await connect({ custom_settings: { max_threads: 2 } });
    server.seen.length = 0;
  });
  afterEach(async () => {
    server.intercept = undefined;
    await connection.close();
  });
  const read = (sql: string) =>
    connection.withSession('model.shop.a', (s) => s.read({ sql, verb: 'read', repeatable: true }));

  it('gets each statement complete: name, settings, no session', async () => {
    await connection.withSession('model.shop.a', async (s) => {
      await s.read({
        sql: 'SELECT 1',
        verb: 'read',
        repeatable: true,
        settings: { join_use_nulls: 1 },
      });
      await s
        .execute({ sql: 'SYSTEM FLUSH LOGS', verb: 'hook', repeatable: true })
        .catch(() => undefined);
    });
    const [first, second] = server.seen;
    expect(first?.settings).toMatchObject({
      join_use_nulls: '1',
      max_threads: '2',
      async_insert: '0',
      readonly: '2',
      output_format_json_quote_64bit_integers: '1',
    });
    expect(first?.settings).not.toHaveProperty('session_id');
    expect(second?.settings).not.toHaveProperty('join_use_nulls');
    expect(second?.settings).not.toHaveProperty('readonly');
    expect(first?.headers.authorization).toBe(
      `Basic ${Buffer.from(`etl:${password}`).toString('base64')}`,
    );
  });

  it('gives exact values', async () => {
    const { rows } = await read(
      "SELECT 18446744073709551615::UInt64, 1.10::Decimal(38, 10), nan, 'é😀'",
    );
    expect(rows).toEqual([[18446744073709551615n, '1.1000000000', Number.NaN, 'é😀']]);
  });

  it('has no rows to give for a statement without', async () => {
    const sql = 'CREATE DATABASE IF NOT EXISTS shop';
    await expect(
      connection.withSession('t', (s) => s.read({ sql, verb: 'hook', repeatable: true })),
    ).resolves.toEqual({ columns: [], rows: [] });
  });

  it('builds, publishes, and says how many rows', async () => {
    const d = clickhouse.dialect(target());
    const request = aSelect('t', 'select number as n from numbers(7)');
    const effect = await connection.withSession('t', async (s) => {
      await s.execute(d.createSchema('shop'));
      const built = await s.segment({ atomicity: 'none', statements: d.buildTable(request) });
      await sendAttempts(s, d.publishTable({ ...request, live: undefined }));
      return built;
    });
    expect(effect.rows).toBe(7);
    expect((await read('SELECT count() FROM shop.t')).rows).toEqual([[7]]);
  });

  it('takes a seed as a stream', async () => {
    const d = clickhouse.dialect(target());
    const path = join(dir, 's.csv');
    const columns = [
      { name: 'id', type: 'integer', nullable: true },
      { name: 'name', type: 'text', nullable: true },
    ];
    const staged = { schema: 'shop', name: '__etl_s' };
    const load = (csv: string) =>
      connection.withSession('seed', async (s) => {
        await writeFile(path, csv);
        await s.execute(d.createSchema('shop'));
        await s.segment({
          atomicity: 'none',
          statements: d.buildSeed({
            target: staged,
            staged,
            config: {},
            comments: { columns: {} },
            grants: undefined,
            columns,
          }),
        });
        await s.load(staged, { path, shownPath: 'seeds/s.csv', delimiter: ',', columns });
      });
    await load('id,name\n1,"a\nb"\n2,\n');
    expect((await read('SELECT id, name FROM shop.__etl_s ORDER BY id')).rows).toEqual([
      [1, 'a\nb'],
      [2, null],
    ]);
    expect(await refusal(load('id,name\n1,x\nzwei,y\n'))).toMatchObject({
      code: 'ETL7002',
      at: { file: 'seeds/s.csv', line: 3, column: 1 },
    });
    expect(await refusal(load('id,name\n1,x\n2\n'))).toMatchObject({
      code: 'ETL7001',
      at: { line: 3 },
    });
  });

  it('gives typed errors, with place and without version', async () => {
    await expect(read("SELECT 'é😀', nope FROM system.one")).rejects.toMatchObject({
      message: 'Unknown expression identifier `nope`',
      error: { kind: 'missing_column', code: '47', position: 14 },
    });
  });

  it('is told to stop when the run is cancelled', async () => {
    const long = 'SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 8';
    const running = read(long);
    const ended = expect(running).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    await untilRunsInClickHouse(async (sql) => (await read(sql)).rows[0]?.[0], long);
    const t0 = performance.now();
    expect(await connection.cancel()).toBe(1);
    await ended;
    expect(performance.now() - t0).toBeLessThan(5000);
  });

  it('is told to stop when the line was lost, and the failure may be tried again', async () => {
    server.intercept = (seen, response) => {
      if (!seen.sql.startsWith('SELECT 42')) return false;
      response.destroy();
      return true;
    };
    await expect(read('SELECT 42')).rejects.toMatchObject({
      error: { kind: 'connection', transient: true },
    });
    const last = server.seen.at(-1)?.sql ?? '';
    expect(last).toMatch(/^KILL QUERY WHERE query_id = 'run-1\/model.shop.a\/\d+' ASYNC/);
    expect(
      server.seen.some((s) => /\bSYNC\b(?!.*ASYNC)/.test(s.sql) && s.sql.startsWith('KILL')),
    ).toBe(false);
  });

  it('that stops answering is given up after send_receive_timeout', async () => {
    const impatient = await connect({ send_receive_timeout: 1 });
    server.intercept = (seen) => seen.sql.startsWith('SELECT 42');
    await expect(
      impatient.withSession('t', (s) =>
        s.read({ sql: 'SELECT 42', verb: 'read', repeatable: true }),
      ),
    ).rejects.toMatchObject({ error: { kind: 'timeout' } });
    await impatient.close();
  });
});
