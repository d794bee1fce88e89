// The transport, on the code of `etl serve` and on a server that others wrote: what the one answers, the other does. Needs
// clickhouse-server 18.16, which Debian 12 has: tests/support/clickhouse-18.ts.
import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, WRITER } from '../support/clickhouse-clients.ts';
import { oldServer } from '../support/clickhouse-18.ts';

interface Place {
  readonly url: string;
  stop(): Promise<void>;
}
const PLACES: readonly (readonly [string, () => Promise<Place>])[] = [
  [
    'etl serve',
    async () => {
      const on = await clients();
      return { url: `http://127.0.0.1:${on.wire.front.port}`, stop: on.close };
    },
  ],
  ['ClickHouse 18.16', () => oldServer(WRITER)],
];

describe.each(PLACES)('%s', (_, start) => {
  let place: Place | undefined;
  const open: ClickHouseClient[] = [];
  const clientOf = (more: Parameters<typeof createClient>[0] = {}): ClickHouseClient => {
    const { name: username, password } = WRITER;
    const made = createClient({
      url: place?.url ?? '',
      username,
      password,
      log: { level: ClickHouseLogLevel.OFF },
      ...more,
    });
    open.push(made);
    return made;
  };
  let client: ClickHouseClient;
  const rows = async (
    query: string,
    format: 'JSONEachRow' | 'JSON' = 'JSONEachRow',
  ): Promise<unknown> => {
    const answer: unknown = await (await client.query({ query, format })).json();
    return format === 'JSON' ? (answer as { data: unknown }).data : answer;
  };
  beforeAll(async () => {
    place = await start();
    client = clientOf();
    await client.command({ query: 'CREATE TABLE default.t (id UInt32, v String) ENGINE = Memory' });
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await place?.stop();
  });

  test('says that it is there, and who is let in', async () => {
    expect(await client.ping()).toMatchObject({ success: true });
    const stranger = clientOf({ password: 'wrong' });
    await expect(stranger.query({ query: 'SELECT 1' })).rejects.toThrow();
  });

  test('takes rows as objects, as a stream and compressed, and gives them back', async () => {
    await client.insert({
      table: 'default.t',
      values: [{ id: 1, v: "it's" }],
      format: 'JSONEachRow',
    });
    const csv = Readable.from(['2,"a ""b"""\n', '3,"c\nd"\n'], { objectMode: false });
    await client.insert({ table: 'default.t', values: csv, format: 'CSV' });
    const packed = clientOf({ compression: { request: true, response: true } });
    await packed.insert({
      table: 'default.t',
      values: [{ id: 4, v: 'é\\' }],
      format: 'JSONEachRow',
    });
    const wanted = [
      { id: 1, v: "it's" },
      { id: 2, v: 'a "b"' },
      { id: 3, v: 'c\nd' },
      { id: 4, v: 'é\\' },
    ];
    const all = 'SELECT id, v FROM default.t ORDER BY id';
    for (const format of ['JSONEachRow', 'JSON'] as const)
      expect(await rows(all, format)).toEqual(wanted);
    const answer = await packed.query({ query: all, format: 'JSONEachRow' });
    expect(await answer.json()).toEqual(wanted);
  });

  test('keeps settings of one statement from the next, and its id', async () => {
    const set = "SELECT value FROM system.settings WHERE name = 'max_block_size'";
    const one = await client.query({
      query: set,
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '777' },
      query_id: 'mine-1',
    });
    expect(one.query_id).toBe('mine-1');
    expect(await one.json()).toEqual([{ value: '777' }]);
    expect(await rows(set)).not.toEqual([{ value: '777' }]);
  });

  test('keeps temporary tables of a session, which is for one at a time', async () => {
    const mine = clientOf({ session_id: 'mine' });
    await mine.command({ query: 'CREATE TEMPORARY TABLE x (a UInt8)' });
    await mine.insert({ table: 'x', values: [{ a: 5 }], format: 'JSONEachRow' });
    expect(
      await (await mine.query({ query: 'SELECT a FROM x', format: 'JSONEachRow' })).json(),
    ).toEqual([{ a: 5 }]);
    const slow = mine.query({ query: 'SELECT sleep(1)', format: 'JSONEachRow' });
    await new Promise((done) => {
      setTimeout(done, 300);
    });
    await expect(clientOf({ session_id: 'mine' }).query({ query: 'SELECT 1' })).rejects.toThrow(
      /locked/i,
    );
    await (await slow).json();
  });

  test('tells errors, and goes on', async () => {
    await expect(client.query({ query: 'SELECT nothing FROM default.t' })).rejects.toThrow(
      /nothing/,
    );
    await expect(client.command({ query: 'SELEC 1' })).rejects.toThrow(/[Ss]yntax error/);
    expect(await rows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });
});
