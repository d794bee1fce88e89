// Trees name tables as `database.table`, without quotes, and parts of columns (`point.x`, `list.size0`) as columns.
import type { Feed, Found, KnownColumns } from '../../../adapter/lineage.ts';
import type { RelationName } from '../../../kernel/relation.ts';

interface Table {
  readonly relation: RelationName;
  readonly columns: ReadonlySet<string>;
}

/** The tables behind those names. */
export class TableNames {
  readonly #known: Map<string, Table> = new Map();

  constructor(known: KnownColumns) {
    for (const [key, columns] of known) {
      const [schema, name] = JSON.parse(key) as [string, string];
      this.#known.set(`${schema}.${name}`, {
        relation: { schema, name },
        columns: new Set(columns.map((one) => one.name)),
      });
    }
  }

  /** Adds a column of a table, or the column that it is a part of. */
  feed(table: string, column: string, into: Found, how: Feed): void {
    const known = this.#known.get(table);
    if (known === undefined) {
      const dot = table.indexOf('.');
      if (dot < 0) return into.doubt(`a column of ${table || 'a table without a name'}`);
      return into.feed({ schema: table.slice(0, dot), name: table.slice(dot + 1) }, column, how);
    }
    const { relation, columns } = known;
    // `_part` and the like are the engine's own
    if (columns.has(column) || column.startsWith('_')) return into.feed(relation, column, how);
    for (let end = column.lastIndexOf('.'); end > 0; end = column.lastIndexOf('.', end - 1))
      if (columns.has(column.slice(0, end)))
        return into.feed(relation, column.slice(0, end), 'computed');
    into.doubt(`${table} has no column ${column}`);
  }

  /** Adds all columns of a table; false when they are not known. */
  feedAll(table: string, into: Found): boolean {
    const known = this.#known.get(table);
    for (const column of known?.columns ?? [])
      if (known !== undefined) into.feed(known.relation, column, 'computed');
    return known !== undefined;
  }
}
