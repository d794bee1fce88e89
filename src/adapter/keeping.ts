// Tables of the tool's own that rows are only ever added to: what an engine has to say for that.
import type { Segment, Scalar, Statement } from './statement.ts';

export type KeptType = 'text' | 'whole' | 'number' | 'moment' | 'flag';

export interface KeptColumn {
  readonly name: string;
  readonly type: KeptType;
}

/** A table of the tool's own. The columns of its key are never NULL, all others may be. */
export interface KeptTable {
  readonly name: string;
  readonly columns: readonly KeptColumn[];
  readonly key: readonly string[];
}

/** Stands for the user that the server knows the connection by. */
export const SERVER_USER: unique symbol = Symbol('server user');
export type KeptValue = Scalar | Date | typeof SERVER_USER;

export interface KeptView {
  readonly name: string;
  readonly select: string;
}

export interface Keeping {
  /**
   * Makes the schema, the tables and the view, or adds to a table what it is found to lack. Repeatable, and well with several
   * processes that do it at once.
   */
  setUp(
    schema: string,
    tables: readonly { readonly table: KeptTable; readonly missing: readonly KeptColumn[] }[],
    view: KeptView,
  ): Segment;
  /** rows in the order of the columns of the table */
  insert(schema: string, table: KeptTable, rows: readonly (readonly KeptValue[])[]): Statement;
  /** a column of moments as milliseconds since 1970 */
  milliseconds(column: string): string;
}
