// The lock of a relation: advisory locks of one connection, gone with it whatever happens to the process.
import { lockedBy, type LockWish, tellAfterMs } from '../../adapter/lock.ts';
import { isStatementFailure } from '../../adapter/failure.ts';
import type { RelationName } from '../../kernel/relation.ts';
import { lockKey } from './lock-key.ts';
import { quoted } from './quote.ts';

/** Sends one command or several and returns the rows of the last, as texts; throws StatementFailures. */
export type AskServer = (sql: string) => Promise<readonly (readonly (string | null)[])[]>;

const nameOf = ({ schema, name }: RelationName): string => quoted(`etl:${schema}.${name}`);

// Nothing in the catalog tells since when a lock is held, so its holder has a second one, which nobody waits for: the relation and
// the moment, in seconds, as the two halves of its key.
const markKey = (relation: RelationName): string =>
  `pg_catalog.hashtext(${nameOf(relation)}), extract(epoch from pg_catalog.clock_timestamp())::bigint::bit(32)::int`;

const tryToTake = (relation: RelationName): string =>
  `select case when pg_catalog.pg_try_advisory_lock(${lockKey(relation)}) then pg_catalog.pg_try_advisory_lock_shared(${markKey(relation)})::text end`;

/** How waiting is put between limits of its own, and how these are taken back; what is locked stays locked. */
interface Around {
  readonly begin: string;
  readonly end: string;
}
const AROUND: Around = { begin: 'begin', end: 'rollback' };
const WITHIN: Around = {
  begin: 'savepoint __etl_lock',
  end: 'rollback to savepoint __etl_lock; release savepoint __etl_lock',
};

const waitFor = (relation: RelationName, ms: number, { begin, end }: Around): string =>
  `${begin}; set local statement_timeout = 0; set local lock_timeout = ${Math.max(1, Math.ceil(ms))}; ` +
  `select pg_catalog.pg_advisory_lock(${lockKey(relation)}); select pg_catalog.pg_advisory_lock_shared(${markKey(relation)}); ${end}`;

/** Gives back the lock and its mark, whatever moment that tells. */
export const giveBack = (relation: RelationName): string =>
  `select pg_catalog.pg_advisory_unlock(${lockKey(relation)}) from (select count(pg_catalog.pg_advisory_unlock_shared(l.classid::bigint::bit(32)::int, l.objid::bigint::bit(32)::int)) from pg_catalog.pg_locks l ` +
  `where l.locktype = 'advisory' and l.objsubid = 2 and l.pid = pg_catalog.pg_backend_pid() and l.classid::bigint::bit(32)::int = pg_catalog.hashtext(${nameOf(relation)})) as marks`;

/** Who holds it: application, user, client, process, since when. No row when nobody does any more. */
const holderOf = (relation: RelationName): string => `
select a.application_name, a.usename::text, coalesce(a.client_hostname, pg_catalog.host(a.client_addr)), l.pid::text,
  to_char(coalesce(
    (select pg_catalog.to_timestamp(min(m.objid::bigint)) from pg_catalog.pg_locks m where m.locktype = 'advisory' and m.objsubid = 2
      and m.pid = l.pid and m.classid::bigint::bit(32)::int = pg_catalog.hashtext(${nameOf(relation)})),
    a.xact_start, a.backend_start) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  and ((l.classid::bigint << 32) | l.objid::bigint) = ${lockKey(relation)}`;

/** A holder in words; what a user may not see of another is left out. */
function holderText([application, user, client, pid, since]: readonly (string | null)[]): string {
  const who = application == null || application === '' ? 'a session' : application;
  const facts = [
    user == null ? undefined : `user ${user}`,
    client == null ? undefined : `from ${client}`,
    `process ${pid ?? '?'}`,
  ];
  const about = facts.filter((f) => f !== undefined).join(', ');
  return `${who} (${about})${since == null ? '' : `, since ${since} UTC`}`;
}

const isTimeout = (error: unknown): boolean =>
  isStatementFailure(error) && error.error.code === '55P03';

const NOBODY = 'a session that has just ended';

/** Waits for the lock at most so many milliseconds; true when it was got. */
type Wait = (ms: number) => Promise<boolean>;

/** Takes the lock if it is free. */
export const tryLock = async (ask: AskServer, relation: RelationName): Promise<boolean> =>
  (await ask(tryToTake(relation)))[0]?.[0] != null;

/** Waits in the server's own queue, within a transaction of the caller's where one is open. */
export const inServer =
  (ask: AskServer, relation: RelationName, isInTransaction: boolean): Wait =>
  async (ms) => {
    const around = isInTransaction ? WITHIN : AROUND;
    try {
      await ask(waitFor(relation, ms, around));
      return true;
    } catch (error) {
      await ask(around.end).catch(() => undefined);
      if (isTimeout(error)) return false;
      throw error;
    }
  };

/**
 * Takes the lock on the connection that `ask` sends to, waiting for whoever has it as long as the wish says. Throws `locked` with
 * the holder's name when patience runs out.
 */
export async function takeLock(
  ask: AskServer,
  relation: RelationName,
  { patienceMs, waiting }: LockWish,
  wait: Wait,
): Promise<void> {
  const holder = async (): Promise<string | undefined> => {
    const [found] = await ask(holderOf(relation));
    return found === undefined ? undefined : holderText(found);
  };
  if (await tryLock(ask, relation)) return;
  const begun = performance.now();
  for (let told = 0; ;) {
    const waited = performance.now() - begun;
    const left = patienceMs - waited;
    if (left <= 0) {
      const found = await holder();
      if (found === undefined && (await tryLock(ask, relation))) return;
      throw lockedBy(relation, found ?? NOBODY);
    }
    if (await wait(Math.min(left, Math.max(tellAfterMs(told) - waited, 1)))) return;
    if (performance.now() - begun < tellAfterMs(told)) continue;
    told += 1;
    const found = await holder();
    if (found !== undefined) waiting(found);
  }
}
