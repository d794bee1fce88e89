// The Trace Event Format of Chromium, which chrome://tracing and Perfetto show.
import { NODE_PARTS, type NodeTimes, type Times } from '../kernel/timeline.ts';

const ETL = 1;
const MICROSECONDS = 1000;

/** One event of a trace; times in microseconds. */
interface TraceEvent {
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, unknown>>;
}

/** The times of a call as a trace: a line for its phases, and one for each worker, or more where its nodes overlap. */
export function chromeTrace(times: Times, facts: Readonly<Record<string, unknown>>): Trace {
  const lanes = lanesOf(times.nodes);
  return {
    displayTimeUnit: 'ms',
    otherData: facts,
    traceEvents: [
      named('process_name', 0, 'etl'),
      named('thread_name', 0, 'etl'),
      ...lanes.map(({ name }, i) => named('thread_name', i + 1, name)),
      ...times.phases.map(({ name, from, until, busy }): TraceEvent => ({
        ...slice(name, 'phase', 0, { from, until }),
        args: { busy_ms: rounded(busy) },
      })),
      ...lanes.flatMap(({ nodes }, i) => nodes.map((node) => nodeEvent(node, i + 1))),
    ],
  };
}

const named = (what: string, tid: number, name: string): TraceEvent => ({
  ph: 'M',
  pid: ETL,
  tid,
  name: what,
  args: { name },
});

const slice = (
  name: string,
  cat: string,
  tid: number,
  { from, until }: { readonly from: number; readonly until: number },
): TraceEvent => ({
  ph: 'X',
  pid: ETL,
  tid,
  name,
  cat,
  ts: Math.round(from * MICROSECONDS),
  dur: Math.round((until - from) * MICROSECONDS),
});

const nodeEvent = (node: NodeTimes, tid: number): TraceEvent => ({
  ...slice(node.id, 'node', tid, node),
  args: Object.fromEntries(NODE_PARTS.map((part) => [`${part}_ms`, rounded(node.parts[part])])),
});

const rounded = (ms: number): number => Math.round(ms * MICROSECONDS) / MICROSECONDS;

interface Lane {
  readonly name: string;
  readonly nodes: NodeTimes[];
}

/** Slices of one line must lie in each other or apart: what only overlaps (views that are sent ahead) gets lines of its own. */
function lanesOf(nodes: readonly NodeTimes[]): readonly Lane[] {
  const lanes: { readonly thread: string; readonly lane: Lane; readonly open: number[] }[] = [];
  // what lies in another begins after it, or at the same time and ends before it
  const inOrder = nodes.toSorted((a, b) => a.from - b.from || b.until - a.until);
  for (const node of inOrder) {
    const fits = lanes.find(({ thread, open }) => {
      if (thread !== node.thread) return false;
      while ((open.at(-1) ?? Infinity) <= node.from) open.pop();
      return node.until <= (open.at(-1) ?? Infinity);
    });
    if (fits !== undefined) {
      fits.open.push(node.until);
      fits.lane.nodes.push(node);
      continue;
    }
    const before = lanes.filter(({ thread }) => thread === node.thread).length;
    const name = before === 0 ? node.thread : `${node.thread} (${before + 1})`;
    lanes.push({ thread: node.thread, lane: { name, nodes: [node] }, open: [node.until] });
  }
  return lanes.map(({ lane }) => lane).toSorted((a, b) => byNumber(a.name, b.name));
}

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
