import type { CheckedNode } from '../check/check.ts';
import {
  reached,
  type Direction,
  type LineageColumn,
  type LineageNode,
  type LineageSource,
} from '../check/column-lineage.ts';
import type { ColumnSource } from '../check/lineage.ts';
import { scopeOf } from '../check/scope.ts';
export type { LineageColumn, LineageNode };
import type { ColumnAddress } from '../graph/columns.ts';
import type { ProjectGraph } from '../graph/graph.ts';
import { ancestors, descendants } from '../graph/traverse.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ResourceType } from '../manifest/node.ts';
import { askEngine, type Answered } from './check.ts';
import { newInvocation } from './invocation.ts';
import { noteInManifest, writeColumnLineage } from './lineage-files.ts';
import { columnsAsked, nodesAsked, type Asked } from './lineage-names.ts';
import { openProject, type OpenProject } from './open-project.ts';
import type { ApiOptions } from './options.ts';

export interface LineageOptions extends ApiOptions {
  /** `model.column`, `model`, `source.table.column`, `source.table`; absent or empty: the whole project */
  readonly of?: readonly string[];
  /** what these come from, what comes from them, or both, which is the default */
  readonly direction?: Direction;
  /** puts the lineage of the whole project into target/manifest.json too, under `meta` of its nodes */
  readonly inManifest?: boolean;
}

export interface LineageReport {
  /** the engine that was asked: `postgres 18.4` */
  readonly engine: string;
  readonly target: string;
  readonly seconds: number;
  /** what was asked for; empty: the whole project */
  readonly of: readonly ColumnAddress[];
  readonly direction: Direction;
  /** nodes in the order of the project, with the columns that were asked for or reached */
  readonly nodes: readonly LineageNode[];
  /** what was written, where it is the whole project */
  readonly file?: string;
  /** what is not known, as notes */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Asks the embedded engine from which columns each column of models and snapshots is made (`feeds`), and which columns only decide what
 * rows there are (`decides`); nothing is built and no warehouse is asked. What the engine does not tell is told as unknown.
 * Of the whole project it writes target/column_lineage.json too, with the facets of OpenLineage.
 * Throws an EtlError (ETL6080) for a name that is neither a node's nor a column's, and what keeps a check from being made.
 */
export async function lineage(options: LineageOptions = {}): Promise<LineageReport> {
  const { of: names = [], direction = 'both' } = options;
  if (options.inManifest === true && names.length > 0) throw ofEverything();
  const invocation = newInvocation(options);
  const project = await openProject(options, invocation, 'lineage');
  const startedAt = invocation.now();
  const asked = nodesAsked(project.manifest, names);
  // with the sources that a seed or model makes below it
  const { graph } = scopeOf(project.manifest, project.graph, new Set());
  const related = relatedTo(graph, asked, direction);
  const answered = await askEngine(project, invocation, {
    selected: wanted(project, graph, related),
    isOnServer: false,
    wantsLineage: true,
  });
  const all = nodesOf(project, answered);
  const of = columnsAsked(asked, all);
  const engine = answered.engine ?? project.dialect.name;
  const isWhole = asked.length === 0;
  const isRelation = ({ id }: LineageNode): boolean =>
    project.manifest.nodes[id as NodeId]?.config.materialized !== 'ephemeral';
  const file = isWhole
    ? await writeColumnLineage(project, invocation, all.filter(isRelation), engine)
    : undefined;
  if (isWhole && options.inManifest === true) await noteInManifest(project, invocation, all);
  const nodes = isWhole ? all : reached(all, of, direction, related);
  return {
    engine,
    target: project.targetName,
    seconds: (invocation.now().getTime() - startedAt.getTime()) / 1000,
    of,
    direction,
    nodes,
    ...(file === undefined ? {} : { file }),
    diagnostics: notKnown(nodes).flatMap((d) => project.judge(d) ?? []),
  };
}

const ofEverything = (): EtlError =>
  new EtlError([
    {
      code: 'ETL1001',
      severity: 'error',
      message: 'the manifest is given the lineage of the whole project, and not of single columns',
      hint: 'Leave out the names, or --manifest.',
    },
  ]);

const HAVE_COLUMNS: ReadonlySet<ResourceType> = new Set(['model', 'seed', 'snapshot', 'source']);

/** What was asked about, with all that is above or below it. */
function relatedTo(
  graph: ProjectGraph,
  asked: readonly Asked[],
  direction: Direction,
): ReadonlySet<NodeId> {
  if (asked.length === 0) return new Set(graph.ids);
  const starts = asked.map(({ id }) => id);
  return new Set([
    ...starts,
    ...(direction === 'down' ? [] : ancestors(graph, starts)),
    ...(direction === 'up' ? [] : descendants(graph, starts)),
  ]);
}

/** Everything whose queries have to be read. */
const wanted = (
  { manifest }: OpenProject,
  graph: ProjectGraph,
  related: ReadonlySet<NodeId>,
): ReadonlySet<NodeId> =>
  new Set(
    [...related, ...ancestors(graph, related)].filter((id) => {
      const node = manifest.nodes[id];
      if (node === undefined) return manifest.sources[id] !== undefined;
      // a file that holds nothing is never built
      const isEmpty = node.resource_type !== 'seed' && node.raw_code.trim() === '';
      return HAVE_COLUMNS.has(node.resource_type) && !isEmpty;
    }),
  );

function nodesOf({ manifest }: OpenProject, { found }: Answered): readonly LineageNode[] {
  const judged = new Map(found.nodes.map((node) => [node.id, node]));
  const shown = (one: ColumnSource<string>): string =>
    `${one.relation.schema}.${one.relation.name}`;
  const source = <How extends string>(one: ColumnSource<How>): LineageSource<How> => ({
    ...(one.node === undefined ? {} : { node: one.node }),
    relation: shown(one),
    column: one.column,
    how: one.how,
  });
  return found.order.flatMap((id): readonly LineageNode[] => {
    const node = manifest.nodes[id] ?? manifest.sources[id];
    if (node === undefined || !HAVE_COLUMNS.has(node.resource_type)) return [];
    const types = found.columns.get(id) ?? [];
    const known = found.lineage.get(id);
    const origins = new Map(known?.columns.map((column) => [column.name, column]));
    const comesFrom = node.resource_type === 'model' || node.resource_type === 'snapshot';
    const unknown = comesFrom
      ? (known?.unknown ?? whyNot(judged.get(id), known !== undefined))
      : undefined;
    const columns = types.map(({ name, type }): LineageColumn => {
      const origin = origins.get(name);
      const why =
        origin?.unknown ??
        (comesFrom && origin === undefined
          ? (unknown ?? 'the engine does not tell it')
          : undefined);
      return {
        name,
        type,
        feeds: (origin?.feeds ?? []).map(source),
        decides: (origin?.decides ?? []).map(source),
        ...(why === undefined ? {} : { unknown: why }),
      };
    });
    return [
      {
        id,
        name: 'source_name' in node ? `${node.source_name}.${node.name}` : node.name,
        resourceType: node.resource_type,
        relation:
          'identifier' in node
            ? `${node.schema}.${node.identifier}`
            : `${node.schema}.${node.alias}`,
        path: node.original_file_path,
        columns,
        ...(unknown === undefined ? {} : { unknown }),
      },
    ];
  });
}

/** Why nothing is known of a node; undefined where it is. */
function whyNot(node: CheckedNode | undefined, isKnown: boolean): string | undefined {
  if (node === undefined || isKnown) return undefined;
  if (node.standing === 'wrong') {
    const [first] = node.diagnostics.filter((d) => d.severity === 'error');
    return `the engine refuses it: ${first?.message ?? 'see etl check'}`;
  }
  return node.because ?? 'it cannot be judged';
}

/** One note for each reason. */
function notKnown(nodes: readonly LineageNode[]): readonly Diagnostic[] {
  const reasons = new Map<string, string[]>();
  for (const { name, unknown, columns } of nodes) {
    const whole = unknown === undefined ? [] : [[unknown, name] as const];
    const parts = unknown === undefined ? columns : [];
    for (const [why, what] of [
      ...whole,
      ...parts.flatMap((c) =>
        c.unknown === undefined ? [] : [[c.unknown, `${name}.${c.name}`] as const],
      ),
    ])
      reasons.set(why, [...(reasons.get(why) ?? []), what]);
  }
  return [...reasons].map(([why, whose]) => ({
    code: 'ETL6081',
    severity: 'info',
    message: `what ${listed(whose)} come${whose.length === 1 ? 's' : ''} from is not known, because ${why}`,
  }));
}

const SHOWN = 5;
const listed = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
