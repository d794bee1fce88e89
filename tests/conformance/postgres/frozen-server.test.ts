// A server or a network that says nothing any more: whoever cancels or takes leave does not wait for it.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Connection } from '../../../src/adapter/contract.ts';
import { isStatementFailure } from '../../../src/adapter/failure.ts';
import type { Statement } from '../../../src/adapter/statement.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import { freezingProxy, type FreezingProxy } from '../../support/freezing-proxy.ts';
import { postgresTarget } from '../../support/postgres.ts';
import { postgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { untilRuns } from '../../support/running.ts';

const PATIENCE_MS = 9000;
const statement = (sql: string): Statement => ({ sql, verb: 'hook', repeatable: false });

let server: PostgresServer;
let proxy: FreezingProxy;
let connection: Connection;
/** one that nothing happens to */
let beside: Connection;
const how = { projectDir: '/nonexistent', threads: 2, env: {}, invocationId: 'x' };
beforeAll(async () => {
  server = await postgresServer();
  beside = await postgres.connect(postgresTarget({ embedded: false, ...server.output }), how);
});
afterAll(async () => {
  await beside.close();
  await server.stop();
});
const untilItSleeps = (): Promise<void> =>
  untilRuns(
    (sql) =>
      beside.withSession(
        'x',
        async (s) => (await s.read({ ...statement(sql), verb: 'read' })).rows[0]?.[0],
      ),
    'pg_sleep(60)',
  );
beforeEach(async () => {
  proxy = await freezingProxy(server.port);
  const target = postgresTarget({ embedded: false, ...server.output, port: proxy.port });
  connection = await postgres.connect(target, how);
});
afterEach(() => proxy.close());

const took = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

test('what runs is given up when it cannot be cancelled', async () => {
  const running = connection
    .withSession('x', (s) => s.execute(statement('select pg_sleep(60)')))
    .catch((error: unknown) => error);
  await untilItSleeps();
  proxy.freeze();
  const cancelled = async (): Promise<void> => {
    await expect(connection.cancel()).rejects.toThrow();
    const error = await running;
    expect(isStatementFailure(error) && error.error.kind).toBe('connection');
  };
  expect(await took(cancelled)).toBeLessThan(PATIENCE_MS);
  expect(await took(() => connection.close())).toBeLessThan(PATIENCE_MS);
}, 40_000);

test('with a control connection that was open before, too', async () => {
  const sleeping = (): Promise<unknown> =>
    connection
      .withSession('x', (s) => s.execute(statement('select pg_sleep(60)')))
      .catch((error: unknown) => error);
  const first = sleeping();
  await untilItSleeps();
  expect(await connection.cancel()).toBe(1);
  await first;
  const second = sleeping();
  await untilItSleeps();
  proxy.freeze();
  const cancelled = async (): Promise<void> => {
    await expect(connection.cancel()).rejects.toThrow();
    await second;
  };
  expect(await took(cancelled)).toBeLessThan(PATIENCE_MS);
  expect(await took(() => connection.close())).toBeLessThan(PATIENCE_MS);
}, 40_000);

test('leave is taken of connections that do nothing', async () => {
  await connection.withSession('x', (s) => s.execute(statement('select 1')));
  proxy.freeze();
  expect(await took(() => connection.close())).toBeLessThan(PATIENCE_MS);
}, 40_000);
