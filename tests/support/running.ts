// Waiting until a statement is really at work, instead of for as long as that usually takes.
import { setTimeout as delay } from 'node:timers/promises';

type Value = (sql: string) => Promise<unknown>;

const PATIENCE_MS = 30_000;
const EACH_MS = 20;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

async function untilCounted(value: Value, sql: string, count: number): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const now = Number(await value(sql));
    if (now === count) return;
    if (performance.now() - begun > PATIENCE_MS)
      throw new Error(`${now} of ${count} statements are at work: ${sql}`);
    await delay(EACH_MS);
  }
}

/** Waits until `count` statements with this text are at work in a Postgres; `value` asks it, on a connection of its own. */
export const untilRuns = (value: Value, text: string, count = 1): Promise<void> =>
  untilCounted(
    value,
    `select count(*)::int from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and strpos(query, ${literal(text)}) > 0`,
    count,
  );

/** The same in a ClickHouse. */
export const untilRunsInClickHouse = (value: Value, text: string, count = 1): Promise<void> =>
  untilCounted(
    value,
    `SELECT count() FROM system.processes WHERE position(query, ${literal(text)}) > 0 AND query NOT LIKE '%system.processes%'`,
    count,
  );
