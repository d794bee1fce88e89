// Engines of tables whose rows are kept elsewhere: such a table can be neither built beside and tested, nor exchanged with its rows.
import type { EngineConfig, ObservedRelation } from '../../adapter/contract.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { refuse } from './config-problem.ts';
import { factsOf } from './facts.ts';

const STREAMS = /^(?:Kafka|RabbitMQ|NATS|S3Queue|AzureQueue|FileLog)$/;
const ELSEWHERE =
  /^(?:PostgreSQL|MaterializedPostgreSQL|MySQL|SQLite|MongoDB|Redis|ODBC|JDBC|ArrowFlight|YTsaurus|S3|COSN|OSS|GCS|AzureBlobStorage|HDFS|URL|File|Hive|Iceberg\w*|DeltaLake\w*|Hudi|Paimon\w*|Distributed|Merge|Buffer|Alias|Executable|ExecutablePool|GenerateRandom|Dictionary)$/;

/** Whether tables of an engine keep their rows elsewhere, or have none. */
export const isElsewhere = (engine: string): boolean =>
  ELSEWHERE.test(engine) || STREAMS.test(engine);

const nameOf = (engine: string): string => /^\s*(\w+)/.exec(engine)?.[1] ?? '';

/** `File(CSV)`: without a path its rows are in the folder of the table, and go with it. */
const isOwnFile = (engine: string): boolean => /^\s*File\s*\(\s*'?\w+'?\s*\)\s*$/.test(engine);

const insteadOf = (name: string): string => {
  if (name === 'Distributed')
    return 'Use materialized: distributed_table, which makes the parts and the table over them.';
  if (name === 'Buffer')
    return 'Leave engine out, and make the buffer over the table in a hook or an operation.';
  if (STREAMS.test(name))
    return 'Make the table in an operation, name it as a source, and let a materialized_view read it.';
  return 'Leave engine out, and write the rows there in a post-hook: INSERT INTO FUNCTION ....';
};

/** Throws where the config `engine` of something that is built from rows keeps them elsewhere. */
export function requireHere(engine: string): void {
  const name = nameOf(engine);
  if (!isElsewhere(name) || isOwnFile(engine)) return;
  throw refuse(
    'engine',
    `is ${name}: a table of that engine has no rows of its own, which could be built beside, tested and then put in place`,
    insteadOf(name),
  );
}

/** What replacing such a table would lose; nothing where the model itself asks for its engine. */
export function lostWith(
  live: ObservedRelation,
  config: EngineConfig | undefined,
): readonly Diagnostic[] {
  const { engine } = factsOf(live);
  const asked = config?.['engine'];
  if (engine === 'File' && typeof asked === 'string' && isOwnFile(asked)) return [];
  const { schema, name } = live.relation;
  return [
    {
      code: 'ETL4001',
      severity: 'error',
      message: `${schema}.${name} is a table of the engine ${engine}, which keeps its rows elsewhere: no run can put them back, so it is not replaced`,
      hint: 'Rename or drop that table, or give the model another alias.',
    },
  ];
}
