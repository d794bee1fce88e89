// The materializations that ClickHouse has beside those of every engine.
import type { EngineConfig, Grants } from '../../adapter/contract.ts';
import type { OwnMaterializations, OwnRequest } from '../../adapter/own-build.ts';
import { dictionary } from './dictionary.ts';
import { distributedIncremental, distributedTable } from './distributed.ts';
import type { Settings } from './settings.ts';
import { fedTable } from './streaming/fed-table.ts';
import { ownTarget } from './streaming/model.ts';
import { namedTargetModel } from './streaming/named-target.ts';
import { namedTarget } from './streaming/views.ts';
import type { Topology } from './topology.ts';

/** By name: what each is planned from, with the settings of its config and the grants that the target can store. */
export function ownMaterializations(
  settingsOf: (config: EngineConfig) => Settings,
  granted: (grants: Grants | undefined) => Grants | undefined,
  topology: Topology,
): OwnMaterializations {
  const seen = (request: OwnRequest): OwnRequest => ({
    ...request,
    grants: granted(request.grants),
  });
  return {
    table: (request) => fedTable(seen(request), settingsOf(request.config)),
    materialized_view: (request) => {
      const into = namedTarget(request.select);
      const settings = settingsOf(request.config);
      return into === undefined
        ? ownTarget(seen(request), settings)
        : namedTargetModel(seen(request), into, settings);
    },
    distributed_table: (request) =>
      distributedTable(seen(request), topology, settingsOf(request.config)),
    distributed_incremental: (request) =>
      distributedIncremental(seen(request), topology, settingsOf(request.config)),
    dictionary: (request) => dictionary(seen(request), settingsOf(request.config)),
  };
}
