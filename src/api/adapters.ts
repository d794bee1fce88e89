// The only place that names concrete adapters. Their drivers are loaded by `connect`, not by importing this.
import type { Adapter } from '../adapter/contract.ts';

const ADAPTERS = {
  postgres: async (): Promise<Adapter> =>
    (await import('../adapters/postgres/adapter.ts')).postgres,
  clickhouse: async (): Promise<Adapter> =>
    (await import('../adapters/clickhouse/adapter.ts')).clickhouse,
} as const;

/** The `type`s that an output of profiles.yml may have. */
export const ADAPTER_TYPES: readonly string[] = Object.keys(ADAPTERS);

/** The adapter of a known type. */
export function adapterFor(type: string): Promise<Adapter> {
  const load = Object.entries(ADAPTERS).find(([name]) => name === type)?.[1];
  if (load === undefined) throw new Error(`no adapter for type ${type}`);
  return load();
}
