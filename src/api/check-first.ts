import type { CheckedNode } from '../check/check.ts';
import type { LockedSources } from '../check/source-lock.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { EtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { checkProject, lockOf } from './check.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';
import { asEtlError } from './problem.ts';

const JUDGED: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'test']);
/** A relation or function that is not known here may be in the warehouse. */
const ONLY_HERE: ReadonlySet<string> = new Set(['ETL6042', 'ETL6044', 'ETL6052']);
/** Without an engine of checks there is no check. */
const NOT_INSTALLED = 'ETL1011';

/**
 * Checks what a run is about to build and throws an EtlError, before the warehouse is touched, when some of it would certainly fail:
 * where everything that the node reads is built by the same run, or is a source whose columns are those of the warehouse. That the
 * check itself cannot be made holds nothing up.
 */
export async function checkFirst(
  project: OpenProject,
  invocation: Invocation,
  selected: ReadonlySet<NodeId>,
): Promise<void> {
  let wrong: readonly CheckedNode[];
  try {
    wrong = await certainlyWrong(project, invocation, selected);
  } catch (error) {
    const found = asEtlError(error)?.diagnostics;
    // who has stopped the call wants no run either
    if (found === undefined || invocation.signal.aborted) throw error;
    project.report(found.filter(({ code }) => code !== NOT_INSTALLED).map(unmade));
    return;
  }
  if (wrong.length === 0) return;
  throw new EtlError([
    ...wrong.flatMap((n) => n.diagnostics.filter((d) => d.severity === 'error')),
    {
      code: 'ETL6053',
      severity: 'error',
      message: `nothing was built: ${wrong.length === 1 ? 'one node' : `${wrong.length} nodes`} would certainly fail`,
      hint: 'Correct what is wrong above, or build what can be built with --no-check.',
    },
  ]);
}

const unmade = ({ code, message, hint }: Diagnostic): Diagnostic => ({
  code: 'ETL6054',
  severity: 'info',
  message: `built without a check: ${message} (${code})`,
  ...(hint === undefined ? {} : { hint }),
});

async function certainlyWrong(
  project: OpenProject,
  invocation: Invocation,
  selected: ReadonlySet<NodeId>,
): Promise<readonly CheckedNode[]> {
  const locked = await lockOf(project);
  const known = allKnown(project, selected, locked);
  const judged = [...selected].filter(
    (id) => JUDGED.has(project.manifest.nodes[id]?.resource_type ?? '') && known(id),
  );
  if (judged.length === 0) return [];
  // what a template warns of is told when the run renders it
  const silent: OpenProject = { ...project, report: () => undefined };
  const { nodes } = await checkProject(silent, invocation, new Set(judged), false);
  return nodes.filter(
    ({ isCertain, diagnostics }) =>
      isCertain && diagnostics.some((d) => d.severity === 'error' && !ONLY_HERE.has(d.code)),
  );
}

/** Tells of a node whether the columns of everything above it are known, whatever stands in the warehouse. */
function allKnown(
  { manifest, graph }: OpenProject,
  selected: ReadonlySet<NodeId>,
  locked: LockedSources | undefined,
): (id: NodeId) => boolean {
  const isKnown = (id: NodeId): boolean => {
    const node = manifest.nodes[id];
    return node === undefined
      ? locked?.columns.has(id) === true
      : node.config.materialized === 'ephemeral' || selected.has(id);
  };
  const found = new Map<NodeId, boolean>();
  return (start) => {
    // a parent is answered before its child, without a call for each step of a long chain
    const stack = [start];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const parents = [...graph.parents(id)];
      const open = found.has(id) ? [] : parents.filter((p) => isKnown(p) && !found.has(p));
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      if (!found.has(id))
        found.set(
          id,
          parents.every((p) => isKnown(p) && found.get(p) === true),
        );
    }
    return found.get(start) === true;
  };
}
