import type { ExecutableNode } from '../manifest/node.ts';

/** The name by which an ephemeral model is read inside another statement, as dbt writes it. */
export const ephemeralName = (node: ExecutableNode): string => `__dbt__cte__${node.alias}`;
