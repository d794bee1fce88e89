// A lock on a server that has none: a table that only one can create, whose comment names its owner and is kept fresh.
import { isStatementFailure, StatementFailure } from '../../adapter/failure.ts';
import { lockedBy, type LockWish, tellAfterMs, WAIT_SILENTLY } from '../../adapter/lock.ts';
import type { ResultSet, Statement } from '../../adapter/statement.ts';
import { sha256 } from '../../kernel/hash.ts';
import { relationKey, type RelationName } from '../../kernel/relation.ts';
import { isGone } from './lease-owner.ts';
import { LOCK_PREFIX } from './staged-names.ts';
import { ident, relation as relationText, text } from './quote.ts';
import { once, repeatable } from './statements.ts';

/** What a lease needs of a connection. */
export interface LeaseEngine {
  send(statement: Statement): Promise<unknown>;
  read(statement: Statement): Promise<ResultSet>;
  /** the run is being cancelled: nobody waits any more */
  isStopped(): boolean;
}

/** How long everything takes; tests are more impatient. */
export interface LeaseTimes {
  /** a lease that has not been renewed for so long belongs to nobody */
  readonly staleSeconds: number;
  readonly renewMs: number;
  /** longer than a lease of the dead lives, so that only the living are ever given up on */
  readonly waitMs: number;
  readonly pauseMs: number;
}

const TIMES: LeaseTimes = {
  staleSeconds: 600,
  renewMs: 60_000,
  waitMs: 15 * 60_000,
  pauseMs: 1000,
};
const RELEASE_TRIES = 3;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

interface Seen {
  /** the server's clock, in seconds */
  readonly now: number;
  /** undefined when there is no lease */
  readonly comment: string | undefined;
}

const look = ({ schema, name }: RelationName): Statement =>
  repeatable(
    'read',
    `SELECT toUnixTimestamp(now()) AS now, count() AS found, any(comment) AS comment FROM system.tables WHERE database = ${text(schema)} AND name = ${text(name)}`,
  );

const commentOf = (owner: string, now: number): string =>
  `${owner}, ${new Date(now * 1000).toISOString().replace(/\.\d+Z$/, 'Z')}`;

/** Owner and time of a comment; undefined when it is not one of ours. */
function parse(comment: string): { readonly owner: string; readonly renewed: number } | undefined {
  const [, owner, time] = /^(.*), (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/s.exec(comment) ?? [];
  return owner === undefined || time === undefined
    ? undefined
    : { owner, renewed: Date.parse(time) / 1000 };
}

class Lease {
  readonly #relation: RelationName;
  readonly #table: RelationName;
  readonly #owner: string;
  readonly #engine: LeaseEngine;
  readonly #times: LeaseTimes;

  constructor(relation: RelationName, owner: string, engine: LeaseEngine, times: LeaseTimes) {
    this.#relation = relation;
    this.#table = {
      schema: relation.schema,
      name: LOCK_PREFIX + sha256(relationKey(relation)).slice(0, 16),
    };
    this.#owner = owner;
    this.#engine = engine;
    this.#times = times;
  }

  async acquire({ patienceMs, waiting }: LockWish): Promise<() => Promise<void>> {
    const begun = performance.now();
    const patience = Math.min(patienceMs, this.#times.waitMs);
    let told = 0;
    for (let wait = 50; ; wait = Math.min(wait * 1.5, this.#times.pauseMs)) {
      const seen = await this.#look(this.#table);
      if (await this.#take(seen)) return this.#hold();
      if (this.#engine.isStopped()) throw this.#cancelled();
      const waited = performance.now() - begun;
      if (waited >= patience) throw this.#refused(seen.comment ?? '');
      if (waited >= tellAfterMs(told)) {
        told += 1;
        waiting(ownerIn(seen.comment));
      }
      await pause(Math.min(wait, patience - waited));
    }
  }

  async #take(seen: Seen): Promise<boolean> {
    if (seen.comment === undefined) return this.#create(this.#table, seen.now);
    const found = parse(seen.comment);
    if (found === undefined) return false;
    // the answer to our own CREATE was lost
    if (found.owner === this.#owner) return true;
    return this.#isStale(seen.comment, seen.now) && this.#takeOver(seen.comment, seen.now);
  }

  #isStale(comment: string, now: number): boolean {
    const found = parse(comment);
    if (found === undefined) return false;
    return now - found.renewed > this.#times.staleSeconds || isGone(found.owner);
  }

  async #look(table: RelationName): Promise<Seen> {
    const { rows } = await this.#engine.read(look(table));
    const [now, found, comment] = rows[0] ?? [];
    return { now: Number(now), comment: Number(found) > 0 ? String(comment) : undefined };
  }

  /** False when somebody else was faster: of several CREATEs without IF NOT EXISTS exactly one succeeds. */
  async #create(table: RelationName, now: number): Promise<boolean> {
    try {
      await this.#engine.send(
        once(
          'create',
          `CREATE TABLE ${relationText(table)} (${ident('nothing')} UInt8) ENGINE = Memory COMMENT ${text(commentOf(this.#owner, now))}`,
          table,
        ),
      );
      return true;
    } catch (error) {
      if (isStatementFailure(error) && error.error.code === '57') return false;
      throw error;
    }
  }

  /**
   * Puts a lease of ours in place of the one that was seen. The claim is named after what was seen, so that of several that
   * saw it only one may go on, and one that comes late finds another lease than the one it saw.
   */
  async #takeOver(seen: string, now: number): Promise<boolean> {
    const claim: RelationName = {
      ...this.#table,
      name: `${this.#table.name}_${sha256(seen).slice(0, 8)}`,
    };
    const exchange = once(
      'swap',
      `EXCHANGE TABLES ${relationText(this.#table)} AND ${relationText(claim)}`,
      this.#table,
    );
    if (!(await this.#create(claim, now))) {
      await this.#dropStaleClaim(claim);
      return false;
    }
    try {
      if ((await this.#look(this.#table)).comment !== seen) return false;
      await this.#engine.send(exchange);
      if ((await this.#look(claim)).comment === seen) return true;
      // its owner was alive after all, and renewed it between the two statements
      await this.#engine.send(exchange);
      return false;
    } catch (error) {
      // it was released meanwhile
      if (isStatementFailure(error) && error.error.kind === 'contention') return false;
      throw error;
    } finally {
      await this.#drop(claim).catch(() => undefined);
    }
  }

  /** The claim of somebody who died between two statements. */
  async #dropStaleClaim(claim: RelationName): Promise<void> {
    const { now, comment } = await this.#look(claim);
    if (comment !== undefined && this.#isStale(comment, now)) await this.#drop(claim);
  }

  #hold(): () => Promise<void> {
    let renewing: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      renewing = renewing.then(() => this.#renew()).catch(() => undefined);
    }, this.#times.renewMs);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await renewing;
      await this.#release();
    };
  }

  async #isOurs(): Promise<Seen | undefined> {
    const seen = await this.#look(this.#table);
    return seen.comment !== undefined && parse(seen.comment)?.owner === this.#owner
      ? seen
      : undefined;
  }

  async #renew(): Promise<void> {
    const seen = await this.#isOurs();
    if (seen === undefined) return;
    await this.#engine.send(
      repeatable(
        'alter',
        `ALTER TABLE ${relationText(this.#table)} MODIFY COMMENT ${text(commentOf(this.#owner, seen.now))}`,
        this.#table,
      ),
    );
  }

  /** More than once, because a cancellation of the run may hit the DROP as well. */
  async #release(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        if ((await this.#isOurs()) !== undefined) await this.#drop(this.#table);
        return;
      } catch (error) {
        if (tries >= RELEASE_TRIES) throw error;
        await pause(100 * tries);
      }
    }
  }

  #drop(table: RelationName): Promise<unknown> {
    return this.#engine.send(
      repeatable('drop', `DROP TABLE IF EXISTS ${relationText(table)} SYNC`, table),
    );
  }

  #cancelled(): StatementFailure {
    return new StatementFailure({
      kind: 'cancelled',
      code: '394',
      message: `cancelled while another run worked on ${relationText(this.#relation)}`,
      transient: false,
    });
  }

  #refused(comment: string): StatementFailure {
    const { error } = lockedBy(this.#relation, ownerIn(comment));
    const hint = `Run again when that one has ended. If it is dead, its lock ends ${this.#times.staleSeconds / 60} minutes after its last sign of life, or at once with: DROP TABLE ${relationText(this.#table)}`;
    return new StatementFailure({ ...error, hint });
  }
}

const ownerIn = (comment = ''): string => parse(comment)?.owner ?? `"${comment}"`;

/** Waits until no other run holds the relation, and holds it; undefined where the user may not create a table. */
export async function acquireLease(
  relation: RelationName,
  owner: string,
  engine: LeaseEngine,
  wish: LockWish = WAIT_SILENTLY,
  times: LeaseTimes = TIMES,
): Promise<(() => Promise<void>) | undefined> {
  try {
    return await new Lease(relation, owner, engine, times).acquire(wish);
  } catch (error) {
    if (isStatementFailure(error) && error.error.kind === 'permission') return undefined;
    throw error;
  }
}
