import { grantsOf } from '../plan/plan-node.ts';
import { isExecuted } from '../plan/fold-tests.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { OpenProject } from './open-project.ts';

/** Says once that what the selected nodes grant has no effect, where the engine has no users. */
export function warnOfUnheardGrants(project: OpenProject, selected: ReadonlySet<NodeId>): void {
  if (project.dialect.can.keepsGrants !== false) return;
  const granting = [...selected].flatMap((id) => {
    const node = project.manifest.nodes[id];
    return node !== undefined && isExecuted(node) && grantsOf(node) !== undefined ? [node] : [];
  });
  const [first] = granting;
  if (first === undefined) return;
  const others = granting.length === 1 ? '' : ` and ${granting.length - 1} more`;
  project.report([
    {
      code: 'ETL5065',
      severity: 'warning',
      message: `the grants of ${first.name}${others} have no effect: the embedded engine of the target "${project.targetName}" has no users`,
      hint: 'They are given on servers. To read what is built from other programs: etl serve.',
    },
  ]);
}
