// The answer to the statement that publishes is lost: before it was carried out, after, and while it is still at work. What is
// there at the end is right, and nothing is published twice.
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ask, type DeltaRequest } from '../../../src/adapter/contract.ts';
import { isStatementFailure } from '../../../src/adapter/failure.ts';
import type { Driver } from '../../../src/adapters/clickhouse/driver.ts';
import { connectEmbedded } from '../../../src/adapters/clickhouse/embedded/driver.ts';
import { watch } from '../../../src/adapters/clickhouse/survey.ts';
import { DriverConnection } from '../../../src/adapters/clickhouse/session.ts';
import { aSelect, buildTable, openWarehouse, type Warehouse } from '../../support/clickhouse.ts';
import { mergeInto } from '../../support/merge-rows.ts';

let w: Warehouse;
let lossy: Warehouse;
let driver: Driver;
/** which statements lose their answers, how, and how often */
let loss:
  | { readonly of: RegExp; readonly when: 'before' | 'after' | 'late'; times: number }
  | undefined;
let sent: string[] = [];

const gone = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

beforeAll(async () => {
  w = await openWarehouse();
  driver = await connectEmbedded(join(w.projectDir, '.etl', 'ch'), undefined);
  const losing: Driver = {
    version: driver.version,
    rows: (order) => driver.rows(order),
    load: (order) => driver.load(order),
    kill: (tag) => driver.kill(tag),
    close: () => driver.close(),
    run: async (order) => {
      const now =
        loss !== undefined && loss.times > 0 && loss.of.test(order.sql) ? loss.when : undefined;
      if (loss?.of.test(order.sql) === true) sent.push(order.sql);
      if (now === undefined || loss === undefined) return driver.run(order);
      loss.times--;
      if (now === 'after') await driver.run(order);
      // the connection is gone, and the engine goes on for a while
      if (now === 'late')
        void driver.run({ ...order, sql: `${order.sql} WHERE sleepEachRow(0.6) = 0` });
      throw gone();
    },
  };
  const connection = new DriverConnection(losing, {
    prefix: 'lossy',
    settings: {},
    secrets: [],
    isPrivate: true,
  });
  const inSession: Warehouse['inSession'] = (use) => connection.withSession('test', use);
  lossy = {
    ...w,
    connection,
    inSession,
    live: (relation) => inSession(async (s) => (await ask(s, w.dialect.observeOne(relation)))[0]),
  };
});
afterAll(async () => {
  await lossy.connection.close();
  await w.close();
});
beforeEach(async () => {
  loss = undefined;
  sent = [];
  await w.run('DROP DATABASE IF EXISTS shop SYNC');
  await w.inSession((s) => s.execute(w.dialect.createSchema('shop')));
});

const rows = (): Promise<readonly (readonly unknown[])[]> =>
  w.rows('SELECT * FROM shop.t ORDER BY ALL');
const table = (select: string, config = {}): Promise<void> =>
  buildTable(lossy, aSelect('t', select, { config }));

const WAYS: readonly (readonly [string, RegExp, Partial<DeltaRequest>, object])[] = [
  ['EXCHANGE', /^EXCHANGE/, {}, {}],
  ['REPLACE PARTITION', /REPLACE PARTITION/, {}, { partition_by: 'id' }],
  ['ATTACH PARTITION', /`shop`.`t` ATTACH PARTITION/, { strategy: 'append', uniqueKey: [] }, {}],
];

it.each(
  WAYS.flatMap((way) => (['before', 'after'] as const).map((when) => [...way, when] as const)),
)('%s loses its answer (%s, %j, %j, %s)', async (_, of, more, config, when) => {
  await table("select 1 as id, 'a' as v union all select 2, 'b'", config);
  loss = { of, when, times: 1 };
  const isAppended = more.strategy === 'append';
  await mergeInto(
    lossy,
    isAppended ? "select 3 as id, 'c' as v" : "select 2 as id, 'c' as v",
    more,
  );
  expect(sent).toHaveLength(when === 'before' ? 2 : 1);
  expect(await rows()).toEqual(
    isAppended
      ? [
          [1, 'a'],
          [2, 'b'],
          [3, 'c'],
        ]
      : [
          [1, 'a'],
          [2, 'c'],
        ],
  );
});

it.each(['before', 'after'] as const)(
  'the RENAME of a first build loses its answer (%s)',
  async (when) => {
    loss = { of: /^RENAME/, when, times: 1 };
    await table("select 1 as id, 'a' as v");
    expect(sent).toHaveLength(when === 'before' ? 2 : 1);
    expect(await rows()).toEqual([[1, 'a']]);
  },
);

it('an INSERT that was not carried out is sent again, one that may have been is not', async () => {
  await table("select 1 as id, 'a' as v");
  await w.run(
    'CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY id AS SELECT id FROM shop.t',
  );
  const more = { strategy: 'append' as const, uniqueKey: [] };
  loss = { of: /^INSERT INTO `shop`.`t`/, when: 'before', times: 1 };
  await mergeInto(lossy, "select 2 as id, 'b' as v", more);
  expect(await rows()).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
  loss = { of: /^INSERT INTO `shop`.`t`/, when: 'after', times: 1 };
  const failed = await mergeInto(lossy, "select 3 as id, 'c' as v", more).catch(
    (error: unknown) => error,
  );
  expect(isStatementFailure(failed) && failed.error.kind).toBe('connection');
  expect(await rows()).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ]);
});

it('waits for what is still at work before it looks', async () => {
  await table("select 1 as id, 'a' as v");
  await w.run(
    'CREATE MATERIALIZED VIEW shop.mv ENGINE = MergeTree ORDER BY id AS SELECT id FROM shop.t',
  );
  loss = { of: /^INSERT INTO `shop`.`t`/, when: 'late', times: 1 };
  const more = { strategy: 'append' as const, uniqueKey: [] };
  const failed = await mergeInto(lossy, "select 2 as id, 'b' as v", more).catch(
    (error: unknown) => error,
  );
  // looked at too early, nothing would have been there, and it would have been sent again
  expect(isStatementFailure(failed) && failed.error.kind).toBe('connection');
  expect(sent).toHaveLength(1);
  expect(await rows()).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
});

it('gives up when the server does not come back with an answer that says anything', async () => {
  await table("select 1 as id, 'a' as v");
  loss = { of: /^EXCHANGE/, when: 'before', times: 9 };
  const failed = await mergeInto(lossy, "select 1 as id, 'c' as v").catch(
    (error: unknown) => error,
  );
  expect(isStatementFailure(failed) && failed.error.kind).toBe('connection');
  expect(sent).toHaveLength(3);
  expect(await rows()).toEqual([[1, 'a']]);
});

it('says that nobody knows when somebody else has exchanged the table meanwhile', async () => {
  await table("select 1 as id, 'a' as v");
  loss = { of: /^EXCHANGE/, when: 'before', times: 1 };
  const failed = await mergeInto(
    lossy,
    "select 1 as id, 'c' as v",
    {},
    {
      before: async () => {
        await w.run(
          "CREATE TABLE shop.theirs ENGINE = MergeTree ORDER BY tuple() AS SELECT 9 AS id, 'z' AS v",
        );
        await w.run('EXCHANGE TABLES shop.theirs AND shop.t');
      },
    },
  ).catch((error: unknown) => error);
  expect(isStatementFailure(failed) && failed.error.kind).toBe('connection');
  expect(sent).toHaveLength(1);
  expect(await rows()).toEqual([[9, 'z']]);
});

it.each(['Log', 'File(CSV)'])(
  'an INSERT into a table of %s that was carried out is not sent again',
  async (engine) => {
    await w.run(`CREATE TABLE shop.t (id UInt8, v String) ENGINE = ${engine}`);
    loss = { of: /^INSERT INTO `shop`.`t`/, when: 'after', times: 1 };
    const more = { strategy: 'append' as const, uniqueKey: [] };
    const failed = await mergeInto(lossy, "select 2 as id, 'b' as v", more).catch(
      (error: unknown) => error,
    );
    expect(isStatementFailure(failed) && failed.error.kind).toBe('connection');
    expect(await rows()).toEqual([[2, 'b']]);
  },
);

it('REPLACE PARTITION is not sent again over rows that others have written since', async () => {
  await table("select 1 as id, 'a' as v union all select 2, 'b'", { partition_by: 'id' });
  loss = { of: /REPLACE PARTITION/, when: 'before', times: 1 };
  const failed = await mergeInto(
    lossy,
    "select 2 as id, 'c' as v",
    {},
    { before: () => w.run("INSERT INTO shop.t VALUES (2, 'z')") },
  ).catch((error: unknown) => error);
  expect(isStatementFailure(failed) && failed.error.kind).toBe('connection');
  expect(await rows()).toEqual([
    [1, 'a'],
    [2, 'b'],
    [2, 'z'],
  ]);
});

it('the mark of a table has the number of its last mutation, for old ones are forgotten', async () => {
  await w.run('CREATE TABLE shop.t (id UInt8) ENGINE = MergeTree ORDER BY id');
  await w.run('INSERT INTO shop.t VALUES (1)');
  for (let i = 0; i < 11; i++)
    await w.run('ALTER TABLE shop.t DELETE WHERE id = 7 SETTINGS mutations_sync = 2');
  const marks = await w.inSession((s) => ask(s, watch({ schema: 'shop', name: 't' })));
  // the INSERT was the first block
  expect(marks.find(({ part }) => part === '')?.mark.split(' ')[1]).toBe('12');
});
