import type { Session } from 'chdb';
import { expect, it } from 'vitest';
import { Sessions } from '../../../../src/adapters/clickhouse/embedded/sessions.ts';

it('keeps no session of a statement that ends after all were closed: the engine would stay open with it', async () => {
  let open = 0;
  const sessions = new Sessions(() => {
    open++;
    const one: Partial<Session> = {
      queryAsync: () => Promise.resolve({} as Awaited<ReturnType<Session['queryAsync']>>),
      close: () => void open--,
    };
    return one as Session;
  });
  const order = { sql: 'SELECT 1', settings: {}, tag: 'run/a/1', readOnly: true, lane: 'a' };
  let end = (): void => undefined;
  const late = sessions.with(
    order,
    () =>
      new Promise<void>((done) => {
        end = done;
      }),
  );
  await sessions.with(order, () => Promise.resolve());
  await Promise.resolve();
  sessions.close();
  end();
  await late;
  expect(open).toBe(0);
});
