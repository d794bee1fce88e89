// What the files of the site hold: written when the site is generated, read in the browser. Numbers that name nodes are places in
// the list of nodes.
import type { ColumnProfile } from '../../adapter/profile.ts';
import type { Layer } from '../layers.ts';

export type { ColumnProfile };

/** All that is written into the files of the site. */
export interface SiteData {
  readonly index: SiteIndex;
  readonly details: readonly (readonly NodeDetail[])[];
  readonly texts: readonly TextShard[];
  readonly runs: RunData;
  readonly pasts: readonly (readonly NodePast[])[];
  readonly changes: readonly Generation[];
}

/** data/index.js: all that lists, the graph and the search over names need. */
export interface SiteIndex {
  readonly format: 1;
  readonly project: string;
  readonly engine: string;
  /** what wrote the artifacts: `etl 0.1.0`, `dbt 1.11.0` */
  readonly madeBy: string;
  /** the docs block `__overview__`, Markdown */
  readonly overview?: string;
  readonly nodes: readonly NodeRow[];
  /** pairs of parent and child, one after the other */
  readonly edges: readonly number[];
  /** configs as selectors ask for them; many nodes share one */
  readonly configs: readonly Readonly<Record<string, unknown>>[];
  /** nodes per shard */
  readonly perShard: number;
  /** how many shards of texts there are */
  readonly textShards: number;
}

/** One node in the index; what says nothing is left out. */
export interface NodeRow {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly layer?: Layer;
  readonly pkg?: string;
  readonly path?: string;
  readonly fqn?: readonly string[];
  readonly tags?: readonly string[];
  readonly group?: string;
  readonly access?: string;
  readonly source?: string;
  /** of a model with versions */
  readonly version?: string | number;
  readonly latest?: string | number;
  /** place in `configs` */
  readonly config?: number;
  /** the beginning of the description, as plain text */
  readonly about?: string;
  readonly columns?: readonly string[];
  readonly rows?: number;
  readonly bytes?: number;
  /** of a test: the node it stands on, its column, the name of the generic test */
  readonly on?: number;
  readonly column?: string;
  readonly kind?: string;
  /** where it stands in the picture of the whole project */
  readonly x?: number;
  readonly y?: number;
}

/** data/m/N.js: the nodes from N × perShard on. */
export interface NodeDetail {
  readonly description?: string;
  readonly columns?: readonly ColumnDetail[];
  readonly raw?: string;
  readonly compiled?: string;
  readonly relation?: string;
  /** table, view, ... as the warehouse says */
  readonly relationKind?: string;
  readonly owner?: string;
  /** titles and values, in the order in which they are shown */
  readonly facts?: readonly (readonly [title: string, value: string])[];
  readonly macros?: readonly number[];
  /** of a macro: the first that use it, and how many do */
  readonly usedBy?: readonly number[];
  readonly users?: number;
  /** columns of which no value comes, but which decide which rows there are */
  readonly decidedBy?: readonly ColumnLink[];
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  /** the rows that profiles of columns are made from */
  readonly profiled?: { readonly rows: number; readonly of: 'all' | 'sample' | 'first' };
}
export interface ColumnDetail {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly constraints?: readonly string[];
  readonly profile?: ColumnProfile;
  /** columns whose values it is made of, and those that are made of it */
  readonly from?: readonly ColumnLink[];
  readonly into?: readonly ColumnLink[];
  /** nodes whose rows it decides about */
  readonly decides?: readonly number[];
  /** why it may come from more */
  readonly unknown?: string;
  /** only in the YAML files, not in the warehouse, though the warehouse was asked */
  readonly missing?: true;
}

/** A column that another one comes from or goes into; of a relation that has no page there is the name. */
export interface ColumnLink {
  readonly node?: number;
  readonly relation?: string;
  readonly column: string;
  readonly how: string;
}

/** data/t/N.js: what only the search over descriptions and SQL needs. */
export type TextShard = readonly (readonly [node: number, text: string])[];

/** data/runs.js: what differs from day to day. */
export interface RunData {
  readonly generatedAt: string;
  readonly run?: Run;
  readonly freshness: readonly FreshnessRow[];
  /** the newest entry of the change log */
  readonly changed?: { readonly at: string; readonly since: string; readonly count: number };
  /** earlier runs, where any are kept */
  readonly past?: RunPast;
}
/** The runs that are kept, the oldest first; they are named by their places in this list. */
export interface RunPast {
  readonly runs: readonly PastRun[];
  readonly failing: readonly FailingRow[];
}
export interface PastRun {
  readonly at: string;
  readonly command: string;
  readonly seconds: number;
  /** how many nodes passed, warned, failed, were skipped */
  readonly counts: readonly [success: number, warn: number, error: number, skipped: number];
  readonly cancelled?: true;
  /** its end is not known: it was killed, or was still going on */
  readonly unfinished?: true;
}
/** A test, and how many rows failed in which run. */
export interface FailingRow {
  readonly node: number;
  readonly past: readonly (readonly [run: number, failures: number])[];
}
/** data/h/N.js: the last runs of the nodes from N × perShard on. Numbers that are not known are -1 or left out. */
export type NodePast = readonly (readonly [
  run: number,
  status: string,
  seconds: number,
  rows?: number,
  failures?: number,
])[];
export interface Run {
  readonly command: string;
  readonly finishedAt: string;
  readonly elapsed: number;
  readonly results: readonly ResultRow[];
}
export interface ResultRow {
  /** undefined when the node is gone */
  readonly node?: number;
  readonly id: string;
  readonly status: string;
  readonly seconds: number;
  readonly thread?: string;
  readonly message?: string;
  readonly failures?: number;
  readonly rows?: number;
  /** milliseconds since 1970 */
  readonly from?: number;
  readonly to?: number;
}
export interface FreshnessRow {
  readonly node?: number;
  readonly id: string;
  readonly status: string;
  readonly loadedAt?: string;
  readonly checkedAt?: string;
  readonly ageSeconds?: number;
}

/** data/changes.js is a list of these: what was otherwise when a site was generated than when the one before it was. */
export interface Generation {
  readonly at: string;
  readonly since: string;
  readonly changes: readonly Change[];
  /** how many more there were */
  readonly more?: number;
}
export interface Change {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly what: 'added' | 'removed' | 'changed';
  readonly details?: readonly ChangeDetail[];
}
export interface ChangeDetail {
  readonly kind:
    | 'description'
    | 'sql'
    | 'columnAdded'
    | 'columnRemoved'
    | 'columnType'
    | 'columnDescription'
    | 'testAdded'
    | 'testRemoved'
    | 'fact';
  readonly name?: string;
  readonly before?: string;
  readonly after?: string;
}
