import { namedFunction } from '../host-function.ts';
import { Dict, dictGet, isDict } from '../py/dict.ts';
import { str } from '../py/print.ts';
import { Tuple, makeFloat } from '../py/values.ts';
import type { PyObject, Value } from '../py/values.ts';
import type { QueryAnswer } from './questions.ts';

const NUMERIC =
  /^(nullable\()?(numeric|decimal|u?int\d*|bigint|integer|smallint|float\d*|double|real)/i;

const FLOAT = /^(nullable\()?(float\d*|double|real)/i;

/**
 * Numbers that travelled as text become numbers again where nothing is lost by it. A whole number of a column of floats is a
 * float still: Python prints it with its point.
 */
function valueOf(value: string | number | bigint | boolean | null, type: string): Value {
  if (typeof value === 'number' && FLOAT.test(type)) return makeFloat(value);
  // Python writes the minutes of an offset, too
  if (typeof value === 'string' && type === 'timestamp with time zone')
    return value.replace(/[+-]\d\d$/, '$&:00');
  if (typeof value !== 'string' || !NUMERIC.test(type)) return value;
  if (/^-?\d+$/.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : BigInt(value);
  }
  const number = Number(value);
  return value.trim() !== '' && Number.isFinite(number) && String(number) === value
    ? makeFloat(number)
    : value;
}

const indexIn = (key: Value, names: readonly string[], size: number): number | undefined => {
  if (typeof key === 'string') {
    const at = names.indexOf(key);
    return at < 0 ? undefined : at;
  }
  if (typeof key !== 'number') return undefined;
  const at = key < 0 ? size + key : key;
  return at >= 0 && at < size ? at : undefined;
};

/** One row: by position, by name, as attribute; iterates its values. */
class ResultRow implements PyObject {
  readonly pyType = 'Row';
  readonly names: readonly string[];
  readonly cells: readonly Value[];

  constructor(names: readonly string[], cells: readonly Value[]) {
    this.names = names;
    this.cells = cells;
  }

  pyItem(key: Value): Value {
    const at = indexIn(key, this.names, this.cells.length);
    return at === undefined ? undefined : (this.cells[at] ?? null);
  }

  pyAttr(name: string): Value {
    switch (name) {
      case 'values':
        return namedFunction(name, [], () => Tuple.fromArray(this.cells));
      case 'keys':
        return namedFunction(name, [], () => Tuple.fromArray(this.names));
      case 'items':
        return namedFunction(name, [], () =>
          Tuple.fromArray(this.names.map((column, i) => Tuple.of(column, this.cells[i] ?? null))),
        );
      case 'dict':
        return namedFunction(
          name,
          [],
          () =>
            new Dict(
              this.names.map((column, i): [Value, Value] => [column, this.cells[i] ?? null]),
            ),
        );
      case 'get':
        return namedFunction(
          name,
          ['key', 'default'],
          ([key, fallback]) => this.pyItem(key ?? null) ?? fallback ?? null,
        );
      default:
        return this.pyItem(name);
    }
  }

  pyNames(): Iterable<string> {
    return [...this.names, 'values', 'keys', 'items', 'dict', 'get'];
  }

  pyIter(): Iterable<Value> {
    return this.cells;
  }

  pyLen(): number {
    return this.cells.length;
  }

  pyStr(): string {
    return `<agate.Row: ${str(Tuple.fromArray(this.cells))}>`;
  }
}

/** One column of a result: `values()`, `name`, by position. */
class ResultColumn implements PyObject {
  readonly pyType = 'Column';
  readonly name: string;
  readonly cells: readonly Value[];

  constructor(name: string, cells: readonly Value[]) {
    this.name = name;
    this.cells = cells;
  }

  pyAttr(name: string): Value {
    switch (name) {
      case 'name':
        return this.name;
      case 'values':
        return namedFunction(name, [], () => Tuple.fromArray(this.cells));
      case 'values_distinct':
        return namedFunction(name, [], () => Tuple.fromArray([...new Set(this.cells)]));
      case 'values_without_nulls':
        return namedFunction(name, [], () =>
          Tuple.fromArray(this.cells.filter((cell) => cell !== null)),
        );
      default:
        return undefined;
    }
  }

  pyNames(): Iterable<string> {
    return ['name', 'values', 'values_distinct', 'values_without_nulls'];
  }

  pyItem(key: Value): Value {
    const at = typeof key === 'number' ? indexIn(key, [], this.cells.length) : undefined;
    return at === undefined ? undefined : (this.cells[at] ?? null);
  }

  pyIter(): Iterable<Value> {
    return this.cells;
  }

  pyLen(): number {
    return this.cells.length;
  }
}

/** Things that are found by position and by name: the rows and columns of a table. */
class Sequence implements PyObject {
  readonly pyType = 'MappedSequence';
  readonly names: readonly string[];
  readonly items: readonly PyObject[];

  constructor(names: readonly string[], items: readonly PyObject[]) {
    this.names = names;
    this.items = items;
  }

  pyItem(key: Value): Value {
    const at = indexIn(key, this.names, this.items.length);
    return at === undefined ? undefined : this.items[at];
  }

  pyAttr(name: string): Value {
    if (name === 'values') return namedFunction(name, [], () => Tuple.fromArray(this.items));
    if (name === 'keys') return namedFunction(name, [], () => Tuple.fromArray(this.names));
    if (name === 'items')
      return namedFunction(name, [], () =>
        Tuple.fromArray(this.names.map((key, i) => Tuple.fromArray([key, this.items[i] ?? null]))),
      );
    if (name === 'get')
      return namedFunction(
        name,
        ['key', 'default'],
        ([key, fallback]) => this.pyItem(key ?? null) ?? fallback ?? null,
      );
    return undefined;
  }

  pyIter(): Iterable<Value> {
    return this.items;
  }

  pyLen(): number {
    return this.items.length;
  }
}

/** The rows of a query as templates know them from dbt (an agate table). */
export class ResultTable implements PyObject {
  readonly pyType = 'Table';
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly (readonly Value[])[];

  constructor(answer: QueryAnswer | ResultTable, names?: readonly string[]) {
    const isTable = answer instanceof ResultTable;
    this.names = names ?? (isTable ? answer.names : answer.columns.map((column) => column.name));
    this.types = isTable ? answer.types : answer.columns.map((column) => column.type);
    this.rows = isTable
      ? answer.rows
      : answer.rows.map((row) => row.map((cell, i) => valueOf(cell, this.types[i] ?? '')));
  }

  /** The table with other names of columns: a list of all, or a dictionary of those that change. */
  #renamed(wanted: Value): ResultTable {
    const listed = Array.isArray(wanted) ? (wanted as Value[]) : undefined;
    const names = this.names.map((name, i) => {
      const given = listed === undefined && isDict(wanted) ? dictGet(wanted, name) : listed?.[i];
      return given === undefined || given === null ? name : str(given);
    });
    return new ResultTable(this, names);
  }

  #rowObjects(): ResultRow[] {
    return this.rows.map((row) => new ResultRow(this.names, row));
  }

  /** The table as lines of text. */
  #print(): string {
    const cells = [
      this.names,
      ...this.rows.map((row) => row.map((cell) => (cell === null ? '' : str(cell)))),
    ];
    const widths = this.names.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
    const line = (row: readonly string[]): string =>
      `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
    const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
    return [line(this.names), rule, ...cells.slice(1).map(line)].join('\n');
  }

  pyAttr(name: string): Value {
    switch (name) {
      case 'columns':
        return new Sequence(
          this.names,
          this.names.map(
            (column, i) =>
              new ResultColumn(
                column,
                this.rows.map((row) => row[i] ?? null),
              ),
          ),
        );
      case 'rows':
        return new Sequence([], this.#rowObjects());
      case 'column_names':
        return Tuple.fromArray(this.names);
      case 'column_types':
        return Tuple.fromArray(this.types);
      case 'rename':
        return namedFunction(name, ['column_names', 'row_names', 'slug_columns'], ([wanted]) =>
          this.#renamed(wanted),
        );
      case 'print_table':
      case 'print_json':
      case 'print_csv':
        return namedFunction(name, ['max_rows', 'max_columns'], () => this.#print());
      default:
        return undefined;
    }
  }

  pyNames(): Iterable<string> {
    return ['columns', 'rows', 'column_names', 'column_types', 'rename', 'print_table'];
  }

  /** An agate table is the sequence of its rows. */
  pyIter(): Iterable<Value> {
    return this.#rowObjects();
  }

  pyItem(key: Value): Value {
    return typeof key === 'number' ? this.#rowObjects().at(key) : undefined;
  }

  pyLen(): number {
    return this.rows.length;
  }

  pyBool(): boolean {
    return true;
  }

  pyStr(): string {
    return this.#print();
  }
}
