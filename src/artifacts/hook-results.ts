// `results` as templates of on-run-end see them: dbt's result objects, each with its node.
import type { NodeOutcome } from '../events/event.ts';
import { findNode, type Manifest } from '../manifest/manifest.ts';
import { nodeJson, type Json, type NodeJsonOptions } from './node-json.ts';
import { resultJson } from './run-results-json.ts';

/** One object per outcome, with `node`, `status`, `message`, `execution_time` and what else run_results.json has. */
export const hookResults = (
  outcomes: readonly NodeOutcome[],
  manifest: Manifest,
): readonly Json[] => {
  const compiled: NodeJsonOptions['compiled'] = new Map();
  return outcomes.flatMap((outcome) => {
    const node = findNode(manifest, outcome.id);
    return node === undefined
      ? []
      : [{ ...resultJson(outcome), node: nodeJson(node, { compiled, createdAt: 0 }) }];
  });
};
