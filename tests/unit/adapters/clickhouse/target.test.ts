import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseTarget, requireConnecting } from '../../../../src/adapters/clickhouse/target.ts';

const read = (more: object = {}) => {
  const checked = parseTarget({ type: 'clickhouse', schema: 'shop', ...more });
  if (checked.value === undefined) throw new Error(JSON.stringify(checked.diagnostics));
  return { target: checked.value, connecting: requireConnecting(checked.value) };
};

describe('a profile output', () => {
  it("has dbt-clickhouse's defaults", () => {
    const { target, connecting } = read();
    expect(target).toMatchObject({ type: 'clickhouse', schema: 'shop', threads: 1, secrets: [] });
    expect(connecting).toMatchObject({
      embedded: false,
      url: 'http://localhost:8123',
      user: 'default',
      password: '',
      verify: true,
      connectSeconds: 10,
      requestSeconds: 300,
      ansiSettings: false,
      hint: undefined,
    });
    expect(read({ embedded: true }).target.threads).toBe(4);
    expect(read({ schema: undefined }).target.schema).toBe('default');
  });

  it('takes texts for numbers and flags, as templates give them', () => {
    const { target, connecting } = read({
      threads: '8',
      port: '8443',
      secure: 'True',
      verify: 'no',
    });
    expect(target.threads).toBe(8);
    expect(connecting).toMatchObject({ url: 'https://localhost:8443', verify: false });
  });

  it.each([
    [{ port: 9000 }, 'http://localhost:8123', true],
    [{ port: 9440 }, 'https://localhost:8443', true],
    [{ driver: 'native' }, 'http://localhost:8123', true],
    [{ driver: 'native', secure: true, port: 9440 }, 'https://localhost:8443', true],
    [{ port: 8443 }, 'https://localhost:8443', false],
    [{ secure: true }, 'https://localhost:8443', false],
    [{ host: '::1' }, 'http://[::1]:8123', false],
  ])('%j goes to %s', (more, url, hasHint) => {
    const { connecting } = read(more);
    expect(connecting.url).toBe(url);
    expect(connecting.hint !== undefined).toBe(hasHint);
  });

  it('refuses a URL as host without repeating it', () => {
    for (const host of ['https://u:hunter2@h:8443', 'u:hunter2@h']) {
      const { value, diagnostics } = parseTarget({ type: 'clickhouse', schema: 'shop', host });
      expect(value).toBeUndefined();
      expect(diagnostics[0]).toMatchObject({ code: 'ETL1008' });
      expect(JSON.stringify(diagnostics)).not.toMatch(/hunter2|https/);
    }
  });

  it('shows no password anywhere', () => {
    const { target } = read({ password: 'hunter2', host: 'h' });
    expect(target.secrets).toEqual(['hunter2']);
    expect(JSON.stringify({ ...target, secrets: [] })).not.toContain('hunter2');
    expect(inspect({ ...target, secrets: [] }, { depth: 9, showHidden: true })).not.toContain(
      'hunter2',
    );
    expect(target.shown).toEqual({
      type: 'clickhouse',
      schema: 'shop',
      threads: 1,
      user: 'default',
      embedded: false,
      host: 'h',
      port: 8123,
      driver: 'http',
      secure: false,
      cluster: '',
    });
  });

  it('tolerates what it does not know, and a database that is the schema', () => {
    read({ check_exchange: true, whatever: { a: 1 }, database: 'shop', dbname: '' });
  });

  it.each([
    [{ port: 'x' }, 'port'],
    [{ threads: 0 }, 'threads'],
    [{ embedded: 'perhaps' }, 'embedded'],
    [{ driver: 'grpc' }, 'driver'],
    [{ database: 'other' }, 'database'],
    [{ dbname: 'other' }, 'dbname'],
    [{ custom_settings: { 'a b': 1 } }, 'custom_settings'],
    [{ custom_settings: [1] }, 'custom_settings'],
    [{ embedded: true, cluster: 'c' }, 'cluster'],
  ])('%j is refused by name', (more, key) => {
    const { value, diagnostics } = parseTarget({ type: 'clickhouse', schema: 'shop', ...more });
    expect(value).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code: 'ETL1008', severity: 'error' });
    expect(diagnostics[0]?.message).toMatch(new RegExp(`^${key}\\b`));
  });
});
