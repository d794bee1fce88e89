// The run ledger in the warehouse: two tables that rows are only ever added to, and a view of both with Portuguese names.
import type { Dialect } from '../adapter/contract.ts';
import type { KeptColumn, KeptTable, KeptType, KeptView } from '../adapter/keeping.ts';

/** Written with every row of `invocations`, for whoever has to read rows of several versions. */
export const LEDGER_VERSION = 1;

const columnsOf = (types: Readonly<Record<string, KeptType>>): readonly KeptColumn[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }));

/** One row when a run begins, with the status `started`, and one when it ends. New columns are only ever added at the end. */
export const INVOCATIONS: KeptTable = {
  name: 'invocations',
  key: ['invocation_id', 'status'],
  columns: columnsOf({
    invocation_id: 'text',
    status: 'text',
    ledger_version: 'whole',
    project: 'text',
    target: 'text',
    command: 'text',
    selection: 'text',
    full_refresh: 'flag',
    started_at: 'moment',
    finished_at: 'moment',
    seconds: 'number',
    nodes: 'whole',
    user_name: 'text',
    host: 'text',
    etl_version: 'text',
  }),
};

/** One row for each node of a run that ended. */
export const NODES: KeptTable = {
  name: 'nodes',
  key: ['invocation_id', 'node_id'],
  columns: columnsOf({
    invocation_id: 'text',
    node_id: 'text',
    resource_type: 'text',
    layer: 'text',
    path: 'text',
    relation: 'text',
    status: 'text',
    started_at: 'moment',
    finished_at: 'moment',
    seconds: 'number',
    rows: 'whole',
    failures: 'whole',
    thread: 'text',
    code: 'text',
    message: 'text',
  }),
};

export const TABLES: readonly KeptTable[] = [INVOCATIONS, NODES];

/** `invocations` with one row for each run: how it ended, or that it began. */
export function lastRows(dialect: Dialect, schema: string): string {
  const table = dialect.relation({ schema, name: INVOCATIONS.name });
  return (
    `select * from ${table} where status <> 'started' or invocation_id not in ` +
    `(select invocation_id from ${table} where status <> 'started')`
  );
}

/** The view `log_processamento`: a line for each run, and one for each node of those that ended. */
export function logView(dialect: Dialect, schema: string): KeptView {
  const runs = lastRows(dialect, schema);
  const nodes = dialect.relation({ schema, name: NODES.name });
  return {
    name: 'log_processamento',
    select:
      `select r.invocation_id as id, 'execution' as tipo_payload, null as camada, null as nome_arquivo,\n` +
      `case r.status when 'started' then 'INICIADO' when 'success' then 'SUCESSO' when 'warn' then 'ALERTA' else 'ERRO' end as status,\n` +
      `r.command as mensagem, r.selection as detalhes, r.seconds * 1000 as duracao_ms,\n` +
      `null as registros_processados, null as registros_invalidos,\n` +
      `r.user_name as usuario, r.host as hostname, r.etl_version as versao_script,\n` +
      `r.started_at as iniciado_em, r.finished_at as finalizado_em\n` +
      `from (${runs}) as r\n` +
      'union all\n' +
      `select r.invocation_id || '/' || n.node_id, n.resource_type, n.layer, n.path,\n` +
      `case when n.status in ('success', 'pass', 'no-op') then 'SUCESSO' when n.status in ('warn', 'skipped', 'partial success') then 'ALERTA' else 'ERRO' end,\n` +
      `n.message, n.relation, n.seconds * 1000, n.rows, n.failures,\n` +
      `r.user_name, r.host, r.etl_version, n.started_at, n.finished_at\n` +
      `from ${nodes} as n join (${runs}) as r on r.invocation_id = n.invocation_id`,
  };
}
