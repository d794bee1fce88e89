// A profile of columns that takes too long: it is cancelled on the server and told of, and the others come all the same.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../../../src/adapter/contract.ts';
import { profileColumns } from '../../../src/api/profile-columns.ts';
import type { Diagnostic } from '../../../src/kernel/diagnostic.ts';
import { postgres } from '../../../src/adapters/postgres/adapter.ts';
import { aManifest, aModel } from '../../support/a-manifest.ts';
import { postgresTarget, scratchPostgres, type ScratchPostgres } from '../../support/postgres.ts';

let server: ScratchPostgres;
beforeAll(async () => {
  server = await scratchPostgres();
});
afterAll(() => server?.stop());

test('a profile that takes too long is cancelled, told of and left out; the others stand', async () => {
  await server.run(`create schema slow;
    create table slow.quick as select 7 as id;
    create view slow.endless as select 1 as id from pg_sleep(600)`);
  const dialect = postgres.dialect(postgresTarget());
  const found = await server.connection.withSession('test', (session) =>
    ask(session, dialect.catalog(['slow'])),
  );
  const told: Diagnostic[] = [];
  const model = (name: string) => aModel(name, { schema: 'slow', alias: name });
  const profiles = await profileColumns(
    {
      manifest: aManifest([model('quick'), model('endless')]),
      dialect,
      threads: 2,
      report: (diagnostics) => {
        told.push(...diagnostics);
      },
    },
    server.connection,
    found,
    1,
  );
  expect([...profiles.keys()]).toEqual(['model.shop.quick']);
  expect(profiles.get('model.shop.quick')?.columns[0]).toMatchObject({ name: 'id', min: '7' });
  expect(told).toMatchObject([
    {
      code: 'ETL8063',
      severity: 'warning',
      message: 'the columns of slow.endless could not be profiled: it took longer than 1 seconds',
    },
  ]);
  // nothing goes on on the server
  expect(
    await server.value(
      `select count(*) from pg_stat_activity where state = 'active' and query like '%endless%' and pid <> pg_backend_pid()`,
    ),
  ).toBe(0);
});
