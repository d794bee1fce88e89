// A contract is compared with what the query gives before anything is built.
import type { ContractRequest, Dialect, Session } from '../adapter/contract.ts';
import type { Statement } from '../adapter/statement.ts';
import { EtlError } from '../kernel/error.ts';
import type { ExecutableNode } from '../manifest/node.ts';

export interface Typed {
  readonly name: string;
  readonly type: string;
}
export interface Mismatch {
  readonly column: string;
  readonly defined: string;
  readonly promised: string;
  readonly reason: string;
}

/** Where two lists of columns differ, by name; empty when they are the same. */
export function mismatches(
  defined: readonly Typed[],
  promised: readonly Typed[],
): readonly Mismatch[] {
  const types = new Map(promised.map(({ name, type }) => [name, type]));
  const given = new Set(defined.map(({ name }) => name));
  const found = defined.flatMap(({ name, type }): readonly Mismatch[] => {
    const wanted = types.get(name);
    if (wanted === undefined)
      return [{ column: name, defined: type, promised: '', reason: 'missing in contract' }];
    return wanted === type
      ? []
      : [{ column: name, defined: type, promised: wanted, reason: 'data type mismatch' }];
  });
  const absent = promised
    .filter(({ name }) => !given.has(name))
    .map(({ name, type }) => ({
      column: name,
      defined: '',
      promised: type,
      reason: 'missing in definition',
    }));
  return [...found, ...absent].toSorted((a, b) => (a.column < b.column ? -1 : 1));
}

/** The differences as a table, with dbt's words. */
export function mismatchTable(found: readonly Mismatch[]): string {
  const head = ['column_name', 'definition_type', 'contract_type', 'mismatch_reason'];
  const rows = found.map(({ column, defined, promised, reason }) => [
    column,
    defined,
    promised,
    reason,
  ]);
  const widths = head.map((word, i) =>
    Math.max(word.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export interface PreflightRequest {
  readonly node: ExecutableNode;
  readonly contract: ContractRequest;
  readonly select: string;
  readonly header: string | undefined;
  readonly sent: (sql: string) => void;
}

/** Asks the engine for the columns of the query and of the contract; an ETL4030 with their differences when there are any. */
export async function preflight(
  session: Session,
  dialect: Dialect,
  { node, contract, select, header, sent }: PreflightRequest,
): Promise<void> {
  if (header !== undefined && header.trim() !== '')
    await session.execute({ sql: header, verb: 'hook', repeatable: true });
  const columnsOf = async (statement: Statement): Promise<readonly Typed[]> => {
    sent(statement.sql);
    const { columns } = await session.read(statement);
    return columns.map(({ name, type }) => ({ name, type: dialect.contractType(type) }));
  };
  const defined = await columnsOf(dialect.limited(select, 0, node.config));
  const promised = await columnsOf(dialect.read(dialect.typed(contract.columns), {}));
  const found = mismatches(defined, promised);
  if (found.length === 0) return;
  throw new EtlError([
    {
      code: 'ETL4030',
      severity: 'error',
      message: `This model has an enforced contract that failed.\nPlease ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.\n\n${mismatchTable(found)}`,
      at: node.place,
      node: node.unique_id,
      hint: 'Cast the column in the SQL, or correct its data_type in the property file; nothing was built.',
    },
  ]);
}
