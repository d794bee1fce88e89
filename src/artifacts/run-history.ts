// What earlier runs did, kept beside the project: one small file for each run, so that runs at the same time cannot spoil each other's.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeOutcome } from '../events/event.ts';
import { isEtlError } from '../kernel/error.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Mask } from '../kernel/mask.ts';
import { writeJson } from './write.ts';

/** One node in one run. */
export interface HistoryEntry {
  readonly id: string;
  readonly status: string;
  readonly seconds: number;
  readonly rows?: number;
  readonly failures?: number;
}
/** One run, without texts: neither SQL nor messages are kept. */
export interface HistoryRun {
  readonly invocation: string;
  /** when it began, ISO 8601 in UTC */
  readonly at: string;
  readonly seconds: number;
  readonly command: string;
  readonly target: string;
  readonly cancelled: boolean;
  /** its end is not known: it is still going on, or was killed */
  readonly unfinished?: true;
  /** the machine it ran on, where that is known */
  readonly host?: string;
  readonly results: readonly HistoryEntry[];
}

/** Beside the data of the embedded engines, where neither `etl clean` nor a new target folder reaches. */
const FOLDER = '.etl/history';
const NAME = /^\d{8}T\d{9}Z-[\w-]+\.json$/;
export const KEPT_RUNS = 200;
const KEPT_BYTES = 32 * 1024 * 1024;

/** What is kept of a run. */
export const historyRun = (
  outcomes: readonly NodeOutcome[],
  run: Omit<HistoryRun, 'results'>,
): HistoryRun => ({
  ...run,
  results: outcomes.map(({ id, status, startedAt, finishedAt, rows, failures }) => ({
    id,
    status,
    seconds: Math.max(0, finishedAt.getTime() - startedAt.getTime()) / 1000,
    ...(rows === undefined ? {} : { rows }),
    ...(failures === undefined ? {} : { failures }),
  })),
});

/**
 * Keeps a run, and lets the oldest go: at most 200 runs and 32 MiB stay. Returns what kept it from being written (ETL8062), which
 * is no reason for a run to fail.
 */
export async function keepRun(
  projectDir: string,
  run: HistoryRun,
  mask: Mask,
): Promise<Diagnostic | undefined> {
  const folder = join(projectDir, FOLDER);
  const name = `${run.at.replaceAll(/[-:.]/g, '')}-${run.invocation.replaceAll(/[^\w-]/g, '_').slice(0, 40)}.json`;
  const { results, ...head } = run;
  const line = {
    v: 1,
    ...head,
    results: results.map(({ id, status, seconds, rows, failures }) =>
      failures === undefined
        ? rows === undefined
          ? [id, status, seconds]
          : [id, status, seconds, rows]
        : [id, status, seconds, rows ?? null, failures],
    ),
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(projectDir, '.etl/.gitignore'), '*\n', { flag: 'wx' }).catch(
      () => undefined,
    );
    await writeJson({ path: join(folder, name), mask }, line);
    await prune(folder);
    return undefined;
  } catch (error) {
    const why = isEtlError(error)
      ? (error.diagnostics[0]?.message ?? '')
      : (error as Error).message.replaceAll(projectDir, '.');
    return {
      code: 'ETL8062',
      severity: 'info',
      message: `this run is not kept in the history: ${why}`,
      hint: `Make ${FOLDER} a folder that can be written; --no-write-json keeps no history and says nothing.`,
    };
  }
}

/** Two calls may let the same file go. */
async function prune(folder: string): Promise<void> {
  const names = await namesIn(folder);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  let bytes = 0;
  for (const [i, name] of names.entries()) {
    bytes += sizes[i] ?? 0;
    // the newest stays, however large
    if (i > 0 && (i >= KEPT_RUNS || bytes > KEPT_BYTES))
      await rm(join(folder, name), { force: true });
  }
}

/** The newest first: a name begins with the moment. */
const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => []))
    .filter((name) => NAME.test(name))
    .toSorted()
    .toReversed();

/**
 * The runs that are kept, the oldest first: the last `limit` of a target, or of all. A file that is not as expected counts as
 * absent.
 */
export async function readHistory(
  projectDir: string,
  { target, limit = KEPT_RUNS }: { readonly target?: string; readonly limit?: number } = {},
): Promise<readonly HistoryRun[]> {
  const folder = join(projectDir, FOLDER);
  const found: HistoryRun[] = [];
  for (const name of await namesIn(folder)) {
    if (found.length >= limit) break;
    const run = parsed(await readFile(join(folder, name), 'utf8').catch(() => ''));
    if (run !== undefined && (target === undefined || run.target === target)) found.push(run);
  }
  return found.toReversed();
}

function parsed(text: string): HistoryRun | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMap(json) || json['v'] !== 1 || !Array.isArray(json['results'])) return undefined;
  const { invocation, at, seconds, command, target, cancelled, results } = json;
  if (typeof at !== 'string' || typeof target !== 'string' || typeof seconds !== 'number')
    return undefined;
  return {
    invocation: typeof invocation === 'string' ? invocation : '',
    at,
    seconds,
    command: typeof command === 'string' ? command : '',
    target,
    cancelled: cancelled === true,
    results: results.flatMap((entry: unknown) => entryOf(entry)),
  };
}

function entryOf(entry: unknown): readonly HistoryEntry[] {
  if (!Array.isArray(entry)) return [];
  const [id, status, seconds, rows, failures] = entry as readonly unknown[];
  if (typeof id !== 'string' || typeof status !== 'string' || typeof seconds !== 'number')
    return [];
  return [
    {
      id,
      status,
      seconds,
      ...(typeof rows === 'number' ? { rows } : {}),
      ...(typeof failures === 'number' ? { failures } : {}),
    },
  ];
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
