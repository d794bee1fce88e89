// From the analysed query of a view to the columns that each of its columns comes from. Views and tables are where it ends.
import { Found, Memo, stronger, type ColumnLineage, type Feed } from '../../../adapter/lineage.ts';
import type { RelationName } from '../../../kernel/relation.ts';
import { calledBy, givesRows, kindOf, partsOf } from './expressions.ts';
import { ENTRY, Frame } from './frame.ts';
import {
  isList,
  isNode,
  nodesOf,
  numberOf,
  textOf,
  type TreeNode,
  type TreeValue,
} from './node-tree.ts';
import { decisionsOf } from './rows.ts';

/** The names behind the numbers of a tree. */
export interface TreeCatalog {
  relation(oid: string): TreeRelation | undefined;
  /** the name of a function whose arguments do not tell all that it reads */
  opaque(oid: string): string | undefined;
}
export interface TreeRelation {
  readonly name: RelationName;
  /** by number; those of the system have negative ones */
  readonly columns: ReadonlyMap<number, string>;
}

const EXISTS = '0';
/** as the tree numbers UNION, INTERSECT, EXCEPT */
const UNION = '1';
const WHOLE_ROW = 0;

/** The columns of a query, with what each of them is made of and what decides about its rows. */
export function resolveTree(tree: TreeValue, catalog: TreeCatalog): readonly ColumnLineage[] {
  const [query] = nodesOf(tree);
  if (query?.tag !== 'QUERY' || textOf(query, 'commandType') !== '1') return [];
  const resolver = new Resolver(catalog);
  const frame = new Frame(query, undefined);
  const rows = resolver.rows(frame);
  return frame.visible.map((entry) => {
    const found = new Found();
    found.take(resolver.output(frame, numberOf(entry, 'resno')), 'copied');
    found.decidedBy(rows, 'filter');
    return found.lineage(textOf(entry, 'resname') ?? '');
  });
}

/** Works out values and rows of queries, each once. */
class Resolver {
  readonly #catalog: TreeCatalog;
  readonly #memo: Memo<Frame> = new Memo();

  constructor(catalog: TreeCatalog) {
    this.#catalog = catalog;
  }

  /** What decides about the rows of a query. */
  rows(frame: Frame): Found {
    return this.#memo.get(frame, 'rows', (into) => decisionsOf(this, frame, into));
  }

  /** The value of an output column by its number; of a whole row, all of them. */
  output(frame: Frame, number: number): Found {
    return this.#memo.get(frame, String(number), (into) => {
      const operation = frame.query.fields['setOperations'];
      if (number === WHOLE_ROW)
        for (const entry of frame.visible)
          into.take(this.output(frame, numberOf(entry, 'resno')), 'computed');
      else if (isNode(operation)) this.#arms(frame, operation, number, into);
      else {
        const entry = frame.visible.find((one) => numberOf(one, 'resno') === number);
        if (entry === undefined) into.doubt('a column that a SEARCH or CYCLE clause makes');
        else this.value(entry.fields['expr'] ?? null, frame, into);
      }
    });
  }

  /** UNION takes values of both sides; of INTERSECT and EXCEPT the right side only decides. */
  #arms(frame: Frame, node: TreeNode, number: number, into: Found): void {
    if (node.tag !== 'SETOPERATIONSTMT')
      return this.#ofEntry(frame, numberOf(node, 'rtindex'), number, into, 'copied');
    const sides = textOf(node, 'op') === UNION ? ['larg', 'rarg'] : ['larg'];
    for (const side of sides) {
      const arm = node.fields[side];
      if (isNode(arm)) this.#arms(frame, arm, number, into);
    }
  }

  /** Adds the value of an expression. */
  value(value: TreeValue, frame: Frame, into: Found, how: Feed = 'copied'): void {
    if (isList(value)) for (const one of value) this.value(one, frame, into, how);
    if (!isNode(value)) return;
    const kind = kindOf(value);
    if (kind === 'leaf') return;
    if (kind === 'unknown') return into.doubt(`${value.tag.toLowerCase()} is not understood`);
    for (const oid of calledBy(value)) {
      const name = this.#catalog.opaque(oid);
      if (name !== undefined) into.doubt(`${name}() may read more than its arguments`);
    }
    if (value.tag === 'VAR') return this.#variable(value, frame, into, how);
    if (value.tag === 'FIELDSELECT' && this.#field(value, frame, into, how)) return;
    if (value.tag === 'SUBLINK') return this.#subquery(value, frame, into, how);
    const next = kind === 'same' ? how : stronger(how, 'computed');
    if (value.tag === 'WINDOWFUNC') return this.#window(value, frame, into, next);
    const inside = value.tag === 'AGGREF' ? 'aggregated' : next;
    for (const part of partsOf(value)) this.value(part, frame, into, inside);
  }

  #variable(node: TreeNode, frame: Frame, into: Found, how: Feed): void {
    const at = frame.up(numberOf(node, 'varlevelsup'));
    if (at === undefined) return into.doubt('a column of a query that is not there');
    this.#ofEntry(at, numberOf(node, 'varno'), numberOf(node, 'varattno'), into, how);
  }

  /** `(row).field` of a whole row is that column. */
  #field(node: TreeNode, frame: Frame, into: Found, how: Feed): boolean {
    const row = node.fields['arg'];
    if (!isNode(row) || row.tag !== 'VAR' || numberOf(row, 'varattno') !== WHOLE_ROW) return false;
    const at = frame.up(numberOf(row, 'varlevelsup'));
    const kind = at?.entry(numberOf(row, 'varno'));
    const rtekind = kind === undefined ? undefined : textOf(kind, 'rtekind');
    if (at === undefined || rtekind === ENTRY.function || rtekind === ENTRY.join) return false;
    this.#ofEntry(at, numberOf(row, 'varno'), numberOf(node, 'fieldnum'), into, how);
    return true;
  }

  #subquery(node: TreeNode, frame: Frame, into: Found, how: Feed): void {
    this.value(node.fields['testexpr'] ?? null, frame, into, stronger(how, 'computed'));
    const query = node.fields['subselect'];
    if (!isNode(query)) return into.doubt('a subquery that is not there');
    const inner = frame.inner(query);
    if (textOf(node, 'subLinkType') !== EXISTS)
      for (const entry of inner.visible)
        into.take(this.output(inner, numberOf(entry, 'resno')), stronger(how, 'computed'));
    into.decidedBy(this.rows(inner), 'filter');
  }

  #window(node: TreeNode, frame: Frame, into: Found, how: Feed): void {
    const inside = textOf(node, 'winagg') === 'true' ? 'aggregated' : how;
    this.value(node.fields['args'] ?? null, frame, into, inside);
    this.value(node.fields['aggfilter'] ?? null, frame, into, inside);
    const ref = textOf(node, 'winref');
    const window = nodesOf(frame.query.fields['windowClause']).find(
      (one) => textOf(one, 'winref') === ref,
    );
    if (window === undefined) return into.doubt('a window that is not there');
    for (const clause of ['partitionClause', 'orderClause'])
      for (const entry of frame.named(clause, window)) this.value(entry, frame, into, how);
  }

  /** A column of something that a query reads. */
  #ofEntry(frame: Frame, index: number, number: number, into: Found, how: Feed): void {
    const entry = frame.entry(index);
    if (entry === undefined) return into.doubt('a column of a relation that is not there');
    const { fields } = entry;
    const part = (value: TreeValue | undefined): void =>
      this.value(value ?? null, frame, into, how);
    const column = (list: TreeValue | undefined): void => {
      if (number === WHOLE_ROW) part(list);
      else part(isList(list) ? list[number - 1] : null);
    };
    switch (textOf(entry, 'rtekind')) {
      case ENTRY.relation:
        return this.#ofRelation(entry, number, into, how);
      case ENTRY.subquery:
        if (isNode(fields['subquery']))
          into.take(this.output(frame.inner(fields['subquery']), number), how);
        return;
      case ENTRY.cte: {
        const cte = frame.cte(entry);
        if (cte === undefined) into.doubt(`the query ${textOf(entry, 'ctename')} is not there`);
        else into.take(this.output(cte, number), how);
        return;
      }
      case ENTRY.join:
        return column(fields['joinaliasvars']);
      case ENTRY.group:
        return column(fields['groupexprs']);
      case ENTRY.values:
        for (const row of isList(fields['values_lists']) ? fields['values_lists'] : []) column(row);
        return;
      case ENTRY.function:
        return this.#ofFunctions(entry, number, frame, into);
      case ENTRY.tableFunction:
        return this.value(fields['tablefunc'] ?? null, frame, into, 'computed');
      case ENTRY.result:
        return;
      default:
        return into.doubt('it reads what is neither a relation nor a query');
    }
  }

  #ofRelation(entry: TreeNode, number: number, into: Found, how: Feed): void {
    const relation = this.#catalog.relation(textOf(entry, 'relid') ?? '');
    if (relation === undefined) return into.doubt('it reads a relation without a name');
    const { name, columns } = relation;
    if (number === WHOLE_ROW) {
      for (const [at, column] of columns) if (at > 0) into.feed(name, column, 'computed');
      return;
    }
    const column = columns.get(number);
    if (column === undefined) into.doubt(`column ${number} of ${name.name} has no name`);
    else into.feed(name, column, how);
  }

  /** Each of several functions gives columns of its own; WITH ORDINALITY adds one that no value is part of. */
  #ofFunctions(entry: TreeNode, number: number, frame: Frame, into: Found): void {
    let first = 1;
    for (const one of nodesOf(entry.fields['functions'])) {
      const after = first + numberOf(one, 'funccolcount');
      if (number === WHOLE_ROW || (number >= first && number < after))
        this.value(one.fields['funcexpr'] ?? null, frame, into, 'computed');
      first = after;
    }
  }

  /** What functions in a select list that give several rows are given. */
  rowsMade(value: TreeValue, frame: Frame, into: Found): void {
    if (!isNode(value) || value.tag === 'SUBLINK') return;
    if (givesRows(value)) this.value(value, frame, into);
    else for (const part of partsOf(value)) this.rowsMade(part, frame, into);
  }
}
