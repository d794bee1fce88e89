// Nodes as templates see them: `model`, `graph`.
import { toPython } from '../jinja/py/convert.ts';
import { Dict } from '../jinja/py/dict.ts';
import { DateTime, UTC } from '../jinja/scope/modules/datetime.ts';
import type { Value } from '../jinja/py/values.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { BatchFacts } from './compiler.ts';

/** A node as templates see it: dbt's fields, without what is ours. */
export const asModel = (node: object, batch?: BatchFacts): Value =>
  toPython({
    ...Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'place')),
    ...(batch === undefined ? {} : { batch: asBatch(batch) }),
  });

/** `model.batch`: its moments are datetimes in UTC. */
const asBatch = ({ id, window }: BatchFacts): Value =>
  new Dict([
    ['id', id],
    ['event_time_start', DateTime.at(window.start.getTime(), UTC)],
    ['event_time_end', DateTime.at(window.end.getTime(), UTC)],
  ]);

/** `graph`: every node of the project by its id. */
export function graphOf(manifest: Manifest): Value {
  const mapped = (nodes: Readonly<Record<string, object>>): Value =>
    new Dict(Object.entries(nodes).map(([id, node]): [Value, Value] => [id, asModel(node)]));
  return new Dict([
    ['nodes', mapped(manifest.nodes)],
    ['sources', mapped(manifest.sources)],
    ['exposures', mapped(manifest.exposures)],
    ['metrics', new Dict()],
    ['groups', mapped(manifest.groups)],
    ['semantic_models', new Dict()],
    ['saved_queries', new Dict()],
    ['unit_tests', mapped(manifest.unit_tests)],
    ['functions', new Dict()],
  ]);
}
