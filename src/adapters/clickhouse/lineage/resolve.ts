// From the query tree of a SELECT to the columns that each of its columns comes from. Tables are where it ends.
import {
  Found,
  Memo,
  stronger,
  type ColumnLineage,
  type Feed,
  type KnownColumns,
} from '../../../adapter/lineage.ts';
import {
  attribute,
  columnOf,
  isQuery,
  listOf,
  nameOf,
  NotATree,
  parseQueryTree,
  partOf,
  type QueryTree,
  type TreeLine,
} from './query-tree.ts';
import { decisionsOf } from './rows.ts';
import { TableNames } from './table-names.ts';

/** What only places its arguments: their values pass through. */
const WINDOW_PLACES =
  /^(?:row_number|rank|denseRank|dense_rank|percent_rank|percentRank|cume_dist|ntile|lag|lead|lagInFrame|leadInFrame|first_value|last_value|nth_value)$/i;
/** Functions that read what their arguments only name. */
const READERS = /^(?:dict|joinGet|hasColumnInTable|file$|catboost)/;
/** Table functions whose rows are made of their arguments alone. */
const MAKERS =
  /^(?:numbers|numbers_mt|zeros|zeros_mt|generate_series|generateSeries|generateRandom|values|null|primes)$/;

/** The columns of the query of a printed tree, with what each is made of and what decides about its rows. Throws NotATree. */
export function resolveQueryTree(text: string, known: KnownColumns): readonly ColumnLineage[] {
  const tree = parseQueryTree(text);
  const resolver = new Resolver(tree, new TableNames(known));
  const rows = resolver.rows(tree.root);
  return resolver.names(tree.root).map((name, i) => {
    const found = new Found();
    found.take(resolver.output(tree.root, i), 'copied');
    found.decidedBy(rows, 'filter');
    return found.lineage(name);
  });
}

/** Works out values and rows of queries, each once. */
class Resolver {
  readonly #tree: QueryTree;
  readonly #tables: TableNames;
  readonly #memo: Memo<TreeLine> = new Memo();
  /** recursive queries by the name of the table that stands for them inside */
  readonly #recursive: Map<string, TreeLine> = new Map();

  constructor(tree: QueryTree, tables: TableNames) {
    this.#tree = tree;
    this.#tables = tables;
    this.#findRecursive(tree.root);
  }

  #findRecursive(line: TreeLine): void {
    const table = isQuery(line) ? attribute(line, 'recursive_cte_table') : undefined;
    const name = table === undefined ? undefined : TEMPORARY.exec(table)?.[0];
    if (name !== undefined && !this.#recursive.has(name)) this.#recursive.set(name, line);
    for (const below of line.below) this.#findRecursive(below);
  }

  /** A node printed again is printed without what is below it. */
  full(line: TreeLine): TreeLine {
    return line.type === '' ? line : (this.#tree.node(line.id) ?? line);
  }

  /** The names of what a query gives. */
  names(query: TreeLine): readonly string[] {
    const all = this.full(query);
    if (all.type !== 'UNION')
      return partOf(all, 'PROJECTION COLUMNS').map((one) => nameOf(one.text));
    const [first] = listOf(all, 'QUERIES');
    if (first === undefined) throw new NotATree('a union of nothing');
    return this.names(first);
  }

  /** What decides about the rows of a query. */
  rows(query: TreeLine): Found {
    const all = this.full(query);
    return this.#memo.get(all, 'rows', (into) => decisionsOf(this, all, into));
  }

  /** The value of an output column by its place. */
  output(query: TreeLine, at: number): Found {
    const all = this.full(query);
    return this.#memo.get(all, String(at), (into) => {
      if (all.type === 'UNION') {
        const arms = listOf(all, 'QUERIES');
        // of INTERSECT and EXCEPT the others only decide
        const isUnion = attribute(all, 'union_mode')?.startsWith('UNION') ?? true;
        for (const arm of isUnion ? arms : arms.slice(0, 1))
          into.take(this.output(arm, at), 'copied');
        return;
      }
      const expression = listOf(all, 'PROJECTION')[at];
      if (expression === undefined) into.doubt('a column without an expression');
      else this.value(expression, into);
    });
  }

  /** Adds the value of an expression. */
  value(line: TreeLine, into: Found, how: Feed = 'copied'): void {
    const node = this.full(line);
    const next = stronger(how, 'computed');
    switch (node.type) {
      case 'COLUMN':
        return this.#column(node, into, how);
      case 'QUERY':
      case 'UNION':
        this.names(node).forEach((_, i) => into.take(this.output(node, i), next));
        return into.decidedBy(this.rows(node), 'filter');
      case 'TABLE':
        return this.#whole(node, into);
      case 'FUNCTION':
        return this.#function(node, into, next);
      case 'CONSTANT':
        // what it was computed from
        for (const one of partOf(node, 'EXPRESSION')) this.value(one, into, next);
        return;
      case 'LAMBDA':
        for (const one of partOf(node, 'EXPRESSION')) this.value(one, into, next);
        return;
      case 'LIST':
        for (const one of node.below) this.value(one, into, how);
        return;
      case 'SORT':
        return this.#ofSort(node, into, how);
      case 'WINDOW':
        for (const clause of ['PARTITION BY', 'ORDER BY'])
          for (const one of listOf(node, clause)) this.value(one, into, next);
        return;
      default:
        return into.doubt(`${node.type.toLowerCase() || node.text} is not understood`);
    }
  }

  #ofSort(node: TreeLine, into: Found, how: Feed): void {
    for (const part of node.below)
      if (part.type === '') for (const one of part.below) this.value(one, into, how);
  }

  #function(node: TreeLine, into: Found, how: Feed): void {
    const name = attribute(node, 'function_name') ?? '';
    // tells of which grouping set the row is, whatever the values are
    if (name === 'grouping') return;
    if (READERS.test(name)) into.doubt(`${name}() reads what it names`);
    const kind = attribute(node, 'function_type');
    const isSum = kind === 'aggregate' || (kind === 'window' && !WINDOW_PLACES.test(name));
    const args = listOf(node, 'ARGUMENTS');
    for (const one of args)
      if (name === 'exists' && isQuery(one)) into.decidedBy(this.rows(one), 'filter');
      else this.value(one, into, isSum ? 'aggregated' : how);
    for (const one of listOf(node, 'PARAMETERS')) this.value(one, into, how);
    for (const one of partOf(node, 'WINDOW')) this.value(one, into, how);
  }

  #column(node: TreeLine, into: Found, how: Feed): void {
    const column = columnOf(node);
    const source = column === undefined ? undefined : this.#tree.node(column.source);
    if (column === undefined || source === undefined)
      return into.doubt('a column of what is not there');
    const expression = partOf(node, 'EXPRESSION');
    const follow = (all: readonly TreeLine[]): void => {
      for (const one of all) this.value(one, into, how);
    };
    switch (source.type) {
      case 'TABLE': {
        const recursive = this.#recursive.get(TEMPORARY.exec(source.text)?.[0] ?? '');
        if (recursive !== undefined) return this.#named(recursive, column.name, into, how);
        // an ALIAS column is what it is computed from
        if (expression.length > 0) return follow(expression);
        return this.#tables.feed(attribute(source, 'table_name') ?? '', column.name, into, how);
      }
      case 'QUERY':
      case 'UNION':
        return this.#named(source, column.name, into, how);
      case 'LAMBDA':
        // the array is an argument of the same function
        return;
      case 'JOIN':
        return follow(this.#used(expression, attribute(source, 'kind')));
      case 'ARRAY_JOIN': {
        const one = listOf(source, 'JOIN EXPRESSIONS').find(
          (line) => columnOf(line)?.name === column.name,
        );
        if (one === undefined) return into.doubt(`${column.name} of ARRAY JOIN is not there`);
        for (const part of partOf(one, 'EXPRESSION'))
          this.value(part, into, stronger(how, 'computed'));
        return;
      }
      case 'TABLE_FUNCTION':
        return this.#ofTableFunction(source, into);
      default:
        return into.doubt(`a column of ${source.type.toLowerCase()} is not understood`);
    }
  }

  /** A column of USING is that of one side, unless rows of both may be without the other. */
  #used(expression: readonly TreeLine[], kind: string | undefined): readonly TreeLine[] {
    const [list] = expression;
    if (list?.type !== 'LIST' || kind === 'FULL') return expression;
    return kind === 'RIGHT' ? list.below.slice(1, 2) : list.below.slice(0, 1);
  }

  #named(query: TreeLine, name: string, into: Found, how: Feed): void {
    const at = this.names(query).indexOf(name);
    if (at < 0) into.doubt(`${name} of a subquery is not there`);
    else into.take(this.output(query, at), how);
  }

  #whole(table: TreeLine, into: Found): void {
    const name = attribute(table, 'table_name') ?? '';
    if (!this.#tables.feedAll(name, into)) into.doubt(`the columns of ${name} are not known`);
  }

  #ofTableFunction(node: TreeLine, into: Found): void {
    const name = attribute(node, 'table_function_name') ?? '';
    if (!MAKERS.test(name)) return into.doubt(`it reads ${name}()`);
    for (const one of listOf(node, 'ARGUMENTS')) this.value(one, into, 'computed');
  }

  /** The recursive query that a table stands for. */
  recursion(table: TreeLine): TreeLine | undefined {
    return this.#recursive.get(TEMPORARY.exec(table.text)?.[0] ?? '');
  }

  /** What `arrayJoin` is given: it makes rows. */
  rowsMade(line: TreeLine, into: Found): void {
    const node = this.full(line);
    if (isQuery(node)) return;
    if (node.type === 'FUNCTION' && attribute(node, 'function_name') === 'arrayJoin')
      for (const one of listOf(node, 'ARGUMENTS')) this.value(one, into);
    for (const below of node.below)
      if (below.type === '') for (const one of below.below) this.rowsMade(one, into);
      else this.rowsMade(below, into);
  }
}

const TEMPORARY = /_tmp_[0-9a-f-]+/;
