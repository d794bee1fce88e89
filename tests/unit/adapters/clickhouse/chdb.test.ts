import { expect, it } from 'vitest';
import { requireChdb } from '../../../../src/adapters/clickhouse/embedded/chdb.ts';

it.each([
  [
    'ERR_MODULE_NOT_FOUND',
    "Cannot find package 'chdb'",
    'ETL1011',
    /^npm install --save-dev chdb@/,
  ],
  ['CHDB_PLATFORM', 'chdb: no native binding for win32-x64', 'ETL5008', /server/],
])('%s is %s', async (code, message, expected, hint) => {
  const load = requireChdb(() => Promise.reject(Object.assign(new Error(message), { code })));
  await expect(load).rejects.toMatchObject({ diagnostics: [{ code: expected }] });
  await expect(load).rejects.toMatchObject({
    diagnostics: [{ hint: expect.stringMatching(hint) as unknown }],
  });
});
