// A cluster of one node on the embedded engine: Distributed tables really send their rows through its cluster, and ON CLUSTER, for
// which the engine has no queue, is taken out of the statements, as the one node would run them anyway.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../../src/adapter/contract.ts';
import type { Statement } from '../../src/adapter/statement.ts';
import { clickhouse } from '../../src/adapters/clickhouse/adapter.ts';
import { openWarehouse, type Warehouse } from './clickhouse.ts';

export const CLUSTER = 'shards';
const CONFIG = `<clickhouse>
  <tcp_port>9000</tcp_port>
  <remote_servers><${CLUSTER}>
    <shard><replica><host>localhost</host><port>9000</port></replica></shard>
  </${CLUSTER}></remote_servers>
</clickhouse>
`;

const alone = (statement: Statement): Statement => ({
  ...statement,
  sql: statement.sql.replace(` ON CLUSTER \`${CLUSTER}\``, ''),
});

const onOneNode = (session: Session): Session => ({
  execute: (statement) => session.execute(alone(statement)),
  read: (statement) => session.read(statement),
  segment: ({ atomicity, statements }) =>
    session.segment({ atomicity, statements: statements.map(alone) }),
  lock: (...given) => session.lock(...given),
  interrupt: () => session.interrupt(),
  load: (...given) => session.load(...given),
});

/** The embedded engine as the one node of a cluster, with the dialect of an output that names the cluster. */
export async function openCluster(
  output: Readonly<Record<string, unknown>> = {},
): Promise<Warehouse> {
  const w = await openWarehouse({}, async (projectDir) => {
    const dir = join(projectDir, '.etl', 'ch', 'config.d');
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'cluster.xml'), CONFIG);
  });
  const { value, diagnostics } = clickhouse.parseTarget({
    type: 'clickhouse',
    host: 'nobody.example',
    schema: 'shop',
    cluster: CLUSTER,
    ...output,
  });
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return {
    ...w,
    dialect: clickhouse.dialect(value),
    inSession: (use) => w.inSession((session) => use(onOneNode(session))),
  };
}
