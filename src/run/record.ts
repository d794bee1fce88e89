// Writes a run down in the ledger: a row when it begins, and when it ended all the rest. Whatever goes wrong with that is told once,
// and neither the run nor its outcome knows of it.
import { ask, type Connection, type Session } from '../adapter/contract.ts';
import { isStatementFailure, type FailureKind } from '../adapter/failure.ts';
import type { Segment } from '../adapter/statement.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Mask } from '../kernel/mask.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { TABLES } from '../ledger/schema.ts';
import {
  beginning,
  ending,
  settingUp,
  type BegunRun,
  type EndedRun,
  type LedgerPlace,
  type NodeFacts,
} from '../ledger/write.ts';

/** A run waits no longer for its ledger. */
const PATIENCE_MS = 2000;
/** Nor than this where the tables have to be made first, which several nodes of a cluster may have to hear of. */
const SETUP_PATIENCE_MS = 10_000;

/** How long may be waited. */
interface Patience {
  readonly isOver: () => boolean;
  readonly extend: (ms: number) => void;
}

/** Nothing that could be set up would help. */
const HOPELESS: ReadonlySet<FailureKind> = new Set([
  'permission',
  'connection',
  'authentication',
  'disk_full',
  'cancelled',
  'timeout',
]);

export interface RecordOptions {
  readonly connection: Connection;
  readonly place: Omit<LedgerPlace, 'mask'>;
  /** secrets may become known while it runs */
  readonly mask: () => Mask;
  readonly run: BegunRun;
  readonly factsOf: (id: NodeId) => NodeFacts;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What begins and ends the rows of one run. */
export class RunRecord {
  readonly #options: RecordOptions;
  #isOver = false;

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /** Writes that the run begins. Never fails. */
  async begin(): Promise<void> {
    const { run } = this.#options;
    await this.#write((place) => ({
      atomicity: 'none',
      statements: [beginning(place, run)],
    }));
  }

  /** Writes how it ended, with its nodes; nothing the second time, or where it could not be begun. Never fails. */
  async end(
    status: EndedRun['status'],
    finishedAt: Date,
    outcomes: readonly NodeOutcome[],
  ): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const { run, factsOf } = this.#options;
    await this.#write((place) => ending(place, run, { status, finishedAt, outcomes }, factsOf));
  }

  async #write(segmentOf: (place: LedgerPlace) => Segment): Promise<void> {
    const { connection, place, mask, report } = this.#options;
    try {
      const whole = { ...place, mask: mask() };
      await inTime(connection, (session, patience) =>
        writeOn(session, whole, segmentOf(whole), patience),
      );
    } catch (error) {
      this.#isOver = true;
      report({
        code: 'ETL8080',
        severity: 'warning',
        message: mask()(
          `this run is not kept in the run ledger (${place.setting.schema}): ${(error as Error).message}`,
        ),
        hint: hintOf(error, place.setting.schema),
      });
    }
  }
}

function hintOf(error: unknown, schema: string): string {
  return isStatementFailure(error) && error.error.kind === 'permission'
    ? `Grant the user of this target the right to insert into the tables of ${schema}, or for the first run to create them; or remove the flag run_ledger.`
    : 'The run itself and what it published are not touched by it; without the flag run_ledger nothing is written.';
}

/** Usually the tables are there: what it takes to know that would take longer than to write. */
async function writeOn(
  session: Session,
  place: LedgerPlace,
  segment: Segment,
  patience: Patience,
): Promise<void> {
  try {
    await sent(session, segment);
  } catch (error) {
    if (patience.isOver()) throw error;
    if (isStatementFailure(error) && error.error.kind === 'cancelled') {
      // a call that was to end the run, and came late
      await sent(session, segment);
      return;
    }
    if (!isStatementFailure(error) || HOPELESS.has(error.error.kind)) throw error;
    patience.extend(SETUP_PATIENCE_MS);
    await setUp(session, place);
    await sent(session, segment);
  }
}

const sent = (session: Session, segment: Segment): Promise<unknown> => session.segment(segment);

async function setUp(session: Session, place: LedgerPlace): Promise<void> {
  const { dialect, setting } = place;
  const tables = [];
  for (const table of TABLES) {
    const found = await ask(session, dialect.columns({ schema: setting.schema, name: table.name }));
    const names = new Set(found.map((c) => c.name));
    if (found.length > 0 && table.key.some((name) => !names.has(name)))
      throw new Error(`${setting.schema}.${table.name} is there already, and is no ledger`);
    tables.push({
      table,
      missing: found.length === 0 ? [] : table.columns.filter((c) => !names.has(c.name)),
    });
  }
  const segment = settingUp(place, tables);
  await sent(session, segment).catch(async (error: unknown) => {
    // two first runs at once may meet in what an engine does not do in one step; all of it can be repeated
    if (!isStatementFailure(error) || HOPELESS.has(error.error.kind)) throw error;
    await sent(session, segment);
  });
}

/** Does `use`, but leaves it alone when it takes too long: then it is cancelled in the engine. */
async function inTime(
  connection: Connection,
  use: (session: Session, patience: Patience) => Promise<void>,
): Promise<void> {
  let current: Session | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  let waitAtMost = (_ms: number): void => undefined;
  const late = new Promise<never>((_done, failed) => {
    waitAtMost = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isLate = true;
        current?.interrupt().catch(() => undefined);
        failed(new Error(`it took longer than ${ms / 1000} seconds`));
      }, ms);
    };
  });
  waitAtMost(PATIENCE_MS);
  const work = connection.withSession('ledger', async (session) => {
    current = session;
    try {
      if (!isLate) await use(session, { isOver: () => isLate, extend: waitAtMost });
    } finally {
      current = undefined;
    }
  });
  work.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
