import { NODE_PARTS, type NodeTimes, type Times } from '../kernel/timeline.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Colours } from './colours.ts';
import { renderTable } from './table.ts';

/** So many of the slowest nodes are told of. */
const NODES = 10;
/** Milliseconds below which a phase is not worth a line of its own. */
const LITTLE_MS = 1;

export interface TimingsOptions {
  readonly labelOf: (id: NodeId) => string;
  readonly colours: Colours;
}

/** Where the time of a call went, for people: its phases, what its nodes spent theirs on, and the slowest of them. */
export function timingsText(times: Times, { labelOf, colours }: TimingsOptions): string {
  return [
    colours.strong(`Where the time went: ${seconds(times.total)} s since the process began`),
    '',
    ...renderTable(['phase', 'seconds', 'share %', 'etl at work'], phaseRows(times), colours),
    ...(times.nodes.length === 0 ? [] : ['', ...nodeLines(times.nodes, labelOf, colours)]),
  ].join('\n');
}

function phaseRows({ phases, total, busy }: Times): readonly (readonly string[])[] {
  const told = phases.filter(({ from, until }) => until - from >= LITTLE_MS);
  const outer = phases.filter(({ depth }) => depth === 0);
  const rest = total - sum(outer, ({ from, until }) => until - from);
  const restBusy = busy - sum(outer, (phase) => phase.busy);
  return [
    ...told.map(({ name, depth, from, until, busy: own }) =>
      row(`${'  '.repeat(depth)}${name}`, until - from, total, own),
    ),
    row('the rest', rest, total, restBusy),
  ];
}

const row = (name: string, ms: number, total: number, busy: number): readonly string[] => [
  name,
  seconds(ms),
  String(total === 0 ? 0 : Math.round((Math.max(0, ms) / total) * 100)),
  seconds(busy),
];

function nodeLines(
  nodes: readonly NodeTimes[],
  labelOf: (id: NodeId) => string,
  colours: Colours,
): readonly string[] {
  const slowest = nodes.toSorted((a, b) => took(b) - took(a)).slice(0, NODES);
  // the time of a test that lies in a model's is told there
  const outer = nodes.filter(({ inside }) => inside === undefined);
  const cells = (name: string, of: readonly NodeTimes[]): readonly string[] => [
    name,
    seconds(sum(of, took)),
    ...NODE_PARTS.map((part) => seconds(sum(of, ({ parts }) => parts[part]))),
    seconds(sum(of, restOf)),
  ];
  const count = nodes.length === 1 ? 'one node' : `all ${nodes.length} nodes`;
  return renderTable(
    ['node', 'seconds', ...NODE_PARTS, 'the rest'],
    [
      ...slowest.map((node) => cells(labelOf(node.id), [node])),
      ...(nodes.length === 1 ? [] : [cells(count, outer)]),
    ],
    colours,
  );
}

const took = ({ from, until }: NodeTimes): number => until - from;

/** What the tool itself needed, or waited for its turn: nodes that are under way at the same time share one thread. */
const restOf = (node: NodeTimes): number =>
  took(node) - NODE_PARTS.reduce((all, part) => all + node.parts[part], 0);

const sum = <T>(list: readonly T[], of: (one: T) => number): number =>
  list.reduce((all, one) => all + of(one), 0);

const seconds = (ms: number): string => (Math.max(0, ms) / 1000).toFixed(3);
