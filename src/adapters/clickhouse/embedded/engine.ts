// One engine per process and data directory, shared by every connection to it and closed with the last one.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Session } from 'chdb';
import type { EtlError } from '../../../kernel/error.ts';
import { type Reach, writeConfig } from './config.ts';
import { embeddedProblem as problem, requireChdb, type Chdb } from './chdb.ts';
import { findHolder, readStatus, type Holder } from './holder.ts';

export interface Engine {
  readonly version: string;
  /** a fresh session */
  open(): Session;
  /** tells the engine to stop statements; works while all threads of the pool are busy */
  control(sql: string): void;
  /** gives the engine back; it stops when nobody holds it any more */
  release(): Promise<void>;
}

interface Started {
  /** a folder that goes with the engine */
  readonly scratch: string | undefined;
  readonly dataDir: string;
  readonly chdb: Chdb;
  readonly anchor: Session;
  readonly controller: Session;
  readonly version: string;
  users: number;
}

// The engine is a property of the process, so this is one too. Changes go through `turn`, one after the other.
let started: Started | undefined;
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = turn.then(work, work);
  turn = next.catch(() => undefined);
  return next;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const inUse = (dataDir: string, holder: Holder | undefined, cause?: unknown): EtlError =>
  problem(
    'ETL5009',
    holder === undefined
      ? `another process uses ${dataDir}`
      : `process ${holder.pid} uses ${dataDir}${holder.since === undefined ? '' : ` since ${holder.since}`}`,
    holder === undefined
      ? 'Wait for it to end.'
      : `Wait for it to end, or stop it: kill ${holder.pid}`,
    cause,
  );

async function prepare(root: string, dataDir: string, reach: Reach): Promise<string> {
  try {
    // what an engine for checks has left behind is of no use to the next one
    if (reach === 'scratch') await rm(dataDir, { recursive: true, force: true });
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await writeConfig(root, reach);
  } catch (error) {
    throw problem(
      'ETL1012',
      `${root} cannot be written: ${textOf(error)}`,
      'The embedded ClickHouse keeps its data there; make the folder writable.',
      error,
    );
  }
}

async function start(root: string, reach: Reach): Promise<Started> {
  const dataDir = join(root, 'data');
  const chdb = await requireChdb(() => import('chdb'));
  const holder = await findHolder(dataDir);
  if (holder !== undefined) throw inUse(dataDir, holder);
  const config = await prepare(root, dataDir, reach);
  await chdb.drainPending();
  try {
    const anchor = new chdb.Session(dataDir, { connectionArgs: [`--config-file=${config}`] });
    const controller = new chdb.Session(dataDir);
    const version = anchor.query('SELECT version()', 'TSV').trim();
    const scratch = reach === 'scratch' ? root : undefined;
    return { scratch, dataDir, chdb, anchor, controller, version, users: 0 };
  } catch (error) {
    const now = await readStatus(dataDir);
    // the engine gives no reason; a status file that it could not take over is one
    if (now !== undefined) throw inUse(dataDir, now, error);
    throw problem(
      'ETL5008',
      `the embedded ClickHouse did not start: ${textOf(error)}`,
      `Look at ${dataDir}; deleting it loses the embedded warehouse.`,
      error,
    );
  }
}

const DRAIN_MS = 5000;

async function isDrained(chdb: Chdb): Promise<boolean> {
  const patience = new AbortController();
  const late = setTimeout(DRAIN_MS, false, { signal: patience.signal }).catch(() => false);
  const drained = await Promise.race([chdb.drainPending().then(() => true), late]);
  patience.abort();
  return drained;
}

async function stop(engine: Started): Promise<void> {
  if (--engine.users > 0) return;
  started = undefined;
  // a cancelled call may still be computing, and closing under it aborts the process: rather leave it to the process's end
  if (!(await isDrained(engine.chdb))) return;
  engine.controller.close();
  engine.anchor.close();
  const isClosed = await isDrained(engine.chdb);
  // what stays is swept by a later check
  if (isClosed && engine.scratch !== undefined)
    await rm(engine.scratch, { recursive: true, force: true }).catch(() => undefined);
}

/**
 * Opens the engine whose files are in `root`, or joins it when this process has it open already. `sealed`: it may read
 * nothing from outside.
 */
export function openEngine(root: string, reach: Reach = 'everything'): Promise<Engine> {
  return inTurn(async () => {
    const dataDir = join(root, 'data');
    if (started !== undefined && started.dataDir !== dataDir)
      throw problem(
        'ETL5009',
        `this process has ${started.dataDir} open, and the embedded ClickHouse can have only one`,
        'Close the first connection before opening the second.',
      );
    const engine = (started ??= await start(root, reach));
    engine.users++;
    let isReleased = false;
    return {
      version: engine.version,
      open: () => new engine.chdb.Session(dataDir),
      control: (sql) => {
        engine.controller.query(sql, 'Null');
      },
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        await inTurn(() => stop(engine));
      },
    };
  });
}
