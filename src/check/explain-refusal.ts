// From the engine's refusal to what its author has to know: the place in the file, the columns there really are, and where a column
// got lost on its way.
import type { Fault } from '../adapter/analysis.ts';
import type { Code } from '../kernel/codes.ts';
import type { Diagnostic, Span } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { explainFailure } from '../run/explain.ts';
import type { Remembered } from './memory.ts';
import { withPlace, widened } from './refused-place.ts';
import { listed } from './listed.ts';
import type { CheckScope } from './scope.ts';
import type { TypedColumn } from './verdict.ts';
import type { Refusal } from './walk.ts';

const CODE_OF: Readonly<Record<Fault['kind'], Code>> = {
  syntax: 'ETL6040',
  other: 'ETL6040',
  column: 'ETL6041',
  relation: 'ETL6042',
  type: 'ETL6043',
  function: 'ETL6044',
};

/** What is known when refusals are explained. */
export interface Surroundings {
  readonly manifest: Manifest;
  readonly scope: CheckScope;
  readonly columnsOf: (id: NodeId) => readonly TypedColumn[] | undefined;
  /** what earlier checks knew of a node */
  readonly had: (id: NodeId) => Remembered | undefined;
  readonly backslashEscapes: boolean;
}

type Related = NonNullable<Diagnostic['related']>[number];

/** The refusal as a diagnostic at the author's place. */
export function explainRefusal(
  { task: { node, compiled }, failure }: Refusal,
  fault: Fault,
  around: Surroundings,
): Diagnostic {
  const placed = withPlace(failure, fault, around.backslashEscapes);
  const isGeneric = node.resource_type === 'test' && node.test_metadata !== null;
  // the text of a generic test is a call that nobody wrote: its place is where the test is asked for
  const locate = isGeneric ? undefined : compiled.locate;
  const plain = explainFailure(placed, {
    node: node.unique_id,
    fallback: node.place,
    ...(locate === undefined ? {} : { locate }),
  });
  const at = locate === undefined ? plain.at : widened(plain.at, placed, locate);
  const hint = hintOf(node, fault, around) ?? plain.hint;
  const related = [
    ...(isGeneric ? [] : calledFrom(node, at)),
    ...(fault.kind === 'column' && fault.name !== undefined
      ? lostOnTheWay(node, fault.name, around)
      : []),
  ];
  return {
    ...plain,
    code: CODE_OF[fault.kind],
    ...(at === undefined ? {} : { at }),
    message: isGeneric ? `the test ${node.name}: ${plain.message}` : plain.message,
    ...(hint === undefined ? {} : { hint }),
    ...(related.length === 0 ? {} : { related }),
  };
}

function hintOf(node: ExecutableNode, fault: Fault, around: Surroundings): string | undefined {
  const { name } = fault;
  if (name === undefined) return undefined;
  if (fault.kind === 'column') return columnHint(node, name, around);
  if (fault.kind === 'relation') return relationHint(name, around.manifest);
  if (fault.kind === 'function')
    return `If the warehouse has "${name}" from an extension or of your own, declare it in a file that flags: check_stubs names, or check on that server with --target.`;
  return undefined;
}

function columnHint(
  node: ExecutableNode,
  name: string,
  { scope, columnsOf, manifest }: Surroundings,
): string | undefined {
  const parents = scope.graph.parents(node.unique_id).flatMap((id) => {
    const columns = columnsOf(id);
    return columns === undefined ? [] : [{ name: nameOf(manifest, id), columns }];
  });
  const meant = didYouMean(
    name,
    parents.flatMap(({ columns }) => columns.map((c) => c.name)),
  );
  const [only, ...others] = parents;
  const list =
    only === undefined || others.length > 0
      ? undefined
      : `${only.name} gives: ${listed(only.columns.map((c) => c.name))}.`;
  return meant === undefined && list === undefined
    ? undefined
    : [meant, list].filter((t) => t !== undefined).join(' ');
}

function relationHint(written: string, manifest: Manifest): string {
  const name = written.split('.').at(-1) ?? written;
  const nodes = Object.values(manifest.nodes).filter((n) => n.relation_name !== null);
  const node = nodes.find((n) => n.name === name || n.alias === name);
  if (node !== undefined)
    return `Refer to it with {{ ref('${node.name}') }}, so that it is built first.`;
  const sources = Object.values(manifest.sources);
  const source = sources.find((s) => s.identifier === name || s.name === name);
  if (source !== undefined)
    return `Read it with {{ source('${source.source_name}', '${source.name}') }}.`;
  const known = [...nodes.map((n) => n.name), ...sources.map((s) => s.name)];
  return [
    didYouMean(name, known),
    'A table that others make is declared as a source with the data_type of its columns (etl sources pull writes them).',
  ]
    .filter((t) => t !== undefined)
    .join(' ');
}

/** A place in a macro says nothing of who called it. */
const calledFrom = (node: ExecutableNode, at: Span | undefined): readonly Related[] =>
  at === undefined || at.file === node.place.file
    ? []
    : [{ message: `in ${node.name}`, at: node.place }];

/** The nearest relation above that has the column, when what is read directly does not pass it on. */
function lostOnTheWay(
  node: ExecutableNode,
  name: string,
  { scope, columnsOf, had, manifest }: Surroundings,
): readonly Related[] {
  const wanted = name.toLowerCase();
  const gaveIt = (id: NodeId): boolean => {
    const { columns = [], had: names = [] } = had(id) ?? {};
    return [...columns.map((c) => c.name), ...names].some((n) => n.toLowerCase() === wanted);
  };
  const has = (id: NodeId): boolean =>
    columnsOf(id)?.some((c) => c.name.toLowerCase() === wanted) === true;
  const direct = scope.graph.parents(node.unique_id);
  if (direct.some(has)) return [];
  const changed = direct.find(gaveIt);
  if (changed !== undefined)
    return [
      {
        message: `${nameOf(manifest, changed)} gave "${name}" when it was last checked`,
        ...placeOf(manifest, changed),
      },
    ];
  const seen = new Set<NodeId>(direct);
  let level: readonly NodeId[] = direct;
  while (level.length > 0) {
    const next: NodeId[] = [];
    for (const id of level)
      for (const parent of scope.graph.parents(id)) {
        if (has(parent) && columnsOf(id) !== undefined)
          return [
            {
              message: `${nameOf(manifest, parent)} has "${name}", and ${nameOf(manifest, id)} does not pass it on`,
              ...placeOf(manifest, id),
            },
          ];
        if (!seen.has(parent)) {
          seen.add(parent);
          next.push(parent);
        }
      }
    level = next;
  }
  return [];
}

const placeOf = (manifest: Manifest, id: NodeId): { readonly at?: Span } => {
  const at = manifest.nodes[id]?.place ?? manifest.sources[id]?.place;
  return at === undefined ? {} : { at };
};

const nameOf = (manifest: Manifest, id: NodeId): string => {
  const source = manifest.sources[id];
  return source === undefined
    ? (manifest.nodes[id]?.name ?? id)
    : `${source.source_name}.${source.name}`;
};
