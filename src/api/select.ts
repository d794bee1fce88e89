import { missingFolder } from '../artifacts/read-state.ts';
import { select } from '../graph/select/select.ts';
import type { Indirect } from '../graph/select/selector.ts';
import { hasErrors } from '../kernel/diagnostic.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { findNode, type Manifest } from '../manifest/manifest.ts';
import type { ResourceType } from '../manifest/node.ts';
import type { OpenProject } from './open-project.ts';
import type { ReadProject } from './read-project.ts';
import type { ApiOptions } from './options.ts';

const INDIRECT: readonly Indirect[] = ['eager', 'cautious', 'buildable', 'empty'];
const TYPES: readonly ResourceType[] = [
  'model',
  'seed',
  'snapshot',
  'test',
  'analysis',
  'source',
  'exposure',
  'unit_test',
  'metric',
  'semantic_model',
  'saved_query',
];

const usage = (message: string, hint: string): EtlError =>
  new EtlError([{ code: 'ETL1001', severity: 'error', message, hint }]);

/** What a command works on, narrowed by --resource-type and --exclude-resource-type. */
function resourceTypes(
  all: readonly ResourceType[],
  options: ApiOptions,
): ReadonlySet<ResourceType> {
  const checked = (asked: readonly string[] | undefined): readonly ResourceType[] | undefined =>
    asked
      ?.flatMap((a) => a.split(/[\s,]+/))
      .map((name) => {
        if (name === 'all' || name === 'default') return name as ResourceType;
        const found = TYPES.find((t) => t === name);
        if (found === undefined)
          throw usage(
            `"${name}" is not a resource type`,
            didYouMean(name, TYPES) ?? `Use one of: ${TYPES.join(', ')}.`,
          );
        return found;
      });
  const asked = checked(options.resourceType);
  const excluded = new Set(checked(options.excludeResourceType) ?? []);
  const isAll =
    asked === undefined ||
    asked.some((t) => (t as string) === 'all' || (t as string) === 'default');
  return new Set(all.filter((t) => (isAll || asked.includes(t)) && !excluded.has(t)));
}

const HAVE_TEXT: ReadonlySet<ResourceType> = new Set(['model', 'test', 'snapshot', 'analysis']);

/** Without the files that hold nothing: as in dbt they are listed, and neither compiled nor run. */
export function withoutEmpty(
  { manifest }: Pick<OpenProject, 'manifest'>,
  selected: ReadonlySet<NodeId>,
): ReadonlySet<NodeId> {
  const isEmpty = (id: NodeId): boolean => {
    const node = manifest.nodes[id];
    return node !== undefined && HAVE_TEXT.has(node.resource_type) && node.raw_code.trim() === '';
  };
  return new Set([...selected].filter((id) => !isEmpty(id)));
}

/** What the last run left undone and the project has no longer: whether it is still wanted, only its author knows. */
function requireKnown(manifest: Manifest, ids: readonly NodeId[]): void {
  const gone = ids.filter((id) => !id.startsWith('operation.') && !findNode(manifest, id));
  if (gone.length === 0) return;
  throw new EtlError(
    gone.map((id) => ({
      code: 'ETL3081',
      severity: 'error',
      message: `Couldn't find model '${id}', which the last run left undone: it was removed, renamed or disabled`,
      node: id,
      hint: 'Run the command itself again instead of a retry, or put the node back.',
    })),
  );
}

/** The nodes a call is about. Throws on a selection that cannot be read; what matches nothing is a warning. */
export function selectNodes(
  { manifest, graph, state, report }: Pick<ReadProject, 'manifest' | 'graph' | 'state' | 'report'>,
  options: ApiOptions,
  types: readonly ResourceType[],
): ReadonlySet<NodeId> {
  if (options.only !== undefined) {
    if (state?.isMissing) throw missingFolder(state.folder);
    requireKnown(manifest, options.only);
    const only = new Set(options.only);
    const isWanted = (id: NodeId): boolean =>
      only.has(id) && types.some((type) => findNode(manifest, id)?.resource_type === type);
    return new Set(graph.ids.filter(isWanted));
  }
  const mode = options.indirectSelection ?? 'eager';
  const indirect = INDIRECT.find((i) => i === mode);
  if (indirect === undefined)
    throw usage(
      `"${mode}" is not a way of indirect selection`,
      didYouMean(mode, INDIRECT) ?? `Use one of: ${INDIRECT.join(', ')}.`,
    );
  const chosen = select(manifest, graph, {
    select: options.select,
    exclude: options.exclude,
    selector: options.selector,
    state,
    indirect,
    resourceTypes: resourceTypes(types, options),
  });
  if (chosen.value === undefined || hasErrors(chosen.diagnostics))
    throw new EtlError(chosen.diagnostics);
  if (state?.isMissing) throw missingFolder(state.folder);
  report(chosen.diagnostics);
  return chosen.value;
}

/** The project as templates see it from now on: `selected_resources` names what was selected. */
export const withSelected = (project: OpenProject, selected: ReadonlySet<NodeId>): OpenProject => {
  const { session } = project.loaded;
  const invocation = { ...session.invocation, selectedResources: [...selected] };
  return { ...project, loaded: { ...project.loaded, session: { ...session, invocation } } };
};
