// The embedded engine behind ClickHouse's HTTP interface, asked by the real client and by plain requests.
import { gunzipSync, gzipSync } from 'node:zlib';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  clients,
  type Clients,
  READER,
  WRITER,
} from '../../support/clickhouse-clients.ts';

let on: Clients;
beforeAll(async () => {
  on = await clients();
});
afterAll(() => on.close());
const plain: Clients['plain'] = (path, more) => on.plain(path, more);
const ask: Clients['ask'] = (sql, args) => on.ask(sql, args);

describe('the interface', () => {
  it('answers who looks whether it is there', async () => {
    expect(await on.client.ping()).toMatchObject({ success: true });
    for (const path of ['/ping', '/replicas_status', '/'])
      expect(await plain(path)).toMatchObject({ status: 200, text: 'Ok.\n' });
    expect((await plain('/play')).status).toBe(404);
    expect((await plain('/?query=SELECT+1', { method: 'DELETE' })).status).toBe(501);
  });

  it('takes a statement from the URL, from the body, or begun in one and ended in the other', async () => {
    expect((await plain('/?query=SELECT+1')).text).toBe('1\n');
    expect((await ask('SELECT 2')).text).toBe('2\n');
    expect((await plain(`/?query=${encodeURIComponent('SELECT 3,')}`, { body: '4' })).text).toBe(
      '3\t4\n',
    );
    const form =
      '--x\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT {a:String}\r\n--x\r\nContent-Disposition: form-data; name="param_a"\r\n\r\nlong\r\n--x--\r\n';
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
    expect((await plain('/', { body: form, headers })).text).toBe('long\n');
  });

  it('gives the form that FORMAT, default_format or the header says, and names it', async () => {
    const { text, headers } = await ask(
      'SELECT 1 AS a',
      'default_format=JSONEachRow&query_id=mine',
    );
    expect(JSON.parse(text)).toEqual({ a: 1 });
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=UTF-8',
      'x-clickhouse-format': 'JSONEachRow',
      'x-clickhouse-query-id': 'mine',
    });
    expect(headers['x-clickhouse-timezone']).toMatch(/\w/);
    const csv = await ask('SELECT 1 AS a FORMAT CSVWithNames SETTINGS max_threads = 1');
    expect(csv.headers['x-clickhouse-format']).toBe('CSVWithNames');
    expect(csv.text).toBe('"a"\n1\n');
    const one = { headers: { 'X-ClickHouse-Format': 'Values' }, body: 'SELECT 1, 2' };
    expect((await plain('/', one)).text).toBe('(1,2)');
    const summary = JSON.parse(
      String((await ask('SELECT 1', 'wait_end_of_query=1')).headers['x-clickhouse-summary']),
    ) as Record<string, string>;
    expect(summary['read_rows']).toBe('1');
  });

  it('gives large results whole, whatever the form', async () => {
    const rows = 200_000;
    const sql = `SELECT number, toString(number) AS "a\n""b" FROM numbers(${rows})`;
    for (const format of [
      'TSVWithNamesAndTypes',
      'CSVWithNames',
      'JSONCompactEachRowWithNamesAndTypes',
      'JSONEachRow',
      'JSON',
      'JSONCompact',
      'Native',
      'RowBinaryWithNamesAndTypes',
      'Parquet',
    ]) {
      const [streamed, whole] = [
        await ask(sql, `default_format=${format}`),
        await ask(sql, `default_format=${format}&wait_end_of_query=1`),
      ];
      const clean = ({ bytes }: Answer): string =>
        bytes.toString('latin1').replace(/"elapsed": [\d.e-]+/, '');
      expect(clean(streamed) === clean(whole), format).toBe(true);
    }
    const result = await on.client.query({
      query: sql,
      format: 'JSONCompactEachRowWithNamesAndTypes',
    });
    let seen = -2;
    for await (const batch of result.stream()) seen += batch.length;
    expect(seen).toBe(rows);
  });

  it('takes parameters of every text', async () => {
    for (const value of ["it's", 'a\\b', 'a\tb\nc', '{x}', "'; DROP TABLE t", 'é😀', ''])
      expect(await rowsOf2('SELECT {v:String} AS v', { v: value }), JSON.stringify(value)).toEqual([
        [value],
      ]);
    expect(await rowsOf2('SELECT {v:Array(UInt8)} AS v', { v: [1, 2] })).toEqual([[[1, 2]]]);
    expect((await ask('SELECT {v:String}', 'param_bad-name=1')).status).toBe(404);
  });
  const rowsOf2 = async (query: string, params: Record<string, unknown>): Promise<unknown> =>
    (await on.client.query({ query, query_params: params, format: 'JSONCompactEachRow' })).json();

  it('keeps the settings of one statement from the next', async () => {
    const now = "SELECT value FROM system.settings WHERE name = 'max_threads'";
    expect((await ask(now, 'max_threads=3')).text).toBe('3\n');
    expect((await ask(now)).text).not.toBe('3\n');
    const odd = "it's \\ 'quoted'\n";
    const setting =
      "SELECT value FROM system.settings WHERE name = 'format_csv_null_representation'";
    expect(
      (
        await ask(
          `${setting} FORMAT TSVRaw`,
          `format_csv_null_representation=${encodeURIComponent(odd)}`,
        )
      ).text,
    ).toBe(`${odd}\n`);
    expect(await ask('SELECT 1', 'no_such_setting=1')).toMatchObject({ status: 404 });
    expect(
      (await ask('SELECT 1', encodeURIComponent('max_threads = 1, readonly') + '=0')).status,
    ).toBe(404);
  });

  it('compresses both ways', async () => {
    const headers = { 'Accept-Encoding': 'gzip' };
    const got = await plain('/?enable_http_compression=1', { body: 'SELECT 7', headers });
    expect(got.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(got.bytes).toString()).toBe('7\n');
    expect((await plain('/', { body: 'SELECT 7', headers })).text).toBe('7\n');
    const sent = await plain('/', {
      body: gzipSync('SELECT 8'),
      headers: { 'Content-Encoding': 'gzip' },
    });
    expect(sent.text).toBe('8\n');
    expect(
      await plain('/', { body: 'x', headers: { 'Content-Encoding': 'snappy' } }),
    ).toMatchObject({
      status: 400,
      headers: { 'x-clickhouse-exception-code': '89' },
    });
    expect((await ask('SELECT 1', 'compress=1')).text).toContain('compress=1');
    const both = on.clientOf(WRITER, { compression: { request: true, response: true } });
    const result = await both.query({ query: 'SELECT 1 AS a', format: 'JSONEachRow' });
    expect(await result.json()).toEqual([{ a: 1 }]);
    await both.close();
  });
});

describe('an error', () => {
  it('has a status, a code, a name and a place', async () => {
    const failed = await ask('SELECT nope FROM shop.nothing');
    expect(failed).toMatchObject({ status: 404, headers: { 'x-clickhouse-exception-code': '60' } });
    expect(failed.text).toMatch(
      /^Code: 60\. DB::Exception: .*\(UNKNOWN_TABLE\) \(version \S+ \(official build\)\)\n$/s,
    );
    await expect(on.client.query({ query: 'SELECT unknown_function()' })).rejects.toMatchObject({
      code: '46',
      type: 'UNKNOWN_FUNCTION',
    });
    expect((await ask('SELECT 1; SELECT 2')).text).toContain('Multi-statements are not allowed');
    expect((await ask(' -- nothing\n')).status).toBe(400);
    expect((await ask("SELECT ';' /* ; */;")).text).toBe(';\n');
  });

  it.each([
    ['plain', false],
    ['gzip', true],
  ] as const)(
    'in the middle of an answer is an error for the client: %s',
    async (_how, isCompressed) => {
      const reader = on.clientOf(WRITER, { compression: { response: isCompressed } });
      const result = await reader.query({
        query: "SELECT throwIf(number = 2000000, 'too far') AS a FROM numbers(4000000)",
        format: 'JSONCompactEachRow',
        clickhouse_settings: { max_threads: 1 },
      });
      expect(result.response_headers['x-clickhouse-exception-tag']).toMatch(/^\w{16}$/);
      let rows = 0;
      const reading = (async () => {
        for await (const batch of result.stream()) rows += batch.length;
      })();
      await expect(reading).rejects.toMatchObject({ code: '395' });
      expect(rows).toBeGreaterThan(0);
      await reader.close();
    },
  );

  it('comes with its status when the client waits for the end', async () => {
    const sql = 'SELECT throwIf(number = 2000000) FROM numbers(4000000)';
    expect(await ask(sql, 'wait_end_of_query=1')).toMatchObject({ status: 500 });
  });
});

describe('who asks', () => {
  it('says a name and a password', async () => {
    const wrong = { name: 'etl', password: 'guess', mayWrite: true };
    expect(await plain('/?query=SELECT+1', { as: wrong })).toMatchObject({
      status: 403,
      headers: { 'x-clickhouse-exception-code': '516' },
    });
    expect((await plain('/?query=SELECT+1', { as: { ...wrong, name: 'nobody' } })).status).toBe(
      403,
    );
    const headers = { authorization: `Basic ${Buffer.from('etl:s3cr3t-pass').toString('base64')}` };
    expect((await plain('/?query=SELECT+1', { as: wrong, headers })).text).toBe('1\n');
    expect(
      (await plain('/?query=SELECT+1&user=etl', { headers: { authorization: 'Bearer x' } })).status,
    ).toBe(403);
  });

  it('asks from this machine, not through a page of the web', async () => {
    expect(
      (await plain('/?query=SELECT+1', { headers: { host: 'evil.example:8123' } })).status,
    ).toBe(403);
    expect((await plain('/ping', { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await plain('/?query=SELECT+1', { headers: { host: 'localhost:1' } })).text).toBe(
      '1\n',
    );
    expect((await plain('/?query=SELECT+1', { headers: { host: '[::1]:1' } })).text).toBe('1\n');
    expect(
      (await plain('/', { body: 'SELECT 1', headers: { origin: 'https://evil.example' } })).status,
    ).toBe(403);
    expect((await plain('/', { body: 'SELECT 1', headers: { origin: 'null' } })).status).toBe(403);
    for (const [site, status] of [
      ['cross-site', 403],
      ['same-site', 403],
      ['same-origin', 200],
      ['none', 200],
    ] as const)
      expect(
        (await plain('/?query=SELECT+1', { headers: { 'Sec-Fetch-Site': site } })).status,
        site,
      ).toBe(status);
    expect(
      (await plain('/', { body: 'SELECT 1', headers: { origin: 'http://localhost:3000' } })).text,
    ).toBe('1\n');
  });

  it('changes nothing with GET, or as a reader', async () => {
    const create = 'CREATE TABLE shop.made (a Int8) ENGINE = Memory';
    const code = async (answer: Promise<Answer>) =>
      (await answer).headers['x-clickhouse-exception-code'];
    expect(await code(plain(`/?query=${encodeURIComponent(create)}`))).toBe('164');
    const asReader = (sql: string, args = '') => plain(`/?${args}`, { body: sql, as: READER });
    expect(await code(asReader(create))).toBe('164');
    expect(await code(asReader(create, 'readonly=0'))).toBe('164');
    expect(await code(asReader('SET readonly = 0'))).toBe('164');
    expect(await code(asReader('SELECT 1 SETTINGS readonly = 0'))).toBe('164');
    expect(await code(asReader(create, 'session_id=r'))).toBe('164');
    expect(await code(asReader('INSERT INTO shop.t FORMAT CSV\n1,x\n'))).toBe('164');
    expect(await code(asReader("INSERT INTO shop.t VALUES (1, 'x')"))).toBe('164');
    expect(await code(asReader('KILL QUERY WHERE 1'))).toBe('164');
    expect((await asReader('SELECT 1 SETTINGS max_threads = 1', 'max_threads=2')).text).toBe('1\n');
    expect((await ask('EXISTS TABLE shop.made')).text).toBe('0\n');
  });

  it('writes and reads no file as a reader, in a session that has a name either', async () => {
    const root = await mkdtemp(join(tmpdir(), 'etl-front-'));
    const file = join(root, 'written.txt');
    const asReader = (sql: string, args: string) => plain(`/?${args}`, { body: sql, as: READER });
    const inserts = `with x as (select 78 as id) insert into function file('${file}', 'TSV') select id from x`;
    for (const args of ['session_id=a', 'wait_end_of_query=1', 'session_id=a&readonly=1'])
      for (const sql of [
        inserts,
        `/* x */ ${inserts}`,
        `with 1 as y, # '\n${inserts.slice(4)} # '`,
        `with ‘'’ as y, ${inserts.slice(5)} -- '`,
        "select file('/etc/hostname')",
        "select file // x\n('/etc/hostname')",
        "select “file”('/etc/hostname')",
        "select `file` /* ( */ ('/etc/hostname')",
        'select "\\x66ile"(\'/etc/hostname\')',
        "select arrayMap(file, ['/etc/hostname'])",
        'select arrayMap("\\x66ile", [\'/etc/hostname\'])',
        "select arrayMap({f:Identifier}, ['/etc/hostname'])",
        "with file as f select mapApply(f, map('/etc/hostname', 1))",
        "select * apply /* x */ “file” from (select '/etc/hostname')",
        "select * apply(file) from (select '/etc/hostname')",
        "select 1 format Template settings format_template_resultset = '/etc/hostname'",
        "select * from format(Protobuf, 'x') settings \"format_schema\" = '/etc/hostname:X'",
        "set format_template_row = '/etc/hostname'",
        "create temporary table f (l String) engine = File(LineAsString, '/etc/hostname')",
        'set readonly = 0',
      ])
        expect(await asReader(sql, args), sql).toMatchObject({
          headers: { 'x-clickhouse-exception-code': '164' },
        });
    for (const name of ['format_schema', 'format_template_row', 'output_format_schema'])
      expect(await asReader('select 1', `${name}=/etc/hostname`), name).toMatchObject({
        headers: { 'x-clickhouse-exception-code': '164' },
      });
    // the words alone are no such thing
    expect((await asReader("select arrayMap(x -> x || ' file', ['a'])", '')).text).toBe(
      "['a file']\n",
    );
    expect((await asReader("select file, arrayJoin([1]) from (select 'a' as file)", '')).text).toBe(
      'a\t1\n',
    );
    const byGet = `/?session_id=a&query=${encodeURIComponent(inserts)}`;
    expect((await plain(byGet)).headers['x-clickhouse-exception-code']).toBe('164');
    expect(existsSync(file)).toBe(false);
    await rm(root, { recursive: true });
    const max = "SELECT changed FROM system.settings WHERE name = 'max_threads'";
    expect((await asReader('SET max_block_size = 7', 'session_id=a')).text).toBe('');
    expect((await asReader(max, 'session_id=a&max_threads=2')).text).toBe('1\n');
    expect((await asReader(max, 'session_id=a')).text).toBe('0\n');
    expect((await asReader("SELECT getSetting('max_block_size')", 'session_id=a')).text).toBe(
      '7\n',
    );
    // who may write does so still in a session of that name
    expect((await plain('/?session_id=a&query=SELECT+1')).text).toBe('1\n');
    expect((await ask('CREATE TEMPORARY TABLE mine AS SELECT 5 AS a', 'session_id=a')).text).toBe(
      '',
    );
    expect((await ask('SELECT a FROM mine', 'session_id=a')).text).toBe('5\n');
  });

  it('gets no file written or read by the statements that clients do that with', async () => {
    for (const sql of [
      "SELECT 1 INTO /* x */ OUTFILE '/tmp/never'",
      "SELECT ‘'’ INTO OUTFILE '/tmp/never'",
      "SELECT 1 // it's\nINTO OUTFILE '/tmp/never'",
      "SELECT 1 AS $a$ INTO OUTFILE '/tmp/never'",
      "INSERT INTO shop.t FROM INFILE '/etc/passwd' FORMAT CSV",
    ])
      expect(await ask(sql)).toMatchObject({ headers: { 'x-clickhouse-exception-code': '78' } });
  });
});
