import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { NodeId } from '../kernel/node-id.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import type { DeferredLane } from './lane.ts';
import type { Recipe } from '../materializations/recipe.ts';

/** One decision of a plan, printable as JSON. */
export interface PlannedNode {
  readonly id: NodeId;
  readonly relation: string | null;
  /** what would be done, for people: `replace table` */
  readonly action: string;
  /** statements in the order in which they would be sent; of several ways to publish, the first */
  readonly statements: readonly {
    readonly step: 'build' | 'load' | 'finish' | 'check' | 'publish' | 'after';
    readonly sql: string;
  }[];
  readonly hazards: readonly Diagnostic[];
}

/** What a run would do. */
export interface Plan {
  readonly version: 1;
  readonly target: string;
  readonly nodes: readonly PlannedNode[];
}

const DECIDED_FROM = {
  asks: 'the columns of the staged rows',
  merges: 'the parts of the table that the new rows touch',
  compares: 'the difference between the staged view and the live one',
} as const;

/** A recipe as a plan shows it. */
export function explainRecipe(node: ExecutableNode, recipe: Recipe): PlannedNode {
  const publish =
    recipe.publish.kind === 'ready' ? (recipe.publish.attempts[0]?.statements ?? []) : [];
  const asked =
    recipe.publish.kind === 'ready'
      ? []
      : [{ step: 'publish' as const, sql: `-- decided from ${DECIDED_FROM[recipe.publish.kind]}` }];
  const load =
    recipe.load === undefined
      ? []
      : [{ step: 'load' as const, sql: `-- load ${node.original_file_path}` }];
  const steps = (
    step: 'build' | 'finish' | 'after',
    segments: Recipe['build'],
  ): PlannedNode['statements'] =>
    segments.flatMap((s) => s.statements.map(({ sql }) => ({ step, sql })));
  return {
    id: node.unique_id,
    relation: node.relation_name,
    action: recipe.action,
    statements: [
      ...steps('build', recipe.build),
      ...load,
      ...steps('finish', recipe.finish),
      ...(recipe.checks ?? []).map(({ statement }) => ({
        step: 'check' as const,
        sql: statement.sql,
      })),
      ...publish.map(({ sql }) => ({ step: 'publish' as const, sql })),
      ...asked,
      ...steps('after', recipe.after),
    ],
    hazards: recipe.hazards,
  };
}

/** A node whose statements are known only at its turn, and the macro that makes it so. */
export const explainDeferred = (
  node: ExecutableNode,
  { macro, because }: DeferredLane,
): PlannedNode => ({
  id: node.unique_id,
  relation: node.relation_name,
  action: `run materialization "${node.config.materialized}" as written in ${because === macro ? macro.path : `macros (${because.name} in ${because.path})`}`,
  statements: [],
  hazards: [],
});
