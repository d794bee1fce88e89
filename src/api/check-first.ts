import type { CheckedNode } from '../check/check.ts';
import type { LockedSources } from '../check/source-lock.ts';
import { EtlError, isEtlError } from '../kernel/error.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { checkProject, lockOf } from './check.ts';
import type { Invocation } from './invocation.ts';
import type { OpenProject } from './open-project.ts';

const JUDGED: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'test']);
/** A relation or function that is not known here may be in the warehouse. */
const ONLY_HERE: ReadonlySet<string> = new Set(['ETL6042', 'ETL6044', 'ETL6052']);
/** Without an engine of checks there is no check. */
const NO_ENGINE: ReadonlySet<string> = new Set(['ETL1011', 'ETL1012', 'ETL5008', 'ETL5009']);

/**
 * Checks what a run is about to build and throws an EtlError, before the warehouse is touched, when some of it would certainly fail:
 * where everything that the node reads is built by the same run, or is a source whose columns are those of the warehouse.
 */
export async function checkFirst(
  project: OpenProject,
  invocation: Invocation,
  selected: ReadonlySet<NodeId>,
): Promise<void> {
  const judged = [...selected].filter((id) =>
    JUDGED.has(project.manifest.nodes[id]?.resource_type ?? ''),
  );
  try {
    const locked = await lockOf(project);
    const { nodes } = await checkProject(project, invocation, new Set(judged), false);
    const certain = nodes.filter((node) => isCertain(project, selected, locked, node));
    const diagnostics = certain.flatMap((n) => n.diagnostics.filter((d) => d.severity === 'error'));
    if (diagnostics.length === 0) return;
    throw new EtlError([
      ...diagnostics,
      {
        code: 'ETL6053',
        severity: 'error',
        message: `nothing was built: ${certain.length === 1 ? 'one node' : `${certain.length} nodes`} would certainly fail`,
        hint: 'Correct what is wrong above, or build what can be built with --no-check.',
      },
    ]);
  } catch (error) {
    if (isEtlError(error) && error.diagnostics.every((d) => NO_ENGINE.has(d.code))) return;
    throw error;
  }
}

function isCertain(
  { manifest, graph }: OpenProject,
  selected: ReadonlySet<NodeId>,
  locked: LockedSources | undefined,
  { id, isCertain: isForBoth, diagnostics }: CheckedNode,
): boolean {
  if (!isForBoth || diagnostics.every((d) => ONLY_HERE.has(d.code))) return false;
  const stack = [id];
  const seen = new Set<NodeId>(stack);
  for (let at = stack.pop(); at !== undefined; at = stack.pop())
    for (const parent of graph.parents(at)) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      const node = manifest.nodes[parent];
      const isKnown =
        node === undefined
          ? locked?.columns.has(parent) === true
          : node.config.materialized === 'ephemeral' || selected.has(parent);
      if (!isKnown) return false;
      stack.push(parent);
    }
  return true;
}
