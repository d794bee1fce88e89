// The data of the site as pages ask for them.
import type {
  FreshnessRow,
  NodeDetail,
  NodePast,
  NodeRow,
  ResultRow,
  RunData,
  SiteIndex,
} from '../data/format.ts';
import { statusOf, type Status } from '../data/status.ts';
import { loadDetails, loadPasts } from './loader.ts';

/** A row of the index and its number. */
export interface SiteNode extends NodeRow {
  readonly place: number;
}
export { statusOf, type Status };

export interface Site {
  readonly index: SiteIndex;
  readonly runs: RunData;
  readonly nodes: readonly SiteNode[];
  readonly parents: readonly (readonly number[])[];
  readonly children: readonly (readonly number[])[];
  /** tests on each node */
  readonly tests: ReadonlyMap<number, readonly SiteNode[]>;
  readonly results: ReadonlyMap<number, ResultRow>;
  readonly freshness: ReadonlyMap<number, FreshnessRow>;
  byId(id: string): SiteNode | undefined;
  at(place: number): SiteNode;
  ofType(...types: readonly string[]): readonly SiteNode[];
  detail(place: number): Promise<NodeDetail>;
  /** its last runs; none where no history was kept */
  past(place: number): Promise<NodePast>;
}

export function openSite(index: SiteIndex, runs: RunData): Site {
  const nodes = index.nodes.map((row, place) => ({ ...row, place }));
  const ids = new Map(nodes.map((node) => [node.id, node]));
  const parents: number[][] = nodes.map(() => []);
  const children: number[][] = nodes.map(() => []);
  for (let i = 0; i < index.edges.length; i += 2) {
    const [from, to] = [index.edges[i] ?? 0, index.edges[i + 1] ?? 0];
    parents[to]?.push(from);
    children[from]?.push(to);
  }
  const tests = new Map<number, SiteNode[]>();
  for (const node of nodes) {
    if (node.type !== 'test' && node.type !== 'unit_test') continue;
    for (const on of node.on === undefined ? (parents[node.place] ?? []) : [node.on])
      tests.set(on, [...(tests.get(on) ?? []), node]);
  }
  const byPlace = <T extends { readonly node?: number }>(rows: readonly T[]): Map<number, T> =>
    new Map(rows.flatMap((row) => (row.node === undefined ? [] : [[row.node, row] as const])));
  const at = (place: number): SiteNode => {
    const node = nodes[place];
    if (node === undefined) throw new RangeError(`no node ${place}`);
    return node;
  };
  return {
    index,
    runs,
    nodes,
    parents,
    children,
    tests,
    results: byPlace(runs.run?.results ?? []),
    freshness: byPlace(runs.freshness),
    byId: (id) => ids.get(id),
    at,
    ofType: (...types) => nodes.filter(({ type }) => types.includes(type)),
    detail: async (place) =>
      (await loadDetails(Math.floor(place / index.perShard)))[place % index.perShard] ?? {},
    past: async (place) =>
      runs.past === undefined
        ? []
        : ((await loadPasts(Math.floor(place / index.perShard)))[place % index.perShard] ?? []),
  };
}

const WORST: readonly Status[] = ['error', 'warn', 'success', 'skipped', 'none'];

/** The worst of what a node, its tests and its freshness say. */
export function healthOf(site: Site, node: SiteNode): Status {
  const own = site.results.get(node.place)?.status ?? site.freshness.get(node.place)?.status;
  const all = [
    own,
    ...(site.tests.get(node.place) ?? []).map((t) => site.results.get(t.place)?.status),
  ];
  const found = new Set(all.map(statusOf));
  return WORST.find((status) => found.has(status)) ?? 'none';
}
