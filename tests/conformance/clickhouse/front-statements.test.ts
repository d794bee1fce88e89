// Statements through the HTTP interface: rows that come in, what runs, and sessions.
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clients, type Clients, WRITER } from '../../support/clickhouse-clients.ts';
import { untilRunsInClickHouse } from '../../support/running.ts';

let on: Clients;
beforeAll(async () => {
  on = await clients();
});
afterAll(() => on.close());
const plain: Clients['plain'] = (path, more) => on.plain(path, more);
const ask: Clients['ask'] = (sql, args) => on.ask(sql, args);
const untilItRuns = (sql: string): Promise<void> =>
  untilRunsInClickHouse(async (asked) => (await ask(asked)).text, sql);
const rowsOf = async (sql: string): Promise<unknown> =>
  (await on.client.query({ query: sql, format: 'JSONCompactEachRow' })).json();

describe('rows of an INSERT', () => {
  beforeEach(async () => {
    await ask('CREATE OR REPLACE TABLE shop.t (a UInt32, b String) ENGINE = MergeTree ORDER BY a');
  });

  it('come in objects, in streams, compressed, with the text, and in VALUES', async () => {
    await on.client.insert({ table: 'shop.t', values: [{ a: 1, b: 'x' }], format: 'JSONEachRow' });
    const zip = on.clientOf(WRITER, { compression: { request: true } });
    await zip.insert({
      table: 'shop.t',
      values: Readable.from(['a,b\n2,"y\nz"\n', '3,w\n'], { objectMode: false }),
      format: 'CSVWithNames',
    });
    await zip.close();
    expect((await ask("INSERT INTO shop.t VALUES (4, 'v;'), (5, 'u')")).status).toBe(200);
    expect((await ask('INSERT INTO shop.t (b, a) FORMAT TSV\nt\t6\n')).status).toBe(200);
    const inBody = { body: '7,é\n' };
    expect(
      (await plain(`/?query=${encodeURIComponent('INSERT INTO shop.t FORMAT CSV')}`, inBody))
        .status,
    ).toBe(200);
    expect((await ask("INSERT INTO shop.t SELECT 8, 'format'")).status).toBe(200);
    expect(await rowsOf('SELECT * FROM shop.t ORDER BY a')).toEqual([
      [1, 'x'],
      [2, 'y\nz'],
      [3, 'w'],
      [4, 'v;'],
      [5, 'u'],
      [6, 't'],
      [7, 'é'],
      [8, 'format'],
    ]);
  });

  it('come in binary', async () => {
    const { bytes } = await ask(
      "SELECT toUInt32(number) AS a, 'p' AS b FROM numbers(1000)",
      'default_format=Parquet',
    );
    const got = await plain(`/?query=${encodeURIComponent('INSERT INTO shop.t FORMAT Parquet')}`, {
      body: bytes,
    });
    expect(got.text).toBe('');
    const { bytes: native } = await ask(
      "SELECT toUInt32(number) AS a, 'n' AS b FROM numbers(500)",
      'default_format=Native',
    );
    await plain('/', {
      body: Buffer.concat([Buffer.from('INSERT INTO shop.t FORMAT Native\n'), native]),
    });
    expect(await rowsOf('SELECT b, toUInt32(count()) FROM shop.t GROUP BY b ORDER BY b')).toEqual([
      ['n', 500],
      ['p', 1000],
    ]);
  });

  it('that do not fit are an error each time, and the line goes on', async () => {
    for (let i = 0; i < 8; i++)
      expect(
        await plain(`/?query=${encodeURIComponent('INSERT INTO shop.t FORMAT CSV')}`, {
          body: 'x,y\n'.repeat(200_000),
        }),
      ).toMatchObject({ status: 400, headers: { 'x-clickhouse-exception-code': '27' } });
    expect((await ask('INSERT INTO shop.nowhere FORMAT CSV\n1\n')).status).toBe(404);
    expect((await ask('SELECT count() FROM shop.t')).text).toBe('0\n');
  });

  it('whose client goes away in the middle are not taken', async () => {
    const url = `${on.wire.front.url}/?query=${encodeURIComponent('INSERT INTO shop.t FORMAT CSV')}`;
    const sent = request(url, {
      method: 'POST',
      headers: { 'X-ClickHouse-User': WRITER.name, 'X-ClickHouse-Key': WRITER.password },
    });
    sent.on('error', () => undefined);
    sent.write('1,x\n'.repeat(100_000));
    await new Promise((resolve) => setTimeout(resolve, 200));
    sent.destroy();
    expect(await on.quiet()).toBe(0);
    expect((await ask('SELECT count() FROM shop.t')).text).toBe('0\n');
  });
});

describe('a statement', () => {
  const LONG = 'SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 8';

  it('ends when its client goes away, also while it is read', async () => {
    for (const sql of [LONG, 'SELECT number FROM numbers(1000000000000)']) {
      const abort = new AbortController();
      const asked = on.client.query({
        query: sql,
        abort_signal: abort.signal,
        format: 'JSONEachRow',
      });
      const aborted = untilItRuns(sql).then(() => abort.abort());
      await asked.then(
        // one that is read answers at once: it is left only when it was seen at work
        (result) => aborted.then(() => result.close()),
        () => undefined,
      );
      await aborted;
      expect(await on.quiet(), sql).toBe(0);
    }
  });

  it('can be killed by its id', async () => {
    const ended = expect(
      on.client.query({ query: LONG, query_id: 'long-one' }),
    ).rejects.toMatchObject({ code: '394' });
    await untilItRuns(LONG);
    expect(await ask('SELECT 1', 'query_id=long-one')).toMatchObject({
      headers: { 'x-clickhouse-exception-code': '216' },
    });
    await ask("KILL QUERY WHERE query_id = 'long-one' SYNC");
    await ended;
    expect(await on.quiet()).toBe(0);
  });

  it('runs beside others', async () => {
    const t0 = performance.now();
    await Promise.all([1, 2, 3].map(() => ask('SELECT sleep(1)')));
    expect(performance.now() - t0).toBeLessThan(2500);
  });
});

describe('a session', () => {
  afterEach(async () => {
    await on.quiet();
  });

  it('keeps temporary tables, not the settings of a request', async () => {
    const args = 'session_id=s1&session_timeout=30';
    expect((await ask('CREATE TEMPORARY TABLE mine AS SELECT 5 AS a', args)).status).toBe(200);
    expect((await ask('SELECT a FROM mine', `${args}&session_check=1&max_threads=3`)).text).toBe(
      '5\n',
    );
    await ask('SET max_block_size = 777', args);
    const now =
      "SELECT name, value FROM system.settings WHERE name IN ('max_threads', 'max_block_size') ORDER BY name";
    expect((await ask(now, args)).text).toMatch(/max_block_size\t777\nmax_threads\t(?!3\n)/);
    await ask('SELECT 1', `${args}&close_session=1`);
    expect(
      (await ask('SELECT 1', `${args}&session_check=1`)).headers['x-clickhouse-exception-code'],
    ).toBe('372');
  });

  it('is for one at a time', async () => {
    const first = ask('SELECT sleep(2)', 'session_id=s2');
    await untilItRuns('SELECT sleep(2)');
    expect((await ask('SELECT 1', 'session_id=s2')).headers['x-clickhouse-exception-code']).toBe(
      '373',
    );
    expect((await first).status).toBe(200);
    expect(
      (await ask('SELECT 1', 'session_id=s2&session_timeout=99999')).headers[
        'x-clickhouse-exception-code'
      ],
    ).toBe('374');
  });
});
