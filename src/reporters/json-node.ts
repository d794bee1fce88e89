import { timestamp } from '../artifacts/metadata.ts';
import type { NodeOutcome } from '../events/event.ts';
import type { NodeId } from '../kernel/node-id.ts';
import { secondsOf } from './phrases.ts';
import type { NodeFacts } from './reporter.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What an event says of its node, as orchestrators read it. */
export const nodeInfo = (
  id: NodeId,
  facts: NodeFacts,
  state: { readonly status: string; readonly startedAt: Date; readonly finishedAt?: Date },
): Json => ({
  unique_id: id,
  resource_type: facts.resourceType,
  materialized: facts.materialized,
  node_name: facts.name,
  node_path: facts.nodePath ?? facts.path,
  node_status: state.status,
  node_started_at: timestamp(state.startedAt),
  node_finished_at: state.finishedAt === undefined ? '' : timestamp(state.finishedAt),
  node_relation: {
    database: facts.database ?? '',
    schema: facts.schema ?? '',
    alias: facts.alias ?? facts.name,
    relation_name: facts.relationName ?? '',
  },
  meta: {},
});

/** How a node ended, as an event tells it; failing rows stay out of logs. */
export const runResult = (outcome: NodeOutcome): Json => ({
  status: outcome.status,
  message: outcome.message ?? outcome.diagnostics[0]?.message ?? '',
  execution_time: secondsOf(outcome),
  thread: outcome.thread,
  num_failures: outcome.failures ?? 0,
  adapter_response: outcome.rows === undefined ? {} : { rows_affected: outcome.rows },
  timing_info: [
    {
      name: 'execute',
      started_at: timestamp(outcome.compiledAt ?? outcome.startedAt),
      completed_at: timestamp(outcome.finishedAt),
    },
  ],
});
