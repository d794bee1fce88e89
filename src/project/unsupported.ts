// What a dbt project may ask for and this version does not do: said once and in time, never passed over in silence.
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { ExecutableNode } from '../manifest/node.ts';
import { warningOf } from './problems.ts';

const microbatches = (nodes: Iterable<ExecutableNode>): readonly Diagnostic[] =>
  [...nodes]
    .filter((node) => node.config['incremental_strategy'] === 'microbatch')
    .map((node) =>
      warningOf('ETL4002', `microbatches are not supported yet: ${node.name}`, {
        at: node.place,
        node: node.unique_id,
        hint: 'The model runs as one batch, and event_time, begin and batch_size are not looked at.',
      }),
    );

/** Warnings (ETL4002) for what is read over. */
export const warnOfUnsupported = (nodes: Iterable<ExecutableNode>): readonly Diagnostic[] => [
  ...microbatches(nodes),
];
