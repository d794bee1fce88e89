import type { HistoryEntry, HistoryRun } from '../artifacts/run-history.ts';
import type { Colours } from './colours.ts';
import { sparkline } from './sparkline.ts';
import { renderTable } from './table.ts';

/** So many nodes are told of when nobody asked for some. */
const NODES = 20;

type Kind = 'ok' | 'warn' | 'failed' | 'skipped';
const SIGNS: Readonly<Record<Kind, string>> = { ok: '✓', warn: '!', failed: '✗', skipped: '–' };

function kindOf(status: string): Kind {
  if (status === 'success' || status === 'pass') return 'ok';
  if (status === 'warn' || status === 'partial success') return 'warn';
  return status === 'skipped' || status === 'no-op' ? 'skipped' : 'failed';
}
const countOf = ({ results }: HistoryRun, kind: Kind): number =>
  results.filter(({ status }) => kindOf(status) === kind).length;

/** The last runs of a target for people: a table of the runs, two lines of blocks, and a table of nodes. */
export function historyText(
  runs: readonly HistoryRun[],
  {
    target,
    isSelected,
    colours,
  }: { readonly target: string; readonly isSelected: boolean; readonly colours: Colours },
): string {
  // only the ledger knows the machine
  const knowsMachine = runs.some(({ host }) => host !== undefined);
  const table = renderTable(
    [
      'when (UTC)',
      ...(knowsMachine ? ['machine'] : []),
      'command',
      'time',
      'ok',
      'warn',
      'failed',
      'skipped',
    ],
    runs.map((run) => [
      run.at.slice(0, 19).replace('T', ' '),
      ...(knowsMachine ? [run.host ?? ''] : []),
      commandText(run),
      run.unfinished ? '' : secondsText(run.seconds),
      ...(['ok', 'warn', 'failed', 'skipped'] as const).map((kind) =>
        run.unfinished ? '' : countOf(run, kind),
      ),
    ]),
    colours,
  );
  const ended = runs.filter((run) => run.unfinished === undefined);
  const failed = ended.map((run) => countOf(run, 'failed'));
  const last = ended.at(-1);
  const { lines, left } = nodeTable(runs, isSelected, colours);
  return [
    colours.strong(
      runs.length === 1 ? `The last run on ${target}` : `The last ${runs.length} runs on ${target}`,
    ),
    '',
    ...table,
    '',
    `time    ${sparkline(ended.map(({ seconds }) => seconds))}  last ${secondsText(last?.seconds ?? 0)}`,
    `failed  ${sparkline(failed)}  last ${failed.at(-1) ?? 0}`,
    '',
    ...lines,
    ...(left === 0 ? [] : ['', `and ${left} more; name some: etl history -s <node>`]),
  ].join('\n');
}

function commandText({ command, cancelled, unfinished }: HistoryRun): string {
  if (unfinished) return `${command} (not ended)`;
  return cancelled ? `${command} (stopped)` : command;
}

interface Past {
  readonly id: string;
  /** by run; undefined where the node was not in it */
  readonly entries: readonly (HistoryEntry | undefined)[];
  readonly last: HistoryEntry;
}

/** What failed last comes first, then what takes longest. */
function nodeTable(
  runs: readonly HistoryRun[],
  isSelected: boolean,
  colours: Colours,
): { readonly lines: readonly string[]; readonly left: number } {
  const byRun = runs.map(({ results }) => new Map(results.map((entry) => [entry.id, entry])));
  const ids = [...new Set(runs.flatMap(({ results }) => results.map(({ id }) => id)))];
  const rank: Readonly<Record<Kind, number>> = { failed: 0, warn: 1, skipped: 2, ok: 2 };
  const all = ids
    .flatMap((id): readonly Past[] => {
      const entries = byRun.map((run) => run.get(id));
      const last = entries.findLast((entry) => entry !== undefined);
      return last === undefined ? [] : [{ id, entries, last }];
    })
    .toSorted(
      (a, b) =>
        rank[kindOf(a.last.status)] - rank[kindOf(b.last.status)] ||
        b.last.seconds - a.last.seconds,
    );
  const shown = isSelected ? all : all.slice(0, NODES);
  const lines = renderTable(
    ['node', 'runs', 'time', 'last', 'rows', 'failures'],
    shown.map(({ id, entries, last }) => [
      nameOf(id),
      entries.map((entry) => (entry === undefined ? ' ' : SIGNS[kindOf(entry.status)])).join(''),
      sparkline(entries.map((entry) => entry?.seconds)),
      secondsText(last.seconds),
      last.rows === undefined ? '' : String(last.rows),
      entries.some((entry) => entry?.failures !== undefined)
        ? `${sparkline(entries.map((entry) => entry?.failures))} ${last.failures ?? ''}`.trimEnd()
        : '',
    ]),
    colours,
  );
  return { lines, left: all.length - shown.length };
}

/** `model.shop.orders.v2` is orders.v2; a generic test loses the hash at its end. */
function nameOf(id: string): string {
  const [type, , ...name] = id.split('.');
  return (type === 'test' ? name.slice(0, 1) : name).join('.') || id;
}

function secondsText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
