import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { credentialsOf, parseTarget } from '../../../../src/adapters/postgres/target.ts';

const server = {
  type: 'postgres',
  host: 'db.example',
  user: 'me',
  pass: 's3cret!',
  dbname: 'shop',
  schema: 'gold',
};
const messages = (raw: Readonly<Record<string, unknown>>): readonly string[] =>
  parseTarget(raw).diagnostics.map((d) => `${d.code} ${d.message}`);

describe('parseTarget', () => {
  test('takes the keys of dbt, in both spellings, numbers as texts', () => {
    const { value, diagnostics } = parseTarget({
      ...server,
      port: '6432',
      threads: '8',
      unknown: { a: 1 },
      sslmode: 'require',
    });
    expect(diagnostics).toEqual([]);
    if (value === undefined) throw new Error('refused');
    expect(value).toMatchObject({ type: 'postgres', schema: 'gold', database: 'shop', threads: 8 });
    expect(value.shown).toMatchObject({
      host: 'db.example',
      port: 6432,
      user: 'me',
      dbname: 'shop',
      database: 'shop',
      type: 'postgres',
    });
    expect(credentialsOf(value)).toMatchObject({
      password: 's3cret!',
      port: 6432,
      sslmode: 'require',
      connectTimeoutS: 10,
    });
    const other = parseTarget({
      ...server,
      pass: undefined,
      dbname: undefined,
      password: 7,
      database: 'x',
    }).value;
    expect(other && credentialsOf(other)).toMatchObject({ password: '7', database: 'x' });
  });

  test('one thread on a server, as dbt; four on the embedded one', () => {
    expect(parseTarget(server).value?.threads).toBe(1);
    expect(parseTarget({ embedded: true }).value).toMatchObject({
      threads: 4,
      schema: 'public',
      database: 'etl',
      secrets: [],
    });
    expect(parseTarget({ embedded: 'true', dbname: 'x', schema: 'y' }).value).toMatchObject({
      database: 'x',
      schema: 'y',
    });
  });

  test('refuses a URL as host without repeating it', () => {
    for (const host of ['postgres://u:hunter2@h/d', 'u:hunter2@h', 'http://h']) {
      const { value, diagnostics } = parseTarget({ ...server, host });
      expect(value).toBeUndefined();
      expect(diagnostics[0]).toMatchObject({ code: 'ETL1008' });
      expect(JSON.stringify(diagnostics)).not.toMatch(/hunter2|http/);
    }
  });

  test('never shows the password', () => {
    const { value } = parseTarget(server);
    expect(value?.secrets).toEqual(['s3cret!']);
    const shown = { ...value, secrets: [] };
    expect(JSON.stringify(shown)).not.toContain('s3cret');
    expect(inspect(shown, { depth: 9, showHidden: true })).not.toContain('s3cret');
    // a copy with other threads is still a target
    expect(value && credentialsOf({ ...value, threads: 9 }).password).toBe('s3cret!');
  });

  test('names the key that is wrong', () => {
    expect(messages({ type: 'postgres' })).toEqual(
      ['host', 'user', 'dbname'].map((k) => `ETL1008 "${k}" of the Postgres output is missing`),
    );
    // told when somebody connects: listing a project needs no schema
    const { schema: _, ...without } = server;
    expect(parseTarget(without).value?.incomplete?.map((d) => d.message)).toEqual([
      '"schema" of the Postgres output is missing',
    ]);
    expect(messages({ ...server, port: 'abc' })).toEqual([
      'ETL1008 "port" of the Postgres output must be a whole number',
    ]);
    expect(messages({ ...server, sslmode: 'sure' })[0]).toMatch(
      /"sslmode" .* must be one of disable, allow/,
    );
    expect(messages({ ...server, threads: 0 })[0]).toMatch(/"threads"/);
    expect(messages({ ...server, embedded: 'maybe' })[0]).toMatch(/"embedded" .* true or false/);
    expect(messages({ ...server, host: ['a'] })[0]).toMatch(/"host" .* must be a text/);
  });
});
