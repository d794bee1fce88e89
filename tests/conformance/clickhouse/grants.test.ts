// What a server's system.grants says of single relations. The embedded engine has that table, and no user but its own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '../../../src/adapter/contract.ts';
import { clickhouse } from '../../../src/adapters/clickhouse/adapter.ts';
import { access } from '../../../src/adapters/clickhouse/granted.ts';
import { openWarehouse, type Warehouse } from '../../support/clickhouse.ts';

let w: Warehouse;
beforeAll(async () => {
  w = await openWarehouse();
});
afterAll(() => w.close());

it('is asked of the engine, which shows it to who may see users', async () => {
  const asked = w.inSession((s) => ask(s, access.granted(['shop', "it's"])));
  await expect(asked).rejects.toMatchObject({ error: { kind: 'permission' } });
});

it('names grants of a relation and of a column, to users and roles; not wider ones, not what is taken away', async () => {
  const { statement, decode } = access.granted(['shop']);
  const rows = [
    "(NULL, 'bi', 'SELECT', 'shop', 'orders', NULL, 0)",
    "('ana', NULL, 'SELECT', 'shop', 'orders', 'id', 0)",
    "('ana', NULL, 'ALTER UPDATE', 'shop', 'orders', NULL, 0)",
    "('ben', NULL, 'SELECT', 'shop', 'orders', NULL, 1)",
    "('root', NULL, 'SELECT', 'shop', NULL, NULL, 0)",
    "('root', NULL, 'SELECT', NULL, NULL, NULL, 0)",
    "('cleo', NULL, 'SELECT', 'elsewhere', 'orders', NULL, 0)",
  ];
  const table = `values('user_name Nullable(String), role_name Nullable(String), access_type String, database Nullable(String), table Nullable(String), column Nullable(String), is_partial_revoke UInt8', ${rows.join(', ')})`;
  const sql = statement.sql.replace('system.grants', table);
  const found = await w.inSession((s) => ask(s, { statement: { ...statement, sql }, decode }));
  expect(found.map(({ privilege, role }) => `${role}: ${privilege}`)).toEqual([
    'ana: alter update',
    'ana: select (id)',
    'bi: select',
  ]);
  expect(found[0]?.relation).toEqual({ schema: 'shop', name: 'orders' });
});

it('is a matter of servers', () => {
  const dialectOf = (output: Readonly<Record<string, unknown>>) => {
    const { value } = clickhouse.parseTarget({ type: 'clickhouse', ...output });
    if (value === undefined) throw new Error('refused');
    return clickhouse.dialect(value);
  };
  expect(dialectOf({ host: 'h' }).access).toBe(access);
  expect(dialectOf({ host: 'h' }).can.keepsGrants).toBe(true);
  expect(dialectOf({ embedded: true }).access).toBeUndefined();
  expect(dialectOf({ embedded: true }).can.keepsGrants).toBe(false);
});
