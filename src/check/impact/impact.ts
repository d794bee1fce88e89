// What a change of the project means for those who read its relations.
import type { Analysis, TypeChange } from '../../adapter/analysis.ts';
import type { ProjectGraph } from '../../graph/graph.ts';
import type { NodeId } from '../../kernel/node-id.ts';
import { relationKey } from '../../kernel/relation.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { ExecutableNode } from '../../manifest/node.ts';
import type { CheckedNode } from '../check.ts';
import type { NodeLineage } from '../lineage.ts';
import { makesRelation } from '../scope.ts';
import { compareConfigs } from './compare-configs.ts';
import { compareQueries, type Told } from './compare-queries.ts';
import { Below, type ColumnsBelow } from './columns-below.ts';
import { LEVELS, NEW_COLUMN, type Finding, type Level } from './finding.ts';
import { fullRefreshOf } from './full-refresh.ts';

/** One revision of the project, with what the engine says of what may have changed. */
export interface Side {
  readonly manifest: Manifest;
  readonly graph: ProjectGraph;
  readonly checked: ReadonlyMap<NodeId, CheckedNode>;
  /** where their columns come from */
  readonly lineage: ReadonlyMap<NodeId, NodeLineage>;
}

export interface ModelImpact {
  readonly id: NodeId;
  readonly name: string;
  readonly resourceType: string;
  readonly path: string;
  /** `reached`: nothing of it was changed, and something above it */
  readonly change: 'added' | 'removed' | 'modified' | 'reached';
  readonly level: Level;
  readonly findings: readonly Finding[];
  /** why what is in the warehouse has to be built anew */
  readonly fullRefresh?: string;
  /** models, snapshots and exposures below it */
  readonly reaches: readonly NodeId[];
  /** what the columns that are not as they were go into */
  readonly below: ColumnsBelow;
}

export interface Comparison {
  readonly before: Side;
  readonly after: Side;
  /** seeds, models and snapshots whose text, config or columns are not as they were */
  readonly changed: ReadonlySet<NodeId>;
  readonly analysis: Analysis;
}

const REACHED: ReadonlySet<string> = new Set(['model', 'snapshot', 'exposure']);
const worst = (findings: readonly Finding[]): Level =>
  LEVELS.find((level) => findings.some((f) => f.level === level)) ?? 'cosmetic';

/** What each changed node means, and what comes to those below it; those for which nothing is different are left out. */
export function impactOf(comparison: Comparison): readonly ModelImpact[] {
  const { before, after, changed } = comparison;
  const below = new Below(before.lineage, after.lineage);
  const ids = [...new Set([...after.checked.keys(), ...before.checked.keys(), ...changed])];
  return ids.flatMap((id): ModelImpact | readonly ModelImpact[] => {
    const old = before.manifest.nodes[id];
    const now = after.manifest.nodes[id];
    const node = now ?? old;
    if (node === undefined || node.resource_type === 'test') return [];
    const facts = {
      id,
      name: node.name,
      resourceType: node.resource_type,
      path: node.original_file_path,
      reaches: reached(now === undefined ? before : after, id),
    };
    if (old === undefined || now === undefined) {
      const nothing = { columns: [], unknown: [] };
      return { ...facts, ...comeOrGone(comparison, node, old === undefined), below: nothing };
    }
    const findings = compared(comparison, old, now);
    const isChanged = changed.has(id);
    if (!isChanged && findings.every((f) => f.level === 'cosmetic')) return [];
    const fullRefresh = fullRefreshOf(old, now, findings);
    return {
      ...facts,
      change: isChanged ? 'modified' : 'reached',
      level: worst(findings),
      findings,
      below: below.of(id, findings, facts.reaches),
      ...(fullRefresh === undefined ? {} : { fullRefresh }),
    };
  });
}

function comeOrGone(
  { after }: Comparison,
  node: ExecutableNode,
  isNew: boolean,
): Pick<ModelImpact, 'change' | 'level' | 'findings'> {
  if (!isNew) {
    const level = makesRelation(node) ? 'breaking' : 'cosmetic';
    return {
      change: 'removed',
      level,
      findings: [{ level, what: `the ${node.resource_type} is gone` }],
    };
  }
  const wrong = refusedWith(after.checked.get(node.unique_id));
  const what = wrong ?? `the ${node.resource_type} is new`;
  const level = wrong === undefined ? 'additive' : 'breaking';
  return { change: 'added', level, findings: [{ level, what }] };
}

const refusedWith = (checked: CheckedNode | undefined): string | undefined => {
  if (checked?.standing !== 'wrong') return undefined;
  const error = checked.diagnostics.find((d) => d.severity === 'error');
  return `the engine refuses it: ${error?.message ?? 'see etl check'}`;
};

/** What differs between two revisions of a node. */
function compared(
  comparison: Comparison,
  old: ExecutableNode,
  now: ExecutableNode,
): readonly Finding[] {
  const { before, after } = comparison;
  const [was, is] = [before.checked.get(old.unique_id), after.checked.get(now.unique_id)];
  const refused = refusedWith(is);
  if (refused !== undefined && was?.standing !== 'wrong')
    return [{ level: 'breaking', what: refused }];
  const configs = compareConfigs(old, now);
  const unknown = unknownOf(was, is);
  if (unknown !== undefined) return [...configs, { level: 'unknown', what: unknown }];
  const columns = columnsOf(comparison, was, is);
  const query = queryOf(comparison, old, now, was, is);
  const added = new Set(columns.filter((f) => f.what === NEW_COLUMN).map((f) => f.column));
  const findings = [...configs, ...columns, ...query.filter((f) => !added.has(f.column ?? ''))];
  const isInside =
    now.config.materialized === 'ephemeral' && old.config.materialized === 'ephemeral';
  if (!isInside) return findings;
  // nobody but the models that it is put into can tell
  return findings.map((f) => ({ ...f, level: 'cosmetic' }));
}

function unknownOf(was: CheckedNode | undefined, is: CheckedNode | undefined): string | undefined {
  const reasonOf = ({ standing, because }: CheckedNode): string =>
    standing === 'wrong'
      ? 'the engine refuses it'
      : `it was not judged${because === undefined ? '' : `, because ${because}`}`;
  if (is === undefined || was === undefined) return 'it was not judged on both sides';
  if (is.standing !== 'ok') return reasonOf(is);
  if (was.standing !== 'ok') return `before, ${reasonOf(was)}`;
  return undefined;
}

const TYPE_LEVEL: Readonly<Record<TypeChange, Level>> = {
  wider: 'additive',
  narrower: 'breaking',
  other: 'breaking',
};

function columnsOf(
  { analysis }: Comparison,
  was: CheckedNode | undefined,
  is: CheckedNode | undefined,
): readonly Finding[] {
  const old = new Map((was?.columns ?? []).map((c) => [c.name, c.type]));
  const now = new Map((is?.columns ?? []).map((c) => [c.name, c.type]));
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const findings: Finding[] = gone.map((column) => ({
    level: 'breaking',
    what: 'column is gone',
    column,
  }));
  for (const [column, type] of now) {
    const before = old.get(column);
    if (before === undefined) findings.push({ level: 'additive', what: NEW_COLUMN, column });
    else if (before !== type) {
      const how = analysis.typeChange(before, type);
      const word = how === 'other' ? 'another type' : `${how} type`;
      findings.push({ level: TYPE_LEVEL[how], what: `${word}: ${before} → ${type}`, column });
    }
  }
  const kept = [...old.keys()].filter((name) => now.has(name));
  const inNow = [...now.keys()].filter((name) => old.has(name));
  if (kept.join('\n') !== inNow.join('\n'))
    findings.push({ level: 'cosmetic', what: 'columns in another order' });
  return findings;
}

function queryOf(
  { before, after, analysis }: Comparison,
  old: ExecutableNode,
  now: ExecutableNode,
  was: CheckedNode | undefined,
  is: CheckedNode | undefined,
): readonly Finding[] {
  if (now.resource_type === 'seed') {
    return old.checksum.checksum === now.checksum.checksum
      ? []
      : [{ level: 'values', what: 'its rows are others' }];
  }
  const isSame = old.raw_code === now.raw_code;
  if (was?.outline === undefined || is?.outline === undefined)
    return isSame ? [] : [{ level: 'unknown', what: 'which rows it gives cannot be compared' }];
  const told = (side: Side, outline: NonNullable<CheckedNode['outline']>): Told => ({
    ...outline,
    nameOf: namesOf(side.manifest),
  });
  const found = compareQueries(
    told(before, was.outline),
    told(after, is.outline),
    analysis.backslashEscapes,
  );
  const added = increment(old) === increment(now) ? [] : ['what is_incremental() adds'];
  const { rows, values } = found ?? { rows: [], values: new Set<string>() };
  const unsure = [...(found?.unsure ?? []), ...added];
  return [
    ...(rows.length > 0
      ? [{ level: 'breaking' as const, what: `rows may change: ${rows.join(', ')}` }]
      : []),
    ...(rows.length === 0 && unsure.length > 0
      ? [{ level: 'unknown' as const, what: `rows may change or not: ${unsure.join(', ')}` }]
      : []),
    ...[...values].map((column): Finding => ({
      level: 'values',
      what: 'values may change',
      column,
    })),
  ];
}

/** What an incremental model says of its later runs, which nobody compares: from the first question to the last branch. */
function increment({ config, raw_code: text }: ExecutableNode): string {
  const start = text.indexOf('is_incremental');
  if (config.materialized !== 'incremental' || start < 0) return '';
  const end = text.lastIndexOf('endif');
  return text.slice(start, end > start ? end : undefined).replaceAll(/\s+/g, ' ');
}

const NAMES = new WeakMap<Manifest, ReadonlyMap<string, string>>();

/** How both sides call a relation, wherever its schema is. */
function namesOf(manifest: Manifest): Told['nameOf'] {
  let names = NAMES.get(manifest);
  if (names === undefined) {
    names = new Map<string, string>([
      ...Object.values(manifest.sources).map(
        ({ schema, identifier: name, unique_id: id }) =>
          // another table is another one, also where the source has kept its name
          [relationKey({ schema, name }), `${id} ${schema}.${name}`] as const,
      ),
      ...Object.values(manifest.nodes)
        .filter(makesRelation)
        .map(
          ({ schema, alias: name, unique_id: id }) => [relationKey({ schema, name }), id] as const,
        ),
    ]);
    NAMES.set(manifest, names);
  }
  return (schema, name) => names.get(relationKey({ schema, name }));
}

/** Everything that reads it, directly or not. */
function reached({ manifest, graph }: Side, id: NodeId): readonly NodeId[] {
  const seen = new Set<NodeId>();
  const stack = [id];
  for (let at = stack.pop(); at !== undefined; at = stack.pop())
    for (const child of graph.children(at))
      if (!seen.has(child)) {
        seen.add(child);
        stack.push(child);
      }
  return [...seen].filter((one) =>
    REACHED.has(
      manifest.nodes[one]?.resource_type ?? (one in manifest.exposures ? 'exposure' : ''),
    ),
  );
}
