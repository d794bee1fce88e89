import type { GalleryCase } from '../gallery-case.ts';
import { CHECK } from './check.ts';
import { CLICKHOUSE } from './clickhouse.ts';
import { CONNECTIONS } from './connections.ts';
import { DATA } from './data.ts';
import { FILES } from './files.ts';
import { GOVERNANCE } from './governance.ts';
import { GRAPH } from './graph.ts';
import { LINEAGE } from './lineage.ts';
import { OPERATIONS } from './operations.ts';
import { PACKAGES } from './packages.ts';
import { PROJECTS } from './projects.ts';
import { SEEDS } from './seeds.ts';
import { SQL } from './sql.ts';
import { TABLES } from './tables.ts';
import { TEMPLATES } from './templates.ts';
import { UNIT_TESTS } from './unit-tests.ts';
import { USAGE } from './usage.ts';

/** Every case of the gallery. */
export const CASES: readonly GalleryCase[] = [
  ...USAGE,
  ...OPERATIONS,
  ...PROJECTS,
  ...PACKAGES,
  ...TEMPLATES,
  ...GRAPH,
  ...GOVERNANCE,
  ...CONNECTIONS,
  ...SQL,
  ...DATA,
  ...TABLES,
  ...UNIT_TESTS,
  ...SEEDS,
  ...CHECK,
  ...LINEAGE,
  ...CLICKHOUSE,
  ...FILES,
];
