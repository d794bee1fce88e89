// Artifacts in, the data of the site out. The artifacts may be this tool's or dbt's: there is one way from both.
import { layeredLayout } from '../graph/layered.ts';
import type { NodeDetail, NodeRow, RunData, SiteData, TextShard } from './format.ts';
import { columnLineage, withLineage } from './column-lineage.ts';
import { columnsOf, detailOf, statsOf, withProfiles } from './details.ts';
import { isMap, mapAt, mapsAt, said, textAt, type Json } from './json.ts';
import type { RelationProfile } from '../../adapter/profile.ts';
import type { HistoryRun } from '../../artifacts/run-history.ts';
import { isDrawn } from './drawn.ts';
import { pastOf } from './history.ts';
import { askedConfig, nodesOf, parentIds, rowOf, type Found } from './nodes.ts';
import { withUsers } from './macro-users.ts';
import { freshnessOf, runOf } from './runs.ts';

export interface SiteArtifacts {
  readonly manifest: Json;
  readonly catalog?: Json | undefined;
  readonly runResults?: Json | undefined;
  readonly sources?: Json | undefined;
  /** column_lineage.json of `etl lineage` */
  readonly lineage?: Json | undefined;
  /** what --profile-columns found out, by the ids of nodes */
  readonly profiles?: ReadonlyMap<string, RelationProfile> | undefined;
  /** earlier runs, the oldest first */
  readonly history?: readonly HistoryRun[] | undefined;
}
const PER_SHARD = 100;
/** Texts are looked through all together, so they come in few files. */
const PER_TEXT_SHARD = 500;
/** Everything the site shows. The same artifacts give the same data. */
export function siteData(
  artifacts: SiteArtifacts,
  { generatedAt, madeBy }: { readonly generatedAt: Date; readonly madeBy?: string },
): SiteData {
  const { manifest, catalog } = artifacts;
  const found = nodesOf(manifest);
  const places = new Map(found.map(({ id }, place) => [id, place]));
  const placeOf = (id: string): number | undefined => places.get(id);
  const tables = new Map([...mapsAt(catalog, 'nodes'), ...mapsAt(catalog, 'sources')]);
  const lineage = columnLineage(artifacts.lineage, placeOf);
  const columns = found.map((node) =>
    withLineage(
      withProfiles(columnsOf(node, tables.get(node.id)), artifacts.profiles?.get(node.id)),
      lineage.get(node.id),
    ),
  );
  const configs = interned(found.map(({ json }) => askedConfig(json)));
  const rows = found.map((node, place) =>
    rowOf(node, {
      columns: (columns[place] ?? []).map(({ name }) => name),
      config: configs.places[place],
      placeOf,
      stats: statsOf(tables.get(node.id)),
    }),
  );
  const edges = edgesOf(found, placeOf);
  const groups = new Map(
    mapsAt(manifest, 'groups').map(([, group]) => [groupKey(group, 'name'), group]),
  );
  const details = withUsers(
    found.map((node, place) =>
      detailOf(node, {
        catalog: tables.get(node.id),
        columns: columns[place] ?? [],
        profile: artifacts.profiles?.get(node.id),
        decidedBy: lineage.get(node.id)?.decidedBy,
        group: groups.get(groupKey(node.json, 'group')),
        placeOf,
      }),
    ),
  );
  const texts = details.flatMap((detail, place): TextShard => {
    const text = textOf(detail);
    return text === '' ? [] : [[place, text]];
  });
  const metadata = mapAt(manifest, 'metadata');
  const textShards = chunks(texts, PER_TEXT_SHARD);
  const { history = [] } = artifacts;
  const past = history.length === 0 ? undefined : pastOf(history, placeOf, found.length);
  return {
    index: {
      format: 1,
      project: textAt(metadata, 'project_name') || '?',
      engine: textAt(metadata, 'adapter_type'),
      madeBy: madeBy ?? `dbt ${textAt(metadata, 'dbt_version')}`,
      ...said({ overview: overviewOf(manifest) }),
      nodes: placed(rows, edges),
      edges,
      configs: configs.values,
      perShard: PER_SHARD,
      textShards: textShards.length,
    },
    details: chunks(details, PER_SHARD),
    texts: textShards,
    runs: {
      ...runData(artifacts, placeOf, generatedAt),
      ...(past === undefined ? {} : { past: past.runs }),
    },
    pasts: past === undefined ? [] : chunks(past.nodes, PER_SHARD),
    changes: [],
  };
}

const groupKey = (json: Json, name: 'group' | 'name'): string =>
  `${textAt(json, 'package_name')}.${textAt(json, name)}`;

function runData(
  { runResults, sources }: SiteArtifacts,
  placeOf: (id: string) => number | undefined,
  generatedAt: Date,
): RunData {
  return {
    generatedAt: generatedAt.toISOString(),
    ...(runResults === undefined ? {} : { run: runOf(runResults, placeOf) }),
    freshness: sources === undefined ? [] : freshnessOf(sources, placeOf),
  };
}

/** Pairs of parent and child, sorted; tests read, but nothing comes of them. */
function edgesOf(
  found: readonly Found[],
  placeOf: (id: string) => number | undefined,
): readonly number[] {
  return found.flatMap(({ json }, child) =>
    parentIds(json)
      .map(placeOf)
      .filter((parent) => parent !== undefined && parent !== child)
      .flatMap((parent) => [parent ?? 0, child]),
  );
}

/** The rows with their places in the picture of the whole project. */
function placed(rows: readonly NodeRow[], edges: readonly number[]): readonly NodeRow[] {
  const drawn = rows.flatMap(({ type }, place) => (isDrawn(type) ? [place] : []));
  const number = new Map(drawn.map((place, i) => [place, i]));
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < edges.length; i += 2) {
    const [from, to] = [number.get(edges[i] ?? -1), number.get(edges[i + 1] ?? -1)];
    if (from !== undefined && to !== undefined) pairs.push([from, to]);
  }
  const { positions } = layeredLayout(drawn.length, pairs, {
    sweeps: drawn.length > 4000 ? 8 : 24,
  });
  return rows.map((row, place) => {
    const at = positions[number.get(place) ?? -1];
    return at === undefined ? row : { ...row, x: Math.round(at.x), y: Math.round(at.y) };
  });
}

/** Equal values once, and which of them each one was. */
function interned(values: readonly Json[]): {
  readonly values: readonly Json[];
  readonly places: readonly (number | undefined)[];
} {
  const known = new Map<string, number>();
  const kept: Json[] = [];
  const places = values.map((value) => {
    if (Object.keys(value).length === 0) return undefined;
    const key = JSON.stringify(value);
    const place = known.get(key) ?? kept.push(value) - 1;
    known.set(key, place);
    return place;
  });
  return { values: kept, places };
}

const textOf = ({ description = '', columns = [], raw = '' }: NodeDetail): string =>
  [description, ...columns.map((column) => column.description ?? ''), raw]
    .filter((text) => text !== '')
    .join('\n')
    .toLowerCase();

/** The page that a project writes for its own documentation; dbt ships one too, which says nothing of the project. */
function overviewOf(manifest: Json): string {
  const own = textAt(mapAt(manifest, 'metadata'), 'project_name');
  const docs = Object.values(mapAt(manifest, 'docs')).filter(isMap);
  const page = docs.find(
    (doc) => textAt(doc, 'name') === '__overview__' && textAt(doc, 'package_name') === own,
  );
  return textAt(page, 'block_contents');
}

const chunks = <T>(list: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
