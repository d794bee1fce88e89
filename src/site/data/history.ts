// What earlier runs did, in the shape in which pages ask for it.
import type { HistoryEntry, HistoryRun } from '../../artifacts/run-history.ts';
import type { FailingRow, NodePast, PastRun, RunPast } from './format.ts';
import { isDone, statusOf } from './status.ts';

type PlaceOf = (id: string) => number | undefined;

/** So many runs stand on the page of a node. */
const PER_NODE = 30;
/** So many tests that failed stand on the page of runs. */
const FAILING = 100;

/** All runs that are kept, by themselves and by node; `places` is how many nodes there are. */
export function pastOf(
  history: readonly HistoryRun[],
  placeOf: PlaceOf,
  places: number,
): { readonly runs: RunPast; readonly nodes: readonly NodePast[] } {
  const nodes: [number, string, number, number?, number?][][] = Array.from(
    { length: places },
    () => [],
  );
  for (const [number, { results }] of history.entries())
    for (const entry of results) {
      const place = placeOf(entry.id);
      if (place === undefined || !isDone(entry.status)) continue;
      nodes[place]?.push([number, entry.status, rounded(entry.seconds), ...figuresOf(entry)]);
    }
  return {
    runs: { runs: history.map(lineOf), failing: failingOf(nodes) },
    nodes: nodes.map((entries) => entries.slice(-PER_NODE)),
  };
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** Rows and failures; `-1` is a number that is not known before one that is. */
const figuresOf = ({ rows, failures }: HistoryEntry): [number?, number?] =>
  failures === undefined ? (rows === undefined ? [] : [rows]) : [rows ?? -1, failures];

function lineOf({ at, command, seconds, cancelled, unfinished, results }: HistoryRun): PastRun {
  const counts = { success: 0, warn: 0, error: 0, skipped: 0, none: 0 };
  for (const { status } of results) if (isDone(status)) counts[statusOf(status)] += 1;
  const { success, warn, error, skipped } = counts;
  return {
    at,
    command,
    seconds: rounded(seconds),
    counts: [success, warn, error, skipped],
    ...(cancelled ? { cancelled: true as const } : {}),
    ...(unfinished === true ? { unfinished } : {}),
  };
}

/** Tests that failed or warned in a run that is kept; those that did so last come first. */
function failingOf(nodes: readonly (readonly (readonly unknown[])[])[]): readonly FailingRow[] {
  const failing = nodes.flatMap((entries, node) => {
    const known = entries as NodePast;
    const past = known.filter(([, , , , failures]) => failures !== undefined).slice(-PER_NODE);
    const last = past.findLast(([, status]) => ['warn', 'error'].includes(statusOf(status)));
    return last === undefined
      ? []
      : [{ node, last: last[0], past: past.map(([run, , , , n = 0]) => [run, n] as const) }];
  });
  return failing
    .toSorted((a, b) => b.last - a.last || a.node - b.node)
    .slice(0, FAILING)
    .map(({ node, past }) => ({ node, past }));
}
